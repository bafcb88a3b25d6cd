/* The readers people use, on the files they get: networkx and python-igraph, through tests/readers/read_graphml.py. The model they are
 * compared with is made here from the knowledge graph, not from the file. */
#include "base/calendar.h"
#include "exporters/graphml.h"
#include "exporters/json.h"
#include "exporters/node_ids.h"
#include "exporters/small_case.h"
#include "reference/claims_random.h"
#include "rs_test.h"

#include <string.h>
#include <sys/wait.h>

typedef struct { const RsKnowledge *knowledge; const RsEntities *entities; const RsMask *mask; RsNodeIds *ids[RS_N_KINDS]; } Model;

static void node_model(RsJson *json, const Model *model, RsKind kind, uint32_t i) {
  const RsEntity *entity = &model->entities->of[kind][i];
  char masked[32], first[11], last[11];
  const char *id = rs_knowledge_id(model->knowledge, kind, i);
  const char *name = kind == RS_DRUG ? rs_text_get(model->knowledge->claims->drug_name, i) : "";
  g_autofree char *ref = small_expected_text(id);
  g_autofree char *label = small_expected_text(*name != '\0' ? name : rs_mask_entity(model->mask, kind, id, masked));
  rs_json_begin(json, rs_node_id(model->ids[kind], i), '{');
  rs_json_text(json, "label", label);
  rs_json_text(json, "kind", rs_kind_name[kind]);
  if (kind != RS_PERSON || rs_mask_is_clear(model->mask)) rs_json_text(json, "ref", ref);
  rs_json_bool(json, "flagged", false);
  rs_json_unsigned(json, "n_claims", entity->n_claims);
  rs_json_text(json, "first_date", rs_day_format(entity->first_day, first));
  rs_json_text(json, "last_date", rs_day_format(entity->last_day, last));
  rs_json_unsigned(json, "n_links", entity->n_links);
  rs_json_money(json, "amount", entity->amount);
  rs_json_end(json, '}');
}

/* Edges in the order the file has: by the ids of both ends. */
typedef struct { const char *source, *target; RsRelationKind kind; uint64_t row; } EdgeModel;

static int compare_edges(const void *a, const void *b) {
  const EdgeModel *x = a, *y = b;
  const int order = strcmp(x->source, y->source);
  return order != 0 ? order : strcmp(x->target, y->target);
}

static GArray *edges_of(const Model *model) {
  GArray *edges = g_array_new(FALSE, FALSE, sizeof(EdgeModel));
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *relation = &model->knowledge->relation[kind];
    for (uint32_t i = 0; i < relation->n_from; i++)
      for (uint64_t row = relation->offset[i]; row < relation->offset[i + 1]; row++) {
        const EdgeModel edge = {rs_node_id(model->ids[rs_relation_from[kind]], i),
                                rs_node_id(model->ids[rs_relation_to[kind]], relation->to[row]), (RsRelationKind)kind, row};
        g_array_append_val(edges, edge);
      }
  }
  g_array_sort(edges, compare_edges);
  return edges;
}

static void edge_model(RsJson *json, const Model *model, const EdgeModel *edge) {
  const RsRelation *relation = &model->knowledge->relation[edge->kind];
  char first[11], last[11];
  rs_json_begin(json, NULL, '[');
  rs_json_text(json, NULL, edge->source);
  rs_json_text(json, NULL, edge->target);
  rs_json_text(json, NULL, rs_relation_name[edge->kind]);
  rs_json_begin(json, NULL, '{');
  rs_json_unsigned(json, "n_claims", relation->lines[edge->row]);
  rs_json_money(json, "amount", relation->amount[edge->row]);
  rs_json_double(json, "weight", relation->days[edge->row], 2);
  rs_json_text(json, "first_date", rs_day_format(relation->first_day[edge->row], first));
  rs_json_text(json, "last_date", rs_day_format(relation->last_day[edge->row], last));
  rs_json_end(json, '}');
  rs_json_end(json, ']');
}

static void model_write(const Model *model, const char *path) {
  GError *error = NULL;
  g_autoptr(RsOutput) output = rs_output_open(path, &error);
  rs_assert_no_error(error);
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_begin(&json, "nodes", '{');
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    for (uint32_t i = 0; i < rs_knowledge_count(model->knowledge, (RsKind)kind); i++) node_model(&json, model, (RsKind)kind, i);
  rs_json_end(&json, '}');
  rs_json_begin(&json, "edges", '[');
  g_autoptr(GArray) edges = edges_of(model);
  for (guint i = 0; i < edges->len; i++) edge_model(&json, model, &g_array_index(edges, EdgeModel, i));
  rs_json_end(&json, ']');
  rs_json_end(&json, '}');
  rs_output_close(output, &error);
  rs_assert_no_error(error);
}

static void export_both(const char *folder, const char *name, const RsKnowledge *knowledge, const RsMask *mask) {
  g_autofree char *graphml = g_strdup_printf("%s/%s.graphml", folder, name), *json = g_strdup_printf("%s/%s.json", folder, name);
  g_autoptr(RsEntities) entities = rs_entities_new(knowledge);
  GError *error = NULL;
  Model model = {knowledge, entities, mask, {NULL}};
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    model.ids[kind] = rs_node_ids_new(knowledge, mask, rs_knowledge_count(knowledge, (RsKind)kind), NULL, NULL, (RsKind)kind, 1);
  model_write(&model, json);
  rs_graphml_write_knowledge(knowledge, mask, NULL, NULL, NULL, NULL, NULL, graphml, &error);
  rs_assert_no_error(error);
  for (int kind = 0; kind < RS_N_KINDS; kind++) rs_node_ids_free(model.ids[kind]);
}

/* Debian's Python first: that is where its packages of the readers are. Returns the exit code, or 77 without Python. */
static int readers_run(char *folder, char **printed) {
  static char *const python[] = {"/usr/bin/python3", "python3"};
  int code = 77;
  for (size_t i = 0; i < G_N_ELEMENTS(python) && code == 77; i++) {
    char *arguments[] = {python[i], "tests/readers/read_graphml.py", folder, NULL};
    int status = 0;
    g_clear_pointer(printed, g_free);
    if (!g_spawn_sync(NULL, arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, printed, NULL, &status, NULL)) continue;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
  return code;
}

static void networkx_and_igraph_read_what_was_meant(void **state) {
  (void)state;
  static const RsClaimsShape shape = {300, 25, 4, 5, 9, 20};
  char *folder = small_folder_new();
  g_autofree char *key = small_key_file(folder), *printed = NULL;
  g_autoptr(SmallCase) golden = small_case_golden(), hostile = small_case_hostile();
  g_autoptr(RsClaims) claims = rs_random_claims(&shape, 5);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 1, NULL);
  g_autoptr(RsMask) mask = rs_mask_new(key, NULL), clear = rs_mask_clear();
  export_both(folder, "golden", golden->knowledge, clear);
  export_both(folder, "hostile", hostile->knowledge, clear);
  export_both(folder, "random", knowledge, clear);
  export_both(folder, "masked", knowledge, mask);
  const int code = readers_run(folder, &printed);
  small_folder_remove(folder);
  if (code == 77) {
    print_message("readers not tried: %s", printed == NULL ? "no python3\n" : printed);
    skip();
  }
  if (code != 0) fail_msg("%s", printed);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(networkx_and_igraph_read_what_was_meant)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
