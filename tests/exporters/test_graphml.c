#include "base/error.h"
#include "base/calendar.h"
#include "exporters/graphml.h"
#include "exporters/small_case.h"
#include "exporters/xml_check.h"
#include "graph/whole.h"
#include "reference/claims_random.h"
#include "rs_test.h"

#include <stdlib.h>
#include <string.h>

static const char *value_of(const RsXmlElement *element, const char *name) {
  for (unsigned i = 0; i < element->n; i++)
    if (strcmp(element->name[i], name) == 0) return element->value[i];
  return NULL;
}

static RsKind kind_of(const char *id) {
  return id[0] == 'P' ? RS_PERSON : id[0] == 'D' ? RS_DOCTOR : id[0] == 'I' ? RS_INSTITUTION : RS_DRUG;
}

static uint32_t find(const RsKnowledge *knowledge, RsKind kind, const char *id) {
  for (uint32_t i = 0; i < rs_knowledge_count(knowledge, kind); i++)
    if (strcmp(rs_knowledge_id(knowledge, kind, i), id) == 0) return i;
  fail_msg("no %s '%s'", rs_kind_name[kind], id);
  return 0;
}

static uint64_t row_of(const RsRelation *relation, uint32_t from, uint32_t to) {
  for (uint64_t row = relation->offset[from]; row < relation->offset[from + 1]; row++)
    if (relation->to[row] == to) return row;
  fail_msg("no such relation");
  return 0;
}

static void assert_money(const char *text, int64_t fen) {
  const int64_t size = llabs(fen);
  g_autofree char *expected = g_strdup_printf("%s%" G_GINT64_FORMAT ".%02d", fen < 0 ? "-" : "", size / 100, (int)(size % 100));
  assert_string_equal(text, expected);
}

static void assert_day(const char *text, uint16_t day) {
  char expected[11];
  assert_string_equal(text, rs_day_format(day, expected));
}

typedef struct { const RsKnowledge *knowledge; const uint32_t *component; bool masked; uint64_t seen[RS_N_RELATIONS]; } Model;

static void edge_equals(const RsXmlElement *edge, Model *model) {
  RsRelationKind kind = 0;
  while (kind < RS_N_RELATIONS && strcmp(rs_relation_name[kind], edge->label) != 0) kind++;
  assert_true(kind < RS_N_RELATIONS && kind_of(edge->source) == rs_relation_from[kind] && kind_of(edge->target) == rs_relation_to[kind]);
  /* cppcheck-suppress arrayIndexOutOfBoundsCond ; it does not know that assert_true does not return */
  model->seen[kind]++;
  if (model->masked && kind_of(edge->source) == RS_PERSON) return;
  const RsRelation *relation = &model->knowledge->relation[kind];
  const uint64_t row = row_of(relation, find(model->knowledge, kind_of(edge->source), edge->source + 2),
                              find(model->knowledge, kind_of(edge->target), edge->target + 2));
  assert_int_equal(atoi(value_of(edge, "n_claims")), relation->lines[row]);
  assert_int_equal(atoi(value_of(edge, "weight")), relation->days[row]);
  assert_money(value_of(edge, "amount"), relation->amount[row]);
  assert_day(value_of(edge, "first_date"), relation->first_day[row]);
  assert_day(value_of(edge, "last_date"), relation->last_day[row]);
  assert_string_equal(value_of(edge, "kind"), edge->label);
}

static void node_equals(const RsXmlElement *node, Model *model) {
  const RsKind kind = kind_of(node->id);
  assert_string_equal(value_of(node, "kind"), rs_kind_name[kind]);
  assert_string_equal(value_of(node, "flagged"), "false");
  if (model->masked && kind == RS_PERSON) {
    assert_memory_equal(node->id, "P:p:", 4);
    assert_null(value_of(node, "ref"));
    assert_string_equal(value_of(node, "label"), node->id + 2);
    return;
  }
  const uint32_t i = find(model->knowledge, kind, node->id + 2);
  assert_string_equal(value_of(node, "ref"), node->id + 2);
  assert_int_equal(atoi(value_of(node, "component")), model->component[rs_whole_node(model->knowledge, kind, i)]);
}

static void element_equals(const RsXmlElement *element, void *data) {
  if (element->source != NULL) edge_equals(element, data);
  else node_equals(element, data);
}

static void whole_graph_reads_back_equal(void **state) {
  (void)state;
  static const RsClaimsShape shapes[] = {{400, 30, 5, 6, 12, 20}, {1, 1, 1, 1, 1, 1}, {50, 50, 1, 1, 1, 1}};
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "kg.graphml", NULL), *key = small_key_file(folder);
  for (size_t i = 0; i < 2 * G_N_ELEMENTS(shapes); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(RsClaims) claims = rs_random_claims(&shapes[i / 2], 7 + i);
    g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 1, &error);
    g_autoptr(RsWhole) whole = rs_whole_new(knowledge, NULL, &error);
    rs_assert_no_error(error);
    g_autoptr(RsMask) mask = i % 2 == 0 ? rs_mask_clear() : rs_mask_new(key, NULL);
    Model model = {knowledge, whole->component, i % 2 != 0, {0}};
    RsXmlFacts facts;
    rs_graphml_write_knowledge(knowledge, mask, whole->component, whole->core, whole->community, NULL, NULL, path, &error);
    rs_assert_no_error(error);
    rs_xml_check_graphml(path, element_equals, &model, &facts, &error);
    rs_assert_no_error(error);
    assert_int_equal(facts.n_nodes, whole->n_nodes);
    for (int kind = 0; kind < RS_N_RELATIONS; kind++) assert_int_equal(model.seen[kind], knowledge->relation[kind].n);
  }
  small_folder_remove(folder);
}

static void whole_graph_of_no_claims_is_a_graph(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_new(NULL, 0, NULL, 0);
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "kg.graphml", NULL);
  g_autoptr(GError) error = NULL;
  RsXmlFacts facts;
  rs_graphml_write_knowledge(small->knowledge, small->c.mask, NULL, NULL, NULL, NULL, NULL, path, &error);
  rs_assert_no_error(error);
  rs_xml_check_graphml(path, NULL, NULL, &facts, &error);
  rs_assert_no_error(error);
  assert_int_equal(facts.n_nodes + facts.n_edges, 0);
  small_folder_remove(folder);
}

static void full_disk_is_an_error(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  g_autoptr(GError) error = NULL;
  assert_false(rs_graphml_write_knowledge(small->knowledge, small->c.mask, NULL, NULL, NULL, NULL, NULL, "/dev/full", &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

typedef struct { const SmallCase *small; unsigned n_refs, n_names; } Hostile;

static void hostile_element(const RsXmlElement *element, void *data) {
  Hostile *hostile = data;
  if (element->source != NULL) return;
  const RsKnowledge *knowledge = hostile->small->knowledge;
  const RsKind kind = kind_of(element->id);
  for (uint32_t i = 0; i < rs_knowledge_count(knowledge, kind); i++) {
    g_autofree char *ref = small_expected_text(rs_knowledge_id(knowledge, kind, i));
    if (strcmp(ref, value_of(element, "ref")) != 0) continue;
    hostile->n_refs++;
    if (kind != RS_DRUG || *rs_text_get(hostile->small->claims->drug_name, i) == '\0') continue;
    g_autofree char *name = small_expected_text(rs_text_get(hostile->small->claims->drug_name, i));
    assert_string_equal(value_of(element, "label"), name);
    hostile->n_names++;
  }
}

static void hostile_texts_come_back_equal(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_hostile();
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "kg.graphml", NULL);
  g_autoptr(GError) error = NULL;
  Hostile hostile = {small, 0, 0};
  RsXmlFacts facts;
  rs_graphml_write_knowledge(small->knowledge, small->c.mask, NULL, NULL, NULL, NULL, NULL, path, &error);
  rs_assert_no_error(error);
  rs_xml_check_graphml(path, hostile_element, &hostile, &facts, &error);
  rs_assert_no_error(error);
  assert_int_equal(hostile.n_refs, facts.n_nodes);
  assert_int_equal(hostile.n_names, 4);
  small_folder_remove(folder);
}

/* Ten megabytes are more than libxml2 reads in one text: the label is cut, the file stays readable. */
static void huge_label_is_cut_and_the_file_reads(void **state) {
  (void)state;
  g_autofree char *name = g_strnfill(10 << 20, 'x');
  const RsReferenceLine line[] = {{.person = "P1", .institution = "I1", .time = "2025-01-01", .drug = "M1", .drug_name = name},
                                  {.person = name, .institution = "I1", .time = "2025-01-02", .drug = "M1"}};
  static const SmallRing ring[] = {{RS_BATCH, 1, {"person:P1", "institution:I1"}}};
  g_autoptr(SmallCase) small = small_case_new(line, 2, ring, 1);
  char *folder = small_folder_new(), digest[65];
  g_autofree char *path = g_build_filename(folder, "kg.graphml", NULL), *path_case = g_build_filename(folder, "case", NULL),
                  *graph = g_build_filename(path_case, "graph.graphml", NULL),
                  *manifest = g_build_filename(path_case, "manifest.json", NULL), *text = NULL;
  g_autoptr(GError) error = NULL;
  rs_graphml_write_knowledge(small->knowledge, small->c.mask, NULL, NULL, NULL, NULL, NULL, path, &error);
  rs_assert_no_error(error);
  rs_xml_check_graphml(path, NULL, NULL, NULL, &error);
  rs_assert_no_error(error);
  rs_case_write(&small->c, path_case, digest, &error);
  rs_assert_no_error(error);
  rs_xml_check_graphml(graph, NULL, NULL, NULL, &error);
  rs_assert_no_error(error);
  assert_true(g_file_get_contents(manifest, &text, NULL, NULL));
  assert_non_null(strstr(text, "\"texts_cut\": 1"));
  small_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_graph_reads_back_equal),
      cmocka_unit_test(whole_graph_of_no_claims_is_a_graph),
      cmocka_unit_test(full_disk_is_an_error),
      cmocka_unit_test(hostile_texts_come_back_equal),
      cmocka_unit_test(huge_label_is_cut_and_the_file_reads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
