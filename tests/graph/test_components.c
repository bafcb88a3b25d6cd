#include "graph/node_labels.h"

#include "graph/components.h"

static void run(const RsGraph *graph, uint32_t *label) {
  uint32_t n_components = rs_components(graph, label), n_roots = 0;
  for (uint32_t v = 0; v < graph->n_nodes; v++) n_roots += label[v] == v;
  assert_int_equal(n_components, n_roots);
}

static void small_graphs_have_known_components(void **state) {
  (void)state;
  static const LabelCase cases[] = {
      {"empty", 0, 0, {0}, {0}, {0}},
      {"one_node", 1, 0, {0}, {0}, {0}},
      {"two_apart", 2, 0, {0}, {0}, {0, 1}},
      {"a_path_backwards", 4, 3, {3, 2, 1}, {2, 1, 0}, {0, 0, 0, 0}},
      {"two_pairs_crossing", 4, 2, {0, 1}, {2, 3}, {0, 1, 0, 1}},
      {"a_late_bridge", 5, 4, {0, 2, 3, 4}, {4, 3, 4, 1}, {0, 0, 0, 0, 0}},
  };
  assert_label_cases(cases, G_N_ELEMENTS(cases), run);
}

static void random_graphs_agree_with_the_slow_twin(void **state) {
  (void)state;
  assert_agrees_on_random_graphs(run, rs_check_components);
}

static void renaming_the_nodes_renames_the_answer(void **state) {
  (void)state;
  const Renamed renamed = renamed_new(run);
  for (uint32_t u = 0; u < N_RENAMED; u++)
    for (uint32_t v = 0; v < N_RENAMED; v++)
      assert_int_equal(renamed.before[u] == renamed.before[v], renamed.after[renamed.name[u]] == renamed.after[renamed.name[v]]);
  g_free(renamed.name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_graphs_have_known_components),
      cmocka_unit_test(random_graphs_agree_with_the_slow_twin),
      cmocka_unit_test(renaming_the_nodes_renames_the_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
