/* Rows that share a claim id: the same row seen again (overlapping exports), or a contradiction.
 *
 * Nothing is to be done where claim ids ascend (claims/ascent.h). Else two steps, so that data without repeats pay for little: 56 bits of the hashes of all claim ids, partitioned by the first 8, are checked for
 * repeats in cache-sized tables; only for those seen twice are the rows looked at again, with their whole hashes. Which of several contents is kept must not
 * depend on row order, so it is the one with the smallest content hash; of rows with equal content the one with the smallest rest
 * (rs_raw_rest), then the first by file and line. */
#include "base/error.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/words.h"
#include "claims/raw.h"

#include <stdlib.h>
#include <string.h>

typedef struct { uint64_t claim, content, rest; RsRow row; } Entry;

typedef struct {
  RsRaw *raw;
  const uint32_t *institution_rank, *doctor_rank, *drug_rank, *diagnosis_rank, *region_rank;
  GArray *shared[RS_CLAIM_PARTITIONS]; /* of uint64_t: short hashes seen twice or more */
  uint64_t *slot;                      /* open addressing over the short hashes seen twice; 0: empty */
  uint64_t n_slots;
  GArray **entries;                    /* [n_partitions] of Entry */
} Finder;

/* 56 bits: the top byte, which is the partition, and the six bytes kept of the others. Never 0. */
static inline uint64_t short_hash(uint64_t claim) { return (claim >> 56 << 48 | (claim & RS_CLAIM_KEPT)) + 1; }

typedef void (*ClaimFunc)(uint64_t kept, void *data);

static inline __attribute__((always_inline)) void each_claim(const Finder *finder, size_t partition, ClaimFunc func, void *data) {
  for (unsigned t = 0; t < finder->raw->n_threads; t++) {
    const RsStream *stream = &finder->raw->thread[t].claim[partition];
    for (const RsChunk *c = stream->first; c != NULL; c = c->next)
      for (const char *at = (const char *)(c + 1), *end = at + rs_stream_used(stream, c); at < end; at += RS_CLAIM_BYTES) {
        uint32_t low; /* two loads: six bytes copied to eight in memory would have to be waited for */
        uint16_t high;
        memcpy(&low, at, sizeof low);
        memcpy(&high, at + sizeof low, sizeof high);
        func((uint64_t)high << 32 | low, data);
      }
  }
}

/* A partition's hashes by four of their bytes, and by a few bits of these in parts: a table of twice as many as a part has fits the
 * second-level cache, however many claims there are. */
#define PART_CLAIMS ((size_t)1 << 16)

typedef struct {
  uint32_t *low;        /* [n claims] by part */
  size_t *part;         /* [n_parts + 1] where the next of each goes; its end, once all are there */
  unsigned part_shift;
  uint32_t *slot;       /* 0: empty */
  size_t n_slots;
  GArray *alike;        /* of uint32_t: seen twice or more, sorted later */
  uint64_t filter[512]; /* a bit for the low bits of each of these: nearly all claims are passed by with one look */
  GArray *again;        /* of uint64_t: the hashes that they are of */
  uint64_t partition;
} Meeting;

static inline size_t part_of(const Meeting *meeting, uint32_t low) { return (size_t)((uint64_t)low >> meeting->part_shift); }
static inline void claim_count(uint64_t kept, void *data) { ((Meeting *)data)->part[part_of(data, (uint32_t)kept) + 1]++; }

static inline void claim_place(uint64_t kept, void *data) {
  Meeting *meeting = data;
  meeting->low[meeting->part[part_of(meeting, (uint32_t)kept)]++] = (uint32_t)kept;
}

static void part_meet(Meeting *meeting, size_t first, size_t end) {
  bool zero = false; /* 0 stands for an empty slot */
  size_t n_slots = 64;
  while (n_slots < 2 * (end - first)) n_slots *= 2;
  if (n_slots > meeting->n_slots) {
    g_free(meeting->slot);
    meeting->slot = g_new(uint32_t, n_slots);
    meeting->n_slots = n_slots;
  }
  uint32_t *slot = meeting->slot;
  memset(slot, 0, n_slots * sizeof *slot);
  for (size_t i = first; i < end; i++) {
    const uint32_t low = meeting->low[i];
    size_t s = (low * 0x9e3779b97f4a7c15ull >> 20) & (n_slots - 1);
    while (slot[s] != 0 && slot[s] != low) s = (s + 1) & (n_slots - 1);
    if (low == 0 ? zero : slot[s] == low) g_array_append_val(meeting->alike, low);
    zero |= low == 0;
    slot[s] = low;
  }
}

static int compare_u32(const void *a, const void *b) {
  const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static inline void claim_collect(uint64_t kept, void *data) {
  Meeting *meeting = data;
  const uint32_t low = (uint32_t)kept;
  if ((meeting->filter[low / 64 % G_N_ELEMENTS(meeting->filter)] >> low % 64 & 1) == 0) return;
  if (bsearch(&low, meeting->alike->data, meeting->alike->len, sizeof low, compare_u32) == NULL) return;
  const uint64_t whole = short_hash(meeting->partition << 56 | kept);
  g_array_append_val(meeting->again, whole);
}

/* Leaves those of sorted hashes that are there twice or more, each as often as it is there again. */
static void keep_repeated(GArray *hashes) {
  uint64_t *hash = (uint64_t *)(void *)hashes->data;
  guint n = 0;
  uint64_t before = 0; /* no short hash */
  for (guint i = 0; i < hashes->len; i++) {
    const uint64_t now = hash[i];
    if (now == before) hash[n++] = now;
    before = now;
  }
  g_array_set_size(hashes, n);
}

/* Four bytes that were met twice stand for whole hashes that may differ in the other two. */
static void alike_collect(Finder *finder, Meeting *meeting) {
  if (meeting->alike->len == 0) return;
  qsort(meeting->alike->data, meeting->alike->len, sizeof(uint32_t), compare_u32);
  for (guint i = 0; i < meeting->alike->len; i++) {
    const uint32_t low = g_array_index(meeting->alike, uint32_t, i);
    meeting->filter[low / 64 % G_N_ELEMENTS(meeting->filter)] |= (uint64_t)1 << low % 64;
  }
  each_claim(finder, meeting->partition, claim_collect, meeting);
  rs_sort_u64((uint64_t *)(void *)meeting->again->data, meeting->again->len);
  keep_repeated(meeting->again);
}

/* One partition of claim hashes: which occur more than once. */
static void find_shared(size_t partition, unsigned thread, void *data) {
  (void)thread;
  Finder *finder = data;
  size_t n = 0, n_parts = 1;
  Meeting meeting = {.part_shift = 32, .alike = g_array_new(FALSE, FALSE, sizeof(uint32_t)), .again = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
                     .partition = partition};
  for (unsigned t = 0; t < finder->raw->n_threads; t++) {
    const RsStream *stream = &finder->raw->thread[t].claim[partition];
    for (const RsChunk *c = stream->first; c != NULL; c = c->next) n += rs_stream_used(stream, c) / RS_CLAIM_BYTES;
  }
  for (; n_parts * PART_CLAIMS < n && n_parts < 4096; n_parts *= 2) meeting.part_shift--;
  meeting.low = g_new(uint32_t, n + 1);
  meeting.part = g_new0(size_t, n_parts + 1);
  each_claim(finder, partition, claim_count, &meeting);
  for (size_t p = 0; p < n_parts; p++) meeting.part[p + 1] += meeting.part[p];
  each_claim(finder, partition, claim_place, &meeting);
  for (size_t p = 0; p < n_parts; p++) part_meet(&meeting, p == 0 ? 0 : meeting.part[p - 1], meeting.part[p]);
  g_free(meeting.slot);
  g_free(meeting.part);
  g_free(meeting.low);
  alike_collect(finder, &meeting);
  g_array_unref(meeting.alike);
  finder->shared[partition] = meeting.again;
}

static bool is_shared(const Finder *finder, uint64_t claim) {
  if (claim == 0) return false;
  const uint64_t wanted = short_hash(claim);
  uint64_t s = wanted & (finder->n_slots - 1);
  while (finder->slot[s] != 0 && finder->slot[s] != wanted) s = (s + 1) & (finder->n_slots - 1);
  return finder->slot[s] == wanted;
}

static uint32_t rank_of(const uint32_t *rank, uint32_t number) { return number == RS_NONE ? RS_NONE : rank[number]; }

static uint64_t content_of(const Finder *finder, const RsRawVisit *visit, unsigned i) {
  const RsRawLine line = rs_raw_line(visit, i);
  const RsSettlements *settlements = finder->raw->settlements;
  uint64_t settlement = visit->settlement;
  if (settlements != NULL && settlement != 0) settlement = settlements->row[settlement - 1].hash;
  uint32_t quantity;
  memcpy(&quantity, &line.quantity, sizeof quantity);
  uint64_t fields[] = {rs_hash_bytes(rs_raw_id(visit), visit->id_length),
                       settlement,
                       (uint64_t)visit->time << 32 | rank_of(finder->institution_rank, visit->institution),
                       (uint64_t)rank_of(finder->drug_rank, line.drug) << 32 | rank_of(finder->doctor_rank, line.doctor),
                       (uint64_t)rank_of(finder->diagnosis_rank, line.diagnosis) << 32 | quantity,
                       (uint64_t)line.amount,
                       (uint64_t)line.fund,
                       rs_raw_trace(visit, i)};
  return rs_hash_bytes(fields, sizeof fields);
}

uint64_t rs_raw_rest(const RsRawVisit *visit, const uint32_t *region_rank) {
  const RsRawRegions of = rs_raw_regions(visit);
  uint64_t regions = (uint64_t)rank_of(region_rank, of.person) << 32 | rank_of(region_rank, of.service);
  return rs_hash_mix(regions, (uint64_t)rs_raw_type(visit) << 8 | (visit->flags & RS_RAW_DATE_ONLY));
}

/* One partition of persons: the rows whose claim id is shared. */
static void collect_entries(size_t partition, unsigned thread, void *data) {
  (void)thread;
  Finder *finder = data;
  GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  for (unsigned t = 0; t < finder->raw->n_threads; t++) {
    const RsStream *stream = &finder->raw->thread[t].partition[partition].stream;
    for (const RsChunk *c = stream->first; c != NULL; c = c->next)
      for (size_t at = 0, used = rs_stream_used(stream, c); at < used;) {
        const RsRawVisit *visit = (const RsRawVisit *)(const void *)((const char *)(c + 1) + at);
        for (unsigned i = 0; i < visit->n_lines; i++) {
          const RsRawLine line = rs_raw_line(visit, i);
          if (!is_shared(finder, line.claim)) continue;
          Entry entry = {line.claim, content_of(finder, visit, i), rs_raw_rest(visit, finder->region_rank), line.row};
          g_array_append_val(entries, entry);
        }
        at += rs_raw_size(visit);
      }
  }
  finder->entries[partition] = entries;
}

static int compare_entries(const void *a, const void *b) {
  const Entry *x = a, *y = b;
  if (x->claim != y->claim) return x->claim < y->claim ? -1 : 1;
  if (x->content != y->content) return x->content < y->content ? -1 : 1;
  if (x->rest != y->rest) return x->rest < y->rest ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

static void repeats_add(RsRepeats *repeats, RsRow row, RsPlace place) {
  uint64_t s = rs_hash_mix(row, 1) & (repeats->n_slots - 1);
  while (repeats->slot[s].place != RS_PLACE_USED) s = (s + 1) & (repeats->n_slots - 1);
  repeats->slot[s] = (struct RsRepeatSlot){row, (uint8_t)place};
  repeats->n++;
}

RsPlace rs_repeats_place(const RsRepeats *repeats, RsRow row) {
  if (repeats->n == 0) return RS_PLACE_USED;
  uint64_t s = rs_hash_mix(row, 1) & (repeats->n_slots - 1);
  while (repeats->slot[s].place != RS_PLACE_USED && repeats->slot[s].row != row) s = (s + 1) & (repeats->n_slots - 1);
  return (RsPlace)repeats->slot[s].place;
}

void rs_repeats_clear(RsRepeats *repeats) {
  g_free(repeats->slot);
  *repeats = (RsRepeats){0};
}

static void place_entries(const Entry *entry, size_t n, RsRepeats *repeats) {
  for (size_t i = 0, first = 0; i < n; i++) {
    if (i == 0 || entry[i].claim != entry[i - 1].claim) {
      first = i;
      continue;
    }
    repeats_add(repeats, entry[i].row, entry[i].content == entry[first].content ? RS_PLACE_REPEATED : RS_PLACE_REJECTED);
  }
}

static uint64_t slots_for(uint64_t n) {
  uint64_t slots = 64;
  while (slots < 2 * n) slots *= 2;
  return slots;
}

static bool find_entries(Finder *finder, uint64_t n_shared, RsRepeats *repeats, GError **error) {
  finder->n_slots = slots_for(n_shared);
  finder->slot = g_try_malloc0_n(finder->n_slots, sizeof(uint64_t));
  if (finder->slot == NULL) return g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for %llu shared claim ids"), (unsigned long long)n_shared), false;
  for (unsigned p = 0; p < RS_CLAIM_PARTITIONS; p++)
    for (guint i = 0; i < finder->shared[p]->len; i++) {
      uint64_t claim = g_array_index(finder->shared[p], uint64_t, i), s = claim & (finder->n_slots - 1);
      while (finder->slot[s] != 0 && finder->slot[s] != claim) s = (s + 1) & (finder->n_slots - 1);
      finder->slot[s] = claim;
    }
  size_t n_partitions = (size_t)1 << finder->raw->partition_bits;
  finder->entries = g_new0(GArray *, n_partitions);
  rs_parallel(finder->raw->n_threads, n_partitions, collect_entries, finder);
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Entry));
  for (size_t p = 0; p < n_partitions; p++) {
    g_array_append_vals(all, finder->entries[p]->data, finder->entries[p]->len);
    g_array_unref(finder->entries[p]);
  }
  g_free(finder->entries);
  g_free(finder->slot);
  if (all->len > 0) qsort(all->data, all->len, sizeof(Entry), compare_entries);
  repeats->n_slots = slots_for(all->len);
  repeats->slot = g_try_malloc0_n(repeats->n_slots, sizeof *repeats->slot);
  bool ok = repeats->slot != NULL;
  if (ok) place_entries((const Entry *)(void *)all->data, all->len, repeats);
  else g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for %u repeated rows"), all->len);
  g_array_unref(all);
  return ok;
}

bool rs_repeats_find(RsRaw *raw, const uint32_t *institution_rank, const uint32_t *doctor_rank, const uint32_t *drug_rank,
                     const uint32_t *diagnosis_rank, const uint32_t *region_rank, RsRepeats *repeats, GError **error) {
  *repeats = (RsRepeats){0};
  if (raw->claims_apart) return true;
  Finder finder = {.raw = raw, .institution_rank = institution_rank, .doctor_rank = doctor_rank,
                   .drug_rank = drug_rank, .diagnosis_rank = diagnosis_rank, .region_rank = region_rank};
  rs_parallel(raw->n_threads, RS_CLAIM_PARTITIONS, find_shared, &finder);
  for (unsigned t = 0; t < raw->n_threads; t++) rs_pool_clear(&raw->thread[t].claim_pool);
  uint64_t n_shared = 0;
  for (unsigned p = 0; p < RS_CLAIM_PARTITIONS; p++) n_shared += finder.shared[p]->len;
  bool ok = n_shared == 0 || find_entries(&finder, n_shared, repeats, error);
  for (unsigned p = 0; p < RS_CLAIM_PARTITIONS; p++) g_array_unref(finder.shared[p]);
  return ok;
}
