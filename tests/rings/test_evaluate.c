/* tests/rings/test_evaluate.c: figures worked out by hand. */
#include "rs_test.h"

#include "base/error.h"
#include "rings/evaluate.h"

#include <string.h>

typedef struct {
  char *folder;
  RsScoredNames *names;
} Fixture;

static int setup(void **state) {
  Fixture *f = g_new0(Fixture, 1);
  f->folder = g_dir_make_tmp("rs-evaluate-XXXXXX", NULL);
  f->names = rs_scored_names_new();
  *state = f;
  return f->folder ? 0 : -1;
}

static int teardown(void **state) {
  Fixture *f = *state;
  static const char *const file[] = {"a.csv", "b.csv", "c.csv", "case/rings.csv", "case/members.csv", "case.ids", "case"};
  for (gsize i = 0; i < G_N_ELEMENTS(file); i++) {
    g_autofree char *path = g_build_filename(f->folder, file[i], NULL);
    g_remove(path);
  }
  g_rmdir(f->folder);
  g_free(f->folder);
  rs_scored_names_free(f->names);
  g_free(f);
  return 0;
}

static char *put(Fixture *f, const char *name, const char *text) {
  char *path = g_build_filename(f->folder, name, NULL);
  assert_true(g_file_set_contents(path, text, -1, NULL));
  return path;
}

/* Members of several groups in one string: "R1:a b c;R2:d e" as persons. */
static char *rows(const char *header, const char *pattern, const char *text) {
  GString *out = g_string_new(header);
  g_auto(GStrv) group = g_strsplit(text, ";", -1);
  for (gsize i = 0; group[i]; i++) {
    g_auto(GStrv) half = g_strsplit(group[i], ":", 2);
    g_auto(GStrv) person = g_strsplit(half[1], " ", -1);
    for (gsize k = 0; person[k]; k++)
      g_string_append_printf(out, "%s,%s%sperson,%s\n", half[0], pattern, *pattern ? "," : "", person[k]);
  }
  return g_string_free(out, FALSE);
}

static RsScoredList *truth_of(Fixture *f, const char *text) {
  g_autofree char *csv = rows("ring_id,pattern,entity_type,entity_id\n", "batch", text), *path = put(f, "a.csv", csv);
  g_autoptr(GError) error = NULL;
  RsScoredList *list = rs_scored_truth_read(f->names, path, &error);
  rs_assert_no_error(error);
  return list;
}

static RsScoredList *leads_of(Fixture *f, const char *text) {
  g_autofree char *csv = rows("ring_id,entity_type,entity_id\n", "", text), *path = put(f, "b.csv", csv);
  g_autoptr(GError) error = NULL;
  RsScoredList *list = rs_scored_leads_read(f->names, path, &error);
  rs_assert_no_error(error);
  return list;
}

static void near(double value, double expected) {
  if (value < expected - 1e-9 || value > expected + 1e-9) fail_msg("%.9f is not %.9f", value, expected);
}

/* T1 = abcd, T2 = efg. Leads: 1 = abce: 3 of 4 and 4: F1 6/8, a hit. 2 = xyz: wrong. 3 = abcd: T1 is taken, wrong although
 * its F1 is 1. 4 = ef: 4/5, a hit of T2.
 * Precision at hits: 1/1 and 2/4, so AP = (1 + 0.5) / 2 = 0.75. k = 2: one hit of two. */
static void figures_are_those_worked_out_by_hand(void **state) {
  Fixture *f = *state;
  g_autoptr(RsScoredList) truth = truth_of(f, "T1:a b c d;T2:e f g"),
                          leads = leads_of(f, "L1:a b c e;L2:x y z;L3:a b c d;L4:e f");
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  assert_int_equal(e->n_rings, 2);
  assert_int_equal(e->n_leads, 4);
  assert_int_equal(e->n_hits, 2);
  assert_int_equal(e->ring_lead[0], 0);
  assert_int_equal(e->ring_lead[1], 3);
  assert_int_equal(e->lead_ring[2], UINT32_MAX);
  near(e->ring_f1[0], 1.0); /* best over all leads, claimed or not */
  near(e->ring_f1[1], 0.8);
  near(e->lead_f1[0], 0.75);
  near(e->lead_f1[1], 0);
  near(e->mean_ring_f1, 0.9);
  near(e->mean_lead_f1, (0.75 + 0 + 1 + 0.8) / 4);
  near(e->average_precision, 0.75);
  near(e->group_precision, 0.5);
  near(e->recall, 1);
  near(e->precision_at_k, 0.5);
  near(e->precision_at[0], 0.5);
  /* named: a b c d e f x y z = 9, of which 6 real, of 7 real. */
  near(e->person_precision, 6.0 / 9);
  near(e->person_recall, 6.0 / 7);
  near(e->pattern[RS_SCORED_BATCH].mean_f1, 0.9);
  assert_int_equal(e->pattern[RS_SCORED_BATCH].n_hits, 2);
}

static void two_thirds_is_a_hit_and_less_is_not(void **state) {
  Fixture *f = *state;
  /* 2*2/(2+4) = 2/3; 2*1/(1+4) = 0.4 */
  g_autoptr(RsScoredList) truth = truth_of(f, "T1:a b c d;T2:e f g h"), leads = leads_of(f, "L1:a b;L2:e");
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  assert_int_equal(e->lead_ring[0], 0);
  assert_int_equal(e->lead_ring[1], UINT32_MAX);
}

static void lead_takes_the_ring_it_fits_best(void **state) {
  Fixture *f = *state;
  g_autoptr(RsScoredList) truth = truth_of(f, "T1:a b c d e;T2:a b c d"), leads = leads_of(f, "L1:a b c d");
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  assert_int_equal(e->lead_ring[0], 1);
}

static void row_given_twice_changes_nothing(void **state) {
  Fixture *f = *state;
  g_autoptr(RsScoredList) truth = truth_of(f, "T1:a b c c b"), leads = leads_of(f, "L1:a a a b c");
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  near(e->ring_f1[0], 1);
}

static void ring_free_city_makes_every_lead_wrong(void **state) {
  Fixture *f = *state;
  g_autofree char *path = put(f, "a.csv", "ring_id,pattern,entity_type,entity_id\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(RsScoredList) truth = rs_scored_truth_read(f->names, path, &error);
  rs_assert_no_error(error);
  g_autoptr(RsScoredList) leads = leads_of(f, "L1:a b");
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  assert_int_equal(e->n_rings, 0);
  assert_int_equal(e->n_hits, 0);
  near(e->group_precision, 0);
  near(e->average_precision, 0);
}

static void steering_is_matched_on_doctor_and_outlet(void **state) {
  Fixture *f = *state;
  g_autofree char *t =
      put(f, "a.csv",
          "ring_id,pattern,entity_type,entity_id\nT1,steering,doctor,D1\nT1,steering,institution,P1\nT1,steering,person,a\n");
  g_autofree char *l =
      put(f, "b.csv",
          "ring_id,pattern,entity_type,entity_id\nL1,steering,person,a\nL1,steering,institution,P1\n"
          "L2,steering,doctor,D1\nL2,steering,institution,P1\nL2,steering,institution,H1\nL2,steering,person,z\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(RsScoredList) truth = rs_scored_truth_read(f->names, t, &error), leads = rs_scored_leads_read(f->names, l, &error);
  rs_assert_no_error(error);
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  near(e->lead_f1[0], 0); /* the right outlet, but no doctor */
  near(e->lead_f1[1], 4.0 / 5);
  assert_int_equal(e->ring_lead[0], 1);
  near(e->person_precision, 0); /* patients of steering are nobody's members */
  near(e->person_recall, 0);
}

static void duplicate_is_matched_on_persons_or_the_pair(void **state) {
  Fixture *f = *state;
  g_autofree char *t = put(f, "a.csv",
                           "ring_id,pattern,entity_type,entity_id\nT1,duplicate,person,a\nT1,duplicate,person,b\n"
                           "T1,duplicate,institution,P1\nT1,duplicate,institution,P2\n");
  g_autofree char *l =
      put(f, "b.csv",
          "ring_id,pattern,entity_type,entity_id\nL1,batch,institution,P1\nL1,batch,institution,P2\nL1,batch,person,x\n"
          "L2,duplicate,institution,P1\nL2,duplicate,institution,P2\nL2,duplicate,person,x\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(RsScoredList) truth = rs_scored_truth_read(f->names, t, &error), leads = rs_scored_leads_read(f->names, l, &error);
  rs_assert_no_error(error);
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  near(e->lead_f1[0], 0);
  near(e->lead_f1[1], 1);
}

static void innocent_group_on_top_is_counted_unless_it_is_a_hit(void **state) {
  Fixture *f = *state;
  g_autoptr(RsScoredList) truth = truth_of(f, "T1:a b c"), leads = leads_of(f, "L1:p q r;L2:a b c;L3:p x");
  g_autofree char *path = put(f, "c.csv",
                              "group_id,kind,entity_type,entity_id\nG1,care_home,person,p\nG1,care_home,person,q\n"
                              "G1,care_home,person,a\nG1,care_home,person,b\nG1,care_home,person,c\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(RsScoredList) innocent = rs_scored_innocent_read(f->names, path, &error);
  rs_assert_no_error(error);
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, innocent, leads);
  assert_int_equal(e->lead_innocent[0], 0);          /* two of three */
  assert_int_equal(e->lead_innocent[1], UINT32_MAX); /* a ring hidden in the home is still a hit */
  assert_int_equal(e->lead_innocent[2], UINT32_MAX); /* one of two is not most */
  assert_int_equal(e->n_innocent_at_k, 1);
}

/* A door pharmacy is named with its hospital's doctors, a clerk's outlet alone. */
static void groups_of_places_count_for_leads_of_their_kind(void **state) {
  Fixture *f = *state;
  g_autofree char *t = put(f, "a.csv", "ring_id,pattern,entity_type,entity_id\n");
  g_autofree char *i = put(f, "c.csv",
                           "group_id,kind,entity_type,entity_id\nG1,door_pharmacy,institution,Y1\nG1,door_pharmacy,doctor,D1\n"
                           "G2,batch_settling,institution,Y2\n");
  g_autofree char *l = put(f, "b.csv",
                           "ring_id,pattern,entity_type,entity_id\nL1,steering,doctor,D1\nL1,steering,institution,Y1\n"
                           "L2,steering,doctor,D2\nL2,steering,institution,Y1\nL3,batch,person,a\nL3,batch,institution,Y2\n"
                           "L4,batch,person,a\nL4,batch,institution,Y2\nL4,batch,institution,Y3\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(RsScoredList) truth = rs_scored_truth_read(f->names, t, &error);
  g_autoptr(RsScoredList) innocent = rs_scored_innocent_read(f->names, i, &error);
  g_autoptr(RsScoredList) leads = rs_scored_leads_read(f->names, l, &error);
  rs_assert_no_error(error);
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, innocent, leads);
  assert_int_equal(e->lead_innocent[0], 0);
  assert_int_equal(e->lead_innocent[1], UINT32_MAX); /* another doctor */
  assert_int_equal(e->lead_innocent[2], 1);
  assert_int_equal(e->lead_innocent[3], UINT32_MAX); /* it also meets elsewhere */
}

static void case_folder_is_read_by_rank_and_unmasked(void **state) {
  Fixture *f = *state;
  g_autofree char *folder = g_build_filename(f->folder, "case", NULL);
  assert_int_equal(g_mkdir(folder, 0700), 0);
  g_free(put(f, "case/rings.csv", "ring_id,rank,lead_key,pattern,score\nR0002,2,k,resale,3\nR0001,1,k,batch,9\n"));
  g_free(put(f, "case/members.csv",
             "ring_id,entity_type,entity_id,role,strength\nR0002,person,p:xx,member,1\nR0001,person,p:yy,core,1\n"));
  g_free(put(f, "case.ids", "entity_type,id_masked,id\nperson,p:xx,\"a,1\"\nclaim,c:zz,C1\nperson,p:yy,b\n"));
  g_autoptr(GError) error = NULL;
  g_autoptr(RsScoredList) leads = rs_scored_leads_read(f->names, folder, &error);
  rs_assert_no_error(error);
  const RsScoredGroup *first = g_ptr_array_index(leads->group, 0);
  assert_string_equal(first->id, "R0001");
  assert_int_equal(first->pattern, RS_SCORED_BATCH);
  g_autofree char *t = put(f, "a.csv", "ring,person_id\r\n1,b\r\n2,\"a,1\"\r\n");
  g_autoptr(RsScoredList) truth = rs_scored_truth_read(f->names, t, &error);
  rs_assert_no_error(error);
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  assert_int_equal(e->n_hits, 2);
  near(e->average_precision, 1);
}

static void pseudonym_without_a_map_is_refused(void **state) {
  Fixture *f = *state;
  g_autofree char *path = put(f, "b.csv", "ring_id,entity_type,entity_id\nR1,person,p:abcdef\n");
  g_autoptr(GError) error = NULL;
  assert_null(rs_scored_leads_read(f->names, path, &error));
  assert_non_null(strstr(error->message, "b.csv:2: "));
}

static void member_of_an_unknown_ring_is_refused(void **state) {
  Fixture *f = *state;
  g_autofree char *folder = g_build_filename(f->folder, "case", NULL);
  assert_int_equal(g_mkdir(folder, 0700), 0);
  g_free(put(f, "case/rings.csv", "ring_id,rank,lead_key,pattern,score\nR0001,1,k,batch,9\n"));
  g_free(put(f, "case/members.csv", "ring_id,entity_type,entity_id,role,strength\nR0007,person,a,member,1\n"));
  g_autoptr(GError) error = NULL;
  assert_null(rs_scored_leads_read(f->names, folder, &error));
  assert_non_null(strstr(error->message, "members.csv:2: R0007"));
}

static void bad_truth_is_refused_with_file_and_line(void **state) {
  Fixture *f = *state;
  const struct {
    const char *text, *says;
  } bad[] = {
      {"", "a.csv:1: the file is empty"},
      {"ring_id,pattern\nT1,batch\n", "a.csv:1: no columns entity_type"},
      {"pattern,entity_type,entity_id\n", "a.csv:1: no column ring_id"},
      {"ring_id,pattern,entity_type,entity_id\nT1,batch,person,a\nT1,resale,person,b\n",
       "a.csv:3: T1 is called 'resale' here and 'batch' before"},
      {"ring_id,pattern,entity_type,entity_id\nT1,batsh,person,a\n", "a.csv:2: pattern 'batsh'"},
      {"ring_id,pattern,entity_type,entity_id\n\nT1,batch,cat,a\n", "a.csv:3: entity_type 'cat'"},
      {"ring_id,pattern,entity_type,entity_id\nT1,batch,person,\n", "a.csv:2: the entity has no id"},
      {"ring_id,pattern,entity_type,entity_id\n,batch,person,a\n", "a.csv:2: the row names no ring"},
      {"ring_id,pattern,entity_type,entity_id\nT1,batch,doctor,a\n", "a.csv:2: T1 has no persons"},
      {"ring_id,pattern,entity_type,entity_id\nT1,steering,person,a\n", "a.csv:2: T1 is steering"},
      {"ring_id,pattern,entity_type,entity_id\nT1,batch,person,\"a\n", "a.csv:2: a quote is opened"},
      {"ring_id,pattern,entity_type,entity_id\nT1,batch,person,\"a\"b\n", "a.csv:2: text after a closing quote"},
      {"ring_id,pattern,entity_type,entity_id\nT1,batch,person,\xff\n", "not UTF-8"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autofree char *path = put(f, "a.csv", bad[i].text);
    g_autoptr(GError) error = NULL;
    g_autoptr(RsScoredList) list = rs_scored_truth_read(f->names, path, &error);
    assert_null(list);
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
    if (!strstr(error->message, bad[i].says))
      fail_msg("case %zu: '%s' does not say '%s'", (size_t)i, error->message, bad[i].says);
  }
  g_autoptr(GError) error = NULL;
  assert_null(rs_scored_truth_read(f->names, "/nonexistent/truth.csv", &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

static void table_and_json_print_the_figures(void **state) {
  Fixture *f = *state;
  g_autoptr(RsScoredList) truth = truth_of(f, "T\"1:a b c d;T2:e f g"), leads = leads_of(f, "L1:a b c e;L2:x y z");
  g_autoptr(RsEvaluation) e = rs_evaluation_new(truth, NULL, leads);
  g_autoptr(RsOutput) table = rs_output_memory(), json = rs_output_memory();
  rs_evaluation_print(e, truth, NULL, leads, table);
  rs_evaluation_json(e, truth, NULL, leads, json);
  g_autoptr(GBytes) a = rs_output_bytes(table), b = rs_output_bytes(json);
  g_autofree char *text = g_strndup(g_bytes_get_data(a, NULL), g_bytes_get_size(a)),
                  *object = g_strndup(g_bytes_get_data(b, NULL), g_bytes_get_size(b));
  assert_non_null(strstr(text, "average precision           0.500\n"));
  assert_non_null(strstr(text, "batch             2      1"));
  assert_non_null(strstr(object, "\"average_precision\":0.5,"));
  assert_non_null(strstr(object, "{\"ring_id\":\"T\\\"1\",\"pattern\":\"batch\",\"best_f1\":0.75,\"lead_rank\":1}"));
}

#define RS_CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {RS_CASE(figures_are_those_worked_out_by_hand),
                                     RS_CASE(two_thirds_is_a_hit_and_less_is_not),
                                     RS_CASE(lead_takes_the_ring_it_fits_best),
                                     RS_CASE(row_given_twice_changes_nothing),
                                     RS_CASE(ring_free_city_makes_every_lead_wrong),
                                     RS_CASE(steering_is_matched_on_doctor_and_outlet),
                                     RS_CASE(duplicate_is_matched_on_persons_or_the_pair),
                                     RS_CASE(innocent_group_on_top_is_counted_unless_it_is_a_hit),
                                     RS_CASE(groups_of_places_count_for_leads_of_their_kind),
                                     RS_CASE(case_folder_is_read_by_rank_and_unmasked),
                                     RS_CASE(pseudonym_without_a_map_is_refused),
                                     RS_CASE(member_of_an_unknown_ring_is_refused),
                                     RS_CASE(bad_truth_is_refused_with_file_and_line),
                                     RS_CASE(table_and_json_print_the_figures)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
