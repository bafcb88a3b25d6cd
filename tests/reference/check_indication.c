#include "reference/check_indication.h"

#include <math.h>

typedef struct { const RsClaims *c; const uint64_t *line; uint64_t n; } Group;

static bool in_group(const Group *g, uint64_t line) {
  for (uint64_t i = 0; i < g->n; i++)
    if (g->line[i] == line) return true;
  return false;
}

static uint32_t person_of(const RsClaims *c, uint64_t line) { return rs_claims_visit_person(c, rs_claims_line_visit(c, line)); }

/* Whether the person has the drug with the diagnosis on any line; only: on one of the group's. */
static bool has(const Group *g, uint32_t person, uint32_t drug, uint32_t diagnosis, bool only) {
  for (uint64_t l = 0; l < g->c->n_lines; l++)
    if (person_of(g->c, l) == person && rs_line_drug(g->c, l) == drug && rs_line_diagnosis(g->c, l) == diagnosis && (!only || in_group(g, l))) return true;
  return false;
}

/* Persons with the pair in the city, less those who have it on the group's lines. */
static double others_with(const Group *g, uint32_t drug, uint32_t diagnosis) {
  double n = 0.0;
  for (uint32_t p = 0; p < g->c->n_persons; p++) n += has(g, p, drug, diagnosis, false) - has(g, p, drug, diagnosis, true);
  return n;
}

static double of_drug(const Group *g, uint32_t drug) {
  double n = 0.0;
  for (uint32_t d = 0; d < g->c->diagnosis->n; d++) n += others_with(g, drug, d);
  return n;
}

static bool fits(const Group *g, uint32_t drug, uint32_t diagnosis) {
  double with = others_with(g, drug, diagnosis), all = of_drug(g, drug), lines = 0.0, marked = 0.0;
  for (uint64_t l = 0; l < g->c->n_lines; l++) {
    if (rs_line_diagnosis(g->c, l) == RS_NONE || in_group(g, l)) continue;
    lines += 1.0;
    marked += rs_line_diagnosis(g->c, l) == diagnosis;
  }
  return with >= 0.01 * all || (with >= 3.0 && with >= 2.0 * (marked / fmax(1.0, lines)) * all);
}

/* What is asked of each drug, once. */
typedef struct { double all, odd; bool *fit; } Drug;

/* One person: the chance that a drug does not fit, 0 without any of them, and whether one does not. */
static double judge_person(const Group *g, uint32_t person, const uint32_t *drug, const Drug *of, uint32_t n, bool *unfit) {
  double none = 1.0;
  for (uint32_t i = 0; i < n; i++) {
    bool any = false, good = false;
    for (uint32_t d = 0; d < g->c->diagnosis->n; d++) {
      bool mine = has(g, person, drug[i], d, true);
      any |= mine;
      good |= mine && of[i].fit[d];
    }
    if (!any || of[i].all < RS_INDICATION_OTHERS) continue;
    none *= 1.0 - fmin(1.0, (of[i].odd + 0.5) / (of[i].all + 1.0));
    *unfit |= !good;
  }
  return 1.0 - none;
}

RsIndicationTest check_indication(const RsClaims *claims, const uint32_t *drug, uint32_t n_drugs, const uint64_t *line, uint64_t n_lines) {
  Group g = {claims, line, n_lines};
  RsIndicationTest out = {0, 0, 0.0, 0.0};
  g_autofree double *ways = g_new0(double, (gsize)claims->n_persons + 2); /* chance of so many */
  g_autofree Drug *of = g_new0(Drug, (gsize)n_drugs + 1);
  for (uint32_t i = 0; i < n_drugs; i++) {
    of[i] = (Drug){of_drug(&g, drug[i]), 0.0, g_new0(bool, (gsize)claims->diagnosis->n + 1)};
    for (uint32_t d = 0; d < claims->diagnosis->n; d++) {
      of[i].fit[d] = fits(&g, drug[i], d);
      if (!of[i].fit[d]) of[i].odd += others_with(&g, drug[i], d);
    }
  }
  ways[0] = 1.0;
  for (uint32_t p = 0; p < claims->n_persons; p++) {
    bool unfit = false;
    double chance = judge_person(&g, p, drug, of, n_drugs, &unfit);
    if (chance <= 0.0) continue;
    out.n_persons++;
    out.n_unfit += unfit;
    out.expected += chance;
    for (uint32_t k = out.n_persons; k > 0; k--) ways[k] = ways[k] * (1.0 - chance) + ways[k - 1] * chance;
    ways[0] *= 1.0 - chance;
  }
  for (uint32_t i = 0; i < n_drugs; i++) g_free(of[i].fit);
  double tail = 0.0;
  for (uint32_t k = out.n_persons + 1; k > out.n_unfit; k--) tail += ways[k - 1];
  out.log_p = out.n_persons > 0 ? log(fmin(1.0, tail)) : 0.0;
  return out;
}
