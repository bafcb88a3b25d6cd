#include "base/error.h"
#include "exporters/case_read.h"
#include "exporters/gexf.h"
#include "exporters/graphml.h"
#include "exporters/small_case.h"
#include "reference/claims_random.h"
#include "rs_test.h"

#include <string.h>

/* ---- what we write ---- */

static RsPicture *picture_of(const SmallCase *small, uint32_t ring) {
  g_autoptr(RsEntities) entities = rs_entities_new(small->knowledge);
  g_autoptr(RsMemberships) memberships = rs_memberships_new(small->rings);
  g_autoptr(RsSubgraph) subgraph = rs_subgraph_new(small->knowledge, entities, memberships, ring, NULL, 2);
  return rs_picture_from_subgraph(&small->c, small->c.mask, entities, subgraph, ring);
}

static char *gexf_styled(const RsPicture *picture, const RsXmlStyle *style) {
  g_autoptr(RsOutput) output = rs_output_memory();
  rs_gexf_write(picture, style, output, NULL);
  g_autoptr(GBytes) bytes = rs_output_bytes(output);
  gsize length;
  const char *text = g_bytes_get_data(bytes, &length);
  return g_strndup(text, length);
}

static char *gexf_text(const RsPicture *picture) { return gexf_styled(picture, NULL); }

static bool text_checks(const char *folder, const char *text, RsGexfFacts *facts, GError **error) {
  g_autofree char *path = g_build_filename(folder, "a.gexf", NULL);
  assert_true(g_file_set_contents(path, text, -1, NULL));
  return rs_gexf_check(path, facts, error);
}

static void every_picture_keeps_the_rules(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autoptr(SmallCase) golden = small_case_golden(), hostile = small_case_hostile(), empty = small_case_new(NULL, 0, NULL, 0);
  const SmallCase *cases[] = {golden, hostile, empty};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    for (uint32_t r = 0; r <= cases[i]->rings->n_rings; r++) {
      g_autoptr(RsPicture) picture = picture_of(cases[i], r < cases[i]->rings->n_rings ? r : RS_NONE);
      g_autofree char *text = gexf_text(picture);
      g_autoptr(GError) error = NULL;
      RsGexfFacts facts;
      text_checks(folder, text, &facts, &error);
      rs_assert_no_error(error);
      assert_int_equal(facts.n_nodes, picture->nodes->len);
      assert_int_equal(facts.n_edges, picture->edges->len);
      assert_int_equal(facts.n_spells, picture->spells->len);
      assert_true(i == 2 || facts.n_nodes > 3);
    }
  small_folder_remove(folder);
}

static void gexf_1_2_keeps_its_own_rules_and_mixes_with_1_3_in_nothing(void **state) {
  (void)state;
  static const struct { const char *was, *is; } broken[] = {
      {"version=\"1.2\"", "version=\"1.3\""},
      {"http://www.gexf.net/1.2draft\"", "http://gexf.net/1.3\""},
      {" weight=", " kind=\"VISITED\" weight="},
      {"timeformat=\"date\"", "timeformat=\"date\" timezone=\"UTC\""}};
  char *folder = small_folder_new();
  g_autoptr(SmallCase) golden = small_case_golden();
  g_autoptr(RsPicture) picture = picture_of(golden, RS_NONE);
  const RsXmlStyle style = {.gexf_12 = true};
  g_autofree char *text = gexf_styled(picture, &style);
  g_autoptr(GError) error = NULL;
  RsGexfFacts facts;
  text_checks(folder, text, &facts, &error);
  rs_assert_no_error(error);
  assert_int_equal(facts.n_edges, picture->edges->len);
  for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GString) other = g_string_new(text);
    g_autoptr(GError) expected = NULL;
    assert_true(g_string_replace(other, broken[i].was, broken[i].is, 1) == 1);
    if (text_checks(folder, other->str, &facts, &expected)) fail_msg("%s passes", broken[i].is);
  }
  small_folder_remove(folder);
}

/* The slow twin of spells: each day is looked for on its own. */
static bool alive_on(const RsClaims *claims, const RsSubgraphNode *person, const RsSubgraphNode *other, uint32_t day) {
  for (uint32_t v = claims->person_visit[person->id]; v < claims->person_visit[person->id + 1]; v++) {
    if (claims->visit_time[v] / 86400u != day) continue;
    if (other->kind == RS_INSTITUTION && claims->visit_institution[v] == other->id) return true;
    for (uint64_t l = claims->visit_line[v]; l < claims->visit_line[v + 1]; l++)
      if ((other->kind == RS_DOCTOR && rs_line_doctor(claims, l) == other->id) ||
          (other->kind == RS_DRUG && rs_line_drug(claims, l) == other->id))
        return true;
  }
  return false;
}

static void spells_are_the_days_with_a_claim(void **state) {
  (void)state;
  static const RsClaimsShape shape = {40, 6, 4, 5, 9, 20};
  unsigned n_checked = 0;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    g_autoptr(RsClaims) claims = rs_random_claims(&shape, seed);
    g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 1, NULL);
    g_autoptr(RsEntities) entities = rs_entities_new(knowledge);
    const uint32_t n = rs_knowledge_count(knowledge, RS_PERSON) + rs_knowledge_count(knowledge, RS_INSTITUTION) +
                       rs_knowledge_count(knowledge, RS_DRUG);
    g_autofree RsKind *kind = g_new(RsKind, n);
    g_autofree uint32_t *id = g_new(uint32_t, n);
    uint32_t used = 0;
    static const RsKind kinds[] = {RS_PERSON, RS_INSTITUTION, RS_DRUG};
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
      for (uint32_t i = 0; i < rs_knowledge_count(knowledge, kinds[k]); i++, used++) {
        kind[used] = kinds[k];
        id[used] = i;
      }
    g_autoptr(RsSubgraph) subgraph = rs_subgraph_select(knowledge, entities, used, kind, id, NULL);
    g_autoptr(RsSpells) spells = rs_spells_new(claims, subgraph);
    for (uint32_t e = 0; e < subgraph->n_edges; e++) {
      const RsSubgraphEdge *edge = &subgraph->edge[e];
      const RsSubgraphNode *from = &subgraph->node[edge->from], *to = &subgraph->node[edge->to];
      RsSpell spell[RS_MAX_SPELLS];
      const unsigned n_spells = rs_spells_get(spells, subgraph, edge, spell);
      if (from->kind != RS_PERSON) {
        assert_int_equal(n_spells, 0);
        continue;
      }
      assert_true(n_spells > 0);
      for (uint32_t day = claims->first_day; day <= claims->last_day; day++) {
        bool inside = false;
        for (unsigned s = 0; s < n_spells; s++) inside = inside || (spell[s].first <= day && day <= spell[s].last);
        assert_int_equal(inside, alive_on(claims, from, to, day));
        n_checked++;
      }
    }
  }
  assert_true(n_checked > 1000);
}

static void edges_hold_what_the_relation_holds(void **state) {
  (void)state;
  g_autoptr(SmallCase) golden = small_case_golden();
  g_autoptr(RsPicture) picture = picture_of(golden, RS_NONE);
  g_autofree char *text = gexf_text(picture);
  /* P1 was at I1 on 4 and 20 March: three lines there were 100.50 and -5.00 */
  assert_non_null(strstr(
      text, "source=\"P:P1\" target=\"I:I1\" kind=\"FILLED_AT\" label=\"2 claims\" weight=\"2.000\"><attvalues>"
            "<attvalue for=\"n_claims\" value=\"2\"/><attvalue for=\"amount\" value=\"95.50\"/>"
            "<attvalue for=\"first_date\" value=\"2025-03-04\"/><attvalue for=\"last_date\" value=\"2025-03-20\"/></attvalues>"
            "<spells><spell start=\"2025-03-04\" end=\"2025-03-04\"/><spell start=\"2025-03-20\" "
            "end=\"2025-03-20\"/></spells></edge>"));
  assert_non_null(strstr(text, "<node id=\"P:P1\" label=\"Zhang San\" start=\"2025-03-04\" end=\"2025-03-20\">"));
}

/* ---- what the linter refuses ---- */

#define HEAD                                                                                                                     \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gexf xmlns=\"http://gexf.net/1.3\" xmlns:viz=\"http://gexf.net/1.3/viz\" "       \
  "version=\"1.3\">"
#define GRAPH                                                                                                                    \
  "<graph mode=\"dynamic\" defaultedgetype=\"directed\" timeformat=\"date\" timerepresentation=\"interval\" timezone=\"UTC\">"
#define ATTRIBUTES "<attributes class=\"node\" mode=\"static\"><attribute id=\"n\" title=\"n\" type=\"integer\"/></attributes>"
#define NODES "<nodes><node id=\"a\" label=\"a\"/><node id=\"b\" label=\"b\"/></nodes>"
#define EDGE(attributes, content)                                                                                                \
  "<edges><edge id=\"e1\" source=\"a\" target=\"b\" kind=\"K\" weight=\"1\" " attributes ">" content "</edge></edges>"
#define TAIL "</graph></gexf>"

static const struct {
  const char *name, *text, *says;
} broken[] = {
    {"no zone",
     HEAD "<graph mode=\"dynamic\" defaultedgetype=\"directed\" timeformat=\"date\" timerepresentation=\"interval\" "
          "timezone=\"Mars\">" TAIL,
     "rule 18: time zone"},
    {"numeric attribute",
     HEAD GRAPH "<attributes class=\"node\" mode=\"static\"><attribute id=\"0\" title=\"0\" type=\"string\"/></attributes>" TAIL,
     "rule 2"},
    {"id is not the title",
     HEAD GRAPH "<attributes class=\"node\" mode=\"static\"><attribute id=\"a\" title=\"b\" type=\"string\"/></attributes>" TAIL,
     "rule 2"},
    {"two blocks", HEAD GRAPH ATTRIBUTES ATTRIBUTES TAIL, "rule 2: two blocks"},
    {"dynamic column", HEAD GRAPH "<attributes class=\"node\" mode=\"dynamic\"></attributes>" TAIL, "rule 18"},
    {"list type",
     HEAD GRAPH
     "<attributes class=\"node\" mode=\"static\"><attribute id=\"a\" title=\"a\" type=\"liststring\"/></attributes>" TAIL,
     "rule 3"},
    {"no such date", HEAD GRAPH NODES EDGE("start=\"2025-02-30\" end=\"2025-03-01\"", "") TAIL, "rule 18: no such period"},
    {"end before start", HEAD GRAPH NODES EDGE("start=\"2025-03-02\" end=\"2025-03-01\"", "") TAIL, "rule 18"},
    {"overlapping spells",
     HEAD GRAPH NODES EDGE(
         "", "<spells><spell start=\"2025-03-01\" end=\"2025-03-03\"/><spell start=\"2025-03-03\" end=\"2025-03-04\"/></spells>")
         TAIL,
     "rule 18: spells out of order"},
    {"period and spells",
     HEAD GRAPH NODES EDGE("start=\"2025-03-01\" end=\"2025-03-09\"",
                           "<spells><spell start=\"2025-03-01\" end=\"2025-03-03\"/></spells>") TAIL,
     "rule 18: an edge with both"},
    {"size without value", HEAD GRAPH "<nodes><node id=\"a\" label=\"a\"><viz:size/></node></nodes>" TAIL,
     "rule 18: a size without a value"},
    {"hex colour", HEAD GRAPH "<nodes><node id=\"a\" label=\"a\"><viz:color hex=\"#aabbcc\"/></node></nodes>" TAIL, "rule 12"},
    {"far away", HEAD GRAPH "<nodes><node id=\"a\" label=\"a\"><viz:position x=\"9000\" y=\"0\" z=\"0\"/></node></nodes>" TAIL,
     "rule 11"},
    {"no label", HEAD GRAPH "<nodes><node id=\"a\"/></nodes>" TAIL, "rule 17"},
    {"node twice", HEAD GRAPH "<nodes><node id=\"a\" label=\"a\"/><node id=\"a\" label=\"a\"/></nodes>" TAIL, "rule 7"},
    {"edge to nowhere", HEAD GRAPH "<nodes><node id=\"a\" label=\"a\"/></nodes>" EDGE("", "") TAIL, "rule 9"},
    {"no weight", HEAD GRAPH NODES "<edges><edge id=\"e1\" source=\"a\" target=\"b\" kind=\"K\" weight=\"0\"/></edges>" TAIL,
     "rule 6"},
    {"empty value",
     HEAD GRAPH ATTRIBUTES
     "<nodes><node id=\"a\" label=\"a\"><attvalues><attvalue for=\"n\" value=\"\"/></attvalues></node></nodes>" TAIL,
     "rule 14"},
    {"number too large",
     HEAD GRAPH ATTRIBUTES
     "<nodes><node id=\"a\" label=\"a\"><attvalues><attvalue for=\"n\" value=\"3000000000\"/></attvalues></node></nodes>" TAIL,
     "rule 13"},
    {"undeclared",
     HEAD GRAPH ATTRIBUTES
     "<nodes><node id=\"a\" label=\"a\"><attvalues><attvalue for=\"m\" value=\"1\"/></attvalues></node></nodes>" TAIL,
     "rule 9"},
    {"sizes",
     HEAD GRAPH "<nodes><node id=\"a\" label=\"a\"><viz:size value=\"4\"/></node><node id=\"b\" label=\"b\"><viz:size "
                "value=\"5\"/></node></nodes>" TAIL,
     "rule 10"},
    {"hierarchy", HEAD GRAPH "<nodes><node id=\"a\" label=\"a\"><viz:shape value=\"disc\"/></node></nodes>" TAIL,
     "rule 2: an element"},
    {"doctype", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE gexf [<!ENTITY a \"b\">]><gexf/>", "rule 1"},
    {"cut off", HEAD GRAPH NODES, "not well-formed"},
    {"empty", "", "rule 1"},
};

static void file_that_breaks_a_rule_is_refused_by_its_number(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autoptr(GError) good = NULL;
  text_checks(folder, HEAD GRAPH ATTRIBUTES NODES EDGE("start=\"2025-03-01\" end=\"2025-03-09\"", "") TAIL, NULL, &good);
  rs_assert_no_error(good);
  for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    if (text_checks(folder, broken[i].text, NULL, &error)) fail_msg("%s passes", broken[i].name);
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INTEGRITY));
    if (strstr(error->message, broken[i].says) == NULL) fail_msg("%s: %s", broken[i].name, error->message);
  }
  small_folder_remove(folder);
}

/* ---- from memory and from the folder ---- */

static void ring_drawn_from_the_folder_has_the_same_bytes(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "case", NULL), *key = small_key_file(folder);
  for (int masked = 0; masked < 2; masked++) {
    g_autoptr(SmallCase) golden = small_case_golden();
    g_autoptr(GError) error = NULL;
    char digest[65];
    if (masked) {
      rs_mask_free((RsMask *)golden->c.mask);
      golden->c.mask = rs_mask_new(key, NULL);
    }
    rs_case_write(&golden->c, path, digest, &error);
    rs_assert_no_error(error);
    g_autoptr(RsCaseRead) read = rs_case_read_new(path, NULL, &error);
    rs_assert_no_error(error);
    assert_int_equal(read->masked, masked);
    for (uint32_t r = 0; r <= golden->rings->n_rings; r++) {
      g_autofree char *name = g_strdup_printf("R%04u", r + 1), *graphml_name = NULL, *stored = NULL;
      const bool all = r == golden->rings->n_rings;
      g_autoptr(RsPicture) drawn = picture_of(golden, all ? RS_NONE : r);
      g_autoptr(RsPicture) back = rs_picture_from_case(read, all ? NULL : name, &error);
      rs_assert_no_error(error);
      g_autofree char *a = gexf_text(drawn), *b = gexf_text(back);
      assert_string_equal(a, b);
      g_autoptr(RsOutput) output = rs_output_memory();
      rs_graphml_write_picture(back, NULL, output, NULL);
      g_autoptr(GBytes) bytes = rs_output_bytes(output);
      graphml_name = g_strdup_printf("%s/%s%s.graphml", path, all ? "" : "rings/", all ? "graph" : name);
      assert_true(g_file_get_contents(graphml_name, &stored, NULL, NULL));
      if (all)
        assert_memory_equal(stored, g_bytes_get_data(bytes, NULL),
                            g_bytes_get_size(bytes)); /* a ring's file also says its score */
    }
  }
  small_folder_remove(folder);
}

static void kept_nodes_are_leads_first_and_edges_join_them(void **state) {
  (void)state;
  g_autoptr(SmallCase) golden = small_case_golden();
  for (uint32_t n = 0; n < 16; n++) {
    g_autoptr(RsPicture) picture = picture_of(golden, RS_NONE);
    const guint all = picture->nodes->len;
    rs_picture_keep(picture, n);
    assert_int_equal(picture->nodes->len, MIN(n, all));
    for (guint i = 0; i < picture->edges->len; i++) {
      const RsPictureEdge *edge = rs_picture_edge(picture, i);
      assert_true(edge->from < picture->nodes->len && edge->to < picture->nodes->len);
      assert_int_equal(rs_picture_node(picture, edge->from)->kind, rs_relation_from[edge->kind]);
    }
    for (guint i = 0; n <= 8 && i < picture->nodes->len; i++) assert_string_not_equal(rs_picture_node(picture, i)->ring, "");
    g_autofree char *text = gexf_text(picture);
    char *folder = small_folder_new();
    g_autoptr(GError) error = NULL;
    text_checks(folder, text, NULL, &error);
    rs_assert_no_error(error);
    small_folder_remove(folder);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_picture_keeps_the_rules),
      cmocka_unit_test(gexf_1_2_keeps_its_own_rules_and_mixes_with_1_3_in_nothing),
      cmocka_unit_test(spells_are_the_days_with_a_claim),
      cmocka_unit_test(edges_hold_what_the_relation_holds),
      cmocka_unit_test(file_that_breaks_a_rule_is_refused_by_its_number),
      cmocka_unit_test(ring_drawn_from_the_folder_has_the_same_bytes),
      cmocka_unit_test(kept_nodes_are_leads_first_and_edges_join_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
