/* Raw records to RsClaims: one partition of persons at a time, in cache.
 *
 * A partition's persons are numbered, ordered by (hash, id), their records grouped (counting sort) and merged to visits, repeats dropped,
 * refunds matched, and the rows written to their place in arrays sized by the raw counts; a last pass closes the gaps. */
#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/few.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/sort_by.h"
#include "base/spill.h"
#include "base/timing.h"
#include "base/words.h"
#include "claims/raw.h"
#include "claims/refunds.h"

#include <stdlib.h>

typedef struct { uint64_t n_slots, n; uint64_t *key; uint32_t *count; } Counter;

/* Money past what its column was made for (RsRawMost): the n-th line of a partition. */
typedef struct { size_t partition; uint64_t line; int64_t amount, fund; } Wide;

/* Nearly all visits of an institution have one region and one type: those first seen are counted apart. */
typedef struct { uint32_t value, count; } First;
typedef struct { First region, type; } Seen;

/* What one thread adds up. */
typedef struct {
  uint64_t rows[RS_N_PLACES];
  int64_t amount[RS_N_PLACES];
  RsRefundCounts refunds;
  uint64_t date_only_rows, settlements_with_difference;
  int64_t settlement_difference;
  uint16_t first_day, last_day;
  bool any_clock, any_used;
  GArray *conflicts; /* of RsRow */
  GArray *wide;      /* of Wide */
  Seen *seen; /* [institutions] */
  Counter institution_region, institution_type; /* of what is not there */
} Totals;

typedef struct { uint64_t hash; const char *id; uint32_t length, number, n_visits; } Person;
typedef struct { uint64_t settlement; uint32_t time, institution; const RsRawVisit *raw; } VisitRef;

/* A thread's scratch, grown to the largest partition. */
typedef struct RS_OF_A_THREAD {
  const RsRawVisit **raw, **by_person;
  uint32_t *person_of, *slot, *order;
  Person *person, *sorted;
  uint64_t *key;
  size_t raw_size, slot_size;
  GArray *visits;  /* of VisitRef: one person */
  GArray *lines;   /* of RsRefundLine: one person */
  uint32_t *region, n_regions; /* [raw_size] one person's visits */
  Totals totals;
} Worker;

typedef struct RS_OF_A_THREAD { /* while it is built */
  uint64_t first_visit, first_line;  /* where the partition may write, as many as it had raw records; later where what it wrote is */
  uint64_t end_line;
  uint32_t n_persons, n_visits;      /* what it wrote */
  uint64_t n_lines;
  uint64_t *person_visits;           /* [n_persons] visits of each; owned */
  uint32_t *person_region;           /* [n_persons] */
  char *ids;                         /* [ids_length] NUL-terminated, in order */
  size_t ids_length;
  uint32_t first_person;             /* once all are built, in the table: */
  uint64_t first_id_byte;
} Part;

typedef struct {
  RsRaw *raw;
  RsClaims *claims;
  RsRepeats repeats;
  uint32_t *institution_rank, *doctor_rank, *drug_rank, *diagnosis_rank, *region_rank;
  Worker *worker;
  Part *part;
  uint32_t *group_left; /* [n_groups] atomic: partitions not yet built */
} Builder;

/* ---- counting which region or type an institution was seen with ---- */

static void counter_grow(Counter *counter) {
  Counter bigger = {.n_slots = counter->n_slots ? counter->n_slots * 2 : 1024, .n = counter->n};
  bigger.key = g_new0(uint64_t, bigger.n_slots);
  bigger.count = g_new0(uint32_t, bigger.n_slots);
  for (uint64_t i = 0; i < counter->n_slots; i++) {
    if (counter->count[i] == 0) continue;
    uint64_t s = rs_hash_mix(counter->key[i], 3) & (bigger.n_slots - 1);
    while (bigger.count[s] != 0) s = (s + 1) & (bigger.n_slots - 1);
    bigger.key[s] = counter->key[i];
    bigger.count[s] = counter->count[i];
  }
  g_free(counter->key);
  g_free(counter->count);
  *counter = bigger;
}

static void counter_add(Counter *counter, uint64_t key, uint32_t n) {
  if (2 * counter->n >= counter->n_slots) counter_grow(counter);
  uint64_t s = rs_hash_mix(key, 3) & (counter->n_slots - 1);
  while (counter->count[s] != 0 && counter->key[s] != key) s = (s + 1) & (counter->n_slots - 1);
  if (counter->count[s] == 0) counter->n++;
  counter->key[s] = key;
  counter->count[s] += n;
}

static void counter_clear(Counter *counter) {
  g_free(counter->key);
  g_free(counter->count);
  *counter = (Counter){0};
}

static inline void seen_add(First *first, uint32_t value, Counter *others, uint32_t institution) {
  if (first->count == 0) first->value = value;
  if (first->value == value) first->count++;
  else counter_add(others, (uint64_t)institution << 32 | value, 1);
}

/* Per row (key >> 32) the value (low half) with the highest count, ties to the smaller value; rows never seen keep `most`. */
static void counter_most(const Counter *counter, uint32_t *most, uint32_t *count) {
  for (uint64_t i = 0; i < counter->n_slots; i++) {
    if (counter->count[i] == 0) continue;
    uint32_t row = (uint32_t)(counter->key[i] >> 32), value = (uint32_t)counter->key[i];
    if (counter->count[i] > count[row] || (counter->count[i] == count[row] && value < most[row])) {
      most[row] = value;
      count[row] = counter->count[i];
    }
  }
}

/* ---- one partition ---- */

static uint32_t rank_of(const uint32_t *rank, uint32_t number) { return number == RS_NONE ? RS_NONE : rank[number]; }

static void worker_reserve(Worker *worker, size_t n_raw) {
  if (n_raw > worker->raw_size) {
    worker->raw_size = n_raw + n_raw / 2;
    g_free(worker->raw);
    g_free(worker->by_person);
    g_free(worker->person_of);
    g_free(worker->order);
    g_free(worker->person);
    g_free(worker->sorted);
    g_free(worker->key);
    g_free(worker->region);
    worker->raw = g_new(const RsRawVisit *, worker->raw_size);
    worker->by_person = g_new(const RsRawVisit *, worker->raw_size);
    worker->person_of = g_new(uint32_t, worker->raw_size);
    worker->order = g_new(uint32_t, worker->raw_size + 1);
    worker->person = g_new(Person, worker->raw_size);
    worker->sorted = g_new(Person, worker->raw_size);
    worker->key = g_new(uint64_t, worker->raw_size);
    worker->region = g_new(uint32_t, worker->raw_size);
  }
  size_t n_slots = 64;
  while (n_slots < 2 * n_raw) n_slots *= 2;
  if (n_slots > worker->slot_size) {
    g_free(worker->slot);
    worker->slot_size = n_slots;
    worker->slot = g_new(uint32_t, n_slots);
  }
}

static int compare_persons(const void *a, const void *b) {
  const Person *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  int order = memcmp(x->id, y->id, MIN(x->length, y->length));
  return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

/* Ids stand padded with zeros to four bytes; the last word of eight is half empty where they end within its first half. */
static inline uint64_t id_word(const char *id, size_t at, size_t length) {
  uint64_t word = 0;
  if (length - at > 4) memcpy(&word, id + at, 8);
  else memcpy(&word, id + at, 4);
  return word;
}

static inline uint64_t id_mixed(const char *id, size_t length) {
  uint64_t mixed = 0;
  for (size_t i = 0; i < length; i += 8) mixed = (mixed ^ mixed >> 29 ^ id_word(id, i, length)) * UINT64_C(0x9e3779b97f4a7c15);
  return mixed;
}

static inline bool same_id(const char *a, const char *b, size_t length) {
  for (size_t i = 0; i < length; i += 8)
    if (id_word(a, i, length) != id_word(b, i, length)) return false;
  return true;
}

/* Numbers the persons of a partition in order of first sight; returns how many. */
static uint32_t number_persons(Worker *worker, size_t n_raw) {
  size_t mask = 63;
  while (mask + 1 < 2 * n_raw) mask = 2 * mask + 1;
  memset(worker->slot, 0, (mask + 1) * sizeof *worker->slot);
  uint32_t n = 0;
  for (size_t i = 0; i < n_raw; i++) {
    const RsRawVisit *raw = worker->raw[i]; /* NOLINT(clang-analyzer-core.uninitialized.Assign): n_raw of them were put there */
    const char *id = rs_raw_id(raw);
    size_t s = (id_mixed(id, raw->id_length) >> 32) & mask;
    for (; worker->slot[s] != 0; s = (s + 1) & mask) {
      const Person *person = &worker->person[worker->slot[s] - 1];
      if (person->length == raw->id_length && same_id(person->id, id, raw->id_length)) break;
    }
    if (worker->slot[s] == 0) {
      worker->person[n] = (Person){rs_hash_bytes(id, raw->id_length), id, raw->id_length, n, 0};
      worker->slot[s] = ++n;
    }
    worker->person_of[i] = worker->slot[s] - 1;
    worker->person[worker->slot[s] - 1].n_visits++;
  }
  return n;
}

/* The persons of a partition share the first bits of their hashes. The next 40 order nearly all of them, in one number with the index. */
static void sort_persons(Worker *worker, unsigned partition_bits, uint32_t n) {
  enum { INDEX_BITS = 24 };
  const uint64_t index_mask = ((uint64_t)1 << INDEX_BITS) - 1;
  Person *person = worker->person, *sorted = worker->sorted;
  if (n > index_mask) {
    qsort(person, n, sizeof *person, compare_persons);
    return;
  }
  for (uint32_t p = 0; p < n; p++) worker->key[p] = (person[p].hash << partition_bits & ~index_mask) | p;
  rs_sort_u64(worker->key, n);
  for (uint32_t p = 0; p < n; p++) {
    uint32_t at = p;
    const Person moving = person[worker->key[p] & index_mask];
    for (; at > 0 && compare_persons(&sorted[at - 1], &moving) > 0; at--) sorted[at] = sorted[at - 1];
    sorted[at] = moving;
  }
  worker->person = sorted;
  worker->sorted = person;
}

/* Orders the persons and groups their records: by_person[order[p]] .. belong to the p-th person. */
static void group_by_person(Worker *worker, unsigned partition_bits, size_t n_raw, uint32_t n_persons) {
  sort_persons(worker, partition_bits, n_persons);
  uint32_t *start = worker->slot; /* no longer needed for probing; at least n_raw long */
  uint32_t at = 0;
  for (uint32_t p = 0; p < n_persons; p++) {
    start[worker->person[p].number] = at;
    worker->order[p] = at;
    at += worker->person[p].n_visits;
  }
  worker->order[n_persons] = at;
  for (size_t i = 0; i < n_raw; i++) worker->by_person[start[worker->person_of[i]]++] = worker->raw[i];
}

static inline bool settlement_before(const VisitRef *x, const VisitRef *y) {
  if (x->settlement != y->settlement) return x->settlement < y->settlement;
  return x->institution != y->institution ? x->institution < y->institution : x->time < y->time;
}
RS_SORT_BY(sort_by_settlement, VisitRef, settlement_before)

static inline bool time_before(const VisitRef *x, const VisitRef *y) {
  if (x->time != y->time) return x->time < y->time;
  return x->institution != y->institution ? x->institution < y->institution : x->settlement < y->settlement;
}
RS_SORT_BY(sort_by_time, VisitRef, time_before)

static uint64_t settlement_hash(const Builder *builder, const RsRawVisit *raw) {
  const RsSettlements *settlements = builder->raw->settlements;
  return settlements != NULL && raw->settlement != 0 ? settlements->row[raw->settlement - 1].hash : raw->settlement;
}

/* Does a settlement have two records? They hardly ever do. */
static bool settlement_repeats(Worker *worker, const VisitRef *visit, uint32_t n) {
  if (n > 24) {
    for (uint32_t i = 0; i < n; i++) worker->key[i] = visit[i].settlement;
    rs_sort_u64(worker->key, n);
    for (uint32_t i = 1; i < n; i++)
      if (worker->key[i] == worker->key[i - 1] && worker->key[i] != 0) return true;
    return false;
  }
  for (uint32_t i = 1; i < n; i++)
    for (uint32_t k = 0; k < i; k++)
      if (visit[i].settlement == visit[k].settlement && visit[i].settlement != 0) return true;
  return false;
}

/* The person's records in time order; a settlement whose rows carry several times takes the earliest. */
static void order_visits(const Builder *builder, Worker *worker, const RsRawVisit **raw, uint32_t n) {
  g_array_set_size(worker->visits, n);
  VisitRef *visit = (VisitRef *)(void *)worker->visits->data;
  bool settlements = false;
  for (uint32_t i = 0; i < n; i++) {
    visit[i] = (VisitRef){settlement_hash(builder, raw[i]), raw[i]->time, builder->institution_rank[raw[i]->institution], raw[i]};
    settlements |= raw[i]->settlement != 0;
  }
  if (settlements && settlement_repeats(worker, visit, n)) {
    sort_by_settlement(visit, n);
    for (uint32_t i = 1; i < n; i++)
      if (visit[i].settlement != 0 && visit[i].settlement == visit[i - 1].settlement && visit[i].institution == visit[i - 1].institution)
        visit[i].time = visit[i - 1].time;
  }
  sort_by_time(visit, n);
}

static bool same_visit(const VisitRef *a, const VisitRef *b) {
  return a->time == b->time && a->institution == b->institution && a->settlement == b->settlement;
}

static void drop(Worker *worker, const RsRawLine *line, RsPlace place) {
  worker->totals.rows[place]++;
  worker->totals.amount[place] += line->amount;
  if (place == RS_PLACE_REJECTED) g_array_append_val(worker->totals.conflicts, line->row);
}

/* Copies the lines of one person's visits into scratch, leaving out repeats; visit numbers count from 0. Returns the number of visits. */
static uint32_t collect_lines(const Builder *builder, Worker *worker) {
  const VisitRef *visit = (VisitRef *)(void *)worker->visits->data;
  uint32_t n_visits = 0;
  size_t n = 0;
  for (guint i = 0; i < worker->visits->len; i++) n += visit[i].raw->n_lines;
  if (n > worker->lines->len) g_array_set_size(worker->lines, (guint)n);
  RsRefundLine *line = (RsRefundLine *)(void *)worker->lines->data;
  n = 0;
  for (guint i = 0; i < worker->visits->len; i++) {
    const uint64_t rest = rs_raw_rest(visit[i].raw, builder->region_rank);
    if (i == 0 || !same_visit(&visit[i], &visit[i - 1])) n_visits++;
    for (unsigned l = 0; l < visit[i].raw->n_lines; l++) {
      const RsRawLine raw = rs_raw_line(visit[i].raw, l);
      RsPlace place = builder->repeats.n == 0 ? RS_PLACE_USED : rs_repeats_place(&builder->repeats, raw.row);
      if (place != RS_PLACE_USED) {
        drop(worker, &raw, place);
        continue;
      }
      line[n++] = (RsRefundLine){.row = raw.row,
                                 .claim = raw.claim,
                                 .settlement = visit[i].settlement,
                                 .trace = rs_raw_trace(visit[i].raw, l),
                                 .rest = rest,
                                 .original = raw.amount,
                                 .quantity = raw.quantity,
                                 .time = visit[i].raw->time,
                                 .visit = n_visits - 1,
                                 .visit_ref = i,
                                 .institution = visit[i].institution,
                                 .drug = rank_of(builder->drug_rank, raw.drug),
                                 .doctor = rank_of(builder->doctor_rank, raw.doctor),
                                 .diagnosis = rank_of(builder->diagnosis_rank, raw.diagnosis),
                                 .refund = (visit[i].raw->flags & RS_RAW_REFUND) != 0,
                                 .amount = raw.amount,
                                 .fund = raw.fund};
    }
  }
  g_array_set_size(worker->lines, (guint)n);
  return n_visits;
}

#define COMPARE(field) \
  if (x->field != y->field) return x->field < y->field ? -1 : 1
static int compare_lines(const void *a, const void *b) {
  const RsRefundLine *x = a, *y = b;
  COMPARE(visit);
  COMPARE(drug);
  COMPARE(doctor);
  COMPARE(diagnosis);
  COMPARE(original);
  COMPARE(fund); /* not yet spread */
  COMPARE(quantity);
  COMPARE(trace);
  COMPARE(claim);
  COMPARE(rest); /* the visit's regions are those of its first line */
  COMPARE(row);
  return 0;
}

static void sort_lines(RsRefundLine *line, size_t n) {
  for (size_t first = 0, last; first < n; first = last) {
    for (last = first + 1; last < n && line[last].visit == line[first].visit; last++) continue;
    if (last - first > 24) {
      qsort(line + first, last - first, sizeof *line, compare_lines);
      continue;
    }
    for (size_t i = first + 1; i < last; i++) {
      if (compare_lines(&line[i - 1], &line[i]) <= 0) continue;
      RsRefundLine moving = line[i];
      size_t at = i;
      for (; at > first && compare_lines(&line[at - 1], &moving) > 0; at--) line[at] = line[at - 1];
      line[at] = moving;
    }
  }
}

/* A joined settlement: reports what its lines do not add up to, and spreads its fund payment over them by amount. */
static void join_visit(const Builder *builder, Worker *worker, RsRefundLine *line, size_t n, const RsSettlement *settlement) {
  int64_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += line[i].amount;
  if (builder->raw->settlements->has_total && sum != settlement->total) {
    worker->totals.settlements_with_difference++;
    worker->totals.settlement_difference += llabs(sum - settlement->total);
  }
  if (builder->raw->spread_fund && builder->raw->settlements->has_fund) rs_refunds_spread(line, n, settlement->fund);
}

static void join_person(const Builder *builder, Worker *worker, RsRefundLine *line, size_t n) {
  for (size_t first = 0, last; first < n; first = last) {
    for (last = first + 1; last < n && line[last].visit == line[first].visit; last++) continue;
    const RsRawVisit *raw = g_array_index(worker->visits, VisitRef, line[first].visit_ref).raw;
    if (raw->settlement == 0) continue;
    const RsSettlement *settlement = &builder->raw->settlements->row[raw->settlement - 1];
    if (settlement->has_lines) join_visit(builder, worker, line + first, last - first, settlement);
  }
}

static uint32_t region_most_seen(Worker *worker) {
  const uint32_t *region = worker->region, n = worker->n_regions;
  uint32_t best = RS_NONE, best_n = 0;
  for (uint32_t i = 0; i < n && i < 64; i++) { /* the first 64 visits decide which regions are candidates; the rest only count */
    uint32_t same = 0;
    if (region[i] == best) continue;
    for (uint32_t k = 0; k < n; k++) same += region[k] == region[i];
    if (same > best_n || (same == best_n && region[i] < best)) best = region[i], best_n = same;
  }
  return best;
}

static void count_visit(const Builder *builder, Worker *worker, const RsRawVisit *raw, uint32_t institution) {
  const RsRawRegions regions = rs_raw_regions(raw);
  const RsInstitutionType type = rs_raw_type(raw);
  Seen *seen = &worker->totals.seen[institution];
  if (regions.service != RS_NONE) seen_add(&seen->region, builder->region_rank[regions.service], &worker->totals.institution_region, institution);
  if (type != RS_TYPE_UNKNOWN) seen_add(&seen->type, (uint32_t)type, &worker->totals.institution_type, institution);
  if (regions.person != RS_NONE) worker->region[worker->n_regions++] = builder->region_rank[regions.person];
}

static void write_line(const Builder *builder, Worker *worker, Part *part, const RsRefundLine *line) {
  const uint64_t n = part->n_lines++, at = part->first_line + n;
  const RsLine one = {line->drug, line->doctor, line->diagnosis, line->quantity, line->amount, line->fund, line->row};
  if (builder->claims->line_trace != NULL) builder->claims->line_trace[at] = line->trace;
  if (rs_line_set(builder->claims, at, &one)) return;
  const Wide wide = {(size_t)(part - builder->part), n, line->amount, line->fund};
  g_array_append_val(worker->totals.wide, wide);
}

static void write_visit(const Builder *builder, Worker *worker, Part *part, const VisitRef *visit) {
  RsClaims *claims = builder->claims;
  Totals *totals = &worker->totals;
  const uint64_t at = part->first_visit + part->n_visits++;
  const uint16_t day = (uint16_t)(visit->time / RS_DAY_SECONDS);
  claims->visit_time[at] = visit->time;
  claims->visit_institution[at] = visit->institution;
  claims->visit_line[at] = part->n_lines;
  count_visit(builder, worker, visit->raw, visit->institution);
  totals->first_day = MIN(totals->first_day, day);
  totals->last_day = MAX(totals->last_day, day);
}

static void keep_person(Worker *worker, Part *part, const Person *person, uint32_t n_visits) {
  part->person_visits[part->n_persons] = n_visits;
  part->person_region[part->n_persons++] = region_most_seen(worker);
  memcpy(part->ids + part->ids_length, person->id, person->length);
  part->ids_length += person->length;
  part->ids[part->ids_length++] = '\0';
}

/* Writes what is left of one person; false if nothing is. */
static bool write_person(const Builder *builder, Worker *worker, Part *part, const RsRefundLine *line, size_t n) {
  Totals *totals = &worker->totals;
  uint32_t before = part->n_visits, last_visit = RS_NONE;
  worker->n_regions = 0;
  for (size_t i = 0; i < n; i++) {
    if (line[i].reversed) {
      totals->rows[RS_PLACE_REVERSED]++;
      totals->amount[RS_PLACE_REVERSED] += line[i].amount;
      continue;
    }
    const VisitRef *visit = &g_array_index(worker->visits, VisitRef, line[i].visit_ref);
    if (line[i].visit != last_visit) {
      last_visit = line[i].visit;
      write_visit(builder, worker, part, visit);
    }
    write_line(builder, worker, part, &line[i]);
    totals->rows[RS_PLACE_USED]++;
    totals->amount[RS_PLACE_USED] += line[i].amount;
    bool date_only = (visit->raw->flags & RS_RAW_DATE_ONLY) != 0;
    totals->date_only_rows += date_only;
    totals->any_clock |= !date_only;
  }
  return part->n_visits > before;
}

/* ---- nearly all persons: no repeats, no refunds, nothing joined, each visit one narrow record ---- */

static bool is_plain(const Builder *builder, const Worker *worker) {
  const VisitRef *visit = (const VisitRef *)(const void *)worker->visits->data;
  unsigned flags = 0;
  if (builder->repeats.n > 0 || builder->raw->settlements != NULL) return false;
  for (guint i = 0; i < worker->visits->len; i++) {
    if (i > 0 && same_visit(&visit[i], &visit[i - 1])) return false;
    flags |= visit[i].raw->flags;
  }
  return (flags & (RS_RAW_REFUND | RS_RAW_TRACE | RS_RAW_WIDE | RS_RAW_NEGATIVE)) == 0;
}

/* The order of compare_lines() within one such record, given equal drugs. */
static bool plain_before(const Builder *builder, const RsRawNarrow *x, const RsRawNarrow *y) {
  const uint32_t x_doctor = rank_of(builder->doctor_rank, rs_narrow_doctor(x)), y_doctor = rank_of(builder->doctor_rank, rs_narrow_doctor(y));
  const uint32_t x_diagnosis = rank_of(builder->diagnosis_rank, rs_narrow_diagnosis(x)), y_diagnosis = rank_of(builder->diagnosis_rank, rs_narrow_diagnosis(y));
  if (x_doctor != y_doctor) return x_doctor < y_doctor;
  if (x_diagnosis != y_diagnosis) return x_diagnosis < y_diagnosis;
  if (x->amount != y->amount) return x->amount < y->amount;
  if (x->fund != y->fund) return x->fund < y->fund;
  const float x_quantity = rs_narrow_quantity(x), y_quantity = rs_narrow_quantity(y);
  if (x_quantity != y_quantity) return x_quantity < y_quantity;
  return x->claim != y->claim ? x->claim < y->claim : x < y;
}

/* order[] becomes drug rank << 32 | index, in the lines' order; they are as few as RS_RAW_MAX_LINES. */
static void plain_insert(const Builder *builder, const RsRawNarrow *line, unsigned n, uint64_t *order) {
  for (unsigned i = 0; i < n; i++) {
    const uint32_t drug = rank_of(builder->drug_rank, rs_narrow_drug(&line[i]));
    const uint64_t moving = (uint64_t)drug << 32 | i;
    unsigned at = i;
    for (; at > 0; at--) {
      const uint32_t before = (uint32_t)(order[at - 1] >> 32);
      if (before < drug || (before == drug && !plain_before(builder, &line[i], &line[(uint32_t)order[at - 1]]))) break;
      order[at] = order[at - 1];
    }
    order[at] = moving;
  }
}

/* Mostly a handful of different drugs. */
static inline void plain_order(const Builder *builder, const RsRawNarrow *line, unsigned n, uint64_t *order) {
  enum { INDEX_BITS = 6 };
  G_STATIC_ASSERT(RS_RAW_MAX_LINES <= 1 << INDEX_BITS && RS_NARROW_DRUG + INDEX_BITS <= 32);
  uint32_t key[RS_FEW], rank[RS_FEW], drug[RS_FEW];
  bool alike = n > RS_FEW;
  for (unsigned i = 0; i < n && !alike; i++) {
    drug[i] = rank_of(builder->drug_rank, rs_narrow_drug(&line[i]));
    key[i] = drug[i] << INDEX_BITS | i; /* cut off, none is past all others still */
  }
  if (!alike) rs_few_rank(key, n, rank);
  /* cppcheck-suppress uninitvar ; set above, which goes through all or, where there are too many, through none, as this does */
  for (unsigned i = 0; i < n && !alike; i++) order[rank[i]] = (uint64_t)drug[i] << 32 | i;
  for (unsigned i = 1; i < n && !alike; i++) alike = order[i] >> 32 == order[i - 1] >> 32;
  if (alike) plain_insert(builder, line, n, order);
}

/* What collect_lines(), sort_lines() and write_person() do, in one walk over the records. */
static void write_plain(const Builder *builder, Worker *worker, Part *part) {
  RsClaims *claims = builder->claims;
  Totals *totals = &worker->totals;
  uint64_t order[RS_RAW_MAX_LINES];
  worker->n_regions = 0;
  for (guint v = 0; v < worker->visits->len; v++) {
    const VisitRef *visit = &g_array_index(worker->visits, VisitRef, v);
    const RsRawVisit *raw = visit->raw;
    const RsRawNarrow *line = rs_raw_lines(raw);
    int64_t amount = 0;
    write_visit(builder, worker, part, visit);
    plain_order(builder, line, raw->n_lines, order);
    for (unsigned i = 0; i < raw->n_lines; i++) {
      const unsigned k = (uint32_t)order[i];
      const RsLine one = {(uint32_t)(order[i] >> 32), rank_of(builder->doctor_rank, rs_narrow_doctor(&line[k])), rank_of(builder->diagnosis_rank, rs_narrow_diagnosis(&line[k])),
                          rs_narrow_quantity(&line[k]), line[k].amount, line[k].fund, raw->row + k};
      const uint64_t at = part->first_line + part->n_lines++;
      if (at + RS_LINE_OVER <= part->end_line) rs_line_put(claims, at, &one);
      else rs_line_set(claims, at, &one);
      amount += line[k].amount;
    }
    const bool date_only = (raw->flags & RS_RAW_DATE_ONLY) != 0;
    totals->rows[RS_PLACE_USED] += raw->n_lines;
    totals->amount[RS_PLACE_USED] += amount;
    totals->date_only_rows += date_only ? raw->n_lines : 0;
    totals->any_clock |= !date_only;
  }
}

static void build_person(const Builder *builder, Worker *worker, Part *part, const Person *person, const RsRawVisit **raw) {
  order_visits(builder, worker, raw, person->n_visits);
  if (is_plain(builder, worker)) {
    write_plain(builder, worker, part);
    keep_person(worker, part, person, person->n_visits);
    return;
  }
  collect_lines(builder, worker);
  RsRefundLine *line = (RsRefundLine *)(void *)worker->lines->data;
  size_t n = worker->lines->len;
  sort_lines(line, n);
  if (builder->raw->settlements != NULL) join_person(builder, worker, line, n);
  rs_refunds_match(line, n, &worker->totals.refunds);
  uint32_t before = part->n_visits;
  if (write_person(builder, worker, part, line, n)) keep_person(worker, part, person, part->n_visits - before);
}

/* Records stand behind one another, but each is met by its header alone, so that no processor sees what comes. */
static inline void ask_ahead(const RsChunk *chunk, size_t offset) {
  enum { AHEAD = 4096 };
  if (offset < RS_STREAM_MAX - AHEAD) __builtin_prefetch((const char *)(chunk + 1) + offset + AHEAD);
  else if (chunk->next != NULL) __builtin_prefetch((const char *)(chunk->next + 1) + offset + AHEAD - RS_STREAM_MAX);
}

static void partition_persons(const Builder *builder, Worker *worker, size_t partition) {
  Part *part = &builder->part[partition];
  size_t n_raw = 0;
  for (unsigned t = 0; t < builder->raw->n_threads; t++) n_raw += builder->raw->thread[t].partition[partition].n_visits;
  if (n_raw == 0) return;
  worker_reserve(worker, n_raw);
  size_t at = 0;
  for (unsigned t = 0; t < builder->raw->n_threads; t++) {
    const RsStream *stream = &builder->raw->thread[t].partition[partition].stream;
    for (const RsChunk *c = stream->first; c != NULL; c = c->next)
      for (size_t offset = 0, used = rs_stream_used(stream, c); offset < used;) {
        const RsRawVisit *raw = (const RsRawVisit *)(const void *)((const char *)(c + 1) + offset);
        ask_ahead(c, offset);
        worker->raw[at++] = raw;
        offset += rs_raw_size(raw);
      }
  }
  uint32_t n_persons = number_persons(worker, n_raw);
  group_by_person(worker, builder->raw->partition_bits, n_raw, n_persons);
  size_t ids_length = 0;
  for (uint32_t p = 0; p < n_persons; p++) ids_length += worker->person[p].length + 1u;
  part->ids = g_malloc(ids_length);
  part->person_visits = g_new(uint64_t, n_persons);
  part->person_region = g_new(uint32_t, n_persons);
  for (uint32_t p = 0; p < n_persons; p++) build_person(builder, worker, part, &worker->person[p], worker->by_person + worker->order[p]);
}

/* The table grows while the raw records shrink. */
static void build_partition(size_t partition, unsigned thread, void *data) {
  Builder *builder = data;
  const size_t group = partition / RS_PARTITION_GROUP;
  partition_persons(builder, &builder->worker[thread], partition);
  if (__atomic_sub_fetch(&builder->group_left[group], 1, __ATOMIC_ACQ_REL) > 0) return;
  for (unsigned t = 0; t < builder->raw->n_threads; t++) rs_pool_clear(&builder->raw->thread[t].pool[group]);
}

/* ---- putting the partitions together ---- */

#define ALLOCATE(column, n) ((column) = rs_column_new((n), sizeof *(column)), (column) != NULL)

static bool allocate(Builder *builder, uint64_t n_visits, uint64_t n_lines) {
  RsClaims *c = builder->claims;
  const RsRaw *raw = builder->raw;
  const RsLineBounds bounds = {.n_drugs = c->drug->n, .n_doctors = c->doctor->n, .n_diagnoses = c->diagnosis->n, .amount = raw->most.amount,
                               .fund = raw->most.fund, .quantity_is_whole = !raw->most.broken_quantity, .quantity = raw->most.quantity,
                               .n_files = raw->n_files, .last_line = raw->last_line};
  if ((raw->columns & RS_HAS_TRACE) != 0 && !ALLOCATE(c->line_trace, n_lines)) return false;
  return ALLOCATE(c->visit_time, n_visits) && ALLOCATE(c->visit_institution, n_visits) && ALLOCATE(c->visit_line, n_visits + 1) &&
         rs_claims_lines_new(c, n_lines, &bounds);
}

#define CLOSE_GAP(column, to, from, n) memmove((column) + (to), (column) + (from), (n) * sizeof *(column))
#define SHRINK(column, n) ((column) = rs_column_shrink((column), (n), sizeof *(column)))

static void close_gaps(Builder *builder, size_t n_partitions) {
  RsClaims *c = builder->claims;
  RsPacked *const column[] = {&c->line_drug, &c->line_doctor, &c->line_diagnosis, &c->line_quantity, &c->line_amount, &c->line_fund, &c->line_row};
  uint64_t visits = 0, lines = 0;
  for (size_t p = 0; p < n_partitions; p++) {
    Part *part = &builder->part[p];
    if (part->first_visit != visits) {
      CLOSE_GAP(c->visit_time, visits, part->first_visit, part->n_visits);
      CLOSE_GAP(c->visit_institution, visits, part->first_visit, part->n_visits);
      CLOSE_GAP(c->visit_line, visits, part->first_visit, part->n_visits);
    }
    for (size_t k = 0; k < G_N_ELEMENTS(column) && part->first_line != lines; k++) rs_packed_move(column[k], lines, part->first_line, part->n_lines);
    if (part->first_line != lines && c->line_trace != NULL) CLOSE_GAP(c->line_trace, lines, part->first_line, part->n_lines);
    part->first_visit = visits;
    part->first_line = lines;
    part->first_person = c->n_persons;
    visits += part->n_visits;
    lines += part->n_lines;
    c->n_persons += part->n_persons;
  }
  c->n_visits = (uint32_t)visits;
  c->n_lines = lines;
  c->visit_line[visits] = lines;
  SHRINK(c->visit_time, visits);
  SHRINK(c->visit_institution, visits);
  SHRINK(c->visit_line, visits + 1);
  for (size_t k = 0; k < G_N_ELEMENTS(column); k++) rs_packed_shrink(column[k], lines);
  if (c->line_trace != NULL) SHRINK(c->line_trace, lines);
}

/* Refunds that add up, and shares of payments, may need more than the columns were made for; that is rare. */
static bool widen_money(const Builder *builder, GError **error) {
  RsClaims *c = builder->claims;
  for (unsigned t = 0; t < builder->raw->n_threads; t++) {
    const GArray *wide = builder->worker[t].totals.wide;
    if (wide->len == 0) continue;
    if ((c->line_amount.width < 8 && !rs_packed_widen(&c->line_amount, c->n_lines)) || (c->line_fund.width < 8 && !rs_packed_widen(&c->line_fund, c->n_lines)))
      return g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for %llu claim lines"), (unsigned long long)c->n_lines), false;
    for (guint i = 0; i < wide->len; i++) {
      const Wide *one = &g_array_index(wide, Wide, i);
      const uint64_t line = builder->part[one->partition].first_line + one->line;
      rs_packed_set(&c->line_amount, line, (uint64_t)one->amount);
      rs_packed_set(&c->line_fund, line, (uint64_t)one->fund);
    }
  }
  return true;
}

static void part_clear(Part *part) {
  g_clear_pointer(&part->ids, g_free);
  g_clear_pointer(&part->person_visits, g_free);
  g_clear_pointer(&part->person_region, g_free);
}

/* A partition's persons and lines as those of the table. */
static void join_part(size_t partition, unsigned thread, void *data) {
  (void)thread;
  const Builder *builder = data;
  RsClaims *c = builder->claims;
  Part *part = &builder->part[partition];
  uint64_t at = part->first_id_byte;
  uint32_t person = part->first_person, visit = (uint32_t)part->first_visit;
  if (part->ids_length > 0) memcpy(c->person->bytes + at, part->ids, part->ids_length);
  for (uint32_t i = 0; i < part->n_persons; i++, person++) {
    c->person->offset[person] = at;
    c->person_visit[person] = visit;
    c->person_region[person] = part->person_region[i];
    at += strlen(c->person->bytes + at) + 1;
    visit += (uint32_t)part->person_visits[i];
  }
  for (uint32_t v = 0; v < part->n_visits; v++) c->visit_line[part->first_visit + v] += part->first_line;
  part_clear(part);
}

static bool join_parts(Builder *builder, size_t n_partitions, GError **error) {
  RsClaims *c = builder->claims;
  uint64_t bytes = 0;
  for (size_t p = 0; p < n_partitions; p++) {
    builder->part[p].first_id_byte = bytes;
    bytes += builder->part[p].ids_length;
  }
  c->person = g_new0(RsText, 1);
  c->person->n = c->n_persons;
  if (!ALLOCATE(c->person->bytes, bytes) || !ALLOCATE(c->person->offset, c->n_persons) || !ALLOCATE(c->person_visit, c->n_persons) ||
      !ALLOCATE(c->person_region, c->n_persons)) {
    if (rs_spill_refused(error)) g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the ids of %u persons"), c->n_persons);
    return false;
  }
  rs_parallel(builder->raw->n_threads, n_partitions, join_part, builder);
  c->person->offset[c->n_persons] = bytes;
  c->person_visit[c->n_persons] = c->n_visits;
  return true;
}

static void join_institutions(Builder *builder) {
  RsClaims *c = builder->claims;
  uint32_t n = c->institution->n;
  c->institution_region = g_new(uint32_t, MAX(n, 1));
  c->institution_type = g_new0(uint8_t, MAX(n, 1));
  g_autofree uint32_t *type = g_new(uint32_t, MAX(n, 1)), *count = g_new0(uint32_t, MAX(n, 1));
  for (uint32_t i = 0; i < n; i++) c->institution_region[i] = type[i] = RS_NONE;
  Counter region = {0}, types = {0};
  for (unsigned t = 0; t < builder->raw->n_threads; t++) {
    Totals *totals = &builder->worker[t].totals;
    for (uint64_t i = 0; i < totals->institution_region.n_slots; i++)
      if (totals->institution_region.count[i]) counter_add(&region, totals->institution_region.key[i], totals->institution_region.count[i]);
    for (uint64_t i = 0; i < totals->institution_type.n_slots; i++)
      if (totals->institution_type.count[i]) counter_add(&types, totals->institution_type.key[i], totals->institution_type.count[i]);
    for (uint32_t i = 0; i < n; i++) {
      const Seen *seen = &totals->seen[i];
      if (seen->region.count > 0) counter_add(&region, (uint64_t)i << 32 | seen->region.value, seen->region.count);
      if (seen->type.count > 0) counter_add(&types, (uint64_t)i << 32 | seen->type.value, seen->type.count);
    }
  }
  counter_most(&region, c->institution_region, count);
  memset(count, 0, n * sizeof *count);
  counter_most(&types, type, count);
  for (uint32_t i = 0; i < n; i++)
    if (type[i] != RS_NONE) c->institution_type[i] = (uint8_t)type[i];
  counter_clear(&region);
  counter_clear(&types);
}

static int compare_rows(const void *a, const void *b) {
  RsRow x = *(const RsRow *)a, y = *(const RsRow *)b;
  return (x > y) - (x < y);
}

static void report_conflicts(RsReport *report, GArray *conflicts) {
  if (conflicts->len > 0) qsort(conflicts->data, conflicts->len, sizeof(RsRow), compare_rows);
  for (guint i = 0; i < conflicts->len; i++) {
    RsReject *reject = g_new0(RsReject, 1);
    reject->row = g_array_index(conflicts, RsRow, i);
    reject->reason = RS_REASON_CONFLICT;
    reject->detail = rs_said_new("another row has the same claim_id with other content");
    g_ptr_array_add(report->rejects, reject);
  }
  report->rejected_by[RS_REASON_CONFLICT] += conflicts->len;
}

static void add_totals(Builder *builder, RsReport *report) {
  RsClaims *c = builder->claims;
  g_autoptr(GArray) conflicts = g_array_new(FALSE, FALSE, sizeof(RsRow));
  c->first_day = UINT16_MAX;
  for (unsigned t = 0; t < builder->raw->n_threads; t++) {
    const Totals *totals = &builder->worker[t].totals;
    for (int place = 0; place < RS_N_PLACES; place++) {
      report->rows[place] += totals->rows[place];
      report->amount[place] += totals->amount[place];
    }
    report->reversed_pairs += totals->refunds.pairs;
    report->partial_refunds += totals->refunds.partial;
    report->negative_without_original += totals->refunds.alone;
    report->date_only_rows += totals->date_only_rows;
    report->settlements_with_difference += totals->settlements_with_difference;
    report->settlement_difference += totals->settlement_difference;
    c->first_day = MIN(c->first_day, totals->first_day);
    c->last_day = MAX(c->last_day, totals->last_day);
    if (totals->any_clock) c->columns |= RS_HAS_CLOCK;
    if (totals->conflicts->len > 0) g_array_append_vals(conflicts, totals->conflicts->data, totals->conflicts->len);
  }
  if (c->n_visits == 0) c->first_day = 0;
  report_conflicts(report, conflicts);
}

/* ---- the stage ---- */

static uint32_t *sort_dictionary(const RsDictionary *dictionary, RsText **text) {
  uint32_t *rank = g_new(uint32_t, MAX(rs_dictionary_size(dictionary), 1));
  *text = rs_dictionary_sorted(dictionary, rank);
  return rank;
}

static void workers_init(Builder *builder) {
  builder->worker = rs_threads_new(builder->raw->n_threads, sizeof(Worker));
  for (unsigned t = 0; t < builder->raw->n_threads; t++) {
    Worker *worker = &builder->worker[t];
    worker->visits = g_array_new(FALSE, FALSE, sizeof(VisitRef));
    worker->lines = g_array_new(FALSE, FALSE, sizeof(RsRefundLine));
    worker->totals.conflicts = g_array_new(FALSE, FALSE, sizeof(RsRow));
    worker->totals.wide = g_array_new(FALSE, FALSE, sizeof(Wide));
    worker->totals.first_day = UINT16_MAX;
    worker->totals.seen = g_new0(Seen, MAX(builder->claims->institution->n, 1));
  }
}

static void builder_clear(Builder *builder) {
  for (unsigned t = 0; builder->worker != NULL && t < builder->raw->n_threads; t++) {
    Worker *worker = &builder->worker[t];
    g_free(worker->raw);
    g_free(worker->by_person);
    g_free(worker->person_of);
    g_free(worker->slot);
    g_free(worker->order);
    g_free(worker->person);
    g_free(worker->sorted);
    g_free(worker->key);
    g_free(worker->region);
    g_array_unref(worker->visits);
    g_array_unref(worker->lines);
    g_array_unref(worker->totals.conflicts);
    g_array_unref(worker->totals.wide);
    g_free(worker->totals.seen);
    counter_clear(&worker->totals.institution_region);
    counter_clear(&worker->totals.institution_type);
  }
  rs_threads_free(builder->worker);
  rs_threads_free(builder->part);
  g_free(builder->group_left);
  g_free(builder->institution_rank);
  g_free(builder->doctor_rank);
  g_free(builder->drug_rank);
  g_free(builder->diagnosis_rank);
  g_free(builder->region_rank);
  rs_repeats_clear(&builder->repeats);
}

static bool prepare(Builder *builder, size_t n_partitions, GError **error) {
  RsRaw *raw = builder->raw;
  RsClaims *c = builder->claims;
  c->columns = raw->columns;
  builder->institution_rank = sort_dictionary(raw->institution, &c->institution);
  builder->doctor_rank = sort_dictionary(raw->doctor, &c->doctor);
  builder->drug_rank = sort_dictionary(raw->drug, &c->drug);
  builder->diagnosis_rank = sort_dictionary(raw->diagnosis, &c->diagnosis);
  builder->region_rank = sort_dictionary(raw->region, &c->region);
  if (!rs_repeats_find(raw, builder->institution_rank, builder->doctor_rank, builder->drug_rank, builder->diagnosis_rank,
                       builder->region_rank, &builder->repeats, error))
    return false;
  uint64_t n_visits = 0, n_lines = 0;
  builder->part = rs_threads_new((unsigned)n_partitions, sizeof(Part));
  for (size_t p = 0; p < n_partitions; p++) {
    builder->part[p].first_visit = n_visits;
    builder->part[p].first_line = n_lines;
    for (unsigned t = 0; t < raw->n_threads; t++) {
      n_visits += raw->thread[t].partition[p].n_visits;
      n_lines += raw->thread[t].partition[p].n_lines;
    }
    builder->part[p].end_line = n_lines;
  }
  if (n_visits >= RS_NONE) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("%llu visits are more than this version numbers"), (unsigned long long)n_visits);
    return false;
  }
  if (allocate(builder, n_visits, n_lines)) return true;
  if (!rs_spill_refused(error)) return false;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for %llu claim lines"), (unsigned long long)n_lines);
  return false;
}

RsClaims *rs_build(RsRaw *raw, RsReport *report, GError **error) {
  g_autoptr(RsClaims) claims = g_new0(RsClaims, 1);
  Builder builder = {.raw = raw, .claims = claims};
  size_t n_partitions = (size_t)1 << raw->partition_bits;
  g_auto(RsSpan) span;
  rs_span_begin(&span, "ids");
  if (!prepare(&builder, n_partitions, error)) {
    builder_clear(&builder);
    return NULL;
  }
  workers_init(&builder);
  builder.group_left = g_new(uint32_t, raw->n_groups);
  for (unsigned g = 0; g < raw->n_groups; g++) builder.group_left[g] = (uint32_t)MIN(n_partitions - (size_t)g * RS_PARTITION_GROUP, RS_PARTITION_GROUP);
  rs_span_next(&span, "table");
  rs_parallel(raw->n_threads, n_partitions, build_partition, &builder);
  rs_span_next(&span, "parts of the table");
  close_gaps(&builder, n_partitions);
  const bool joined = widen_money(&builder, error) && join_parts(&builder, n_partitions, error);
  if (joined) {
    join_institutions(&builder);
    builder.claims->drug_name = rs_names_ranked(&raw->drug_names, builder.drug_rank, builder.claims->drug->n);
    builder.claims->institution_name = rs_names_ranked(&raw->institution_names, builder.institution_rank, builder.claims->institution->n);
    add_totals(&builder, report);
  }
  for (size_t p = 0; p < n_partitions; p++) part_clear(&builder.part[p]);
  builder_clear(&builder);
  return joined ? g_steal_pointer(&claims) : NULL;
}
