/* diff: what became of the leads from one case to the next. */
#include "base/error.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/former.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "exporters/csv.h"
#include "exporters/json_row.h"
#include "exporters/manifest.h"
#include "exporters/words.h"
#include "rings/match.h"

#include <string.h>

typedef struct {
  const char *ring_id, *key, *pattern;
  int64_t score, persons, amount, fund;
  bool fund_known; /* false: its claims have no such column */
  GArray *told;    /* of uint32_t, ascending: what it is told by, as numbers of names */
  GArray *outlets; /* of uint32_t, ascending */
  GPtrArray *kin;  /* of Lead: those of the other case that it is, or is part of, or holds */
} Lead;

typedef struct {
  RsCaseRead *read;
  RsCaseRows *rings, *members;
  GPtrArray *lead;
  const RsMask *mask; /* ids are printed under it where the other case is masked and this one not */
} Side;

typedef struct {
  Side then, now;
  GHashTable *number; /* name -> 1 + number */
  GPtrArray *name;
} Diff;

enum { SAME, GROWN, SHRUNK, CHANGED, SPLIT, MERGED, NEW, GONE, N_CHANGES };
static const char *const change_name[N_CHANGES] = {NC_("change", "same"),  NC_("change", "grown"),  NC_("change", "shrunk"), NC_("change", "changed"),
                                                   NC_("change", "split"), NC_("change", "merged"), NC_("change", "new"),    NC_("change", "gone")};

static const RsTableColumn columns[] = {
    {"change", RS_CELL_TEXT, false},         {"ring_then", RS_CELL_TEXT, false},   {"ring_now", RS_CELL_TEXT, false},
    {"lead_key", RS_CELL_TEXT, false},       {"pattern", RS_CELL_TEXT, false},     {"score_then", RS_CELL_INTEGER, false},
    {"score_now", RS_CELL_INTEGER, false},   {"persons_then", RS_CELL_INTEGER, false}, {"persons_now", RS_CELL_INTEGER, false},
    {"joined", RS_CELL_TEXT, false},         {"left", RS_CELL_TEXT, false},        {"new_institutions", RS_CELL_TEXT, false},
    {"amount_then", RS_CELL_MONEY, false},   {"amount_now", RS_CELL_MONEY, false}, {"amount_change", RS_CELL_MONEY, false},
    {"fund_then", RS_CELL_MONEY, false},     {"fund_now", RS_CELL_MONEY, false}};
static const RsTable table = {"change", NULL, G_N_ELEMENTS(columns), columns, NULL, NULL};

/* ---- reading ---- */

static void lead_free(gpointer data) {
  Lead *lead = data;
  g_array_unref(lead->told);
  g_array_unref(lead->outlets);
  g_ptr_array_unref(lead->kin);
  g_free(lead);
}

static uint32_t number_of(Diff *diff, const char *name) {
  uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(diff->number, name));
  if (number == 0) {
    char *own = g_strdup(name);
    g_ptr_array_add(diff->name, own);
    number = diff->name->len;
    g_hash_table_insert(diff->number, own, GUINT_TO_POINTER(number));
  }
  return number - 1;
}

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

static bool side_open(Side *side, const char *folder, const char *mask_key, GError **error) {
  side->read = rs_case_read_new(folder, mask_key, error);
  side->rings = side->read == NULL ? NULL : rs_case_read_rows(side->read, RS_TABLE_RING, NULL, error);
  side->members = side->rings == NULL ? NULL : rs_case_read_rows(side->read, RS_TABLE_MEMBER, NULL, error);
  side->lead = g_ptr_array_new_with_free_func(lead_free);
  return side->members != NULL;
}

static void side_clear(Side *side) {
  rs_case_rows_free(side->rings);
  rs_case_rows_free(side->members);
  g_clear_pointer(&side->lead, g_ptr_array_unref);
  rs_case_read_free(side->read);
}

/* A lead is told by its people; one without people by its doctors and outlets. */
static void side_leads(Diff *diff, Side *side) {
  g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < side->rings->n; i++) {
    Lead *lead = g_new0(Lead, 1);
    *lead = (Lead){rs_case_rows_text(side->rings, i, "ring_id"), rs_case_rows_text(side->rings, i, "lead_key"), rs_case_rows_text(side->rings, i, "pattern"),
                   rs_case_rows_integer(side->rings, i, "score"), rs_case_rows_integer(side->rings, i, "persons"),
                   rs_case_rows_integer(side->rings, i, "amount"), rs_case_rows_integer(side->rings, i, "fund_amount"),
                   !rs_case_rows_cell(side->rings, i, "fund_amount")->empty,
                   g_array_new(FALSE, FALSE, sizeof(uint32_t)), g_array_new(FALSE, FALSE, sizeof(uint32_t)), g_ptr_array_new()};
    g_ptr_array_add(side->lead, lead);
    g_hash_table_insert(by_id, (gpointer)lead->ring_id, lead);
  }
  for (guint i = 0; i < side->members->n; i++) {
    Lead *lead = g_hash_table_lookup(by_id, rs_case_rows_text(side->members, i, "ring_id"));
    const char *type = rs_case_rows_text(side->members, i, "entity_type"), *id = rs_case_rows_text(side->members, i, "entity_id");
    const bool person = strcmp(type, "person") == 0, outlet = strcmp(type, "institution") == 0;
    char masked[32];
    if (lead == NULL || (!person && !outlet && strcmp(type, "doctor") != 0)) continue;
    if (person && side->mask != NULL) id = rs_mask_entity(side->mask, RS_PERSON, id, masked);
    const uint32_t number = number_of(diff, id);
    if (outlet) g_array_append_val(lead->outlets, number);
    if (lead->persons > 0 ? person : true) g_array_append_val(lead->told, number);
  }
  for (guint i = 0; i < side->lead->len; i++) {
    Lead *lead = g_ptr_array_index(side->lead, i);
    g_array_sort(lead->told, compare_numbers);
    g_array_sort(lead->outlets, compare_numbers);
  }
}

/* Persons must be printed alike on both sides. */
static bool masks_agree(Diff *diff, GError **error) {
  char then[17], now[17];
  const Side *masked = diff->then.read->masked ? &diff->then : &diff->now;
  rs_manifest_fingerprint(diff->then.read->folder, then);
  rs_manifest_fingerprint(diff->now.read->folder, now);
  if (strcmp(then, now) == 0) return true;
  if (diff->then.read->masked && diff->now.read->masked)
    return g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' and '%s' were made with different masking keys: analyze the second again with --mask-key %s.key, or --former %s"),
                       diff->then.read->folder, diff->now.read->folder, diff->then.read->folder, diff->then.read->folder), false;
  if (masked->read->mask == NULL)
    return g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' is masked and its key is not beside it: give --mask-key FILE"), masked->read->folder), false;
  *(masked == &diff->then ? &diff->now.mask : &diff->then.mask) = masked->read->mask;
  return true;
}

/* ---- who is who ---- */

static RsMatchGroup group_of(const Lead *lead) { return (RsMatchGroup){(const uint32_t *)(const void *)lead->told->data, lead->told->len}; }
static Lead *lead_at(const Side *side, guint i) { return g_ptr_array_index(side->lead, i); }

static void tie(Lead *then, Lead *now) {
  g_ptr_array_add(then->kin, now);
  g_ptr_array_add(now->kin, then);
}

/* Leads with one key are one; then the most alike. */
static void match(Diff *diff) {
  g_autoptr(GPtrArray) then = g_ptr_array_new(), now = g_ptr_array_new();
  for (guint i = 0; i < diff->now.lead->len; i++)
    for (guint k = 0; k < diff->then.lead->len; k++)
      if (strcmp(lead_at(&diff->now, i)->key, lead_at(&diff->then, k)->key) == 0) tie(lead_at(&diff->then, k), lead_at(&diff->now, i));
  for (guint i = 0; i < diff->then.lead->len; i++)
    if (lead_at(&diff->then, i)->kin->len == 0) g_ptr_array_add(then, lead_at(&diff->then, i));
  for (guint i = 0; i < diff->now.lead->len; i++)
    if (lead_at(&diff->now, i)->kin->len == 0) g_ptr_array_add(now, lead_at(&diff->now, i));
  g_autofree RsMatchGroup *a = g_new(RsMatchGroup, (gsize)then->len + 1), *b = g_new(RsMatchGroup, (gsize)now->len + 1);
  g_autofree uint32_t *before = g_new(uint32_t, (gsize)now->len + 1);
  for (guint i = 0; i < then->len; i++) a[i] = group_of(g_ptr_array_index(then, i));
  for (guint i = 0; i < now->len; i++) b[i] = group_of(g_ptr_array_index(now, i));
  rs_match_groups(a, then->len, b, now->len, before);
  for (guint i = 0; i < now->len; i++)
    if (before[i] != UINT32_MAX) tie(g_ptr_array_index(then, before[i]), g_ptr_array_index(now, i));
}

/* What is left over and lies, for half of its people or more, in a lead of the other side is a part of it. */
static void match_parts(const Side *side, const Side *other, bool side_is_now) {
  for (guint i = 0; i < side->lead->len; i++) {
    Lead *lead = lead_at(side, i), *best = NULL;
    const RsMatchGroup own = group_of(lead);
    uint32_t most = 0;
    for (guint k = 0; k < other->lead->len && lead->kin->len == 0; k++) {
      const RsMatchGroup its = group_of(lead_at(other, k));
      const uint32_t shared = rs_match_shared(&own, &its);
      if (shared > most && shared >= 2 && shared * 2 >= own.n) most = shared, best = lead_at(other, k);
    }
    if (best != NULL) side_is_now ? tie(best, lead) : tie(lead, best);
  }
}

/* ---- rows ---- */

typedef struct { unsigned what; const GPtrArray *then, *now; /* of Lead */ } Change;

static GArray *all_of(const GPtrArray *leads, bool outlets) {
  GArray *all = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (guint i = 0; i < leads->len; i++) {
    const Lead *lead = g_ptr_array_index(leads, i);
    const GArray *from = outlets ? lead->outlets : lead->told;
    if (from->len > 0) g_array_append_vals(all, from->data, from->len);
  }
  g_array_sort(all, compare_numbers);
  return all;
}

static int compare_texts(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

/* Names in one and not in the other, sorted, joined by ; */
static char *beyond(const Diff *diff, const GPtrArray *these, const GPtrArray *those, bool outlets, guint *n) {
  g_autoptr(GArray) a = all_of(these, outlets), b = all_of(those, outlets);
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (guint i = 0; i < a->len; i++) {
    const uint32_t x = g_array_index(a, uint32_t, i);
    if (i > 0 && x == g_array_index(a, uint32_t, i - 1)) continue;
    if (b->len == 0 || bsearch(&x, b->data, b->len, sizeof x, compare_numbers) == NULL) g_ptr_array_add(names, g_ptr_array_index(diff->name, x));
  }
  g_ptr_array_sort(names, compare_texts);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < names->len; i++) g_string_append_printf(text, "%s%s", i > 0 ? ";" : "", (const char *)g_ptr_array_index(names, i));
  *n = names->len;
  return g_string_free(text, FALSE);
}

static char *ids_of(const GPtrArray *leads) {
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < leads->len; i++) g_string_append_printf(text, "%s%s", i > 0 ? ";" : "", ((const Lead *)g_ptr_array_index(leads, i))->ring_id);
  return g_string_free(text, FALSE);
}

/* People in several of them count once; lines of several leads count in each. */
typedef struct { int64_t score, persons, amount, fund; bool fund_known; } Sums;
static Sums sums_of(const GPtrArray *leads) {
  Sums s = {0};
  g_autoptr(GArray) all = all_of(leads, false);
  guint n_told = 0;
  for (guint i = 0; i < leads->len; i++) {
    const Lead *lead = g_ptr_array_index(leads, i);
    s.score = MAX(s.score, lead->score);
    s.persons += lead->persons;
    n_told += lead->told->len;
    s.amount += lead->amount;
    s.fund += lead->fund;
    s.fund_known = lead->fund_known; /* one case, one answer */
  }
  if (s.persons != n_told) return s; /* some are told by doctors and outlets */
  for (guint i = 1; i < all->len; i++) s.persons -= g_array_index(all, uint32_t, i) == g_array_index(all, uint32_t, i - 1);
  return s;
}

typedef struct { char *joined, *left, *outlets, *then, *now; guint n_joined, n_left, n_outlets; Sums before, after; const Lead *first; } Told;

static void told_clear(Told *told) {
  g_free(told->joined);
  g_free(told->left);
  g_free(told->outlets);
  g_free(told->then);
  g_free(told->now);
}

static Told told_of(const Diff *diff, const Change *change) {
  Told t = {.then = ids_of(change->then), .now = ids_of(change->now), .before = sums_of(change->then), .after = sums_of(change->now)};
  t.joined = beyond(diff, change->now, change->then, false, &t.n_joined);
  t.left = beyond(diff, change->then, change->now, false, &t.n_left);
  t.outlets = beyond(diff, change->now, change->then, true, &t.n_outlets);
  t.first = g_ptr_array_index(change->now->len > 0 ? change->now : change->then, 0);
  return t;
}

static void row_of(const Diff *diff, const Change *change, RsRowFunc row, void *data) {
  Told t = told_of(diff, change);
  const bool then = change->then->len > 0, now = change->now->len > 0;
  const RsCell cell[] = {{.text = change_name[change->what]},
                         {.text = t.then},
                         {.text = t.now},
                         {.text = t.first->key},
                         {.text = t.first->pattern},
                         {.integer = t.before.score, .empty = !then},
                         {.integer = t.after.score, .empty = !now},
                         {.integer = t.before.persons, .empty = !then},
                         {.integer = t.after.persons, .empty = !now},
                         {.text = t.joined},
                         {.text = t.left},
                         {.text = t.outlets},
                         {.integer = t.before.amount, .empty = !then},
                         {.integer = t.after.amount, .empty = !now},
                         {.integer = t.after.amount - t.before.amount},
                         {.integer = t.before.fund, .empty = !then || !t.before.fund_known},
                         {.integer = t.after.fund, .empty = !now || !t.after.fund_known}};
  row(&table, cell, data);
  told_clear(&t);
}

static unsigned one_to_one(const Lead *then, const Lead *now) {
  const RsMatchGroup a = group_of(then), b = group_of(now);
  if (b.n != a.n) return b.n > a.n ? GROWN : SHRUNK;
  return rs_match_shared(&a, &b) == a.n ? SAME : CHANGED;
}

typedef void (*ChangeFunc)(const Diff *diff, const Change *change, void *data);

/* Every lead of both sides in one change, in the order of now, what is gone last. */
static void each_change(const Diff *diff, ChangeFunc func, void *data) {
  g_autoptr(GPtrArray) none = g_ptr_array_new();
  for (guint i = 0; i < diff->now.lead->len; i++) {
    Lead *now = lead_at(&diff->now, i), *then = now->kin->len > 0 ? g_ptr_array_index(now->kin, 0) : NULL;
    g_autoptr(GPtrArray) own = g_ptr_array_new();
    g_ptr_array_add(own, now);
    Change change = {NEW, now->kin, own};
    if (now->kin->len > 1) change.what = MERGED;
    else if (then != NULL && then->kin->len > 1) {
      if (g_ptr_array_index(then->kin, 0) != now) continue; /* told with the first part */
      change = (Change){SPLIT, now->kin, then->kin};
    } else if (then != NULL) change.what = one_to_one(then, now);
    func(diff, &change, data);
  }
  for (guint i = 0; i < diff->then.lead->len; i++) {
    g_autoptr(GPtrArray) own = g_ptr_array_new();
    g_ptr_array_add(own, lead_at(&diff->then, i));
    const Change change = {GONE, own, none};
    if (lead_at(&diff->then, i)->kin->len == 0) func(diff, &change, data);
  }
}

/* ---- out ---- */

typedef struct { RsOutput *output; RsJson json; const RsOptions *options; guint n[N_CHANGES], shown; } Out;

static void csv_row(const RsTable *t, const RsCell *cell, void *data) { rs_csv_row(data, t, cell, false); }
static void json_row(const RsTable *t, const RsCell *cell, void *data) { rs_json_row(data, t, cell, 0); }
static void change_csv(const Diff *diff, const Change *change, void *data) { row_of(diff, change, csv_row, ((Out *)data)->output); }
static void change_json(const Diff *diff, const Change *change, void *data) { row_of(diff, change, json_row, &((Out *)data)->json); }
static void change_count(const Diff *diff, const Change *change, void *data) { (void)diff, ((Out *)data)->n[change->what]++; }

static void change_text(const Diff *diff, const Change *change, void *data) {
  Out *out = data;
  const RsLanguage l = out->options->language;
  Told t = told_of(diff, change);
  g_autoptr(GString) line = g_string_new("   ");
  g_autofree char *before = rs_words_money(t.before.amount), *after = rs_words_money(t.after.amount), *delta = rs_words_money(t.after.amount - t.before.amount);
  g_autofree char *rings = change->then->len == 0   ? g_strdup(t.now)
                           : change->now->len == 0  ? g_strdup(t.then)
                           : strcmp(t.then, t.now) == 0 ? g_strdup(t.now)
                                                        : g_strdup_printf("%s > %s", t.then, t.now);
  const char *what = rs_say_in(l, "change", change_name[change->what]);
  rs_terminal_pad(line, what, 9);
  rs_terminal_pad(line, rings, 24);
  rs_terminal_pad(line, rs_word(t.first->pattern, l), 13);
  if (change->what == NEW) g_string_append_printf(line, rs_say(l, "%lld people, money %s"), (long long)t.after.persons, after);
  else if (change->what == GONE) g_string_append_printf(line, rs_say(l, "%lld people, money %s then"), (long long)t.before.persons, before);
  else
    g_string_append_printf(line, rs_say(l, "people %lld > %lld (%u joined, %u left), %u outlets new, money %s > %s (%s)"), (long long)t.before.persons,
                           (long long)t.after.persons, t.n_joined, t.n_left, t.n_outlets, before, after, delta);
  g_string_append_c(line, '\n');
  if (out->shown > 0) rs_output_text(out->output, line->str), out->shown--;
  told_clear(&t);
}

static void write_text(const Diff *diff, Out *out) {
  const RsLanguage l = out->options->language;
  g_autoptr(GString) head = g_string_new(NULL);
  g_string_append_printf(head, rs_say(l, "%u leads then, %u now:"), diff->then.lead->len, diff->now.lead->len);
  for (unsigned i = 0; i < N_CHANGES; i++)
    if (out->n[i] > 0) g_string_append_printf(head, " %u %s", out->n[i], rs_say_in(l, "change", change_name[i]));
  g_string_append_c(head, '\n');
  rs_output_text(out->output, head->str);
  each_change(diff, change_text, out);
  rs_output_text(out->output, rs_say(l, "leads are for review; they prove nothing by themselves\n"));
}

static void write_json(const Diff *diff, Out *out) {
  out->json = rs_json(out->output);
  RsJson *json = &out->json;
  rs_json_begin(json, NULL, '{');
  rs_json_begin(json, "counts", '{');
  for (unsigned i = 0; i < N_CHANGES; i++) rs_json_unsigned(json, change_name[i], out->n[i]);
  rs_json_end(json, '}');
  rs_json_begin(json, "changes", '[');
  each_change(diff, change_json, out);
  rs_json_end(json, ']');
  rs_json_end(json, '}');
  rs_output_char(out->output, '\n');
}

static bool write_out(const Diff *diff, const RsOptions *options, GError **error) {
  const bool file = options->output != NULL && strcmp(options->output, "-") != 0;
  g_autoptr(RsOutput) output = rs_output_open(file ? options->output : "-", error);
  Out out = {.output = output, .options = options, .shown = options->top > 0 ? (guint)options->top : G_MAXUINT};
  if (output == NULL) return false;
  each_change(diff, change_count, &out);
  if (options->json || (file && g_str_has_suffix(options->output, ".json"))) write_json(diff, &out);
  else if (options->output != NULL) {
    rs_csv_header(output, &table, false);
    each_change(diff, change_csv, &out);
  } else write_text(diff, &out);
  return rs_output_close(output, error);
}

int rs_command_diff(const RsOptions *options, GError **error) {
  Diff diff = {.number = g_hash_table_new(g_str_hash, g_str_equal), .name = g_ptr_array_new_with_free_func(g_free)};
  bool good = side_open(&diff.then, options->operand[0], options->mask_key, error) && side_open(&diff.now, options->operand[1], options->mask_key, error) &&
              masks_agree(&diff, error);
  if (good) {
    side_leads(&diff, &diff.then);
    side_leads(&diff, &diff.now);
    match(&diff);
    match_parts(&diff.now, &diff.then, true);
    match_parts(&diff.then, &diff.now, false);
    good = write_out(&diff, options, error);
  }
  side_clear(&diff.then);
  side_clear(&diff.now);
  g_hash_table_unref(diff.number);
  g_ptr_array_unref(diff.name);
  return good ? 0 : RS_ERROR_IO;
}
