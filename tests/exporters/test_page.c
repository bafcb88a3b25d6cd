/* The case page without a browser: the same from memory and from the folder, nothing of the claims becomes markup, sums hold. With
 * RS_PAGES_FOLDER set, the pages are left there for tests/page, which opens them in one. */
#include "exporters/case_read.h"
#include "exporters/page.h"
#include "exporters/small_case.h"
#include "rs_test.h"

#include <string.h>

static char *page_of(SmallCase *small, const char *folder, const char *name, gsize *length) {
  g_autofree char *path = g_build_filename(folder, name, NULL), *page = g_build_filename(path, "index.html", NULL);
  g_autoptr(GError) error = NULL;
  char digest[65], *text = NULL;
  rs_case_write(&small->c, path, digest, &error);
  rs_assert_no_error(error);
  assert_true(g_file_get_contents(page, &text, length, NULL));
  const char *keep = g_getenv("RS_PAGES_FOLDER");
  if (keep != NULL) {
    g_autofree char *kept = g_strdup_printf("%s/%s.html", keep, name);
    assert_true(g_file_set_contents(kept, text, (gssize)*length, NULL));
  }
  return text;
}

static char *page_again(const char *folder, const char *name, const char *ring_id, RsLanguage language) {
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsCaseRead) read = rs_case_read_new(path, NULL, &error);
  rs_assert_no_error(error);
  g_autoptr(RsOutput) output = rs_output_memory();
  rs_page_write_case(read, ring_id, language, output, &error);
  rs_assert_no_error(error);
  g_autoptr(GBytes) bytes = rs_output_bytes(output);
  return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void use_key(SmallCase *small, const char *folder) {
  g_autofree char *key = small_key_file(folder);
  rs_mask_free((RsMask *)small->c.mask);
  small->c.mask = rs_mask_new(key, NULL);
}

static guint count(const char *text, const char *what) {
  guint n = 0;
  for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what)) n++;
  return n;
}

/* What hurts a page: ends of scripts and comments, event handlers, bytes that are no text, characters that turn the line round. */
static SmallCase *hostile(void) {
  static const RsReferenceLine line[] = {
      {.person = "</script><script>alert(1)</script>", .institution = "<img src=x onerror=alert(2)>", .time = "2025-01-01 10:00",
       .doctor = "\"><svg onload=alert(3)>", .drug = "<!--", .drug_name = "--><script src=http://example.invalid/x.js></script>",
       .amount = 100, .person_region = "\"' onfocus=alert(4) x"},
      {.person = "javascript:alert(5)", .institution = "<img src=x onerror=alert(2)>", .time = "2025-01-01 10:05", .doctor = "{{digest}}",
       .drug = "]]>", .drug_name = "<![CDATA[ \x01\x02 \xff\xfe", .amount = -2, .person_region = "<i>"},
      {.person = "\xE2\x80\xAE" "evil\xE2\x81\xA9", .institution = "line\r\nfeed", .time = "2025-01-03 10:00", .doctor = "%s%n{=a|b=}",
       .drug = "x\xEF\xBF\xBEy", .drug_name = "\xF0\x9F\x92\x8A \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", .amount = 3},
      {.person = "javascript:alert(5)", .institution = "</title></style>", .time = "2025-01-04 10:00", .drug = "<!--", .amount = 4}};
  static const SmallRing ring[] = {{RS_BATCH, 50, {"person:</script><script>alert(1)</script>", "person:javascript:alert(5)",
                                                   "person:\xE2\x80\xAE" "evil\xE2\x81\xA9", "institution:<img src=x onerror=alert(2)>",
                                                   "drug:<!--"}}};
  return small_case_new(line, G_N_ELEMENTS(line), ring, G_N_ELEMENTS(ring));
}

/* Eleven people and a drug; they share 400 drugs at 30 outlets: more than can be drawn. */
static SmallCase *large(void) {
  static const SmallRing ring[] = {{RS_RESALE, 70, {"person:P00", "person:P01", "person:P02", "person:P03", "person:P04", "person:P05",
                                                    "person:P06", "person:P07", "person:P08", "person:P09", "person:P10", "drug:M399"}}};
  g_autoptr(GArray) lines = g_array_new(FALSE, TRUE, sizeof(RsReferenceLine));
  g_autoptr(GStringChunk) texts = g_string_chunk_new(4096);
  for (unsigned person = 0; person < 12; person++)
    for (unsigned drug = 0; drug < 400; drug++) {
      char text[3][32];
      g_snprintf(text[0], 32, "P%02u", person);
      g_snprintf(text[1], 32, "I%02u", (drug + person % 2) % 30);
      g_snprintf(text[2], 32, "M%03u", drug);
      const RsReferenceLine line = {.person = g_string_chunk_insert_const(texts, text[0]), .institution = g_string_chunk_insert_const(texts, text[1]),
                                    .drug = g_string_chunk_insert_const(texts, text[2]), .time = drug % 2 ? "2025-03-04 10:00" : "2025-05-06 18:30",
                                    .amount = 100 + drug};
      g_array_append_val(lines, line);
    }
  return small_case_new((const RsReferenceLine *)(const void *)lines->data, lines->len, ring, 1);
}

static SmallCase *plain(void) {
  static const RsReferenceLine line[] = {
      {.person = "P1", .institution = "I1", .time = "2025-03-04 19:38:00", .doctor = "D1", .drug = "M1", .drug_name = "药 one", .amount = 10050,
       .fund = 5000, .person_region = "330106", .institution_type = "pharmacy"},
      {.person = "P2", .institution = "I1", .time = "2025-03-04 19:40:00", .doctor = "D1", .drug = "M1", .amount = 9999, .fund = 1},
      {.person = "P1", .institution = "I2", .time = "2025-03-13 12:02:00", .drug = "M2", .amount = -500},
      {.person = "P3", .institution = "I2", .time = "2025-04-13", .drug = "M2", .amount = 70}};
  static const SmallRing ring[] = {{RS_BATCH, 36, {"person:P1", "person:P2", "institution:I1", "institution:I2", "drug:M1"}},
                                   {RS_TRACE, 12, {"person:P3", "person:P1", "institution:I2"}}};
  return small_case_new(line, G_N_ELEMENTS(line), ring, G_N_ELEMENTS(ring));
}

static void same_from_memory_and_from_the_folder(void **state) {
  (void)state;
  SmallCase *(*const make[])(void) = {plain, small_case_hostile, hostile, large};
  for (size_t i = 0; i < G_N_ELEMENTS(make); i++)
    for (int way = 0; way < 4; way++) {
      /* cppcheck-suppress uninitvar ; it does not read the list of functions above as one that has a value */
      g_autoptr(SmallCase) small = make[i]();
      char *folder = small_folder_new();
      gsize length;
      small->c.language = way & 1 ? RS_LANG_ZH : RS_LANG_EN;
      if (way & 2) use_key(small, folder);
      g_autofree char *written = page_of(small, folder, "case", &length), *again = page_again(folder, "case", NULL, small->c.language);
      assert_int_equal(length, strlen(written)); /* no NUL */
      assert_true(g_utf8_validate(written, -1, NULL));
      if (strcmp(written, again) != 0) {
        size_t at = 0;
        while (written[at] == again[at]) at++;
        fail_msg("case %zu, way %d differ at %zu: '%.80s' and '%.80s'", i, way, at, written + at, again + at);
      }
      small_folder_remove(folder);
    }
}

static void nothing_of_the_claims_becomes_markup(void **state) {
  (void)state;
  char *folder = small_folder_new();
  gsize length;
  g_autoptr(SmallCase) golden = small_case_golden(), bad = hostile();
  golden->rings->n_rings = 1; /* as many leads as the other */
  g_autofree char *good_page = page_of(golden, folder, "golden", &length), *bad_page = page_of(bad, folder, "hostile", &length);
  golden->rings->n_rings = 2;
  static const char *const tags[] = {"<script", "</script", "<style", "</style", "<section", "<link", "<meta", "<iframe", "<form"};
  for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) assert_int_equal(count(bad_page, tags[i]), count(good_page, tags[i]));
  static const char *const never[] = {"<img", "<script>alert", "<svg onload", "<script src", "<i>", "<![CDATA["};
  for (size_t i = 0; i < G_N_ELEMENTS(never); i++)
    if (strstr(bad_page, never[i]) != NULL) fail_msg("the page holds %s", never[i]);
  assert_non_null(strstr(bad_page, "&lt;script&gt;alert(1)&lt;/script&gt;")); /* it is there, as text */
  assert_non_null(strstr(bad_page, "{{digest}}"));
  small_folder_remove(folder);
}

static void huge_label_does_not_make_a_huge_page(void **state) {
  (void)state;
  char *folder = small_folder_new(), *name = g_malloc((10u << 20) + 1);
  memset(name, 'x', 10u << 20);
  name[10u << 20] = '\0';
  const RsReferenceLine line[] = {{.person = "P1", .institution = "I1", .time = "2025-01-01", .drug = "M1", .drug_name = name},
                                  {.person = "P2", .institution = "I1", .time = "2025-01-02", .drug = "M1"}};
  static const SmallRing ring[] = {{RS_BATCH, 9, {"person:P1", "person:P2", "institution:I1", "drug:M1"}}};
  g_autoptr(SmallCase) small = small_case_new(line, 2, ring, 1);
  gsize length;
  g_free(page_of(small, folder, "long", &length));
  assert_true(length < 700u << 10);
  g_free(name);
  small_folder_remove(folder);
}

static void page_without_leads_says_what_was_searched(void **state) {
  (void)state;
  static const RsReferenceLine line[] = {{.person = "P1", .institution = "I1", .time = "2025-01-01", .amount = 5}};
  char *folder = small_folder_new();
  gsize length;
  g_autoptr(SmallCase) small = small_case_new(line, 1, NULL, 0);
  g_autofree char *page = page_of(small, folder, "none", &length), *again = page_again(folder, "none", NULL, RS_LANG_EN);
  assert_non_null(strstr(page, "No group stands out above the cut"));
  assert_non_null(strstr(page, "Rows and money add up"));
  assert_null(strstr(page, "class=\"lead\""));
  assert_string_equal(page, again);
  small_folder_remove(folder);
}

/* The number behind `key` wherever it stands, summed. */
static guint sum_after(const char *text, const char *key) {
  guint sum = 0;
  for (const char *at = text; (at = strstr(at, key)) != NULL;) {
    at += strlen(key);
    sum += (guint)g_ascii_strtoull(at, NULL, 10);
  }
  return sum;
}

static void large_lead_is_drawn_in_part_and_the_rest_counted(void **state) {
  (void)state;
  char *folder = small_folder_new();
  gsize length;
  g_autoptr(SmallCase) small = large();
  g_autofree char *page = page_of(small, folder, "large", &length), *graphml = NULL,
                  *path = g_build_filename(folder, "large", "rings", "R0001.graphml", NULL);
  assert_true(g_file_get_contents(path, &graphml, NULL, NULL));
  const guint drawn = count(page, "transform=\"translate("), all = count(graphml, "<node "), edges = count(graphml, "<edge ");
  assert_true(all > 300 && edges > 1500);
  assert_int_equal(drawn, 300);
  assert_int_equal(count(page, " m\" transform=") + count(page, " m core\" transform="), 12); /* no member is left out */
  assert_int_equal(sum_after(page, "<span class=\"more k0\">+") + sum_after(page, "<span class=\"more k1\">+") +
                       sum_after(page, "<span class=\"more k2\">+") + sum_after(page, "<span class=\"more k3\">+"),
                   all - drawn);
  assert_non_null(strstr(page, "Claim lines: 100 of 4,400"));
  small_folder_remove(folder);
}

/* What stands between a and b, first found after `from`. */
static char *between(const char *from, const char *a, const char *b) {
  const char *start = strstr(from, a);
  assert_non_null(start);
  start += strlen(a);
  const char *end = strstr(start, b);
  assert_non_null(end);
  return g_strndup(start, (gsize)(end - start));
}

/* Every other line rests on two facts; of those the ones with most money are shown, which are of the last drugs. */
static void shown_lines_are_the_most_telling(void **state) {
  (void)state;
  char *folder = small_folder_new();
  gsize length;
  g_autoptr(SmallCase) small = large();
  g_autofree char *page = page_of(small, folder, "large", &length), *lines = between(page, "<table class=\"lines\">", "</table>");
  assert_int_equal(count(lines, "<tr><td>"), 100);
  assert_int_equal(count(lines, "<td>1 2</td></tr>"), 100);
  assert_int_equal(count(lines, ">M38") + count(lines, ">M39"), 100);
  small_folder_remove(folder);
}

static void points_add_up_to_the_score(void **state) {
  (void)state;
  char *folder = small_folder_new();
  gsize length;
  g_autoptr(SmallCase) small = small_case_golden();
  g_autofree char *page = page_of(small, folder, "golden", &length), *facts = between(page, "<table class=\"facts\">", "</table>"),
                  *sum = between(facts, "<tr class=\"sum\">", "</tr>"), *score = between(sum, "<td class=\"n\">", "</td>");
  assert_string_equal(score, "36");
  assert_int_equal(sum_after(facts, "<td class=\"n\">+"), 40);
  assert_int_equal(sum_after(facts, "<td class=\"n\">\xE2\x88\x92"), 4);
  small_folder_remove(folder);
}

static void one_lead_has_a_page_of_its_own(void **state) {
  (void)state;
  char *folder = small_folder_new();
  gsize length;
  g_autoptr(SmallCase) small = small_case_golden();
  g_autofree char *page = page_of(small, folder, "golden", &length), *one = page_again(folder, "golden", "R0002", RS_LANG_ZH);
  assert_int_equal(count(page, "<section class=\"lead\""), 2);
  assert_int_equal(count(one, "<section class=\"lead\""), 1);
  assert_non_null(strstr(one, "id=\"R0002\""));
  assert_null(strstr(one, "id=\"R0001\""));
  assert_non_null(strstr(one, "lang=\"zh-CN\""));
  small_folder_remove(folder);
}

static void policy_forbids_all_but_its_own_scripts(void **state) {
  (void)state;
  char *folder = small_folder_new();
  gsize length;
  g_autoptr(SmallCase) small = small_case_golden();
  g_autofree char *page = page_of(small, folder, "golden", &length), *policy = between(page, "Content-Security-Policy\" content=\"", "\"");
  assert_true(g_str_has_prefix(policy, "default-src 'none'; script-src 'sha256-"));
  assert_null(strstr(policy, "http"));
  assert_null(strstr(policy, "script-src 'unsafe"));
  /* every script that runs is named by its hash */
  for (const char *at = page; (at = strstr(at, "<script>")) != NULL;) {
    at += strlen("<script>");
    g_autofree char *script = between(at - strlen("<script>"), "<script>", "</script>");
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize size = sizeof digest;
    g_checksum_update(checksum, (const guchar *)script, (gssize)strlen(script));
    g_checksum_get_digest(checksum, digest, &size);
    g_autofree char *base64 = g_base64_encode(digest, size);
    if (strstr(policy, base64) == NULL) fail_msg("a script is not named by the policy: %.60s", script);
  }
  small_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_from_memory_and_from_the_folder),
      cmocka_unit_test(nothing_of_the_claims_becomes_markup),
      cmocka_unit_test(huge_label_does_not_make_a_huge_page),
      cmocka_unit_test(page_without_leads_says_what_was_searched),
      cmocka_unit_test(large_lead_is_drawn_in_part_and_the_rest_counted),
      cmocka_unit_test(shown_lines_are_the_most_telling),
      cmocka_unit_test(points_add_up_to_the_score),
      cmocka_unit_test(one_lead_has_a_page_of_its_own),
      cmocka_unit_test(policy_forbids_all_but_its_own_scripts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
