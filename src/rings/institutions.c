#include "rings/institutions.h"

#include "base/calendar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is measured of each institution. Each value is turned into its standing among peers (same type, similar volume), and the
 * standings, in decades, are added; money in rings counts on top. */
enum { AMOUNT_A_VISIT, AMOUNT_A_PERSON, VISITS_A_PERSON, DRUG_FOCUS, DOCTOR_FOCUS, VOLUME, N_MEASURES };

typedef struct {
  double value[N_MEASURES];
  double ring_share; /* of its money that is evidence of a lead */
} Measures;

/* Sum of squared shares of one institution's row in a relation keyed by institution, by visits. */
static double focus(const RsRelation *r, uint32_t f) {
  double sum = 0.0, squares = 0.0;
  for (uint64_t i = r->offset[f]; i < r->offset[f + 1]; i++) {
    sum += r->visits[i];
    squares += (double)r->visits[i] * (double)r->visits[i];
  }
  return sum > 0.0 ? squares / (sum * sum) : NAN;
}

/* The same for doctors, whose relation is keyed the other way. */
static double *doctor_focus(const RsKnowledge *k, uint32_t n) {
  const RsRelation *r = &k->relation[RS_REFERS_TO];
  g_autofree double *sum = g_new0(double, (gsize)n + 1);
  double *squares = g_new0(double, (gsize)n + 1);
  for (uint32_t d = 0; d < r->n_from; d++)
    for (uint64_t i = r->offset[d]; i < r->offset[d + 1]; i++) {
      sum[r->to[i]] += r->visits[i];
      squares[r->to[i]] += (double)r->visits[i] * (double)r->visits[i];
    }
  for (uint32_t f = 0; f < n; f++) squares[f] = sum[f] > 0.0 ? squares[f] / (sum[f] * sum[f]) : NAN;
  return squares;
}

static void count_basics(const RsScene *scene, RsInstitutionRank *rank) {
  const RsRelation *r = &scene->knowledge->relation[RS_FILLED_AT];
  for (uint32_t p = 0; p < r->n_from; p++)
    for (uint64_t i = r->offset[p]; i < r->offset[p + 1]; i++) {
      RsInstitutionRank *at = &rank[r->to[i]];
      at->visits += r->visits[i];
      at->persons++;
    }
  for (uint32_t f = 0; f < scene->basket->n_institutions; f++) rank[f].amount = scene->basket->paid[f];
}

static int64_t *ring_money(const RsScene *scene, const RsRings *rings, RsInstitutionRank *rank) {
  const RsClaims *c = scene->claims;
  int64_t *money = g_new0(int64_t, (gsize)c->institution->n + 1);
  uint32_t visit = 0;
  for (uint32_t i = 0; i < rings->n_rings; i++) {
    const RsRing *ring = &rings->rings[i];
    for (uint32_t m = 0; m < ring->n_members; m++)
      if (ring->members[m].kind == RS_INSTITUTION) rank[ring->members[m].id].n_rings++;
    for (uint64_t e = 0; e < ring->n_evidence; e++) {
      visit = rs_claims_line_visit_near(c, ring->evidence[e].line, visit);
      money[c->visit_institution[visit]] += rs_line_amount(c, ring->evidence[e].line);
    }
  }
  return money;
}

typedef struct {
  const RsClaims *claims;
  RsInstitutionRank *rank;
  const Measures *measures;
} Sorting;

/* By type, then by volume: peers are neighbours in this order. */
static int compare_peers(const void *x, const void *y, void *data) {
  const Sorting *s = data;
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  uint8_t s_a = s->claims->institution_type[a], s_b = s->claims->institution_type[b];
  if (s_a != s_b) return s_a < s_b ? -1 : 1;
  if (s->rank[a].visits != s->rank[b].visits) return s->rank[a].visits < s->rank[b].visits ? -1 : 1;
  return (a > b) - (a < b);
}

/* Share of peers at or above the institution's value, in decades; peers: up to HALF neighbours on either side of the same type. */
static double peer_decades(const RsClaims *c, const Measures *m, const uint32_t *order, uint32_t n, uint32_t at, unsigned what,
                           uint32_t half, uint32_t *n_peers) {
  double own = m[order[at]].value[what];
  uint32_t above = 0, peers = 0;
  for (uint32_t i = at > half ? at - half : 0; i < n && i <= at + half; i++) {
    if (i == at || c->institution_type[order[i]] != c->institution_type[order[at]] || isnan(m[order[i]].value[what])) continue;
    peers++;
    above += m[order[i]].value[what] >= own;
  }
  *n_peers = peers;
  return isnan(own) || peers < 5 ? 0.0 : -log10(((double)above + 1.0) / ((double)peers + 1.0));
}

/* By type, the larger volume first. */
static int compare_volumes(const void *x, const void *y, void *data) {
  const Sorting *s = data;
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  uint8_t s_a = s->claims->institution_type[a], s_b = s->claims->institution_type[b];
  if (s_a != s_b) return s_a < s_b ? -1 : 1;
  double v_a = s->measures[a].value[VOLUME], v_b = s->measures[b].value[VOLUME];
  if (v_a != v_b) return v_a > v_b ? -1 : 1;
  return (a > b) - (a < b);
}

/* peer_decades() of the volume with the whole type as peers, for all institutions at once: there may be a million of them. */
static double *volume_decades(const Sorting *sorting, uint32_t n) {
  g_autofree uint32_t *order = g_new(uint32_t, (gsize)n + 1);
  double *decades = g_new0(double, (gsize)n + 1);
  for (uint32_t f = 0; f < n; f++) order[f] = f;
  if (n > 0) g_qsort_with_data(order, (gint)n, sizeof *order, compare_volumes, (void *)(uintptr_t)sorting);
  for (uint32_t first = 0, last; first < n; first = last) { /* one type */
    for (last = first + 1; last < n && sorting->claims->institution_type[order[last]] == sorting->claims->institution_type[order[first]]; last++)
      continue;
    for (uint32_t i = first, end; i < last && last - first > 5; i = end) { /* one volume */
      for (end = i + 1; end < last && sorting->measures[order[end]].value[VOLUME] >= sorting->measures[order[i]].value[VOLUME]; end++) continue;
      for (uint32_t k = i; k < end; k++) decades[order[k]] = -log10((double)(end - first) / (double)(last - first));
    }
  }
  return decades;
}

static int compare_suspicion(const void *x, const void *y) {
  const RsInstitutionRank *a = x, *b = y;
  if (a->suspicion != b->suspicion) return a->suspicion > b->suspicion ? -1 : 1;
  if (a->amount != b->amount) return a->amount > b->amount ? -1 : 1;
  return (a->institution > b->institution) - (a->institution < b->institution);
}

static void measure(const RsScene *scene, RsInstitutionRank *rank, Measures *m, uint32_t n) {
  g_autofree double *doctors = doctor_focus(scene->knowledge, n);
  for (uint32_t f = 0; f < n; f++) {
    double visits = (double)MAX(rank[f].visits, 1u), persons = (double)MAX(rank[f].persons, 1u), amount = (double)rank[f].amount;
    bool money = (scene->claims->columns & RS_HAS_AMOUNT) != 0;
    m[f].value[AMOUNT_A_VISIT] = money ? amount / visits : NAN;
    m[f].value[AMOUNT_A_PERSON] = money ? amount / persons : NAN;
    m[f].value[VISITS_A_PERSON] = visits / persons;
    m[f].value[DRUG_FOCUS] = focus(&scene->knowledge->relation[RS_DISPENSED], f);
    m[f].value[DOCTOR_FOCUS] = doctors[f];
    m[f].value[VOLUME] = money ? amount : visits;
  }
}

void rs_institutions_rank(const RsScene *scene, RsRings *rings) {
  enum { HALF = 50 };
  uint32_t n = scene->claims->institution->n;
  rings->institutions = g_new0(RsInstitutionRank, (gsize)n + 1);
  rings->n_institutions = n;
  g_autofree Measures *m = g_new0(Measures, (gsize)n + 1);
  g_autofree uint32_t *order = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t f = 0; f < n; f++) rings->institutions[f].institution = order[f] = f;
  count_basics(scene, rings->institutions);
  g_autofree int64_t *money = ring_money(scene, rings, rings->institutions);
  measure(scene, rings->institutions, m, n);
  const Sorting sorting = {scene->claims, rings->institutions, m};
  g_autofree double *volume = volume_decades(&sorting, n); /* it is what peers share, so it is held against all of the type */
  if (n > 0) g_qsort_with_data(order, (gint)n, sizeof *order, compare_peers, (void *)(uintptr_t)&sorting);
  for (uint32_t i = 0; i < n; i++) {
    RsInstitutionRank *at = &rings->institutions[order[i]];
    double sum = 0.0;
    for (unsigned what = 0; what < N_MEASURES; what++) {
      uint32_t peers;
      double decades = what == VOLUME ? volume[order[i]] : peer_decades(scene->claims, m, order, n, i, what, HALF, &peers);
      if (what == VISITS_A_PERSON) at->peers = peers;
      sum += decades;
    }
    if (at->n_rings > 0) sum += 1.0 + at->n_rings + 3.0 * (at->amount > 0 ? (double)money[order[i]] / (double)at->amount : 0.0);
    at->suspicion = round(sum * 1e6) / 1e6;
  }
  if (n > 0) qsort(rings->institutions, n, sizeof *rings->institutions, compare_suspicion);
  for (uint32_t i = 0; i < n; i++) rings->institutions[i].rank = i + 1;
}
