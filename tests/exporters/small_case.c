#include "exporters/small_case.h"

#include "exporters/case_folder.h"
#include "rs_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- stand-ins ---- */

struct RsReader { const RsClaims *claims; bool has_claim_ids; };

bool rs_reader_hash(RsReader *reader, GError **error) {
  (void)reader;
  (void)error;
  return true;
}

bool rs_reader_fetch(RsReader *reader, const RsRow *rows, size_t n, RsSourceLineFunc func, void *data, GError **error) {
  (void)reader, (void)error;
  for (size_t i = 0; i < n; i++) {
    g_autofree char *claim = g_strdup_printf("CLM-%06u", (unsigned)RS_ROW_LINE(rows[i]));
    g_autofree char *settlement = g_strdup_printf("STL-%05u", (unsigned)RS_ROW_LINE(rows[i]) / 2);
    const RsSourceLine line = {.row = rows[i], .index = i, .claim_id = claim, .settlement_id = settlement, .time = "", .raw = ""};
    func(&line, data);
  }
  return true;
}

const char *rs_reader_attribute(const RsReader *reader, unsigned kind, const char *id, const char *field) {
  (void)reader;
  if (strcmp(field, "name") != 0) return "";
  if (kind == RS_PERSON && strcmp(id, "P1") == 0) return "Zhang San";
  return kind == RS_INSTITUTION && strcmp(id, "I1") == 0 ? "和平药店" : "";
}

char *rs_fact_text(const RsClaims *claims, const RsFact *fact, RsLanguage language) {
  (void)claims;
  return g_strdup_printf(language == RS_LANG_ZH ? "依据 \"%s\", %d 分" : "fact \"%s\", %d points", fact->code, fact->points);
}

char *rs_ring_summary(const RsClaims *claims, const RsRing *ring, RsLanguage language) {
  (void)claims;
  return g_strdup_printf(language == RS_LANG_ZH ? "%u 人, %u 家机构" : "%u people, %u outlets", ring->count[RS_PERSON],
                         ring->count[RS_INSTITUTION]);
}

/* ---- claims and leads ---- */

uint32_t small_case_find(const SmallCase *small, RsKind kind, const char *id) {
  for (uint32_t i = 0; i < rs_knowledge_count(small->knowledge, kind); i++)
    if (strcmp(rs_knowledge_id(small->knowledge, kind, i), id) == 0) return i;
  fail_msg("no %s '%s'", rs_kind_name[kind], id);
  return 0;
}

static RsMember member_of(const SmallCase *small, const char *text) {
  static const RsRole role[RS_N_KINDS] = {RS_ROLE_MEMBER, RS_ROLE_PRESCRIBER, RS_ROLE_OUTLET, RS_ROLE_ITEM};
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    const size_t length = strlen(rs_kind_name[kind]);
    if (strncmp(text, rs_kind_name[kind], length) == 0 && text[length] == ':')
      return (RsMember){(RsKind)kind, small_case_find(small, (RsKind)kind, text + length + 1), role[kind], 0.75};
  }
  fail_msg("what is '%s'?", text);
  return (RsMember){0};
}

static void evidence_add(const SmallCase *small, RsRing *ring, uint32_t person, GArray *all) {
  const RsClaims *claims = small->claims;
  for (uint64_t l = claims->visit_line[claims->person_visit[person]]; l < claims->visit_line[claims->person_visit[person + 1]]; l++) {
    const RsEvidence evidence = {l, l % 2 == 0 ? 1u : 3u};
    const uint16_t day = (uint16_t)(claims->visit_time[rs_claims_line_visit(claims, l)] / 86400u);
    if (all->len == 0 || day < ring->first_day) ring->first_day = day;
    if (all->len == 0 || day > ring->last_day) ring->last_day = day;
    ring->amount += rs_line_amount(claims, l);
    ring->fund += rs_line_fund(claims, l);
    g_array_append_val(all, evidence);
  }
}

static int compare_evidence(const void *a, const void *b) {
  const uint64_t x = ((const RsEvidence *)a)->line, y = ((const RsEvidence *)b)->line;
  return (x > y) - (x < y);
}

/* Each (day, institution) that a person member visits is a burst of its own here. */
static void burst_add(const RsClaims *claims, GArray *bursts, uint32_t visit, uint32_t member) {
  const uint32_t time = claims->visit_time[visit], institution = claims->visit_institution[visit];
  RsBurst *burst = NULL;
  for (guint b = 0; b < bursts->len && burst == NULL; b++) {
    RsBurst *one = &g_array_index(bursts, RsBurst, b);
    if (one->institution == institution && one->first_time / 86400u == time / 86400u) burst = one;
  }
  if (burst == NULL) {
    const RsBurst new_burst = {.first_time = time, .last_time = time, .institution = institution};
    g_array_append_val(bursts, new_burst);
    burst = &g_array_index(bursts, RsBurst, bursts->len - 1);
  }
  burst->first_time = MIN(burst->first_time, time);
  burst->last_time = MAX(burst->last_time, time);
  if ((burst->member_bits[0] >> member & 1u) == 0) burst->n_members++;
  burst->member_bits[0] |= UINT64_C(1) << member;
}

static int compare_bursts(const void *a, const void *b) {
  const RsBurst *x = a, *y = b;
  if (x->first_time != y->first_time) return x->first_time < y->first_time ? -1 : 1;
  return (x->institution > y->institution) - (x->institution < y->institution);
}

static void bursts_fill(const SmallCase *small, RsRing *ring) {
  const RsClaims *claims = small->claims;
  g_autoptr(GArray) bursts = g_array_new(FALSE, FALSE, sizeof(RsBurst));
  for (uint32_t m = 0; m < ring->n_members && ring->members[m].kind == RS_PERSON; m++)
    for (uint32_t v = claims->person_visit[ring->members[m].id]; v < claims->person_visit[ring->members[m].id + 1]; v++)
      burst_add(claims, bursts, v, m);
  g_array_sort(bursts, compare_bursts);
  ring->n_bursts = bursts->len;
  ring->bursts = g_memdup2(bursts->data, bursts->len * sizeof(RsBurst));
}

/* One rule: the ring's drugs, or all there are, with everybody; numbers that only have to come back. */
static void rules_fill(const SmallCase *small, RsRing *ring) {
  uint32_t n_drugs = rs_knowledge_count(small->knowledge, RS_DRUG);
  ring->rules = g_new0(RsRule, 1);
  ring->n_rules = 1;
  *ring->rules = (RsRule){.n_visits = 5, .expected = 0.0625, .lift = 48, .q_value = 1.5e-7};
  ring->rules->item = g_new(RsItem, (gsize)n_drugs + 1);
  ring->rules->person = g_new(uint32_t, (gsize)ring->n_members + 1);
  for (uint32_t d = 0; d < n_drugs; d++) ring->rules->item[ring->rules->n_items++] = (RsItem){RS_DRUG, d};
  for (uint32_t m = 0; m < ring->n_members; m++)
    if (ring->members[m].kind == RS_PERSON) ring->rules->person[ring->rules->n_persons++] = ring->members[m].id;
}

static void ring_fill(const SmallCase *small, const SmallRing *from, RsRing *ring) {
  const RsFact facts[] = {
      {.code = "bursts", .value = 2, .expected = 0.125, .p_value = NAN, .points = from->score - 9 + 4}, /* they add up */
      {.code = "recurring_drugs", .value = 1.0 / 3.0, .expected = NAN, .p_value = 3.25e-9, .points = 9},
      {.code = "household", .value = NAN, .expected = NAN, .p_value = NAN, .points = -4, .counter = true}};
  g_autoptr(GArray) evidence = g_array_new(FALSE, FALSE, sizeof(RsEvidence));
  g_strlcpy(ring->lead_key, "0123456789abcdef0123456789abcdef", sizeof ring->lead_key);
  ring->pattern = from->pattern;
  ring->score = from->score;
  ring->stability = 'A';
  ring->q_value = NAN;
  ring->members = g_new0(RsMember, G_N_ELEMENTS(from->members));
  for (size_t m = 0; m < G_N_ELEMENTS(from->members) && from->members[m] != NULL; m++) {
    const RsMember member = member_of(small, from->members[m]);
    ring->members[ring->n_members++] = member;
    ring->count[member.kind]++;
    if (member.kind == RS_PERSON) evidence_add(small, ring, member.id, evidence);
  }
  g_array_sort(evidence, compare_evidence);
  bursts_fill(small, ring);
  ring->facts = g_memdup2(facts, sizeof facts);
  ring->n_facts = G_N_ELEMENTS(facts);
  rules_fill(small, ring);
  ring->amount_exclusive = ring->amount;
  ring->n_evidence = evidence->len;
  ring->evidence = g_memdup2(evidence->data, evidence->len * sizeof(RsEvidence));
}

static void rings_fill(SmallCase *small, const SmallRing *ring, size_t n_rings) {
  RsRings *rings = small->rings = g_new0(RsRings, 1);
  rings->n_rings = (uint32_t)n_rings;
  rings->rings = g_new0(RsRing, n_rings + 1);
  for (size_t r = 0; r < n_rings; r++) ring_fill(small, &ring[r], &rings->rings[r]);
  rings->examined = 1u << RS_BATCH | 1u << RS_STEERING;
  if (n_rings > 0) { /* about a person, whose id must be masked */
    rings->n_not_examined = 1;
    rings->not_examined = g_new0(RsNotice, 1);
    rings->not_examined[0] = (RsNotice){"too_many_visits", RS_PERSON, rings->rings[0].members[0].id, 7, g_strdup("too many visits"),
                                        g_strdup("就诊次数过多")};
  }
  rings->n_institutions = rs_knowledge_count(small->knowledge, RS_INSTITUTION);
  rings->institutions = g_new0(RsInstitutionRank, rings->n_institutions + 1);
  for (uint32_t i = 0; i < rings->n_institutions; i++)
    rings->institutions[i] = (RsInstitutionRank){.institution = i, .visits = 10 + i, .persons = 3, .peers = 2, .amount = 12345,
                                                 .suspicion = 1.0 / (1 + i), .rank = i + 1, .n_rings = i == 0};
}

static RsReport *report_new(const RsClaims *claims) {
  RsReport *report = rs_report_new();
  RsInputFile *file = g_new0(RsInputFile, 1);
  file->path = g_strdup("claims.csv");
  file->name = g_strdup("claims.csv");
  file->role = g_strdup("claims");
  file->mapping = g_strdup("ringscope");
  memset(file->sha256, 'a', 64);
  file->encoding = "UTF-8";
  file->compression = "";
  file->delimiter = ',';
  file->rows = claims->n_lines + 1;
  g_ptr_array_add(report->files, file);
  RsReject *reject = g_new0(RsReject, 1);
  reject->row = RS_ROW(0, claims->n_lines + 2);
  reject->reason = RS_REASON_NUMBER;
  reject->detail = rs_said_new("%s '%.*s' %s", "amount", 3, "12x", "is not a number");
  reject->raw = g_memdup2("P9,I1,\xff\0,12x", 12);
  reject->raw_length = 12;
  g_ptr_array_add(report->rejects, reject);
  report->rows[RS_PLACE_USED] = claims->n_lines;
  report->rows[RS_PLACE_REJECTED] = 1;
  for (uint64_t l = 0; l < claims->n_lines; l++) report->amount[RS_PLACE_USED] += rs_line_amount(claims, l);
  report->rows_read = claims->n_lines + 1;
  report->amount_read = report->amount[RS_PLACE_USED];
  report->unreadable_amounts = 1;
  report->rejected_by[RS_REASON_NUMBER] = 1;
  return report;
}

SmallCase *small_case_new(const RsReferenceLine *line, size_t n, const SmallRing *ring, size_t n_rings) {
  static const char *const options[] = {"patterns", "batch,steering", NULL};
  GError *error = NULL;
  SmallCase *small = g_new0(SmallCase, 1);
  small->claims = rs_reference_claims(line, n);
  small->knowledge = rs_knowledge_new(small->claims, 1, &error);
  rs_assert_no_error(error);
  small->report = report_new(small->claims);
  rings_fill(small, ring, n_rings);
  RsReader *reader = g_new0(RsReader, 1);
  reader->claims = small->claims;
  small->c = (RsCase){.reader = reader, .report = small->report, .claims = small->claims, .knowledge = small->knowledge,
                      .rings = small->rings, .mask = rs_mask_clear(), .command_line = "ringscope analyze claims.csv -o case",
                      .options = options, .seed = 1, .n_threads = 1};
  return small;
}

void small_case_free(SmallCase *small) {
  rs_rings_free(small->rings);
  rs_mask_free((RsMask *)small->c.mask);
  g_free(small->c.reader);
  rs_report_free(small->report);
  rs_knowledge_free(small->knowledge);
  rs_claims_free(small->claims);
  g_free(small);
}

SmallCase *small_case_golden(void) {
  static const RsReferenceLine line[] = {
      {.person = "P1", .institution = "I1", .time = "2025-03-04 19:38:00", .doctor = "D1", .drug = "M1", .drug_name = "Drug one",
       .amount = 10050, .fund = 5000, .person_region = "330106", .institution_type = "pharmacy"},
      {.person = "P2", .institution = "I1", .time = "2025-03-04 19:40:00", .doctor = "D1", .drug = "M1", .drug_name = "Drug one",
       .amount = 10050, .fund = 5000, .person_region = "330106", .institution_type = "pharmacy"},
      {.person = "P3", .institution = "I1", .time = "2025-03-04 19:41:30", .drug = "M2", .amount = 2000, .person_region = "330108"},
      {.person = "P1", .institution = "I2", .time = "2025-03-13 12:02:00", .doctor = "D1", .drug = "M1", .amount = 10050, .fund = 5000},
      {.person = "P2", .institution = "I2", .time = "2025-03-13 12:03:00", .drug = "M2", .amount = 1999, .fund = 1},
      {.person = "P3", .institution = "I2", .time = "2025-03-13 12:04:00", .doctor = "D2", .drug = "M1", .amount = 10050},
      {.person = "P1", .institution = "I1", .time = "2025-03-20 09:00:00", .amount = -500},
      {.person = "P4", .institution = "I1", .time = "2025-03-05 10:00:00", .doctor = "D2", .drug = "M3", .amount = 100},
      {.person = "P4", .institution = "I3", .time = "2025-04-05 10:00:00", .doctor = "D2", .drug = "M3", .amount = 100},
      {.person = "P5", .institution = "I3", .time = "2025-04-06 10:00:00", .drug = "M3", .amount = 100},
      {.person = "P5", .institution = "I1", .time = "2025-04-06 10:00:00", .doctor = "D1", .drug = "M2", .amount = 70},
      {.person = "P5", .institution = "I1", .time = "2025-04-06 10:00:00", .doctor = "D1", .drug = "M1", .amount = 80},
      {.person = "330106194912310023", .institution = "I3", .time = "2025-05-01 08:00:00", .drug = "M3", .amount = 9007199254740993},
      {.person = "P3", .institution = "I3", .time = "2025-05-02 08:00:00", .drug = "M3", .amount = 1, .person_region = "330108"},
      {.person = "P2", .institution = "I1", .time = "2025-03-04 19:40:00", .doctor = "D1", .drug = "M4",
       .drug_name = "Drug \"four\", 10 mg", .amount = 333}};
  static const SmallRing ring[] = {
      {RS_BATCH, 36, {"person:P1", "person:P2", "person:P3", "institution:I1", "institution:I2", "drug:M1"}},
      {RS_STEERING, 12, {"person:330106194912310023", "person:P3", "doctor:D2", "institution:I3"}}};
  return small_case_new(line, G_N_ELEMENTS(line), ring, G_N_ELEMENTS(ring));
}

SmallCase *small_case_hostile(void) {
  static const RsReferenceLine line[] = {
      {.person = "a<b>&\"c'", .institution = "]]>", .time = "2025-01-01 10:00", .doctor = "=cmd|' /C calc'!A0", .drug = "INFLUENZA",
       .drug_name = "INF \x01\x02 null", .amount = 1},
      {.person = "null", .institution = "tab\there", .time = "2025-01-02 10:00", .doctor = "\xF0\x9F\x92\x8A pill", .drug = "NULL",
       .drug_name = "a]]>b]]>c", .amount = -2},
      {.person = "\xE2\x80\xAE" "evil\xE2\x80\xAC", .institution = "line\nfeed", .time = "2025-01-03 10:00", .doctor = "]]",
       .drug = "x\xEF\xBF\xBEy\xEF\xBF\xBF", .drug_name = "cr\rlf\r\nend", .amount = 3},
      {.person = "P _x", .institution = "药店 \"甲\"", .time = "2025-01-04 10:00", .doctor = "</data></node>", .drug = "&amp;&#0;",
       .drug_name = " leading and trailing ", .amount = 4},
      {.person = "null", .institution = "]]>", .time = "2025-01-05 10:00", .doctor = "]]", .drug = "INFLUENZA", .amount = 5}};
  static const SmallRing ring[] = {{RS_BATCH, -7, {"person:a<b>&\"c'", "person:null", "person:\xE2\x80\xAE" "evil\xE2\x80\xAC", "person:P _x",
                                                   "institution:]]>", "drug:INFLUENZA"}}};
  return small_case_new(line, G_N_ELEMENTS(line), ring, G_N_ELEMENTS(ring));
}

/* ---- files ---- */

char *small_key_file(const char *folder) {
  char *path = g_build_filename(folder, "test.key", NULL);
  g_autoptr(GString) text = g_string_new("ringscope-key-1 ");
  for (unsigned i = 0; i < 32; i++) g_string_append(text, "42");
  g_string_append_c(text, '\n');
  assert_true(g_file_set_contents(path, text->str, -1, NULL));
  return path;
}

char *small_folder_new(void) {
  char *folder = g_dir_make_tmp("ringscope-test-XXXXXX", NULL);
  assert_non_null(folder);
  return folder;
}

void small_folder_remove(char *folder) {
  rs_case_folder_remove(folder);
  g_free(folder);
}

char *small_expected_text(const char *text) {
  GString *expected = g_string_new(text);
  g_string_replace(expected, "\r\n", "\n", 0);
  g_string_replace(expected, "\r", "\n", 0);
  g_string_replace(expected, "\x01", "\xEF\xBF\xBD", 0);
  g_string_replace(expected, "\x02", "\xEF\xBF\xBD", 0);
  g_string_replace(expected, "\xEF\xBF\xBE", "\xEF\xBF\xBD", 0);
  g_string_replace(expected, "\xEF\xBF\xBF", "\xEF\xBF\xBD", 0);
  return g_string_free(expected, FALSE);
}
