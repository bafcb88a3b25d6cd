#include "rings/merge.h"

#include "rings/draft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const also_code[RS_N_PATTERNS] = {"also_batch",     "also_resale", "also_steering", "also_crossregion",
                                                     "also_duplicate", "also_travel", "also_trace",    "also_mixed"};

static const char joined_code[] = "joined";

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

static uint32_t n_both(const uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m) {
  uint32_t both = 0;
  for (uint32_t i = 0, k = 0; i < n && k < m;) {
    if (a[i] < b[k]) i++;
    else if (a[i] > b[k]) k++;
    else both++, i++, k++;
  }
  return both;
}

/* b's are the people of the lead that may be told with a's; part: b may be larger than a where a is most of the smaller. */
static bool same_people(const uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m, bool part) {
  const uint32_t both = n_both(a, n, b, m);
  if (!part) return both > 0 && both * 2 >= m;
  return both > 0 && (both * 2 >= n + m - both || both * 10 >= MIN(n, m) * 7);
}

/* Puts the fact after the other facts for; returns its place. */
static uint32_t insert_fact(RsRing *ring, RsFact fact) {
  uint32_t at = 0;
  while (at < ring->n_facts && !ring->facts[at].counter) at++;
  ring->facts = g_renew(RsFact, ring->facts, (gsize)ring->n_facts + 1);
  memmove(ring->facts + at + 1, ring->facts + at, (ring->n_facts - at) * sizeof *ring->facts);
  ring->facts[at] = fact;
  ring->n_facts++;
  uint32_t low = (1u << at) - 1u;
  for (uint64_t i = 0; i < ring->n_evidence; i++) {
    uint32_t bits = ring->evidence[i].facts;
    ring->evidence[i].facts = (bits & low) | (bits & ~low) << 1;
  }
  return at;
}

/* Lines of the other lead that belong to people of this one, in order with its own. */
static void add_lines(RsRing *ring, const RsRing *other, const RsClaims *c, const uint32_t *person, uint32_t bit) {
  RsEvidence *all = g_new(RsEvidence, ring->n_evidence + other->n_evidence + 1);
  uint64_t n = 0, i = 0, k = 0;
  uint32_t visit = 0;
  while (i < ring->n_evidence || k < other->n_evidence) {
    if (k >= other->n_evidence || (i < ring->n_evidence && ring->evidence[i].line < other->evidence[k].line)) {
      all[n++] = ring->evidence[i++];
      continue;
    }
    uint64_t line = other->evidence[k].line;
    visit = rs_claims_line_visit_near(c, line, visit);
    uint32_t who = rs_claims_visit_person(c, visit);
    bool both = i < ring->n_evidence && ring->evidence[i].line == line;
    if (both) all[n] = ring->evidence[i++], all[n++].facts |= bit;
    else if (bsearch(&who, person, ring->count[RS_PERSON], sizeof who, compare_numbers) != NULL) all[n++] = (RsEvidence){line, bit};
    k++;
  }
  g_free(ring->evidence);
  ring->evidence = all;
  ring->n_evidence = n;
  rs_ring_sum(ring, c);
}

/* One fact of each kind, however many leads went into this one; it rests on the lines of all of them. */
static void join(RsRing *ring, const RsRing *other, const char *code, const RsClaims *c, const uint32_t *person) {
  uint32_t at = 0;
  while (at < ring->n_facts && ring->facts[at].code != code) at++;
  if (at == ring->n_facts && ring->n_facts >= 31) return;
  if (at == ring->n_facts) {
    RsFact fact = {.code = code, .value = other->score, .expected = NAN, .p_value = NAN, .argument = {other->count[RS_PERSON], NAN, NAN, NAN}};
    at = insert_fact(ring, fact);
  } else if (code != joined_code) return;
  add_lines(ring, other, c, person, 1u << at);
}

/* The better lead is a part of the other, which has nearly as many points for at least twice the people: the whole is told. */
static bool is_whole(const RsRing *better, const RsRing *other) {
  return other->pattern != RS_STEERING && other->count[RS_PERSON] >= 2 * better->count[RS_PERSON] && 4 * other->score >= 3 * better->score;
}

/* Leads of steering after all others, else in the order they stand in. */
static void steering_last(GArray *leads) {
  g_autoptr(GArray) steering = g_array_new(FALSE, FALSE, sizeof(RsRing));
  guint kept = 0;
  for (guint i = 0; i < leads->len; i++) {
    RsRing ring = g_array_index(leads, RsRing, i);
    if (ring.pattern == RS_STEERING) g_array_append_val(steering, ring);
    else g_array_index(leads, RsRing, kept++) = ring;
  }
  g_array_set_size(leads, kept);
  if (steering->len > 0) g_array_append_vals(leads, steering->data, steering->len);
}

static bool has_member(const RsRing *ring, RsKind kind, uint32_t id) {
  for (uint32_t i = 0; i < ring->n_members; i++)
    if (ring->members[i].kind == kind && ring->members[i].id == id) return true;
  return false;
}

static uint32_t n_common(const RsRing *a, const RsRing *b, RsKind kind) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < b->n_members; i++) n += b->members[i].kind == kind && has_member(a, kind, b->members[i].id);
  return n;
}

/* Two parts of one ring: a third of the smaller's people in both, at a common outlet, and mostly the same drugs. */
static bool same_scheme(const RsRing *a, const uint32_t *of_a, const RsRing *b, const uint32_t *of_b) {
  if (a->pattern == RS_STEERING || b->pattern == RS_STEERING) return false;
  const uint32_t people = n_both(of_a, a->count[RS_PERSON], of_b, b->count[RS_PERSON]);
  if (people < 2 || people * 3 < MIN(a->count[RS_PERSON], b->count[RS_PERSON]) || n_common(a, b, RS_INSTITUTION) == 0) return false;
  const uint32_t drugs = n_common(a, b, RS_DRUG);
  return drugs >= 2 && drugs * 2 >= MIN(a->count[RS_DRUG], b->count[RS_DRUG]);
}

/* Purchases billed twice among the patients of a doctor, at the outlet they are sent to: a treatment partly billed there is part of that. */
static bool explained_by(const RsRing *twice, const RsRing *steering) {
  if (twice->pattern != RS_DUPLICATE || steering->pattern != RS_STEERING || n_common(steering, twice, RS_INSTITUTION) == 0) return false;
  return n_common(steering, twice, RS_PERSON) * 10 >= 7 * twice->count[RS_PERSON];
}

/* Doctors who feed one outlet are one channel. */
static bool same_channel(const RsRing *a, const RsRing *b) {
  return a->pattern == RS_STEERING && b->pattern == RS_STEERING && n_common(a, b, RS_INSTITUTION) > 0;
}

/* Behind the last member of its kind: those of a lesser part stand last. */
static void insert_member(RsRing *ring, RsMember member) {
  uint32_t at = 0;
  while (at < ring->n_members && ring->members[at].kind <= member.kind) at++;
  ring->members = g_renew(RsMember, ring->members, (gsize)ring->n_members + 1);
  memmove(ring->members + at + 1, ring->members + at, (ring->n_members - at) * sizeof *ring->members);
  ring->members[at] = member;
  ring->n_members++;
  ring->count[member.kind]++;
}

/* The people and outlets of the lesser part join the better one. */
static void unite(RsRing *ring, const RsRing *other, const RsClaims *claims) {
  for (uint32_t i = 0; i < other->n_members; i++) {
    RsMember member = other->members[i];
    if (member.kind != RS_PERSON && member.kind != RS_INSTITUTION && !(member.kind == RS_DOCTOR && ring->pattern == RS_STEERING)) continue;
    if (has_member(ring, member.kind, member.id)) continue;
    if (member.role == RS_ROLE_CORE) member.role = RS_ROLE_MEMBER;
    insert_member(ring, member);
  }
  rs_ring_settle(ring, claims);
}

/* The first of n leads that the ring is a part of, by drugs and outlet, or n. persons: those of each lead, and the ring's. */
static guint part_of(const GArray *leads, guint n, const GPtrArray *persons, const RsRing *ring, const uint32_t *person) {
  for (guint k = 0; k < n; k++) {
    const RsRing *lead = &g_array_index(leads, RsRing, k);
    if (same_scheme(lead, g_ptr_array_index(persons, k), ring, person) || same_channel(lead, ring)) return k;
  }
  return n;
}

void rs_rings_merge(GArray *leads, const RsClaims *claims) {
  steering_last(leads);
  guint kept = 0;
  g_autoptr(GPtrArray) persons = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < leads->len; i++) {
    RsRing ring = g_array_index(leads, RsRing, i);
    uint32_t *person = rs_ring_persons(&ring);
    guint k = 0;
    for (; k < kept; k++) {
      const RsRing *better = &g_array_index(leads, RsRing, k);
      if (better->pattern != ring.pattern && better->pattern != RS_STEERING &&
          (explained_by(better, &ring) ||
           same_people(g_ptr_array_index(persons, k), better->count[RS_PERSON], person, ring.count[RS_PERSON], ring.pattern != RS_STEERING)))
        break;
    }
    const char *code = also_code[ring.pattern];
    if (k == kept && (k = part_of(leads, kept, persons, &ring, person)) < kept) {
      RsRing *better = &g_array_index(leads, RsRing, k);
      code = joined_code;
      unite(better, &ring, claims);
      g_free(g_ptr_array_index(persons, k));
      g_ptr_array_index(persons, k) = rs_ring_persons(better);
    }
    if (k < kept) {
      RsRing *better = &g_array_index(leads, RsRing, k);
      bool bills = better->pattern == RS_TRAVEL && ring.pattern == RS_DUPLICATE; /* two bills of one purchase explain two places at once */
      if (code != joined_code && (bills || explained_by(better, &ring) || is_whole(better, &ring))) {
        RsRing swap = *better;
        *better = ring, ring = swap;
        gpointer own = g_ptr_array_index(persons, k);
        g_ptr_array_index(persons, k) = person, person = own;
        code = also_code[ring.pattern];
      }
      join(better, &ring, code, claims, g_ptr_array_index(persons, k));
      rs_ring_clear(&ring);
      g_free(person);
      continue;
    }
    g_ptr_array_add(persons, person);
    g_array_index(leads, RsRing, kept++) = ring;
  }
  g_array_set_size(leads, kept);
}

static int compare_rings(const void *x, const void *y) {
  const RsRing *a = x, *b = y;
  if (a->score != b->score) return a->score > b->score ? -1 : 1;
  return strcmp(a->lead_key, b->lead_key);
}

void rs_rings_keep_best(GArray *rings, guint first) {
  guint n = first;
  if (rings->len > first) qsort((RsRing *)(void *)rings->data + first, rings->len - first, sizeof(RsRing), compare_rings);
  for (guint i = first; i < rings->len; i++) {
    RsRing one = g_array_index(rings, RsRing, i);
    bool copy = false;
    for (guint k = first; k < n && !copy; k++) {
      const RsRing *kept = &g_array_index(rings, RsRing, k);
      copy = 2 * n_common(&one, kept, RS_PERSON) >= MIN(one.count[RS_PERSON], kept->count[RS_PERSON]);
    }
    if (copy) rs_ring_clear(&one);
    else g_array_index(rings, RsRing, n++) = one;
  }
  g_array_set_size(rings, n);
}
