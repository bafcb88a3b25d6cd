#include "exporters/dossier.h"

#include "claims/number.h"

#include <string.h>

static void row_free(gpointer data) {
  RsDossierRow *row = data;
  g_hash_table_unref(row->seen);
  g_free(row->key);
  g_free(row);
}

static void sums_clear(RsDossier *d) {
  for (int k = 0; k < RS_N_KINDS; k++) g_clear_pointer(&d->by[k], g_ptr_array_unref);
  g_clear_pointer(&d->by_month, g_ptr_array_unref);
  g_clear_pointer(&d->by_region, g_ptr_array_unref);
  g_clear_pointer(&d->own, g_free);
}

void rs_dossier_case_free(RsDossierCase *of) {
  if (of == NULL) return;
  rs_case_rows_free(of->notices);
  rs_case_rows_free(of->account);
  rs_names_free(of->names);
  g_free(of->name);
  g_free(of);
}

RsDossierCase *rs_dossier_case_new(const RsCaseSource *source, const char *folder, RsLanguage language, GError **error) {
  g_autoptr(RsDossierCase) of = g_new0(RsDossierCase, 1);
  of->source = *source;
  of->name = g_path_get_basename(folder);
  of->masked = rs_case_source_masked(source);
  of->language = language;
  of->notices = rs_case_source_rows(source, RS_TABLE_NOTICE, NULL, error);
  of->account = of->notices == NULL ? NULL : rs_case_source_rows(source, RS_TABLE_ACCOUNT, NULL, error);
  of->names = of->account == NULL ? NULL : rs_names_new(source, error);
  return of->names == NULL ? NULL : g_steal_pointer(&of);
}

void rs_dossier_free(RsDossier *d) {
  if (d == NULL) return;
  sums_clear(d);
  rs_case_rows_free(d->evidence);
  rs_case_rows_free(d->attendance);
  rs_ring_story_free(d->story);
  g_free(d->ring_id);
  g_free(d);
}

RsDossier *rs_dossier_new(const RsDossierCase *of, const char *ring_id, GHashTable *clear, GError **error) {
  g_autoptr(RsDossier) d = g_new0(RsDossier, 1);
  d->of = of;
  d->clear = clear;
  d->ring_id = g_strdup(ring_id);
  d->story = rs_ring_story_new(&of->source, ring_id, error);
  d->evidence = d->story == NULL ? NULL : rs_case_source_rows(&of->source, RS_TABLE_EVIDENCE, ring_id, error);
  d->attendance = d->evidence == NULL ? NULL : rs_case_source_rows(&of->source, RS_TABLE_ATTENDANCE, ring_id, error);
  if (d->attendance == NULL) return NULL;
  rs_dossier_limit(d, NULL, NULL);
  return g_steal_pointer(&d);
}

char *rs_dossier_file(const char *ring_id) { return g_strdup_printf("dossiers/%s.html", ring_id); }

const char *rs_dossier_id(const RsDossier *d, RsKind kind, const char *id) {
  const char *clear = kind == RS_PERSON && d->clear != NULL ? g_hash_table_lookup(d->clear, id) : NULL;
  return clear != NULL ? clear : id;
}

/* ---- sums ---- */

static RsDossierRow *row_get(GPtrArray *rows, GHashTable *index, const char *key) {
  RsDossierRow *row = g_hash_table_lookup(index, key);
  if (row != NULL) return row;
  row = g_new0(RsDossierRow, 1);
  row->key = g_strdup(key);
  row->seen = g_hash_table_new(g_str_hash, g_str_equal);
  g_ptr_array_add(rows, row);
  g_hash_table_insert(index, row->key, row);
  return row;
}

static void sum_add(RsDossierSum *sum, gint64 amount, gint64 fund, gint64 account, bool new_person) {
  sum->lines++;
  sum->amount += amount;
  sum->fund += fund;
  sum->account += account;
  sum->people += new_person;
}

/* What the personal account paid for a line, where its file says so. */
static bool account_of(const RsDossier *d, guint i, gint64 *fen) {
  const RsSourceFile *file = rs_source_lines_file(d->lines, rs_case_rows_text(d->evidence, i, "file"));
  const GPtrArray *cells = rs_source_lines_cells(file, rs_case_rows_integer(d->evidence, i, "line"));
  *fen = 0;
  if (cells == NULL || file->account < 0 || (guint)file->account >= cells->len) return false;
  const char *text = g_ptr_array_index(cells, file->account);
  char padded[64] = "";
  if (strlen(text) > 40) return false;
  g_strlcpy(padded, text, sizeof padded);
  return rs_number_money(padded, strlen(text), fen);
}

static int compare_money(gconstpointer a, gconstpointer b) {
  const RsDossierRow *x = *(RsDossierRow *const *)a, *y = *(RsDossierRow *const *)b;
  if (x->own.amount != y->own.amount) return x->own.amount > y->own.amount ? -1 : 1;
  if (x->all.amount != y->all.amount) return x->all.amount > y->all.amount ? -1 : 1;
  return strcmp(x->key, y->key);
}

static int compare_keys(gconstpointer a, gconstpointer b) { return strcmp((*(RsDossierRow *const *)a)->key, (*(RsDossierRow *const *)b)->key); }

enum { BY_MONTH = RS_N_KINDS, BY_REGION, N_BY };

static void add_up(RsDossier *d, guint i, GPtrArray *by[N_BY], GHashTable *index[N_BY], GHashTable *seen) {
  static const char *const column[RS_N_KINDS] = {"person_id", "doctor_id", "institution_id", "drug_code"};
  const char *person = rs_case_rows_text(d->evidence, i, "person_id");
  char month[8];
  g_strlcpy(month, rs_case_rows_text(d->evidence, i, "time"), sizeof month);
  const gint64 amount = rs_case_rows_integer(d->evidence, i, "amount"), fund = rs_case_rows_integer(d->evidence, i, "fund_amount");
  gint64 account;
  d->has_account = account_of(d, i, &account) || d->has_account;
  for (int k = 0; k < N_BY; k++) {
    const char *key = k == BY_MONTH ? month : k == BY_REGION ? rs_names_get(d->of->names, RS_PERSON, person).region : rs_case_rows_text(d->evidence, i, column[k]);
    RsDossierRow *row = row_get(by[k], index[k], key);
    const bool fresh = g_hash_table_add(row->seen, (gpointer)person);
    sum_add(&row->all, amount, fund, account, fresh);
    if (d->own[i]) sum_add(&row->own, amount, fund, account, fresh); /* a person is wholly inside a part or outside it */
  }
  const bool fresh = g_hash_table_add(seen, (gpointer)person);
  sum_add(&d->sum_all, amount, fund, account, fresh);
  if (d->own[i]) sum_add(&d->sum_own, amount, fund, account, fresh);
}

void rs_dossier_limit(RsDossier *d, const char *region, const char *person) {
  GPtrArray *by[N_BY];
  GHashTable *index[N_BY];
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  sums_clear(d);
  d->region = region;
  d->person = person;
  d->sum_own = d->sum_all = (RsDossierSum){0, 0, 0, 0, 0};
  d->own = g_malloc0((gsize)d->evidence->n + 1);
  for (int k = 0; k < N_BY; k++) {
    by[k] = g_ptr_array_new_with_free_func(row_free);
    index[k] = g_hash_table_new(g_str_hash, g_str_equal);
  }
  for (guint i = 0; i < d->evidence->n; i++) {
    const char *who = rs_case_rows_text(d->evidence, i, "person_id");
    d->own[i] = (person == NULL || strcmp(person, who) == 0) && (region == NULL || strcmp(region, rs_names_get(d->of->names, RS_PERSON, who).region) == 0);
    add_up(d, i, by, index, seen);
  }
  for (int k = 0; k < N_BY; k++) {
    g_ptr_array_sort(by[k], k < RS_N_KINDS ? compare_money : compare_keys);
    g_hash_table_unref(index[k]);
    if (k < RS_N_KINDS) d->by[k] = by[k];
  }
  d->by_month = by[BY_MONTH];
  d->by_region = by[BY_REGION];
}

/* ---- claim lines ---- */

/* Columns that name nobody: what a masked sheet may show as it stood. */
static bool harmless(const RsSourceFile *file, guint column) {
  static const RsColumnRole role[] = {RS_COLUMN_INSTITUTION, RS_COLUMN_TIME, RS_COLUMN_VISIT_TIME, RS_COLUMN_DOCTOR, RS_COLUMN_INSTITUTION_NAME, RS_COLUMN_INSTITUTION_TYPE, RS_COLUMN_DRUG,
                                      RS_COLUMN_DRUG_NAME, RS_COLUMN_QUANTITY, RS_COLUMN_AMOUNT, RS_COLUMN_FUND, RS_COLUMN_PERSON_REGION,
                                      RS_COLUMN_SERVICE_REGION, RS_COLUMN_DIAGNOSIS, RS_COLUMN_TRACE, RS_COLUMN_TERMINAL, RS_COLUMN_VALID_FLAG, RS_COLUMN_REFUND_FLAG};
  if (file->account == (int)column) return true;
  for (size_t i = 0; i < G_N_ELEMENTS(role); i++)
    if (file->role[role[i]] == (int)column) return true;
  return false;
}

/* Without the files, what the case kept of the line. */
static void case_cells(const RsDossier *d, guint row, RsDossierCell cell, void *data) {
  static const char *const column[] = {"claim_id", "settlement_id", "person_id", "institution_id", "doctor_id", "drug_code", "time", "amount", "fund_amount"};
  for (size_t i = 0; i < G_N_ELEMENTS(column); i++) {
    const RsCell *c = rs_case_rows_cell(d->evidence, row, column[i]);
    if (c->empty) { cell(column[i], "", data); continue; } /* no such column in the claims */
    const bool money = g_str_has_suffix(column[i], "amount");
    g_autofree char *fen = money ? g_strdup_printf("%s%" G_GINT64_FORMAT ".%02d", c->integer < 0 ? "-" : "", ABS(c->integer) / 100, (int)(ABS(c->integer) % 100)) : NULL;
    const char *clear = d->clear != NULL && !money ? g_hash_table_lookup(d->clear, c->text) : NULL;
    cell(column[i], money ? fen : clear != NULL ? clear : c->text, data);
  }
}

guint rs_dossier_line(const RsDossier *d, guint row, RsDossierCell cell, void *data) {
  const RsSourceFile *file = rs_source_lines_file(d->lines, rs_case_rows_text(d->evidence, row, "file"));
  const GPtrArray *cells = rs_source_lines_cells(file, rs_case_rows_integer(d->evidence, row, "line"));
  static const struct { RsColumnRole role; const char *column; } masked[] = {{RS_COLUMN_PERSON, "person_id"}, {RS_COLUMN_CLAIM_ID, "claim_id"}, {RS_COLUMN_SETTLEMENT, "settlement_id"}};
  guint n_left_out = 0;
  if (cells == NULL) return case_cells(d, row, cell, data), 0;
  for (guint c = 0; c < cells->len && c < file->header->len; c++) {
    const char *text = g_ptr_array_index(cells, c);
    bool shown = !d->of->masked || d->clear != NULL || harmless(file, c);
    for (size_t m = 0; m < G_N_ELEMENTS(masked) && !shown; m++)
      if (file->role[masked[m].role] == (int)c) shown = true, text = rs_case_rows_text(d->evidence, row, masked[m].column);
    if (shown) cell(g_ptr_array_index(file->header, c), text, data);
    n_left_out += !shown;
  }
  return n_left_out;
}

/* ---- what to look at next ---- */

typedef struct { unsigned patterns; const char *text; } Check;
#define OF(pattern) (1u << (pattern))
#define ALL (~0u)
static const Check outlet_checks[] = {
    {OF(RS_BATCH) | OF(RS_MIXED), N_("video and till records of the bursts listed, by day and time: who paid, with how many cards at once")},
    {OF(RS_BATCH) | OF(RS_RESALE) | OF(RS_TRACE) | OF(RS_MIXED), N_("stock in, stock out and stock on hand of the drugs named, against what was billed")},
    {OF(RS_DUPLICATE), N_("the original bills of each pair of purchases, at both outlets, and what was handed over at each")},
    {OF(RS_TRACE), N_("the trace codes named: at which outlet the box really was, and since when")},
    {OF(RS_CROSSREGION) | OF(RS_TRAVEL), N_("how people from elsewhere came to this outlet: transport, sponsors, lists kept at the counter")},
    {OF(RS_STEERING), N_("agreements, rent, payments and common owners between the outlet and the doctor named")},
    {ALL, N_("cards of others kept at the outlet")},
};
static const Check record_checks[] = {
    {ALL, N_("the claim lines listed, one by one, in the settlement system: are they there, unchanged, with these amounts")},
    {OF(RS_BATCH) | OF(RS_RESALE) | OF(RS_STEERING) | OF(RS_CROSSREGION) | OF(RS_MIXED), N_("prescriptions and medical records behind the lines: were they issued, by whom, for which diagnosis")},
    {OF(RS_TRAVEL) | OF(RS_DUPLICATE), N_("where the person really was: inpatient, outpatient and travel records of the same hours")},
    {ALL, N_("the innocent explanations named under the counter-facts: household, care home, treatment by schedule, employer's day")},
    {ALL, N_("which agreement, rule or article applies: to be settled by hand")},
};
static const Check people_checks[] = {
    {ALL, N_("does the insured person know of these purchases, hold the card, and was it lent or collected by somebody")},
    {OF(RS_BATCH) | OF(RS_RESALE) | OF(RS_CROSSREGION) | OF(RS_MIXED), N_("was the drug received, used for oneself, handed on or sold; for what payment")},
    {OF(RS_STEERING) | OF(RS_RESALE) | OF(RS_CROSSREGION), N_("ask the doctor named how these patients came, and who asked for these drugs")},
    {ALL, N_("hear the other side, and write down what speaks for it")},
};

guint rs_dossier_checks(const RsDossier *d, RsCheck where, const char *text[8]) {
  static const struct { const Check *check; size_t n; } list[RS_N_CHECKS] = {
      {outlet_checks, G_N_ELEMENTS(outlet_checks)}, {record_checks, G_N_ELEMENTS(record_checks)}, {people_checks, G_N_ELEMENTS(people_checks)}};
  const char *pattern = rs_case_rows_text(d->story->ring, 0, "pattern");
  guint n = 0;
  unsigned bit = OF(RS_MIXED);
  for (int p = 0; p < RS_N_PATTERNS; p++)
    if (strcmp(rs_pattern_name[p], pattern) == 0) bit = OF(p);
  for (size_t i = 0; i < list[where].n && n < 8; i++)
    if (list[where].check[i].patterns & bit) text[n++] = list[where].check[i].text;
  return n;
}
