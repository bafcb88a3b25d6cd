#include "rs_test.h"

#include "base/text.h"
#include "graph/whole.h"
#include "reference/claims_random.h"
#include "reference/graph_check.h"

#include <math.h>
#include <string.h>

static RsKnowledge *knowledge_of(const RsClaims *claims) {
  RsKnowledge *knowledge = rs_knowledge_new(claims, 1, NULL);
  assert_non_null(knowledge);
  return knowledge;
}

static RsWhole *whole_of(const RsKnowledge *knowledge, const RsWholeOptions *options) {
  GError *error = NULL;
  RsWhole *whole = rs_whole_new(knowledge, options, &error);
  rs_assert_no_error(error);
  return whole;
}

static void node_numbers_lead_back_to_their_entities(void **state) {
  (void)state;
  const RsClaimsShape shape = {200, 30, 4, 7, 12, 20};
  g_autoptr(RsClaims) claims = rs_random_claims(&shape, 1);
  g_autoptr(RsKnowledge) knowledge = knowledge_of(claims);
  uint32_t node = 0, back;
  for (RsKind kind = RS_PERSON; kind < RS_N_KINDS; kind++)
    for (uint32_t i = 0; i < rs_knowledge_count(knowledge, kind); i++, node++) {
      assert_int_equal(rs_whole_node(knowledge, kind, i), node);
      assert_int_equal(rs_whole_entity(knowledge, node, &back), kind);
      assert_int_equal(back, i);
    }
}

static void every_relation_is_one_edge_weighing_its_days(void **state) {
  (void)state;
  const RsClaimsShape shapes[] = {{1, 1, 1, 1, 1, 1}, {300, 30, 4, 7, 12, 20}, {900, 300, 40, 60, 100, 50}};
  for (size_t s = 0; s < G_N_ELEMENTS(shapes); s++) {
    g_autoptr(RsClaims) claims = rs_random_claims(&shapes[s], s);
    g_autoptr(RsKnowledge) knowledge = knowledge_of(claims);
    g_autoptr(RsGraph) graph = rs_whole_graph(knowledge, NULL);
    rs_assert_valid(rs_graph_validate, graph);
    uint64_t n_found = 0;
    for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++)
      for (uint32_t from = 0; from < knowledge->relation[kind].n_from; from++)
        for (uint64_t i = knowledge->relation[kind].offset[from]; i < knowledge->relation[kind].offset[from + 1]; i++) {
          uint32_t a = rs_whole_node(knowledge, rs_relation_from[kind], from);
          uint32_t b = rs_whole_node(knowledge, rs_relation_to[kind], knowledge->relation[kind].to[i]);
          for (uint64_t e = graph->offset[a]; e < graph->offset[a + 1]; e++)
            n_found += graph->neighbor[e] == b && fabsf(graph->weight[e] - knowledge->relation[kind].days[i]) < 0.5f;
        }
    assert_int_equal(n_found, graph->n_edges);
  }
}

static void groups_are_numbered_by_falling_size(void **state) {
  (void)state;
  uint32_t label[] = {0, 1, RS_NONE, 1, 4, 1, 6, 6, RS_NONE, 4}, n_groups = 0;
  const uint32_t expected[] = {3, 0, RS_NONE, 0, 1, 0, 2, 2, RS_NONE, 1};
  assert_true(rs_labels_by_size(10, label, &n_groups, NULL));
  assert_int_equal(n_groups, 4);
  assert_memory_equal(label, expected, sizeof label);
}

static void two_towns_are_two_components(void **state) {
  (void)state;
  const RsReferenceLine line[] = {
      {.person = "A", .institution = "X", .time = "2024-01-01", .doctor = "D", .drug = "M"},
      {.person = "B", .institution = "X", .time = "2024-01-02", .doctor = "D", .drug = "M"},
      {.person = "C", .institution = "Y", .time = "2024-01-02"},
  };
  g_autoptr(RsClaims) claims = rs_reference_claims(line, G_N_ELEMENTS(line));
  g_autoptr(RsKnowledge) knowledge = knowledge_of(claims);
  g_autoptr(RsWhole) whole = whole_of(knowledge, NULL);
  assert_int_equal(whole->n_nodes, 7);
  assert_int_equal(whole->n_components, 2);
  assert_int_equal(whole->n_skipped_nodes, 0);
  assert_int_equal(whole->max_edges, RS_WHOLE_MAX_EDGES);
  for (uint32_t v = 0; v < 7; v++) {
    uint32_t i;
    RsKind kind = rs_whole_entity(knowledge, v, &i);
    bool small = strcmp(rs_knowledge_id(knowledge, kind, i), "C") == 0 || strcmp(rs_knowledge_id(knowledge, kind, i), "Y") == 0;
    assert_int_equal(whole->component[v], small);
    assert_int_equal(whole->core[v], small ? 1 : 3);
    if (small) assert_int_equal(whole->n_links[v], 1);
  }
}

static void a_component_over_the_limit_has_no_communities(void **state) {
  (void)state;
  const RsClaimsShape shape = {300, 30, 4, 7, 12, 20};
  const RsWholeOptions options = {.max_edges = 10, .seed = 1};
  g_autoptr(RsClaims) claims = rs_random_claims(&shape, 1);
  g_autoptr(RsKnowledge) knowledge = knowledge_of(claims);
  g_autoptr(RsWhole) whole = whole_of(knowledge, &options);
  assert_int_equal(whole->n_components, 1);
  assert_int_equal(whole->n_skipped_components, 1);
  assert_int_equal(whole->n_skipped_nodes, whole->n_nodes);
  assert_int_equal(whole->n_communities, 0);
  for (uint32_t v = 0; v < whole->n_nodes; v++) assert_int_equal(whole->community[v], RS_NONE);
}

static void no_claims_have_no_nodes(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = rs_reference_claims(NULL, 0);
  g_autoptr(RsKnowledge) knowledge = knowledge_of(claims);
  g_autoptr(RsWhole) whole = whole_of(knowledge, NULL);
  assert_int_equal(whole->n_nodes, 0);
  assert_int_equal(whole->n_components, 0);
  assert_int_equal(whole->n_communities, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(node_numbers_lead_back_to_their_entities),
      cmocka_unit_test(every_relation_is_one_edge_weighing_its_days),
      cmocka_unit_test(groups_are_numbered_by_falling_size),
      cmocka_unit_test(two_towns_are_two_components),
      cmocka_unit_test(a_component_over_the_limit_has_no_communities),
      cmocka_unit_test(no_claims_have_no_nodes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
