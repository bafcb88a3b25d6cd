#include "rings/companions.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/sort_by.h"
#include "rings/circumstances.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PAIRS = 3000 };

void rs_companions_free(RsCompanions *companions) {
  if (companions == NULL) return;
  for (uint32_t i = 0; i < companions->n; i++) rs_group_free(companions->group[i]);
  g_free(companions->group);
  g_free(companions->reference);
  g_free(companions);
}

typedef struct {
  const RsScene *scene;
  const RsCandidates *candidates;
  const uint32_t *chosen; /* candidates to look at */
  GPtrArray **found; /* of RsGroup, by chosen */
  RsGroup **group;
} Look;

/* A round: on most days of bursts at this institution the same people were at another one of its kind as well. A home has its clinic and its
 * pharmacy, but nobody's calendar leads to two pharmacies on one day. */
static bool is_round(const RsScene *scene, const RsGroup *g, uint32_t begin, uint32_t end) {
  const uint8_t *type = scene->claims->institution_type;
  uint32_t also = 0;
  for (uint32_t i = begin; i < end; i++) {
    bool elsewhere = false;
    for (uint32_t k = 0; k < g->n_bursts && !elsewhere; k++)
      elsewhere = (k < begin || k >= end) && g->burst[k].first_time / RS_DAY_SECONDS == g->burst[i].first_time / RS_DAY_SECONDS &&
                  type[g->burst[k].institution] == type[g->burst[i].institution];
    also += elsewhere;
  }
  return 2 * also > end - begin;
}

/* An occasion: the days at this institution repeat by the calendar, or they are one or two and gather twice the people of the others. */
static bool is_occasion(const RsGroup *g, uint32_t begin, uint32_t end) {
  enum { ENOUGH = 4 }; /* days that repeat by the calendar hardly by chance */
  double here = 0.0, elsewhere = 0.0;
  for (uint32_t i = 0; i < g->n_bursts; i++) *(i >= begin && i < end ? &here : &elsewhere) += g->burst[i].n_members;
  uint32_t n_here = end - begin, n_elsewhere = g->n_bursts - n_here;
  if (n_here <= 2 && n_elsewhere >= 2) return here * n_elsewhere >= 2.0 * elsewhere * n_here;
  RsRhythm rhythm = rs_group_rhythm(g, g->burst[begin].institution, 0);
  return (n_here >= ENOUGH || n_here * 3 >= g->n_bursts) && (rs_rhythm_monthly(&rhythm) || rs_rhythm_weekly(&rhythm));
}

/* The shop of a household among the people: the bursts there are of a few of them, the same again and again, who are its regulars, and the others'
 * bursts are larger. */
static bool is_family_shop(const RsScene *scene, const RsGroup *g, uint32_t begin, uint32_t end) {
  enum { FAMILY = 5, ENOUGH = 3 };
  double here = 0.0, elsewhere = 0.0;
  uint32_t people = 0, days = 0, times = 0;
  uint8_t came[RS_MAX_GROUP] = {0};
  for (uint32_t i = 0; i < g->n_bursts; i++) *(i >= begin && i < end ? &here : &elsewhere) += g->burst[i].n_members;
  uint32_t n_here = end - begin, n_elsewhere = g->n_bursts - n_here;
  if (n_here < ENOUGH || n_elsewhere < ENOUGH || 4.0 * elsewhere * n_here < 5.0 * here * n_elsewhere) return false;
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    const RsAttendance *a = &g->attendance[i];
    if (a->burst < begin || a->burst >= end) continue;
    times += i == 0 || g->attendance[i - 1].burst != a->burst || g->attendance[i - 1].member != a->member;
    if (came[a->member]) continue;
    came[a->member] = 1;
    people++;
    days += rs_affinity_days(scene->knowledge, g->person[a->member], g->burst[begin].institution);
  }
  return people <= FAMILY && 5 * people <= 3 * g->n && days >= times + 2 * people;
}

/* The institution of a larger group whose days are an occasion beside other bursts, or RS_NONE. */
static uint32_t occasion_outlet(const RsScene *scene, const RsGroup *g) {
  enum { LARGE = 6 };
  if (g->n < LARGE || g->places.rule == RS_ONLY_PLACE || g->places.n == RS_MOST_OCCASIONS) return RS_NONE;
  for (uint32_t i = 0, end; i < g->n_bursts; i = end) { /* bursts are by institution */
    for (end = i; end < g->n_bursts && g->burst[end].institution == g->burst[i].institution;) end++;
    if (end - i == g->n_bursts || is_round(scene, g, i, end)) continue;
    if (is_occasion(g, i, end) || is_family_shop(scene, g, i, end)) return g->burst[i].institution;
  }
  return RS_NONE;
}

/* The places without one more, in ascending order. */
static RsPlaces other_places(RsPlaces places, uint32_t outlet) {
  places.rule = RS_OTHER_PLACES;
  uint32_t at = places.n++;
  for (; at > 0 && places.institution[at - 1] > outlet; at--) places.institution[at] = places.institution[at - 1];
  places.institution[at] = outlet;
  return places;
}

/* An occasion that a ring's own days at the same place hide: the bursts of a larger group fall into small ones and large ones of twice as many
 * people, nothing between, and the large ones keep a calendar. Returns the members of the smallest large one, or 0. */
static uint32_t occasion_size(const RsGroup *g) {
  enum { LARGE = 6, SOME = 2 };
  if (g->n < LARGE || g->places.least > 0 || g->n_bursts < 2 * SOME) return 0;
  g_autofree uint32_t *size = g_new(uint32_t, g->n_bursts);
  for (uint32_t i = 0; i < g->n_bursts; i++) size[i] = g->burst[i].n_members;
  rs_sort_u32(size, g->n_bursts);
  for (uint32_t i = SOME; i + SOME <= g->n_bursts; i++) {
    if (size[i] < 2 * size[i - 1]) continue;
    RsRhythm rhythm = rs_group_rhythm(g, RS_NONE, size[i]);
    return rs_rhythm_monthly(&rhythm) || rs_rhythm_weekly(&rhythm) ? size[i] : 0;
  }
  return 0;
}

/* Those who come to a quarter of the small bursts, and to two. */
static GArray *at_small_bursts(const RsGroup *g, uint32_t size) {
  g_autofree uint32_t *came = g_new0(uint32_t, g->n), *last = g_new(uint32_t, g->n);
  GArray *out = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint32_t n_small = 0;
  for (uint32_t i = 0; i < g->n; i++) last[i] = RS_NONE;
  for (uint32_t b = 0; b < g->n_bursts; b++) n_small += g->burst[b].n_members < size;
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    const RsAttendance *a = &g->attendance[i];
    if (g->burst[a->burst].n_members >= size || last[a->member] == a->burst) continue;
    last[a->member] = a->burst;
    came[a->member]++;
  }
  for (uint32_t i = 0; i < g->n; i++)
    if (came[i] >= 2 && came[i] * 4 >= n_small) g_array_append_val(out, g->person[i]);
  return out;
}

/* Looks at a set of persons; a group whose bursts fall apart is replaced by its parts, as deep as that goes: sets of bursts with other
 * people, or an occasion, by its institution or by the crowd it gathers, and all other bursts. */
static void look_deeper(const RsScene *scene, const uint32_t *person, uint32_t n, RsPlaces places, RsRefine refine, unsigned depth, GPtrArray *out) {
  enum { MAX_DEPTH = 3, MAX_OCCASION = 5 }; /* an occasion is set apart even where no more sets are told apart */
  RsGroup *group = rs_group_new(scene, person, n, places, n > 2 ? refine : RS_KEEP_MEMBERS);
  if (group == NULL) return;
  g_autoptr(GPtrArray) part = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
  uint32_t outlet = depth < MAX_OCCASION ? occasion_outlet(scene, group) : RS_NONE;
  uint32_t size = depth < MAX_OCCASION && outlet == RS_NONE ? occasion_size(group) : 0;
  if (size > 0) {
    places.least = size;
    look_deeper(scene, group->person, group->n, places, refine, depth + 1, out);
    places.least = 0;
    g_ptr_array_add(part, at_small_bursts(group, size));
  } else if (outlet != RS_NONE) {
    look_deeper(scene, group->person, group->n, (RsPlaces){RS_ONLY_PLACE, 1, {outlet}, 0}, refine, depth + 1, out);
    look_deeper(scene, group->person, group->n, other_places(places, outlet), refine, depth + 1, out);
  } else if (depth >= MAX_DEPTH || rs_group_split(group, part) == 0) {
    g_ptr_array_add(out, g_steal_pointer(&group));
    return;
  } else refine = RS_DROP_ABSENT; /* two rings with common members would grow into one another again */
  for (guint i = 0; i < part->len; i++) {
    const GArray *set = g_ptr_array_index(part, i);
    if (set->len >= 2) look_deeper(scene, (const uint32_t *)(const void *)set->data, set->len, places, refine, depth + 1, out);
  }
  rs_group_free(group);
}

/* The institution where these people have most days. */
static uint32_t main_outlet(const RsScene *scene, const uint32_t *person, uint32_t n) {
  const RsRelation *r = &scene->knowledge->relation[RS_FILLED_AT];
  g_autoptr(GHashTable) days = g_hash_table_new(NULL, NULL);
  uint32_t best = RS_NONE, most = 0;
  for (uint32_t i = 0; i < n; i++)
    for (uint64_t k = r->offset[person[i]]; k < r->offset[person[i] + 1]; k++) {
      gpointer key = GUINT_TO_POINTER(r->to[k] + 1);
      uint32_t sum = GPOINTER_TO_UINT(g_hash_table_lookup(days, key)) + r->days[k];
      g_hash_table_insert(days, key, GUINT_TO_POINTER(sum));
      if (sum > most || (sum == most && r->to[k] < best)) most = sum, best = r->to[k];
    }
  return best;
}

/* Cards that a shop keeps come a handful at a time: none is there for most of the bursts, so that the ring falls apart where that is asked. */
static void look_at_some(const RsScene *scene, const uint32_t *person, uint32_t n, GPtrArray *out) {
  enum { LARGE = 8 };
  uint32_t outlet = n >= LARGE ? main_outlet(scene, person, n) : RS_NONE;
  if (outlet == RS_NONE) return;
  RsGroup *group = rs_group_new(scene, person, n, (RsPlaces){RS_ONLY_PLACE, 1, {outlet}, 0}, RS_SOME_AT_A_TIME);
  if (group != NULL && group->n >= LARGE) g_ptr_array_add(out, group);
  else rs_group_free(group);
}

static void look_at(size_t task, unsigned thread, void *data) {
  Look *look = data;
  uint32_t c = look->chosen[task];
  const RsCandidates *all = look->candidates;
  (void)thread;
  look->found[task] = g_ptr_array_new();
  look_deeper(look->scene, all->person + all->offset[c], (uint32_t)(all->offset[c + 1] - all->offset[c]),
              (RsPlaces){.rule = RS_ANY_PLACE}, RS_REFINE_MEMBERS, 0, look->found[task]);
  look_at_some(look->scene, all->person + all->offset[c], (uint32_t)(all->offset[c + 1] - all->offset[c]), look->found[task]);
}

static void measure(size_t task, unsigned thread, void *data) {
  Look *look = data;
  (void)thread;
  rs_group_measure(look->scene, look->group[task]);
  rs_circumstances_measure(look->scene, look->group[task]);
}

static int compare_groups(const void *x, const void *y) {
  const RsGroup *a = *(RsGroup *const *)x, *b = *(RsGroup *const *)y;
  for (uint32_t i = 0; i < a->n && i < b->n; i++)
    if (a->person[i] != b->person[i]) return a->person[i] < b->person[i] ? -1 : 1;
  if (a->n != b->n) return a->n < b->n ? -1 : 1;
  if (a->places.rule != b->places.rule) return a->places.rule < b->places.rule ? -1 : 1;
  if (a->places.n != b->places.n) return a->places.n < b->places.n ? -1 : 1;
  for (uint32_t i = 0; i < a->places.n; i++)
    if (a->places.institution[i] != b->places.institution[i]) return a->places.institution[i] < b->places.institution[i] ? -1 : 1;
  return (a->places.least > b->places.least) - (a->places.least < b->places.least);
}

/* All sets of three and more, and at most MAX_PAIRS of the pairs: those whose members hash lowest. */
static uint32_t *choose(const RsCandidates *c, const RsClaims *claims, uint32_t *n_chosen) {
  g_autofree uint64_t *hash = g_new(uint64_t, (gsize)c->n + 1), *sorted = g_new(uint64_t, (gsize)c->n + 1);
  uint32_t *chosen = g_new(uint32_t, (gsize)c->n + 1), n_pairs = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    if (c->offset[i + 1] - c->offset[i] != 2) continue;
    uint32_t a = c->person[c->offset[i]], b = c->person[c->offset[i] + 1];
    hash[i] = rs_hash_mix(rs_hash_bytes(rs_text_get(claims->person, a), rs_text_length(claims->person, a)),
                          rs_hash_bytes(rs_text_get(claims->person, b), rs_text_length(claims->person, b)));
    sorted[n_pairs++] = hash[i];
  }
  rs_sort_u64(sorted, n_pairs);
  uint64_t bar = n_pairs > MAX_PAIRS ? sorted[MAX_PAIRS] : UINT64_MAX;
  *n_chosen = 0;
  for (uint32_t i = 0; i < c->n; i++)
    if (c->offset[i + 1] - c->offset[i] != 2 || hash[i] < bar) chosen[(*n_chosen)++] = i;
  return chosen;
}

uint32_t rs_group_overlap(const RsGroup *a, const RsGroup *b) {
  uint32_t shared = 0;
  for (uint32_t i = 0, j = 0; i < a->n && j < b->n;) {
    if (a->person[i] == b->person[j]) {
      shared++;
      i++;
      j++;
    } else if (a->person[i] < b->person[j]) i++;
    else j++;
  }
  return shared;
}

static int compare_info(const void *x, const void *y, void *data) {
  RsGroup *const *group = data;
  const RsGroup *a = group[*(const uint32_t *)x], *b = group[*(const uint32_t *)y];
  if (a->info != b->info) return a->info > b->info ? -1 : 1;
  return compare_groups(&group[*(const uint32_t *)x], &group[*(const uint32_t *)y]);
}

/* The reference keeps one of several near-copies (Jaccard above 0.5): the most surprising. */
static void mark_reference(RsCompanions *out, uint32_t n_persons) {
  g_autofree uint32_t *order = g_new(uint32_t, (gsize)out->n + 1), *head = g_new(uint32_t, (gsize)n_persons + 1);
  for (uint32_t i = 0; i < out->n; i++) order[i] = i;
  g_qsort_with_data(order, (gint)out->n, sizeof *order, compare_info, out->group);
  for (uint32_t p = 0; p < n_persons; p++) head[p] = RS_NONE;
  typedef struct { uint32_t group, next; } Link;
  g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(Link));
  for (uint32_t o = 0; o < out->n; o++) {
    const RsGroup *g = out->group[order[o]];
    bool copy = false;
    for (uint32_t i = 0; i < g->n && !copy; i++)
      for (uint32_t l = head[g->person[i]]; l != RS_NONE && !copy; l = g_array_index(links, Link, l).next) {
        const RsGroup *other = out->group[g_array_index(links, Link, l).group];
        uint32_t shared = rs_group_overlap(g, other);
        copy = 2 * shared > g->n + other->n - shared;
      }
    if (copy) continue;
    out->reference[order[o]] = 1;
    out->n_reference++;
    for (uint32_t i = 0; i < g->n; i++) {
      Link link = {order[o], head[g->person[i]]};
      head[g->person[i]] = links->len;
      g_array_append_val(links, link);
    }
  }
}

RsCompanions *rs_companions_new(const RsScene *scene, const RsCandidates *candidates, unsigned n_threads) {
  uint32_t n_chosen;
  g_autofree uint32_t *chosen = choose(candidates, scene->claims, &n_chosen);
  RsCompanions *out = g_new0(RsCompanions, 1);
  g_autofree GPtrArray **found = g_new0(GPtrArray *, (gsize)n_chosen + 1);
  Look look = {scene, candidates, chosen, found, NULL};
  rs_parallel(n_threads, n_chosen, look_at, &look);
  uint32_t n = 0;
  for (uint32_t i = 0; i < n_chosen; i++) n += found[i]->len;
  look.group = out->group = g_new0(RsGroup *, (gsize)n + 1);
  n = 0;
  for (uint32_t i = 0; i < n_chosen; i++) {
    for (guint k = 0; k < found[i]->len; k++) out->group[n++] = g_ptr_array_index(found[i], k);
    g_ptr_array_unref(found[i]);
  }
  qsort(out->group, n, sizeof *out->group, compare_groups); /* NOLINT(bugprone-sizeof-expression): pointers are sorted */
  for (uint32_t i = 0; i < n; i++) {
    if (out->n > 0 && compare_groups(&out->group[out->n - 1], &out->group[i]) == 0) rs_group_free(out->group[i]);
    else out->group[out->n++] = out->group[i];
  }
  out->reference = g_malloc0((gsize)out->n + 1);
  rs_parallel(n_threads, out->n, measure, &look);
  mark_reference(out, scene->claims->n_persons);
  return out;
}

/* ---- leads found again ---- */

typedef struct { uint32_t person, lead; } Membership;

typedef struct {
  const RsGroup *const *lead;
  uint32_t n, n_left;
  Membership *member; /* of all leads, by person */
  uint32_t n_members;
  uint32_t *shared;   /* [n] zero but while a set is at hand: members it shares with each lead */
  GArray *touched;    /* leads with shared > 0 */
  uint8_t *again;     /* [n] */
} Hunt;

static inline bool membership_before(const Membership *a, const Membership *b) { return a->person < b->person; }
RS_SORT_BY(sort_memberships, Membership, membership_before)

/* NOLINTNEXTLINE(readability-non-const-parameter): the hunt writes to `again` */
static void hunt_init(Hunt *hunt, const RsGroup *const *lead, uint32_t n, uint8_t *again) {
  uint32_t total = 0;
  *hunt = (Hunt){.lead = lead, .n = n, .again = again, .touched = g_array_new(FALSE, FALSE, sizeof(uint32_t)), .shared = g_new0(uint32_t, (gsize)n + 1)};
  for (uint32_t i = 0; i < n; i++) total += lead[i]->n;
  hunt->member = g_new(Membership, (gsize)total + 1);
  for (uint32_t i = 0; i < n; i++) {
    hunt->n_left += !again[i];
    for (uint32_t k = 0; k < lead[i]->n; k++) hunt->member[hunt->n_members++] = (Membership){lead[i]->person[k], i};
  }
  sort_memberships(hunt->member, total); /* leads ascend already */
}

static void hunt_clear(Hunt *hunt) {
  g_free(hunt->member);
  g_free(hunt->shared);
  g_array_unref(hunt->touched);
}

/* Counts what the set shares with each lead; hunt_forget() before the next one. */
static void hunt_touch(Hunt *hunt, const uint32_t *person, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t low = 0, high = hunt->n_members;
    while (low < high) {
      uint32_t middle = low + (high - low) / 2;
      if (hunt->member[middle].person < person[i]) low = middle + 1;
      else high = middle;
    }
    for (; low < hunt->n_members && hunt->member[low].person == person[i]; low++)
      if (hunt->shared[hunt->member[low].lead]++ == 0) g_array_append_val(hunt->touched, hunt->member[low].lead);
  }
}

static void hunt_forget(Hunt *hunt) {
  for (guint k = 0; k < hunt->touched->len; k++) hunt->shared[g_array_index(hunt->touched, uint32_t, k)] = 0;
  g_array_set_size(hunt->touched, 0);
}

/* The largest Jaccard of the set and a lead not found yet. */
static double hunt_nearest(Hunt *hunt, const uint32_t *person, uint32_t n) {
  double nearest = 0.0;
  hunt_touch(hunt, person, n);
  for (guint k = 0; k < hunt->touched->len; k++) {
    uint32_t i = g_array_index(hunt->touched, uint32_t, k), shared = hunt->shared[i];
    if (!hunt->again[i]) nearest = MAX(nearest, (double)shared / (double)(n + hunt->lead[i]->n - shared));
  }
  hunt_forget(hunt);
  return nearest;
}

static void hunt_look(Hunt *hunt, const RsScene *scene, const uint32_t *person, uint32_t n) {
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)rs_group_free);
  look_deeper(scene, person, n, (RsPlaces){.rule = RS_ANY_PLACE}, RS_REFINE_MEMBERS, 0, found);
  for (guint k = 0; k < found->len; k++) {
    const RsGroup *g = g_ptr_array_index(found, k);
    hunt_touch(hunt, g->person, g->n);
    for (guint t = 0; t < hunt->touched->len; t++) {
      uint32_t i = g_array_index(hunt->touched, uint32_t, t), shared = hunt->shared[i];
      if (hunt->again[i] || 2 * shared < g->n + hunt->lead[i]->n - shared) continue;
      hunt->again[i] = 1;
      hunt->n_left--;
    }
    hunt_forget(hunt);
  }
}

typedef struct { double nearest; uint32_t candidate; } Near;

static inline bool near_before(const Near *a, const Near *b) { return a->nearest > b->nearest; }
RS_SORT_BY(sort_near, Near, near_before)

uint32_t rs_companions_find(const RsScene *scene, const RsCandidates *candidates, const RsGroup *const *lead, uint32_t n, uint8_t *again) {
  Hunt hunt;
  uint32_t n_chosen;
  g_autofree uint32_t *chosen = choose(candidates, scene->claims, &n_chosen);
  g_autofree Near *near = g_new(Near, (gsize)n_chosen + 1);
  hunt_init(&hunt, lead, n, again);
  for (uint32_t i = 0; i < n_chosen; i++) {
    uint32_t c = chosen[i];
    near[i] = (Near){hunt_nearest(&hunt, candidates->person + candidates->offset[c], (uint32_t)(candidates->offset[c + 1] - candidates->offset[c])), c};
  }
  sort_near(near, n_chosen); /* candidates ascend already */
  /* first those that still are near to a lead not found; then the rest, for it too may lead there */
  for (unsigned pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; i < n_chosen && hunt.n_left > 0; i++) {
      uint32_t c = near[i].candidate;
      if (c == RS_NONE) continue; /* looked at before */
      const uint32_t *person = candidates->person + candidates->offset[c];
      uint32_t size = (uint32_t)(candidates->offset[c + 1] - candidates->offset[c]);
      if (pass == 0 && !(hunt_nearest(&hunt, person, size) > 0.0)) continue;
      hunt_look(&hunt, scene, person, size);
      near[i].candidate = RS_NONE;
    }
  hunt_clear(&hunt);
  return hunt.n_left;
}
