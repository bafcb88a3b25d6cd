#include "cli/outcomes.h"

#include "base/error.h"
#include "claims/list.h"
#include "cli/nearest.h"
#include "cli/terminal.h"
#include "exporters/case_read.h"
#include "exporters/json.h"
#include "exporters/words.h"

#include <math.h>
#include <string.h>

enum { KEY, OUTCOME, NOTE, N_COLUMNS };
static const RsListColumn column[N_COLUMNS] = {{NC_("list", "lead_key"), true}, {NC_("list", "outcome"), true}, {NC_("list", "note"), false}};

enum { CONFIRMED, CLEARED, OPEN, UNSAID, N_OUTCOMES };
static const char *const outcome_name[N_OUTCOMES] = {NC_("list", "confirmed"), NC_("list", "cleared"), NC_("list", "open"), NC_("list", "unsaid")};

typedef struct {
  guint n[RS_N_PATTERNS + 1][N_OUTCOMES]; /* the last row: all */
  GPtrArray *unknown;                     /* of char *: keys of no lead of this case, with what looks like them */
} Score;

static int outcome_of(const char *word) {
  for (int i = 0; i < UNSAID; i++)
    if (g_ascii_strcasecmp(word, outcome_name[i]) == 0 || strcmp(word, rs_say_in(RS_LANG_ZH, "list", outcome_name[i])) == 0) return i;
  return -1;
}

static bool outcomes_by_key(const RsList *list, GHashTable *by_key, GError **error) {
  for (uint32_t i = 0; i < list->n; i++) {
    const unsigned long long line = list->line[i];
    const int outcome = outcome_of(list->cell[OUTCOME][i]);
    if (outcome < 0)
      return g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: '%s' is none of confirmed, cleared, open"), list->path, line, list->cell[OUTCOME][i]), false;
    gpointer before = g_hash_table_lookup(by_key, list->cell[KEY][i]);
    if (before != NULL)
      return g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: '%s' has an outcome in line %llu already"), list->path, line, list->cell[KEY][i],
                         (unsigned long long)list->line[GPOINTER_TO_UINT(before) - 1]), false;
    g_hash_table_insert(by_key, list->cell[KEY][i], GUINT_TO_POINTER(i + 1));
  }
  return true;
}

static int pattern_of(const char *name) {
  for (int p = 0; p < RS_N_PATTERNS; p++)
    if (strcmp(rs_pattern_name[p], name) == 0) return p;
  return RS_MIXED;
}

static bool tally(const RsCaseRows *rings, const RsList *list, Score *score, GError **error) {
  g_autoptr(GHashTable) by_key = g_hash_table_new(g_str_hash, g_str_equal), seen = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GPtrArray) keys = g_ptr_array_new();
  if (!outcomes_by_key(list, by_key, error)) return false;
  for (guint i = 0; i < rings->n; i++) {
    const char *key = rs_case_rows_text(rings, i, "lead_key");
    const int pattern = pattern_of(rs_case_rows_text(rings, i, "pattern"));
    const guint row = GPOINTER_TO_UINT(g_hash_table_lookup(by_key, key));
    const int outcome = row == 0 ? UNSAID : outcome_of(list->cell[OUTCOME][row - 1]);
    score->n[pattern][outcome]++;
    score->n[RS_N_PATTERNS][outcome]++;
    g_hash_table_add(seen, (gpointer)key);
    g_ptr_array_add(keys, (gpointer)key);
  }
  for (uint32_t i = 0; i < list->n; i++) {
    if (g_hash_table_contains(seen, list->cell[KEY][i])) continue;
    g_autofree char *near = rs_nearest_names(list->cell[KEY][i], keys);
    g_ptr_array_add(score->unknown, *near == '\0' ? g_strdup(list->cell[KEY][i]) : g_strdup_printf(_("%s; nearest: %s"), list->cell[KEY][i], near));
  }
  if (list->n == 0 || score->unknown->len < list->n) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: none of its %u keys is of this case; the first: %s"), list->path, list->n,
              (const char *)g_ptr_array_index(score->unknown, 0));
  return false;
}

typedef struct { double precision, low, high; } Rate;

static Rate rate_of(const guint n[N_OUTCOMES]) {
  const double z = 1.959964, all = (double)n[CONFIRMED] + (double)n[CLEARED], p = n[CONFIRMED] / fmax(all, 1.0);
  if (all <= 0.0) return (Rate){NAN, NAN, NAN};
  const double middle = p + z * z / (2.0 * all), reach = z * sqrt(p * (1.0 - p) / all + z * z / (4.0 * all * all)), scale = 1.0 + z * z / all;
  return (Rate){p, fmax(0.0, (middle - reach) / scale), fmin(1.0, (middle + reach) / scale)};
}

static void write_text(const Score *score, RsLanguage l, RsOutput *output) {
  g_autoptr(GString) line = g_string_new(NULL);
  rs_terminal_pad(line, rs_say_in(l, "list", NC_("list", "pattern")), 14);
  for (int o = 0; o < N_OUTCOMES; o++) rs_terminal_pad(line, rs_say_in(l, "list", outcome_name[o]), -11);
  g_string_append_printf(line, rs_say(l, "   precision (95 %% interval)\n"));
  for (int p = 0; p <= RS_N_PATTERNS; p++) {
    guint all = 0;
    for (int o = 0; o < N_OUTCOMES; o++) all += score->n[p][o];
    if (all == 0 && p < RS_N_PATTERNS) continue;
    const Rate rate = rate_of(score->n[p]);
    rs_terminal_pad(line, p < RS_N_PATTERNS ? rs_word(rs_pattern_name[p], l) : rs_say_in(l, "list", NC_("list", "all")), 14);
    for (int o = 0; o < N_OUTCOMES; o++) g_string_append_printf(line, "%11u", score->n[p][o]);
    if (isnan(rate.precision)) g_string_append(line, "   -\n");
    else g_string_append_printf(line, "   %.2f (%.2f-%.2f)\n", rate.precision, rate.low, rate.high);
  }
  for (guint i = 0; i < score->unknown->len && i < 5; i++) {
    g_string_append_printf(line, rs_say(l, "no lead of this case: %s\n"), (const char *)g_ptr_array_index(score->unknown, i));
  }
  if (score->unknown->len > 5) g_string_append_printf(line, rs_say(l, "... and %u more keys\n"), score->unknown->len - 5);
  rs_output_text(output, line->str);
}

static void write_json(const Score *score, RsOutput *output) {
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_begin(&json, "patterns", '[');
  for (int p = 0; p <= RS_N_PATTERNS; p++) {
    const Rate rate = rate_of(score->n[p]);
    rs_json_begin(&json, NULL, '{');
    rs_json_text(&json, "pattern", p < RS_N_PATTERNS ? rs_pattern_name[p] : "all");
    for (int o = 0; o < N_OUTCOMES; o++) rs_json_unsigned(&json, outcome_name[o], score->n[p][o]);
    rs_json_double(&json, "precision", rate.precision, 6);
    rs_json_double(&json, "low", rate.low, 6);
    rs_json_double(&json, "high", rate.high, 6);
    rs_json_end(&json, '}');
  }
  rs_json_end(&json, ']');
  rs_json_unsigned(&json, "unknown_keys", score->unknown->len);
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
}

bool rs_outcomes_score(const RsOptions *options, GError **error) {
  g_autoptr(RsList) list = rs_list_read(options->outcomes, column, N_COLUMNS, error);
  g_autoptr(RsCaseRead) read = list == NULL ? NULL : rs_case_read_new(options->operand[0], options->mask_key, error);
  g_autoptr(RsCaseRows) rings = read == NULL ? NULL : rs_case_read_rows(read, RS_TABLE_RING, NULL, error);
  if (rings == NULL) return false;
  Score score = {.unknown = g_ptr_array_new_with_free_func(g_free)};
  g_autoptr(RsOutput) output = NULL;
  bool good = tally(rings, list, &score, error);
  if (good) output = rs_output_open("-", error);
  if (output != NULL && options->json) write_json(&score, output);
  else if (output != NULL) write_text(&score, options->language, output);
  good = output != NULL && rs_output_close(output, error);
  g_ptr_array_unref(score.unknown);
  return good;
}
