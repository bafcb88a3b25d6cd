#include "rings/detect.h"

#include "base/parallel.h"
#include "base/timing.h"
#include "base/words.h"
#include "rings/batch.h"
#include "rings/cleared.h"
#include "rings/crossregion.h"
#include "rings/duplicate.h"
#include "rings/extra_facts.h"
#include "rings/innocent.h"
#include "rings/institutions.h"
#include "rings/merge.h"
#include "rings/resale.h"
#include "rings/ring_rules.h"
#include "rings/scene.h"
#include "rings/steering.h"
#include "rings/trace.h"
#include "rings/travel.h"

#include <stdlib.h>
#include <string.h>

#define BUILT (1u << RS_BATCH | 1u << RS_RESALE | 1u << RS_STEERING | 1u << RS_CROSSREGION | 1u << RS_DUPLICATE | 1u << RS_TRAVEL | 1u << RS_TRACE)

static int compare_rings(const void *x, const void *y) {
  const RsRing *a = x, *b = y;
  if (a->score != b->score) return a->score > b->score ? -1 : 1;
  if (a->amount != b->amount) return a->amount > b->amount ? -1 : 1;
  return strcmp(a->lead_key, b->lead_key);
}

/* Each line's money goes to the best-ranked ring that rests on it. */
static void share_out(RsRings *rings, const RsClaims *claims) {
  uint64_t total = 0;
  for (uint32_t i = 0; i < rings->n_rings; i++) total += rings->rings[i].n_evidence;
  g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
  g_autofree gint64 *key = g_new(gint64, total + 1);
  uint64_t at = 0;
  for (uint32_t i = 0; i < rings->n_rings; i++) {
    RsRing *ring = &rings->rings[i];
    ring->amount_exclusive = 0;
    for (uint64_t e = 0; e < ring->n_evidence; e++) {
      key[at] = (gint64)ring->evidence[e].line;
      if (g_hash_table_add(seen, &key[at])) ring->amount_exclusive += rs_line_amount(claims, ring->evidence[e].line);
      at++;
    }
  }
}

/* Which columns would have to be added, in words of the language. */
static char *skipped_text(RsPattern pattern, unsigned missing, RsLanguage language) {
  static const struct { unsigned bit; const char *column; } name[] = {
      {RS_HAS_DOCTOR, "doctor_id"}, {RS_HAS_DRUG, "drug_code"}, {RS_HAS_QUANTITY, "quantity"}, {RS_HAS_AMOUNT, "amount"},
      {RS_HAS_PERSON_REGION, "person_region"}, {RS_HAS_SERVICE_REGION, "service_region"}, {RS_HAS_TRACE, "trace_code"},
      {RS_HAS_CLOCK, N_("time with a time of day")}};
  g_autoptr(GString) list = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(name); i++)
    if (missing & name[i].bit) g_string_append_printf(list, "%s%s", list->len > 0 ? rs_say_in(language, "list", ", ") : "", rs_say(language, name[i].column));
  return g_strdup_printf(rs_say(language, "%s: skipped; to examine it, add %s"), rs_say_in(language, "word", rs_pattern_name[pattern]), list->str);
}

static void name_missing(RsPattern pattern, unsigned missing, GArray *unseen) {
  const RsNotice notice = {"missing_column", RS_PERSON, RS_NONE, 0, skipped_text(pattern, missing, RS_LANG_EN), skipped_text(pattern, missing, RS_LANG_ZH)};
  g_array_append_val(unseen, notice);
}

/* A pattern that is wanted runs where the input has its columns, else it is skipped, and the result says which and why. */
static bool runs(unsigned wanted, RsPattern pattern, unsigned columns, const RsClaims *claims, RsRings *out, GArray *unseen) {
  if ((wanted & 1u << pattern) == 0) return false;
  unsigned missing = columns & ~claims->columns;
  *(missing == 0 ? &out->examined : &out->skipped) |= 1u << pattern;
  if (missing != 0) name_missing(pattern, missing, unseen);
  return missing == 0;
}

static void *steal(GArray *array, uint32_t *n) {
  gsize length;
  void *data = g_array_steal(array, &length);
  *n = (uint32_t)length;
  return data;
}

/* A search with lists of its own, so that searches run side by side and are put together in one order. Travel is looked for after
 * purchases billed twice, in the same search: it leaves out visits that those explain. */
typedef struct {
  unsigned patterns; /* bits 1 << RsPattern */
  const RsScene *scene;
  const RsDetectOptions *options;
  GArray *leads, *near, *aside, *unseen;
  RsBatchCounts counts;
  bool done;
  GError *error;
} Search;

static unsigned first_pattern(unsigned patterns) {
  unsigned p = 0;
  while (p + 1 < RS_N_PATTERNS && !(patterns >> p & 1)) p++;
  return p;
}

static void search_run(size_t task, unsigned thread, void *data) {
  (void)thread;
  Search *s = &((Search *)data)[task];
  s->done = true;
  g_auto(RsSpan) span;
  rs_span_begin(&span, rs_pattern_name[first_pattern(s->patterns)]);
  if (s->patterns & 1u << RS_BATCH)
    s->done = rs_batch_find(s->scene, s->options, s->leads, s->near, s->aside, s->unseen, &s->counts, &s->error);
  if (s->patterns & 1u << RS_RESALE) s->done = rs_resale_find(s->scene, s->options, s->leads, s->near, s->aside, s->unseen, &s->error);
  if (s->patterns & 1u << RS_CROSSREGION) rs_crossregion_find(s->scene, s->options, s->leads, s->near, s->aside, s->unseen);
  if (s->patterns & 1u << RS_STEERING) rs_steering_find(s->scene, s->options, s->leads, s->near, s->aside, s->unseen);
  if (s->patterns & 1u << RS_DUPLICATE) rs_duplicate_find(s->scene, s->options, s->leads, s->near, s->aside, s->unseen);
  if (s->patterns & 1u << RS_TRAVEL) rs_travel_find(s->scene, s->options, s->leads, s->near, s->aside, s->unseen);
  if (s->patterns & 1u << RS_TRACE) rs_trace_find(s->scene, s->options, s->leads, s->near, s->aside, s->unseen);
}

static void search_init(Search *search, unsigned patterns, const RsScene *scene, const RsDetectOptions *options) {
  *search = (Search){.patterns = patterns, .scene = scene, .options = options};
  search->leads = g_array_new(FALSE, FALSE, sizeof(RsRing));
  search->near = g_array_new(FALSE, FALSE, sizeof(RsRing));
  search->aside = g_array_new(FALSE, FALSE, sizeof(RsNotice));
  search->unseen = g_array_new(FALSE, FALSE, sizeof(RsNotice));
}

static void append(GArray *all, GArray *some) {
  if (some->len > 0) g_array_append_vals(all, some->data, some->len);
  g_array_unref(some);
}

/* Moves what was found to the common lists; the first error in the order of the patterns is the one that is told. */
static bool search_end(Search *search, GArray *leads, GArray *near, GArray *aside, GArray *unseen, GError **error) {
  append(leads, search->leads);
  append(near, search->near);
  append(aside, search->aside);
  append(unseen, search->unseen);
  if (search->error == NULL) return search->done;
  if (error != NULL && *error == NULL) g_propagate_error(error, search->error);
  else g_error_free(search->error);
  return false;
}

/* The longest search first, so that the others run beside it. */
static unsigned searches_init(Search *search, unsigned wanted, const RsScene *scene, const RsDetectOptions *options, RsRings *out, GArray *unseen) {
  const RsClaims *claims = scene->claims;
  unsigned bill = claims->columns & RS_HAS_AMOUNT ? 0 : RS_HAS_DRUG | RS_HAS_QUANTITY; /* what makes two bills comparable */
  const struct { RsPattern pattern; unsigned columns; } need[] = {{RS_BATCH, 0},
                                                                  {RS_CROSSREGION, RS_HAS_PERSON_REGION | RS_HAS_SERVICE_REGION},
                                                                  {RS_RESALE, RS_HAS_DRUG},
                                                                  {RS_STEERING, RS_HAS_DOCTOR},
                                                                  {RS_DUPLICATE, bill},
                                                                  {RS_TRAVEL, RS_HAS_CLOCK | RS_HAS_SERVICE_REGION},
                                                                  {RS_TRACE, RS_HAS_TRACE}};
  unsigned n = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(need); i++) {
    if (!runs(wanted, need[i].pattern, need[i].columns, claims, out, unseen)) continue;
    if (need[i].pattern == RS_TRAVEL && n > 0 && search[n - 1].patterns == 1u << RS_DUPLICATE) search[n - 1].patterns |= 1u << RS_TRAVEL;
    else search_init(&search[n++], 1u << need[i].pattern, scene, options);
  }
  return n;
}

/* What is told of finished leads. The two touch different parts of them. */
typedef struct { const RsScene *scene; const RsDetectOptions *options; RsRings *rings; } Rest;

static void do_rest(size_t task, unsigned thread, void *data) {
  const Rest *rest = data;
  (void)thread;
  if (task == 0) rs_institutions_rank(rest->scene, rest->rings);
  else rs_ring_rules_add(rest->scene, rest->options, rest->rings);
}

RsRings *rs_detect(const RsClaims *claims, const RsKnowledge *knowledge, const RsDetectOptions *options, GError **error) {
  g_autoptr(RsRings) out = g_new0(RsRings, 1);
  unsigned wanted = options->patterns != 0 ? options->patterns : BUILT;
  g_autoptr(RsScene) scene = rs_scene_new(claims, knowledge, options->n_threads, error);
  if (scene == NULL) return NULL;
  g_autoptr(GArray) leads = g_array_new(FALSE, FALSE, sizeof(RsRing)), near = g_array_new(FALSE, FALSE, sizeof(RsRing));
  g_autoptr(GArray) aside = g_array_new(FALSE, FALSE, sizeof(RsNotice)), unseen = g_array_new(FALSE, FALSE, sizeof(RsNotice));
  Search search[RS_N_PATTERNS];
  unsigned n = searches_init(search, wanted, scene, options, out, unseen);
  bool done = true;
  g_auto(RsSpan) span;
  rs_span_begin(&span, "searches");
  rs_parallel(options->n_threads, n, search_run, search);
  rs_span_next(&span, "joining leads");
  for (unsigned i = 0; i < n; i++) {
    out->n_companion_groups += search[i].counts.n_companion_groups;
    out->n_pairs += search[i].counts.n_pairs;
    out->n_validated_pairs += search[i].counts.n_validated;
    done = search_end(&search[i], leads, near, aside, unseen, error) && done;
  }
  if (leads->len > 0) qsort(leads->data, leads->len, sizeof(RsRing), compare_rings);
  rs_rings_merge(leads, claims);
  rs_span_next(&span, "further facts");
  rs_extra_facts_add(scene, (RsRing *)(void *)leads->data, leads->len, options->n_threads);
  rs_span_next(&span, "order and former leads");
  if (leads->len > 0) qsort(leads->data, leads->len, sizeof(RsRing), compare_rings); /* money and points have changed */
  rs_innocent_tell((RsRing *)(void *)leads->data, leads->len, claims, options);
  g_autoptr(GArray) cleared = g_array_new(FALSE, FALSE, sizeof(RsCleared));
  rs_cleared_keep_keys((RsRing *)(void *)leads->data, leads->len, options->former);
  rs_cleared_apply(leads, options->cleared, options->former, claims, cleared);
  if (options->top > 0 && leads->len > options->top) {
    for (guint i = options->top; i < leads->len; i++) rs_ring_clear(&g_array_index(leads, RsRing, i));
    g_array_set_size(leads, options->top);
  }
  out->rings = steal(leads, &out->n_rings);
  out->near_misses = steal(near, &out->n_near_misses);
  out->cleared = steal(cleared, &out->n_cleared);
  out->set_aside = steal(aside, &out->n_set_aside);
  out->not_examined = steal(unseen, &out->n_not_examined);
  if (!done) return NULL;
  share_out(out, claims);
  rs_span_next(&span, "rules, ranks of institutions");
  Rest rest = {scene, options, out};
  rs_parallel(options->n_threads, 2, do_rest, &rest);
  return g_steal_pointer(&out);
}
