#include "rs_test.h"

#include "exporters/policy.h"
#include "exporters/small_case.h"

#include <string.h>

static RsPolicy *policy_of(const char *text, GError **error) { return rs_policy_parse(text, strlen(text), "p.ini", error); }

static void the_highest_class_wins(void **state) {
  (void)state;
  static const struct { const char *what, *text; bool doctor, institution, drug, institution_name, region, institution_region; } cases[] = {
      {"nothing said", "", false, false, false, false, false, false},
      {"an entity", "[entity]\ninstitution=sensitive\n", false, true, false, true, false, true},
      {"a column", "[column]\nname=core\n", false, false, false, true, false, false},
      {"a column of ids", "[column]\nid=core\n", true, true, true, true, false, false},
      {"regions", "[column]\nregion=sensitive\n", false, false, false, false, true, true},
      {"from core on", "[mask]\nfrom=core\n[entity]\ndoctor=core\ninstitution=sensitive\nclaim=core\nsettlement=core\n", true, false, false, false, false, false},
      {"the entity over the column", "[entity]\ndrug=core\n[column]\nid=general\n", false, false, true, false, false, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(RsPolicy) policy = policy_of(cases[i].text, &error);
    rs_assert_no_error(error);
    if (policy->id[RS_DOCTOR] != cases[i].doctor || policy->id[RS_INSTITUTION] != cases[i].institution || policy->id[RS_DRUG] != cases[i].drug ||
        policy->name[RS_INSTITUTION] != cases[i].institution_name || policy->region != cases[i].region ||
        policy->institution_region != cases[i].institution_region || !policy->id[RS_PERSON])
      fail_msg("%s: %s", cases[i].what, policy->text);
  }
}

static void a_policy_that_is_none_is_refused(void **state) {
  (void)state;
  static const struct { const char *text, *says; } cases[] = {
      {"[entity]\nperson=general\n", "cannot clear person"},
      {"[entity]\nclaim=general\n", "cannot clear claim"},
      {"[mask]\nfrom=core\n", "cannot clear claim"},
      {"[entity]\nhospital=core\n", "no 'hospital'"},
      {"[entity]\ndoctor=secret\n", "'secret' is no class"},
      {"[columns]\nid=core\n", "no group [columns]"},
      {"doctor=core\n", "p.ini"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(RsPolicy) policy = policy_of(cases[i].text, &error);
    if (policy != NULL || error == NULL || strstr(error->message, cases[i].says) == NULL)
      fail_msg("%s: %s", cases[i].text, error == NULL ? "passes" : error->message);
  }
}

static void a_disguise_keeps_numbers_and_hides_texts(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  g_autoptr(RsPolicy) policy = policy_of("[entity]\ninstitution=core\ndoctor=core\ndrug=core\n", NULL);
  char *folder = small_folder_new();
  g_autofree char *key = small_key_file(folder);
  g_autoptr(RsMask) mask = rs_mask_new(key, NULL);
  RsCase c = small->c;
  c.mask = mask;
  c.policy = policy;
  g_autoptr(RsDisguise) disguise = rs_disguise_new(&c);
  for (int kind = RS_DOCTOR; kind < RS_N_KINDS; kind++) {
    assert_int_equal(rs_knowledge_count(disguise->c.knowledge, (RsKind)kind), rs_knowledge_count(c.knowledge, (RsKind)kind));
    for (uint32_t i = 0; i < rs_knowledge_count(c.knowledge, (RsKind)kind); i++) {
      const char *shown = rs_knowledge_id(disguise->c.knowledge, (RsKind)kind, i), *own = rs_knowledge_id(c.knowledge, (RsKind)kind, i);
      char buffer[32];
      assert_string_equal(shown, rs_mask_text(mask, rs_mask_prefix((RsKind)kind), own, buffer));
      if (*own != '\0') assert_int_equal(strlen(shown), 18); /* one length, whatever the id's */
    }
  }
  assert_ptr_equal(disguise->c.disguised_from, &c);
  c.policy = NULL;
  g_autoptr(RsDisguise) none = rs_disguise_new(&c);
  assert_null(none->c.disguised_from);
  assert_ptr_equal(none->c.claims, c.claims);
  small_folder_remove(folder);
}

/* Their own order would show which id comes first. */
static void institutions_that_nothing_tells_apart_follow_what_is_printed(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  g_autoptr(RsPolicy) policy = policy_of("[entity]\ninstitution=core\n", NULL);
  char *folder = small_folder_new();
  g_autofree char *key = small_key_file(folder);
  g_autoptr(RsMask) mask = rs_mask_new(key, NULL);
  RsCase c = small->c;
  c.mask = mask;
  c.policy = policy;
  const uint32_t n = c.rings->n_institutions;
  RsInstitutionRank *own = c.rings->institutions;
  for (uint32_t i = 0; i < n; i++) own[i].suspicion = 1.0 + (i == n - 1); /* the last one leads, the others are alike */
  g_autoptr(RsDisguise) disguise = rs_disguise_new(&c);
  const RsInstitutionRank *shown = disguise->c.rings->institutions;
  bool moved = false;
  assert_true(n > 2);
  assert_int_equal(shown[0].institution, own[n - 1].institution);
  for (uint32_t i = 0; i < n; i++) {
    assert_int_equal(shown[i].rank, i + 1);
    assert_int_equal(own[i].institution, i); /* the case itself stays as it is */
    if (i > 1) assert_true(strcmp(rs_knowledge_id(disguise->c.knowledge, RS_INSTITUTION, shown[i - 1].institution),
                                  rs_knowledge_id(disguise->c.knowledge, RS_INSTITUTION, shown[i].institution)) < 0);
    if (i > 1) moved = moved || shown[i].institution < shown[i - 1].institution;
  }
  assert_true(moved); /* with this key */
  small_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_highest_class_wins),
      cmocka_unit_test(a_policy_that_is_none_is_refused),
      cmocka_unit_test(a_disguise_keeps_numbers_and_hides_texts),
      cmocka_unit_test(institutions_that_nothing_tells_apart_follow_what_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
