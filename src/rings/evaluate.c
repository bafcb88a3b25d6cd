/* rings/evaluate.c: matching leads to known rings, and the figures that follow; see evaluate.h. */
#include "rings/evaluate.h"

#include "base/words.h"

#define NONE UINT32_MAX

/* ---- two sets ---- */

static uint32_t shared(const GArray *a, const GArray *b) {
  uint32_t n = 0;
  for (guint i = 0, j = 0; i < a->len && j < b->len;) {
    uint32_t x = g_array_index(a, uint32_t, i), y = g_array_index(b, uint32_t, j);
    n += x == y;
    i += x <= y;
    j += y <= x;
  }
  return n;
}

static double f1_of(uint32_t both, uint32_t one, uint32_t other) { return one + other ? 2.0 * both / (one + other) : 0; }

static double f1_on(const RsScoredGroup *a, const RsScoredGroup *b, RsScoredKind kind) {
  return f1_of(shared(a->member[kind], b->member[kind]), a->member[kind]->len, b->member[kind]->len);
}

static double f1_match(const RsScoredGroup *ring, const RsScoredGroup *lead) {
  if (ring->pattern == RS_SCORED_STEERING) {
    uint32_t doctors = shared(ring->member[RS_SCORED_DOCTOR], lead->member[RS_SCORED_DOCTOR]);
    uint32_t outlets = shared(ring->member[RS_SCORED_INSTITUTION], lead->member[RS_SCORED_INSTITUTION]);
    if (!doctors || !outlets) return 0; /* the channel has two ends */
    return f1_of(doctors + outlets, ring->member[RS_SCORED_DOCTOR]->len + ring->member[RS_SCORED_INSTITUTION]->len,
                 lead->member[RS_SCORED_DOCTOR]->len + lead->member[RS_SCORED_INSTITUTION]->len);
  }
  double f1 = f1_on(ring, lead, RS_SCORED_PERSON);
  bool pair = lead->pattern == RS_SCORED_DUPLICATE || lead->pattern == RS_SCORED_MIXED || lead->pattern == RS_SCORED_UNKNOWN;
  if (ring->pattern == RS_SCORED_DUPLICATE && pair && ring->member[RS_SCORED_INSTITUTION]->len > 1)
    f1 = MAX(f1, f1_on(ring, lead, RS_SCORED_INSTITUTION));
  return f1;
}

/* F1 >= 2/3 is Jaccard >= 1/2; compared with room for the last bit. */
static bool is_hit(double f1) { return f1 > 2.0 / 3 - 1e-9; }

/* ---- matching ---- */

static void match(RsEvaluation *e, const RsScoredList *truth, const RsScoredList *leads) {
  for (uint32_t r = 0; r < e->n_rings; r++) e->ring_lead[r] = NONE;
  for (uint32_t l = 0; l < e->n_leads; l++) {
    const RsScoredGroup *lead = g_ptr_array_index(leads->group, l);
    double best = 0;
    e->lead_ring[l] = e->lead_innocent[l] = NONE;
    for (uint32_t r = 0; r < e->n_rings; r++) {
      double f1 = f1_match(g_ptr_array_index(truth->group, r), lead);
      e->ring_f1[r] = MAX(e->ring_f1[r], f1);
      e->lead_f1[l] = MAX(e->lead_f1[l], f1);
      if (e->ring_lead[r] == NONE && is_hit(f1) && f1 > best) best = f1, e->lead_ring[l] = r;
    }
    if (e->lead_ring[l] == NONE) continue;
    e->ring_lead[e->lead_ring[l]] = l;
    e->n_hits++;
  }
}

/* An innocent group is covered when most of the lead's people are its people; a group that is only places and doctors,
 * when it holds all places of a lead of that kind, and its doctors where it names some. */
static bool covers(const RsScoredGroup *lead, const RsScoredGroup *group) {
  const GArray *people = lead->member[RS_SCORED_PERSON], *places = lead->member[RS_SCORED_INSTITUTION];
  const GArray *doctors = lead->member[RS_SCORED_DOCTOR];
  if (group->member[RS_SCORED_PERSON]->len)
    return people->len && 2 * shared(people, group->member[RS_SCORED_PERSON]) > people->len;
  bool all_places = places->len && shared(places, group->member[RS_SCORED_INSTITUTION]) == places->len;
  if (!group->member[RS_SCORED_DOCTOR]->len) return all_places && lead->pattern == RS_SCORED_BATCH;
  return all_places && doctors->len && shared(doctors, group->member[RS_SCORED_DOCTOR]) == doctors->len &&
         lead->pattern == RS_SCORED_STEERING;
}

static void find_innocent(RsEvaluation *e, const RsScoredList *innocent, const RsScoredList *leads) {
  uint32_t k = MAX(e->n_rings, 10);
  for (uint32_t l = 0; l < e->n_leads; l++) {
    for (guint g = 0; g < innocent->group->len && e->lead_ring[l] == NONE && e->lead_innocent[l] == NONE; g++)
      if (covers(g_ptr_array_index(leads->group, l), g_ptr_array_index(innocent->group, g))) e->lead_innocent[l] = g;
    if (e->lead_innocent[l] == NONE) continue;
    e->n_innocent++;
    if (l < k) e->n_innocent_at_k++;
  }
}

/* ---- figures ---- */

static double mean(const double *value, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += value[i];
  return n ? sum / n : 0;
}

static double harmonic(double a, double b) { return a + b > 0 ? 2 * a * b / (a + b) : 0; }

static uint32_t hits_within(const RsEvaluation *e, uint32_t k) {
  uint32_t hits = 0;
  for (uint32_t l = 0; l < MIN(k, e->n_leads); l++) hits += e->lead_ring[l] != NONE;
  return hits;
}

static double precision_within(const RsEvaluation *e, uint32_t k) {
  k = MIN(k, e->n_leads);
  return k ? (double)hits_within(e, k) / k : 0;
}

static double average_precision(const RsEvaluation *e) {
  double sum = 0;
  uint32_t hits = 0;
  for (uint32_t l = 0; l < e->n_leads; l++)
    if (e->lead_ring[l] != NONE) sum += (double)++hits / (l + 1);
  return e->n_rings ? sum / e->n_rings : 0;
}

static GHashTable *people_of(const RsScoredList *list) {
  GHashTable *set = g_hash_table_new(NULL, NULL);
  for (guint g = 0; g < list->group->len; g++) {
    const RsScoredGroup *group = g_ptr_array_index(list->group, g);
    const GArray *people = group->member[RS_SCORED_PERSON];
    if (group->pattern == RS_SCORED_STEERING) continue;
    for (guint i = 0; i < people->len; i++) g_hash_table_add(set, GUINT_TO_POINTER(g_array_index(people, uint32_t, i)));
  }
  return set;
}

static void count_people(RsEvaluation *e, const RsScoredList *truth, const RsScoredList *leads) {
  g_autoptr(GHashTable) real = people_of(truth), named = people_of(leads);
  uint32_t both = 0;
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init(&iter, named);
  while (g_hash_table_iter_next(&iter, &key, NULL)) both += g_hash_table_contains(real, key) ? 1 : 0;
  uint32_t n_named = g_hash_table_size(named), n_real = g_hash_table_size(real);
  e->person_precision = n_named ? (double)both / n_named : 0;
  e->person_recall = n_real ? (double)both / n_real : 0;
  e->person_f1 = harmonic(e->person_precision, e->person_recall);
}

/* The list as somebody sees it who looks for one pattern only: hits of its rings, and wrong leads under its name. */
static void count_pattern(RsEvaluation *e, unsigned pattern, const RsScoredList *truth, const RsScoredList *leads) {
  RsScoredPattern *of = &e->pattern[pattern];
  double f1 = 0, precision = 0;
  uint32_t seen = 0;
  for (uint32_t r = 0; r < e->n_rings; r++) {
    if (((const RsScoredGroup *)g_ptr_array_index(truth->group, r))->pattern != pattern) continue;
    of->n_rings++;
    of->n_hits += e->ring_lead[r] != NONE;
    f1 += e->ring_f1[r];
  }
  uint32_t hits = 0;
  for (uint32_t l = 0; l < e->n_leads; l++) {
    bool named = ((const RsScoredGroup *)g_ptr_array_index(leads->group, l))->pattern == pattern;
    uint32_t ring = e->lead_ring[l];
    bool hit = ring != NONE && ((const RsScoredGroup *)g_ptr_array_index(truth->group, ring))->pattern == pattern;
    of->n_leads += named;
    of->n_right += named && ring != NONE;
    if (!hit && !(named && ring == NONE)) continue;
    seen++;
    if (hit) precision += (double)++hits / seen;
  }
  of->n_found = of->n_leads;
  of->mean_f1 = of->n_rings ? f1 / of->n_rings : 0;
  of->average_precision = of->n_rings ? precision / of->n_rings : 0;
}

RsEvaluation *rs_evaluation_new(const RsScoredList *truth, const RsScoredList *innocent, const RsScoredList *leads) {
  RsEvaluation *e = g_new0(RsEvaluation, 1);
  e->n_rings = truth->group->len, e->n_leads = leads->group->len;
  e->ring_f1 = g_new0(double, e->n_rings + 1), e->ring_lead = g_new0(uint32_t, e->n_rings + 1);
  e->lead_f1 = g_new0(double, e->n_leads + 1), e->lead_ring = g_new0(uint32_t, e->n_leads + 1);
  e->lead_innocent = g_new0(uint32_t, e->n_leads + 1);
  match(e, truth, leads);
  if (innocent) find_innocent(e, innocent, leads);
  e->mean_ring_f1 = mean(e->ring_f1, e->n_rings), e->mean_lead_f1 = mean(e->lead_f1, e->n_leads);
  e->average_f1 = harmonic(e->mean_ring_f1, e->mean_lead_f1);
  e->group_precision = e->n_leads ? (double)e->n_hits / e->n_leads : 0;
  e->recall = e->n_rings ? (double)e->n_hits / e->n_rings : 0;
  e->average_precision = average_precision(e);
  e->precision_at_k = e->n_rings ? (double)hits_within(e, e->n_rings) / e->n_rings : 0;
  static const uint32_t budget[3] = {10, 50, 100};
  for (unsigned i = 0; i < 3; i++) e->precision_at[i] = precision_within(e, budget[i]);
  count_people(e, truth, leads);
  for (unsigned p = 0; p < RS_N_SCORED_PATTERNS; p++) count_pattern(e, p, truth, leads);
  return e;
}

void rs_evaluation_free(RsEvaluation *e) {
  if (!e) return;
  g_free(e->ring_f1);
  g_free(e->ring_lead);
  g_free(e->lead_f1);
  g_free(e->lead_ring);
  g_free(e->lead_innocent);
  g_free(e);
}

/* ---- for people ---- */

static void say(RsOutput *output, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void say(RsOutput *output, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  rs_output_text(output, text);
}

/* "0.853" whatever the locale. */
static const char *ratio(double value, char buffer[G_ASCII_DTOSTR_BUF_SIZE]) {
  return g_ascii_formatd(buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.3f", value);
}

/* One cell of a table, to the right where the width is negative; Chinese takes two columns a character. */
static void cell(RsOutput *output, const char *text, int width) {
  int used = 0;
  for (const char *at = text; *at; at = g_utf8_next_char(at)) used += g_unichar_iswide(g_utf8_get_char(at)) ? 2 : 1;
  const int blanks = MAX(ABS(width) - used, 0);
  say(output, "%*s%s%*s", width < 0 ? blanks : 0, "", text, width < 0 ? 0 : blanks, "");
}

static const char *pattern_word(unsigned pattern) {
  const char *unknown = NC_("score", "unknown");
  return pattern == RS_SCORED_UNKNOWN ? rs_say_in(rs_words_terminal(), "score", unknown) : rs_say_in(rs_words_terminal(), "word", rs_scored_pattern_name[pattern]);
}

static void print_figures(const RsEvaluation *e, RsOutput *output) {
  const struct {
    const char *name;
    double value;
  } row[] = {{N_("average precision"), e->average_precision},
             {N_("group precision"), e->group_precision},
             {N_("recall (hits / rings)"), e->recall},
             {N_("precision at k = rings"), e->precision_at_k},
             {N_("precision at 10"), e->precision_at[0]},
             {N_("precision at 50"), e->precision_at[1]},
             {N_("precision at 100"), e->precision_at[2]},
             {N_("mean best F1 of rings"), e->mean_ring_f1},
             {N_("mean best F1 of leads"), e->mean_lead_f1},
             {N_("average F1"), e->average_f1},
             {N_("person precision"), e->person_precision},
             {N_("person recall"), e->person_recall},
             {N_("person F1"), e->person_f1}};
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  for (gsize i = 0; i < G_N_ELEMENTS(row); i++) {
    cell(output, _(row[i].name), 24);
    say(output, " %8s\n", ratio(row[i].value, buffer));
  }
}

static void print_patterns(const RsEvaluation *e, RsOutput *output) {
  static const struct { const char *name; int width; } head[] = {{NC_("score", "pattern"), 12}, {NC_("score", "rings"), -7}, {NC_("score", "hits"), -7},
    {NC_("score", "mean F1"), -9}, {NC_("score", "AP"), -9}, {NC_("score", "leads"), -9}, {NC_("score", "right"), -9}};
  say(output, "\n");
  for (gsize i = 0; i < G_N_ELEMENTS(head); i++) cell(output, rs_say_in(rs_words_terminal(), "score", head[i].name), head[i].width);
  say(output, "\n");
  char f1[G_ASCII_DTOSTR_BUF_SIZE], ap[G_ASCII_DTOSTR_BUF_SIZE];
  for (unsigned p = 0; p < RS_N_SCORED_PATTERNS; p++) {
    const RsScoredPattern *of = &e->pattern[p];
    if (!of->n_rings && !of->n_leads) continue;
    cell(output, pattern_word(p), 12);
    say(output, " %6u %6u %8s %8s %8u %8u\n", of->n_rings, of->n_hits, ratio(of->mean_f1, f1),
        ratio(of->average_precision, ap), of->n_leads, of->n_right);
  }
}

static void print_missed(const RsEvaluation *e, const RsScoredList *truth, RsOutput *output) {
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  bool head = false;
  for (uint32_t r = 0; r < e->n_rings; r++) {
    const RsScoredGroup *ring = g_ptr_array_index(truth->group, r);
    if (e->ring_lead[r] != NONE) continue;
    if (!head) say(output, "%s", _("\nmissed\n"));
    head = true;
    say(output, "  %-8s ", ring->id);
    cell(output, pattern_word(ring->pattern), 12);
    say(output, _(" persons %-4u best F1 %s\n"), ring->member[RS_SCORED_PERSON]->len, ratio(e->ring_f1[r], buffer));
  }
}

static void print_wrong(const RsEvaluation *e, const RsScoredList *innocent, const RsScoredList *leads, RsOutput *output) {
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  bool head = false;
  for (uint32_t l = 0; l < e->n_leads && l < 100; l++) {
    const RsScoredGroup *lead = g_ptr_array_index(leads->group, l);
    if (e->lead_ring[l] != NONE) continue;
    if (!head) say(output, "%s", _("\nwrong among the first 100\n"));
    head = true;
    say(output, "  %-4u %-8s ", l + 1, lead->id);
    cell(output, pattern_word(lead->pattern), 12);
    say(output, _(" persons %-4u best F1 %s"), lead->member[RS_SCORED_PERSON]->len, ratio(e->lead_f1[l], buffer));
    if (innocent && e->lead_innocent[l] != NONE) {
      const RsScoredGroup *group = g_ptr_array_index(innocent->group, e->lead_innocent[l]);
      say(output, _("  innocent: %s %s"), group->kind ? group->kind : "", group->id);
    }
    say(output, "\n");
  }
}

void rs_evaluation_print(const RsEvaluation *e, const RsScoredList *truth, const RsScoredList *innocent,
                         const RsScoredList *leads, RsOutput *output) {
  say(output, _("rings %u  leads %u  hits %u  (a hit: F1 >= 2/3, each ring claimed once in rank order)\n"), e->n_rings, e->n_leads,
      e->n_hits);
  if (innocent)
    say(output, _("innocent groups among the first %u: %u; in the whole list: %u\n"), MAX(e->n_rings, 10), e->n_innocent_at_k,
        e->n_innocent);
  if (e->n_rings)
    print_figures(e, output);
  else
    say(output, "%s", _("no true ring: every lead is a false one\n"));
  print_patterns(e, output);
  print_missed(e, truth, output);
  print_wrong(e, innocent, leads, output);
}

/* ---- for machines ---- */

static void json_text(RsOutput *output, const char *text) {
  rs_output_char(output, '"');
  for (const char *at = text ? text : ""; *at; at++) {
    if (*at == '"' || *at == '\\') rs_output_char(output, '\\');
    if ((unsigned char)*at < 0x20)
      say(output, "\\u%04x", (unsigned)*at);
    else
      rs_output_char(output, *at);
  }
  rs_output_char(output, '"');
}

static void json_number(RsOutput *output, const char *name, double value) {
  say(output, "\"%s\":", name);
  rs_output_double(output, value, 6);
  rs_output_char(output, ',');
}

static void json_groups(const RsEvaluation *e, const RsScoredList *truth, const RsScoredList *innocent, const RsScoredList *leads,
                        RsOutput *output) {
  rs_output_text(output, "\"rings\":[");
  for (uint32_t r = 0; r < e->n_rings; r++) {
    const RsScoredGroup *ring = g_ptr_array_index(truth->group, r);
    say(output, r ? ",{\"ring_id\":" : "{\"ring_id\":");
    json_text(output, ring->id);
    say(output, ",\"pattern\":\"%s\",", rs_scored_pattern_name[ring->pattern]);
    json_number(output, "best_f1", e->ring_f1[r]);
    say(output, "\"lead_rank\":");
    if (e->ring_lead[r] == NONE)
      say(output, "null}");
    else
      say(output, "%u}", e->ring_lead[r] + 1);
  }
  rs_output_text(output, "],\"leads\":[");
  for (uint32_t l = 0; l < e->n_leads; l++) {
    const RsScoredGroup *lead = g_ptr_array_index(leads->group, l);
    say(output, l ? ",{\"ring_id\":" : "{\"ring_id\":");
    json_text(output, lead->id);
    say(output, ",\"pattern\":\"%s\",", rs_scored_pattern_name[lead->pattern]);
    json_number(output, "best_f1", e->lead_f1[l]);
    say(output, "\"hit\":");
    if (e->lead_ring[l] == NONE)
      say(output, "null");
    else
      json_text(output, ((const RsScoredGroup *)g_ptr_array_index(truth->group, e->lead_ring[l]))->id);
    say(output, ",\"innocent\":");
    if (!innocent || e->lead_innocent[l] == NONE)
      say(output, "null}");
    else {
      json_text(output, ((const RsScoredGroup *)g_ptr_array_index(innocent->group, e->lead_innocent[l]))->kind);
      say(output, "}");
    }
  }
  rs_output_text(output, "]}\n");
}

void rs_evaluation_json(const RsEvaluation *e, const RsScoredList *truth, const RsScoredList *innocent, const RsScoredList *leads,
                        RsOutput *output) {
  say(output, "{\"n_rings\":%u,\"n_leads\":%u,\"n_hits\":%u,\"n_innocent_at_k\":%u,\"n_innocent\":%u,", e->n_rings, e->n_leads,
      e->n_hits, e->n_innocent_at_k, e->n_innocent);
  const struct {
    const char *name;
    double value;
  } row[] = {{"average_precision", e->average_precision},
             {"group_precision", e->group_precision},
             {"recall", e->recall},
             {"precision_at_k", e->precision_at_k},
             {"precision_at_10", e->precision_at[0]},
             {"precision_at_50", e->precision_at[1]},
             {"precision_at_100", e->precision_at[2]},
             {"mean_ring_f1", e->mean_ring_f1},
             {"mean_lead_f1", e->mean_lead_f1},
             {"average_f1", e->average_f1},
             {"person_precision", e->person_precision},
             {"person_recall", e->person_recall},
             {"person_f1", e->person_f1}};
  for (gsize i = 0; i < G_N_ELEMENTS(row); i++) json_number(output, row[i].name, row[i].value);
  rs_output_text(output, "\"patterns\":{");
  bool first = true;
  for (unsigned p = 0; p < RS_N_SCORED_PATTERNS; p++) {
    const RsScoredPattern *of = &e->pattern[p];
    if (!of->n_rings && !of->n_leads) continue;
    say(output, "%s\"%s\":{\"rings\":%u,\"hits\":%u,\"leads\":%u,\"right\":%u,", first ? "" : ",", rs_scored_pattern_name[p],
        of->n_rings, of->n_hits, of->n_leads, of->n_right);
    json_number(output, "mean_f1", of->mean_f1);
    rs_output_text(output, "\"average_precision\":");
    rs_output_double(output, of->average_precision, 6);
    rs_output_char(output, '}');
    first = false;
  }
  rs_output_text(output, "},");
  json_groups(e, truth, innocent, leads, output);
}
