#include "graph/node_labels.h"

#include "graph/kcore.h"

static void run(const RsGraph *graph, uint32_t *core) {
  GError *error = NULL;
  assert_true(rs_kcore(graph, core, &error));
  rs_assert_no_error(error);
}

static void small_graphs_have_known_cores(void **state) {
  (void)state;
  static const LabelCase cases[] = {
      {"empty", 0, 0, {0}, {0}, {0}},
      {"one_node", 1, 0, {0}, {0}, {0}},
      {"a_pair_and_one_alone", 3, 1, {0}, {2}, {1, 0, 1}},
      {"a_star", 5, 4, {0, 0, 0, 0}, {1, 2, 3, 4}, {1, 1, 1, 1, 1}},
      {"a_triangle_with_a_tail", 5, 5, {0, 1, 2, 2, 3}, {1, 2, 0, 3, 4}, {2, 2, 2, 1, 1}},
      {"four_all_tied_and_two_more", 6, 8, {0, 0, 0, 1, 1, 2, 3, 4}, {1, 2, 3, 2, 3, 3, 4, 5}, {3, 3, 3, 3, 1, 1}},
  };
  assert_label_cases(cases, G_N_ELEMENTS(cases), run);
}

static void random_graphs_agree_with_the_slow_twin(void **state) {
  (void)state;
  assert_agrees_on_random_graphs(run, rs_check_kcore);
}

static void renaming_the_nodes_renames_the_answer(void **state) {
  (void)state;
  const Renamed renamed = renamed_new(run);
  for (uint32_t v = 0; v < N_RENAMED; v++) assert_int_equal(renamed.before[v], renamed.after[renamed.name[v]]);
  g_free(renamed.name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_graphs_have_known_cores),
      cmocka_unit_test(random_graphs_agree_with_the_slow_twin),
      cmocka_unit_test(renaming_the_nodes_renames_the_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
