#include "graph/infomap.h"

#include "base/random.h"
#include "graph/components.h"

#include <math.h>
#include <string.h>

#define LEAST_GAIN 1e-10 /* nats: what is less is rounding */

/* Nodes of one level. Flows are shares of all, so that flow sums to 1. */
typedef struct {
  uint32_t n;
  uint64_t *offset;   /* [n + 1] */
  uint32_t *neighbor; /* no loops */
  double *tie;        /* flow along each half edge */
  double *flow;       /* [n] visits */
  double *exit;       /* [n] flow out: the sum of the ties */
} Level;

/* Modules of the nodes of a level, and the sums that the code's length consists of. */
typedef struct {
  uint32_t *module; /* [n] */
  double *flow, *exit; /* [n] by module */
  double *exit_log, *size_log; /* [n] plogp(exit), plogp(exit + flow) */
  uint32_t *size;   /* [n] nodes */
  uint32_t *empty, n_empty;
  double exit_sum, exit_logs, size_logs, node_logs;
} State;

static double plogp(double x) { return x > 0.0 ? x * log(x) : 0.0; }

static void level_clear(Level *level) {
  g_free(level->offset);
  g_free(level->neighbor);
  g_free(level->tie);
  g_free(level->flow);
  g_free(level->exit);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Level, level_clear)

static void state_clear(State *state) {
  g_free(state->module);
  g_free(state->flow);
  g_free(state->exit);
  g_free(state->exit_log);
  g_free(state->size_log);
  g_free(state->size);
  g_free(state->empty);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(State, state_clear)

static void level_init(Level *level, uint32_t n, uint64_t n_halves) {
  *level = (Level){n, g_new0(uint64_t, (gsize)n + 2), g_new(uint32_t, n_halves + 1), g_new(double, n_halves + 1), g_new0(double, (gsize)n + 1),
                   g_new0(double, (gsize)n + 1)};
}

static double code_length(const State *s) { return plogp(s->exit_sum) - 2.0 * s->exit_logs + s->size_logs - s->node_logs; }

static void module_count(State *s, uint32_t m) {
  s->exit_log[m] = plogp(s->exit[m]);
  s->size_log[m] = plogp(s->exit[m] + s->flow[m]);
}

/* State of the level with these modules, numbered below n. node_logs: of the nodes at the bottom, the same for all levels. */
static void state_init(State *s, const Level *level, const uint32_t *module, double node_logs) {
  uint32_t n = level->n;
  *s = (State){.module = g_memdup2(module, ((gsize)n + 1) * sizeof *module), .flow = g_new0(double, (gsize)n + 1), .exit = g_new0(double, (gsize)n + 1),
               .exit_log = g_new0(double, (gsize)n + 1), .size_log = g_new0(double, (gsize)n + 1), .size = g_new0(uint32_t, (gsize)n + 1),
               .empty = g_new(uint32_t, (gsize)n + 1), .node_logs = node_logs};
  for (uint32_t i = 0; i < n; i++) {
    s->flow[module[i]] += level->flow[i]; /* NOLINT(clang-analyzer-core.uninitialized.ArraySubscript): every node has its module */
    s->size[module[i]]++;
    for (uint64_t e = level->offset[i]; e < level->offset[i + 1]; e++)
      if (module[level->neighbor[e]] != module[i]) s->exit[module[i]] += level->tie[e];
  }
  for (uint32_t m = n; m > 0; m--) {
    module_count(s, m - 1);
    if (s->size[m - 1] == 0) s->empty[s->n_empty++] = m - 1;
    s->exit_sum += s->exit[m - 1];
    s->exit_logs += s->exit_log[m - 1];
    s->size_logs += s->size_log[m - 1];
  }
}

/* Takes the node's part, to_self tied to the rest of its module, out of module m (sign -1), or puts it in (sign 1). */
static void module_change(State *s, uint32_t m, double flow, double exit, double to_self, double sign) {
  s->exit_sum -= s->exit[m];
  s->exit_logs -= s->exit_log[m];
  s->size_logs -= s->size_log[m];
  s->flow[m] += sign * flow;
  s->exit[m] = fmax(0.0, s->exit[m] + sign * (exit - 2.0 * to_self));
  s->size[m] = (uint32_t)((int64_t)s->size[m] + (int64_t)sign);
  if (s->size[m] == 0) s->flow[m] = s->exit[m] = 0.0;
  module_count(s, m);
  s->exit_sum += s->exit[m];
  s->exit_logs += s->exit_log[m];
  s->size_logs += s->size_log[m];
}

/* What the node is tied to: touched modules and the flow to each. */
typedef struct { uint32_t *module, n; double *to; /* [n modules] zero between nodes */ } Ties;

static void ties_gather(Ties *ties, const Level *level, const State *s, uint32_t node) {
  ties->n = 0;
  for (uint64_t e = level->offset[node]; e < level->offset[node + 1]; e++) {
    uint32_t m = s->module[level->neighbor[e]];
    if (ties->to[m] == 0.0) ties->module[ties->n++] = m;
    ties->to[m] += level->tie[e];
  }
}

/* Moves the node to where it saves most; false where it stays. Ties between modules go to the one met first. */
static bool move_node(const Level *level, State *s, Ties *ties, uint32_t node) {
  uint32_t old = s->module[node], best = old;
  double flow = level->flow[node], exit = level->exit[node], gain = LEAST_GAIN;
  ties_gather(ties, level, s, node);
  double exit_left = fmax(0.0, s->exit[old] - exit + 2.0 * ties->to[old]);
  double left = -2.0 * (plogp(exit_left) - s->exit_log[old]) + plogp(exit_left + s->flow[old] - flow) - s->size_log[old];
  double sum_left = s->exit_sum - s->exit[old] + exit_left, now = plogp(s->exit_sum);
  if (s->size[old] > 1 && s->n_empty > 0) ties->module[ties->n++] = s->empty[s->n_empty - 1]; /* to be alone again */
  for (uint32_t k = 0; k < ties->n; k++) {
    uint32_t m = ties->module[k];
    if (m == old) continue;
    double joined = s->exit[m] + exit - 2.0 * ties->to[m];
    double change = plogp(sum_left - s->exit[m] + joined) - now + left - 2.0 * (plogp(joined) - s->exit_log[m]) +
                    plogp(joined + s->flow[m] + flow) - s->size_log[m];
    if (-change > gain) gain = -change, best = m;
  }
  if (best != old) {
    if (s->size[best] == 0) s->n_empty--;
    module_change(s, old, flow, exit, ties->to[old], -1.0);
    module_change(s, best, flow, exit, ties->to[best], 1.0);
    if (s->size[old] == 0) s->empty[s->n_empty++] = old;
    s->module[node] = best;
  }
  for (uint32_t k = 0; k < ties->n; k++) ties->to[ties->module[k]] = 0.0;
  return best != old;
}

/* Nodes in random order; again those with a neighbour that moved, until none does. */
static void move_all(const Level *level, State *s, RsRandom *random) {
  uint32_t n = level->n, head = 0, waiting = n;
  g_autofree uint32_t *queue = g_new(uint32_t, (gsize)n + 1), *touched = g_new(uint32_t, (gsize)n + 2);
  g_autofree uint8_t *queued = g_malloc((gsize)n + 1);
  g_autofree double *to = g_new0(double, (gsize)n + 1);
  Ties ties = {touched, 0, to};
  uint64_t most = 200 * (uint64_t)n; /* never seen to be reached: rounding must not make it go round for ever */
  for (uint32_t i = 0; i < n; i++) queue[i] = i;
  for (uint32_t i = n; i > 1; i--) {
    uint32_t k = rs_random_below(random, i), swap = queue[i - 1];
    queue[i - 1] = queue[k];
    queue[k] = swap;
  }
  memset(queued, 1, n);
  for (; waiting > 0 && most > 0; most--) {
    uint32_t node = queue[head];
    head = head + 1 == n ? 0 : head + 1;
    waiting--;
    queued[node] = 0;
    if (!move_node(level, s, &ties, node)) continue;
    for (uint64_t e = level->offset[node]; e < level->offset[node + 1]; e++) {
      uint32_t other = level->neighbor[e];
      if (queued[other] || s->module[other] == s->module[node]) continue;
      queued[other] = 1;
      uint64_t tail = (uint64_t)head + waiting++;
      queue[tail < n ? tail : tail - n] = other;
    }
  }
}

/* The level whose nodes are the modules (numbered 0 .. n_modules - 1). */
static void level_join(const Level *level, const uint32_t *module, uint32_t n_modules, Level *out) {
  level_init(out, n_modules, level->offset[level->n]);
  g_autofree uint32_t *start = g_new0(uint32_t, (gsize)n_modules + 2), *node = g_new(uint32_t, (gsize)level->n + 1);
  g_autofree uint64_t *seen = g_new0(uint64_t, (gsize)n_modules + 1); /* 1 + where the row has the module */
  for (uint32_t i = 0; i < level->n; i++) start[module[i] + 2]++;
  for (uint32_t m = 0; m < n_modules; m++) start[m + 2] += start[m + 1];
  for (uint32_t i = 0; i < level->n; i++) node[start[module[i] + 1]++] = i;
  uint64_t at = 0;
  for (uint32_t m = 0; m < n_modules; m++) {
    uint64_t first = out->offset[m] = at;
    for (uint32_t k = start[m]; k < start[m + 1]; k++) {
      out->flow[m] += level->flow[node[k]];
      for (uint64_t e = level->offset[node[k]]; e < level->offset[node[k] + 1]; e++) {
        uint32_t other = module[level->neighbor[e]];
        if (other == m) continue;
        out->exit[m] += level->tie[e];
        if (seen[other] <= first) {
          out->neighbor[at] = other;
          out->tie[at] = 0.0;
          seen[other] = ++at;
        }
        out->tie[seen[other] - 1] += level->tie[e];
      }
    }
  }
  out->offset[n_modules] = at;
}

/* Moves and joins, level by level, until nothing moves. module: in, where the nodes of the level are to begin with; out, where they end. */
static double climb(const Level *level, uint32_t *module, double node_logs, RsRandom *random) {
  uint32_t n = level->n;
  g_autofree uint32_t *scratch = g_new(uint32_t, (gsize)n + 1), *alone = g_new(uint32_t, (gsize)n + 1);
  g_auto(Level) joined = {0};
  const Level *at = level;
  double length = INFINITY;
  for (uint32_t i = 0; i < n; i++) alone[i] = i;
  for (bool bottom = true;; bottom = false) {
    g_auto(State) s = {0};
    state_init(&s, at, bottom ? module : alone, node_logs);
    move_all(at, &s, random);
    uint32_t n_modules = rs_labels_number(s.module, at->n, scratch);
    double now = code_length(&s);
    if (bottom) memcpy(module, s.module, n * sizeof *module);
    else
      for (uint32_t i = 0; i < n; i++) module[i] = s.module[module[i]];
    if (!(length - now > LEAST_GAIN) || n_modules == at->n) return fmin(length, now);
    length = now;
    Level next;
    level_join(at, s.module, n_modules, &next);
    level_clear(&joined);
    joined = next;
    at = &joined;
  }
}

/* What each module falls into when it is looked at alone; module is renumbered to those parts, of_part gets each part's module. */
static uint32_t split_modules(const Level *level, uint32_t *module, uint32_t n_modules, uint32_t *of_part, RsRandom *random) {
  uint32_t n = level->n, n_parts = 0;
  g_autofree uint32_t *start = g_new0(uint32_t, (gsize)n_modules + 2), *node = g_new(uint32_t, (gsize)n + 1), *local = g_new(uint32_t, (gsize)n + 1);
  g_autofree uint32_t *part = g_new(uint32_t, (gsize)n + 1), *scratch = g_new(uint32_t, (gsize)n + 1), *inner = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) start[module[i] + 2]++;
  for (uint32_t m = 0; m < n_modules; m++) start[m + 2] += start[m + 1];
  for (uint32_t i = 0; i < n; i++) node[start[module[i] + 1]++] = i;
  /* start[m + 1] has moved to the end of m, which is where m + 1 begins */
  for (uint32_t m = 0, first = 0; m < n_modules; first = start[++m]) {
    uint32_t size = start[m + 1] - first;
    uint64_t halves = 0;
    double sum = 0.0, logs = 0.0;
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): all n were put there above */
    for (uint32_t k = 0; k < size; k++) halves += level->offset[node[first + k] + 1] - level->offset[node[first + k]];
    g_auto(Level) sub;
    level_init(&sub, size, halves);
    halves = 0;
    for (uint32_t k = 0; k < size; k++) {
      uint32_t i = node[first + k];
      local[i] = k;
      inner[k] = k;
    }
    for (uint32_t k = 0; k < size; k++) {
      uint32_t i = node[first + k];
      sub.offset[k] = halves;
      for (uint64_t e = level->offset[i]; e < level->offset[i + 1]; e++) {
        if (module[level->neighbor[e]] != m) continue;
        sub.neighbor[halves] = local[level->neighbor[e]];
        sub.tie[halves++] = level->tie[e];
        sub.exit[k] += level->tie[e];
      }
      sum += sub.exit[k];
    }
    sub.offset[size] = halves;
    for (uint64_t e = 0; e < halves; e++) sub.tie[e] /= sum;
    for (uint32_t k = 0; k < size; k++) {
      sub.flow[k] = sub.exit[k] = sum > 0.0 ? sub.exit[k] / sum : 0.0;
      logs += plogp(sub.flow[k]);
    }
    if (size > 2) climb(&sub, inner, logs, random);
    else
      for (uint32_t k = 0; k < size; k++) inner[k] = 0;
    uint32_t n_inner = rs_labels_number(inner, size, scratch);
    for (uint32_t k = 0; k < size; k++) part[node[first + k]] = n_parts + inner[k];
    for (uint32_t k = 0; k < n_inner; k++) of_part[n_parts++] = m;
  }
  memcpy(module, part, n * sizeof *module);
  return n_parts;
}

/* One trial: climbs, then loosens the outcome and climbs again while that saves. */
static double trial(const Level *level, uint32_t *module, double node_logs, RsRandom *random) {
  uint32_t n = level->n;
  g_autofree uint32_t *next = g_new(uint32_t, (gsize)n + 1), *scratch = g_new(uint32_t, (gsize)n + 1), *of_part = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) module[i] = i;
  double length = climb(level, module, node_logs, random);
  for (unsigned round = 1, idle = 0; idle < 2; round++) {
    double now;
    memcpy(next, module, n * sizeof *next);
    if (round % 2 == 1) now = climb(level, next, node_logs, random); /* single nodes */
    else {
      uint32_t n_parts = split_modules(level, next, rs_labels_number(next, n, scratch), of_part, random);
      g_auto(Level) parts;
      level_join(level, next, n_parts, &parts);
      now = climb(&parts, of_part, node_logs, random);
      for (uint32_t i = 0; i < n; i++) next[i] = of_part[next[i]];
    }
    idle = length - now > LEAST_GAIN ? 0 : idle + 1;
    if (idle > 0) continue;
    length = now;
    memcpy(module, next, n * sizeof *module);
  }
  return length;
}

/* All partitions of a few nodes: node i joins one of the modules before it or opens one. Of equal ones the first stays. */
enum { FEW = 5 };

typedef struct {
  const Level *level;
  double node_logs, best;
  uint32_t module[FEW], *best_module;
} Partitions;

static double partition_length(const Partitions *p, uint32_t n_modules) {
  double flow[FEW] = {0}, exit[FEW] = {0}, exits = 0.0, length = -p->node_logs;
  const Level *level = p->level;
  for (uint32_t i = 0; i < level->n; i++) {
    uint32_t m = p->module[i];
    flow[m] += level->flow[i];
    for (uint64_t e = level->offset[i]; e < level->offset[i + 1]; e++) exit[m] += p->module[level->neighbor[e]] != m ? level->tie[e] : 0.0;
  }
  for (uint32_t m = 0; m < n_modules; m++) {
    exits += exit[m];
    length += plogp(exit[m] + flow[m]) - 2.0 * plogp(exit[m]);
  }
  return length + plogp(exits);
}

static void partitions_try(Partitions *p, uint32_t i, uint32_t n_modules) {
  if (i < FEW && i < p->level->n) {
    for (uint32_t m = 0; m <= n_modules; m++) {
      p->module[i] = m;
      partitions_try(p, i + 1, MAX(n_modules, m + 1));
    }
    return;
  }
  double length = partition_length(p, n_modules);
  if (!(p->best - length > LEAST_GAIN)) return;
  p->best = length;
  memcpy(p->best_module, p->module, i * sizeof *p->module);
}

/* Few nodes: the shortest there is. Else a trial. */
static double solve(const Level *level, uint32_t *module, double node_logs, RsRandom *random) {
  if (level->n > FEW) return trial(level, module, node_logs, random);
  Partitions p = {.level = level, .node_logs = node_logs, .best = INFINITY, .best_module = module};
  partitions_try(&p, 0, 0);
  return p.best;
}

double rs_infomap(const RsGraph *graph, unsigned n_trials, uint64_t seed, uint32_t *label) {
  uint32_t n = graph->n_nodes;
  uint64_t halves = graph->offset[n];
  double sum = 0.0, logs = 0.0, best = INFINITY;
  RsRandom random;
  for (uint32_t i = 0; i < n; i++) label[i] = i;
  if (halves == 0) return 0.0;
  g_auto(Level) level;
  g_autofree uint32_t *module = g_new(uint32_t, (gsize)n + 1), *smallest = g_new(uint32_t, (gsize)n + 1);
  level_init(&level, n, halves);
  memcpy(level.offset, graph->offset, ((size_t)n + 1) * sizeof *level.offset);
  memcpy(level.neighbor, graph->neighbor, halves * sizeof *level.neighbor);
  for (uint64_t e = 0; e < halves; e++) sum += (double)graph->weight[e];
  for (uint32_t i = 0; i < n; i++) {
    for (uint64_t e = graph->offset[i]; e < graph->offset[i + 1]; e++) level.exit[i] += level.tie[e] = (double)graph->weight[e] / sum;
    level.flow[i] = level.exit[i];
    logs += plogp(level.flow[i]);
  }
  rs_random_init(&random, seed);
  for (unsigned t = 0; t < (n > FEW ? n_trials : 1); t++) {
    double length = solve(&level, module, logs, &random);
    if (!(best - length > LEAST_GAIN)) continue;
    best = length;
    for (uint32_t i = 0; i < n; i++) smallest[i] = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
      /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.ArraySubscript): solve gave every node its module */
      if (smallest[module[i]] == UINT32_MAX) smallest[module[i]] = i;
      label[i] = smallest[module[i]];
    }
  }
  return best / log(2.0);
}
