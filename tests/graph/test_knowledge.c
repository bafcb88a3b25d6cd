#include "rs_test.h"

#include "base/text.h"
#include "graph/knowledge.h"
#include "graph/knowledge_row.h"
#include "graph/tie.h"
#include "reference/claims_random.h"
#include "reference/graph_check.h"

#include <string.h>

static RsKnowledge *knowledge_of(const RsClaims *claims, unsigned n_threads) {
  GError *error = NULL;
  RsKnowledge *knowledge = rs_knowledge_new(claims, n_threads, &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_knowledge_validate, knowledge);
  return knowledge;
}

static void assert_row_equal(const RsRelation *relation, uint64_t i, const RsCheckRow *row) {
  assert_int_equal(relation->to[i], row->to);
  assert_int_equal(relation->visits[i], g_hash_table_size(row->visits));
  assert_int_equal(relation->lines[i], row->lines);
  assert_int_equal(relation->days[i], g_hash_table_size(row->days));
  assert_int_equal(relation->amount[i], row->amount);
  assert_int_equal(relation->fund[i], row->fund);
  GHashTableIter iter;
  gpointer day;
  uint32_t first = UINT32_MAX, last = 0;
  g_hash_table_iter_init(&iter, row->days);
  while (g_hash_table_iter_next(&iter, &day, NULL)) {
    first = MIN(first, GPOINTER_TO_UINT(day));
    last = MAX(last, GPOINTER_TO_UINT(day));
  }
  assert_int_equal(relation->first_day[i], first);
  assert_int_equal(relation->last_day[i], last);
}

static void assert_agrees_with_twin(const RsKnowledge *knowledge) {
  for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *relation = &knowledge->relation[kind];
    g_autoptr(GPtrArray) rows = rs_check_relation(knowledge->claims, kind);
    assert_int_equal(relation->n, rows->len);
    uint64_t i = 0;
    for (uint32_t from = 0; from < relation->n_from; from++)
      for (; i < relation->offset[from + 1]; i++) {
        const RsCheckRow *row = g_ptr_array_index(rows, i);
        assert_int_equal(from, row->from);
        assert_row_equal(relation, i, row);
      }
  }
}

static const RsClaimsShape shapes[] = {
    {1, 1, 1, 1, 1, 1},       {40, 1, 1, 1, 1, 1},       {60, 1, 5, 4, 30, 9},     {300, 40, 3, 5, 7, 30},
    {900, 2, 1, 1, 400, 700}, {1500, 300, 1, 2, 9, 100}, {2000, 20, 30, 1, 2, 5},  {3000, 100, 20, 900, 2500, 400},
    {2000, 50, 2, 3, 60, 1000},
};

static void random_claims_agree_with_the_slow_twin(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++)
    for (uint64_t seed = 0; seed < 3; seed++) {
      g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
      g_autofree RsReferenceLine *line = rs_random_lines(&shapes[i], seed, chunk);
      g_autoptr(RsClaims) claims = rs_reference_claims(line, shapes[i].n);
      g_autoptr(RsKnowledge) knowledge = knowledge_of(claims, 1 + (unsigned)seed);
      assert_agrees_with_twin(knowledge);
    }
}

static void assert_bare_equal(const RsKnowledge *a, const RsKnowledge *b) {
  for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *x = &a->relation[kind], *y = &b->relation[kind];
    assert_int_equal(x->n, y->n);
    assert_memory_equal(x->offset, y->offset, (x->n_from + 1) * sizeof *x->offset);
    assert_memory_equal(x->to, y->to, x->n * sizeof *x->to);
    assert_memory_equal(x->visits, y->visits, x->n * sizeof *x->visits);
    assert_memory_equal(x->days, y->days, x->n * sizeof *x->days);
    if (kind == RS_REFERS_TO) assert_memory_equal(x->lines, y->lines, x->n * sizeof *x->lines);
  }
}

static void assert_equal(const RsKnowledge *a, const RsKnowledge *b) {
  assert_bare_equal(a, b);
  for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *x = &a->relation[kind], *y = &b->relation[kind];
    assert_memory_equal(x->lines, y->lines, x->n * sizeof *x->lines);
    assert_memory_equal(x->first_day, y->first_day, x->n * sizeof *x->first_day);
    assert_memory_equal(x->last_day, y->last_day, x->n * sizeof *x->last_day);
    assert_memory_equal(x->amount, y->amount, x->n * sizeof *x->amount);
    assert_memory_equal(x->fund, y->fund, x->n * sizeof *x->fund);
  }
}

static void the_number_of_threads_changes_nothing(void **state) {
  (void)state;
  const unsigned n_threads[] = {0, 2, 3, 4, 64, 1000};
  for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
    g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
    g_autofree RsReferenceLine *line = rs_random_lines(&shapes[i], 9, chunk);
    g_autoptr(RsClaims) claims = rs_reference_claims(line, shapes[i].n);
    g_autoptr(RsKnowledge) one = knowledge_of(claims, 1);
    for (size_t t = 0; t < G_N_ELEMENTS(n_threads); t++) {
      g_autoptr(RsKnowledge) other = knowledge_of(claims, n_threads[t]);
      assert_equal(one, other);
    }
  }
}

static uint64_t sums_seen(const RsRelation *relation, uint64_t row, const RsTieSum *sum) {
  assert_int_equal(sum->lines, relation->lines[row]);
  assert_int_equal(sum->first_day, relation->first_day[row]);
  assert_int_equal(sum->last_day, relation->last_day[row]);
  assert_int_equal(sum->amount, relation->amount[row]);
  assert_int_equal(sum->fund, relation->fund[row]);
  return 1;
}

/* Every third row of each relation, and one that is none. */
static void a_bare_graph_gives_the_sums_of_single_rows(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
    g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
    g_autofree RsReferenceLine *line = rs_random_lines(&shapes[i], 6, chunk);
    g_autoptr(RsClaims) claims = rs_reference_claims(line, shapes[i].n);
    g_autoptr(RsKnowledge) full = knowledge_of(claims, 2), bare = rs_knowledge_new_bare(claims, 2, NULL);
    rs_assert_valid(rs_knowledge_validate, bare);
    assert_bare_equal(full, bare);
    g_autoptr(GArray) ties = g_array_new(FALSE, FALSE, sizeof(RsTie)), rows = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (int kind = 0; kind < RS_N_RELATIONS; kind++)
      for (uint32_t from = 0; from < full->relation[kind].n_from; from++)
        for (uint64_t row = full->relation[kind].offset[from]; row < full->relation[kind].offset[from + 1]; row++)
          if (row % 3 == 0) {
            const RsTie tie = {(RsRelationKind)kind, from, full->relation[kind].to[row]};
            g_array_append_val(ties, tie);
            g_array_append_val(rows, row);
          }
    for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
      g_autofree RsTieSum *sum = g_new(RsTieSum, ties->len + 1), *again = g_new(RsTieSum, ties->len + 1);
      uint64_t n = 0;
      rs_tie_sums(bare, (const RsTie *)(const void *)ties->data, ties->len, n_threads, sum);
      rs_tie_sums(full, (const RsTie *)(const void *)ties->data, ties->len, n_threads, again);
      for (guint t = 0; t < ties->len; t++) {
        const RsRelation *relation = &full->relation[g_array_index(ties, RsTie, t).kind];
        n += sums_seen(relation, g_array_index(rows, uint64_t, t), &sum[t]);
        sums_seen(relation, g_array_index(rows, uint64_t, t), &again[t]);
      }
      assert_int_equal(n, ties->len);
    }
  }
}

static void shuffled_rows_give_the_same_graph(void **state) {
  (void)state;
  const RsClaimsShape shape = {1200, 40, 6, 8, 50, 60};
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
  g_autofree RsReferenceLine *line = rs_random_lines(&shape, 4, chunk), *mixed = g_new(RsReferenceLine, shape.n);
  g_autofree uint32_t *order = rs_permutation(shape.n, 2);
  for (uint32_t i = 0; i < shape.n; i++) mixed[i] = line[order[i]];
  g_autoptr(RsClaims) claims = rs_reference_claims(line, shape.n);
  g_autoptr(RsClaims) mixed_claims = rs_reference_claims(mixed, shape.n);
  g_autoptr(RsKnowledge) one = knowledge_of(claims, 1);
  g_autoptr(RsKnowledge) other = knowledge_of(mixed_claims, 2);
  assert_equal(one, other);
}

/* New names for the drugs give them new numbers, and the same row for each name. */
static void renaming_the_drugs_renames_the_rows(void **state) {
  (void)state;
  const RsClaimsShape shape = {1200, 40, 6, 8, 50, 60};
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
  g_autofree RsReferenceLine *line = rs_random_lines(&shape, 4, chunk), *renamed = g_memdup2(line, shape.n * sizeof *line);
  for (uint32_t i = 0; i < shape.n; i++) {
    if (line[i].drug[0] == '\0') continue;
    g_autofree char *name = g_strdup(line[i].drug);
    renamed[i].drug = g_string_chunk_insert_const(chunk, g_strreverse(name));
  }
  g_autoptr(RsClaims) claims = rs_reference_claims(line, shape.n);
  g_autoptr(RsClaims) renamed_claims = rs_reference_claims(renamed, shape.n);
  g_autoptr(RsKnowledge) one = knowledge_of(claims, 1);
  g_autoptr(RsKnowledge) other = knowledge_of(renamed_claims, 2);
  const RsRelationKind kinds[] = {RS_BOUGHT, RS_PRESCRIBED, RS_DISPENSED};
  for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
    const RsRelation *x = &one->relation[kinds[k]], *y = &other->relation[kinds[k]];
    assert_int_equal(x->n, y->n);
    for (uint32_t from = 0; from < x->n_from; from++)
      for (uint64_t i = x->offset[from]; i < x->offset[from + 1]; i++) {
        g_autofree char *name = g_strreverse(g_strdup(rs_knowledge_id(one, RS_DRUG, x->to[i])));
        uint64_t j = y->offset[from];
        while (j < y->offset[from + 1] && strcmp(rs_knowledge_id(other, RS_DRUG, y->to[j]), name) != 0) j++;
        assert_true(j < y->offset[from + 1]);
        assert_int_equal(x->amount[i], y->amount[j]);
        assert_int_equal(x->days[i], y->days[j]);
        assert_int_equal(x->visits[i], y->visits[j]);
      }
  }
}

static void no_claims_make_an_empty_graph(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = rs_reference_claims(NULL, 0);
  for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
    g_autoptr(RsKnowledge) knowledge = knowledge_of(claims, n_threads);
    for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++) assert_int_equal(knowledge->relation[kind].n, 0);
  }
}

/* One person, one outlet, no doctor, no drug, and one second. */
static void a_crowd_in_one_second_is_one_row(void **state) {
  (void)state;
  enum { N = 60000 };
  g_autofree RsReferenceLine *line = g_new0(RsReferenceLine, N);
  for (uint32_t i = 0; i < N; i++) {
    line[i].person = "P", line[i].institution = "I", line[i].time = "2024-01-01 08:00:00";
    line[i].amount = 100;
  }
  g_autoptr(RsClaims) claims = rs_reference_claims(line, N);
  g_autoptr(RsKnowledge) knowledge = knowledge_of(claims, 2);
  const RsRelation *filled = &knowledge->relation[RS_FILLED_AT];
  assert_int_equal(filled->n, 1);
  assert_int_equal(filled->visits[0], 1);
  assert_int_equal(filled->lines[0], N);
  assert_int_equal(filled->amount[0], 100 * N);
  assert_int_equal(knowledge->relation[RS_VISITED].n + knowledge->relation[RS_BOUGHT].n, 0);
  assert_int_equal(knowledge->relation[RS_DISPENSED].n + knowledge->relation[RS_REFERS_TO].n, 0);
}

/* The same money in columns of the width that most files need. */
static void money_narrow(RsPacked *column, uint64_t n) {
  RsPacked narrow;
  assert_true(rs_packed_init(&narrow, n, sizeof(int32_t)));
  for (uint64_t i = 0; i < n; i++) {
    assert_true(rs_packed_fits_signed(&narrow, rs_packed_get_signed(column, i)));
    rs_packed_set(&narrow, i, (uint64_t)rs_packed_get_signed(column, i));
  }
  rs_packed_clear(column);
  *column = narrow;
}

static void narrow_money_makes_the_same_sums(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
    g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
    g_autofree RsReferenceLine *line = rs_random_lines(&shapes[i], 3, chunk);
    for (uint32_t k = 0; k < shapes[i].n; k += 5) line[k].amount = -line[k].amount, line[k].fund = INT32_MIN;
    g_autoptr(RsClaims) claims = rs_reference_claims(line, shapes[i].n), other = rs_reference_claims(line, shapes[i].n);
    assert_true(claims->line_amount.width > sizeof(int32_t));
    money_narrow(&other->line_amount, other->n_lines);
    money_narrow(&other->line_fund, other->n_lines);
    g_autoptr(RsKnowledge) wide = knowledge_of(claims, 2), narrow = knowledge_of(other, 2);
    assert_equal(wide, narrow);
  }
}

/* More lines of one visit than a record of a hub counts, in turns by two drugs. */
static void a_visit_of_very_many_lines_is_one_visit(void **state) {
  (void)state;
  enum { N = 140000 };
  g_autofree RsReferenceLine *line = g_new0(RsReferenceLine, N);
  for (uint32_t i = 0; i < N; i++)
    line[i] = (RsReferenceLine){.person = "P", .institution = "I", .time = "2024-01-01 08:00:00", .doctor = "D", .drug = i % 2 ? "A" : "B", .amount = 1, .fund = 2};
  g_autoptr(RsClaims) claims = rs_reference_claims(line, N);
  g_autoptr(RsKnowledge) knowledge = knowledge_of(claims, 2);
  for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *relation = &knowledge->relation[kind];
    uint32_t n = rs_relation_to[kind] == RS_DRUG ? 2 : 1;
    assert_int_equal(relation->n, n);
    for (uint32_t i = 0; i < n; i++) {
      assert_int_equal(relation->visits[i], 1);
      assert_int_equal(relation->days[i], 1);
      assert_int_equal(relation->lines[i], N / n);
      assert_int_equal(relation->amount[i], N / n);
      assert_int_equal(relation->fund[i], 2 * N / n);
    }
  }
}

static void money_beyond_64_bits_stays_at_the_end(void **state) {
  (void)state;
  RsReferenceLine line[3];
  for (int i = 0; i < 3; i++)
    line[i] = (RsReferenceLine){.person = "P", .institution = "I", .time = "2024-01-01", .doctor = "D", .drug = "M",
                                .amount = INT64_MAX / 2, .fund = INT64_MIN / 2};
  g_autoptr(RsClaims) claims = rs_reference_claims(line, 3);
  g_autoptr(RsKnowledge) knowledge = knowledge_of(claims, 1);
  for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++) {
    assert_true(knowledge->relation[kind].amount[0] == INT64_MAX);
    assert_true(knowledge->relation[kind].fund[0] == INT64_MIN);
  }
}

static void validation_sees_each_kind_of_damage(void **state) {
  (void)state;
  const RsClaimsShape shape = {300, 10, 4, 5, 20, 60};
  const char *reason = NULL;
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
  g_autofree RsReferenceLine *line = rs_random_lines(&shape, 4, chunk);
  g_autoptr(RsClaims) claims = rs_reference_claims(line, shape.n);
  g_autoptr(RsKnowledge) knowledge = knowledge_of(claims, 1);
  RsRelation *relation = &knowledge->relation[RS_BOUGHT];
#define DAMAGE(cell, value)                                     \
  do {                                                          \
    __typeof__(cell) before_ = (cell);                          \
    (cell) = (__typeof__(cell))(value);                         \
    assert_false(rs_knowledge_validate(knowledge, &reason));    \
    (cell) = before_;                                           \
  } while (0)
  DAMAGE(relation->to[1], relation->to[0]);
  DAMAGE(relation->to[0], 20);
  DAMAGE(relation->visits[0], 0);
  DAMAGE(relation->lines[0], 0);
  DAMAGE(relation->lines[0], relation->lines[0] + 1);
  DAMAGE(relation->days[0], 0);
  DAMAGE(relation->days[0], relation->visits[0] + 1);
  DAMAGE(relation->first_day[0], relation->last_day[0] + 1);
  DAMAGE(relation->offset[1], relation->n + 1);
  DAMAGE(relation->n_to, relation->n_to + 1);
#undef DAMAGE
  rs_assert_valid(rs_knowledge_validate, knowledge);
}

static void keys_of_any_width_are_sorted_in_their_order(void **state) {
  (void)state;
  enum { MOST = 3000 };
  const uint32_t sizes[] = {0, 1, 2, 20, 21, 300, MOST};
  static uint64_t key[MOST], other[MOST];
  RsRandom random;
  rs_random_init(&random, 1);
  for (unsigned bits = 0; bits <= 32; bits++)
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
      uint32_t n = sizes[s];
      for (uint32_t i = 0; i < n; i++) {
        uint64_t to = rs_random_next(&random) >> 32 >> (32 - bits);
        key[i] = RS_ROW_KEY(i % 7 == 0 ? ((uint64_t)1 << bits) - 1 : to, i);
      }
      const uint64_t *sorted = rs_row_keys_sort(key, other, n, 32, bits);
      for (uint32_t i = 1; i < n; i++) assert_true(sorted[i - 1] < sorted[i]); /* also by index: the sort is stable */
    }
}

static void numbers_need_their_bits(void **state) {
  (void)state;
  const struct { uint32_t n; unsigned bits; } cases[] = {{0, 0}, {1, 0},     {2, 1},     {3, 2},          {4, 2},
                                                         {5, 3}, {2048, 11}, {2049, 12}, {UINT32_MAX, 32}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) assert_int_equal(rs_row_bits(cases[i].n), cases[i].bits);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_claims_agree_with_the_slow_twin),
      cmocka_unit_test(the_number_of_threads_changes_nothing),
      cmocka_unit_test(a_bare_graph_gives_the_sums_of_single_rows),
      cmocka_unit_test(shuffled_rows_give_the_same_graph),
      cmocka_unit_test(renaming_the_drugs_renames_the_rows),
      cmocka_unit_test(no_claims_make_an_empty_graph),
      cmocka_unit_test(a_crowd_in_one_second_is_one_row),
      cmocka_unit_test(narrow_money_makes_the_same_sums),
      cmocka_unit_test(a_visit_of_very_many_lines_is_one_visit),
      cmocka_unit_test(money_beyond_64_bits_stays_at_the_end),
      cmocka_unit_test(keys_of_any_width_are_sorted_in_their_order),
      cmocka_unit_test(numbers_need_their_bits),
      cmocka_unit_test(validation_sees_each_kind_of_damage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
