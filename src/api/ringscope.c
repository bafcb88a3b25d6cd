/* The door for other programs: handles over the rooms' plain data. Texts that the rooms make on demand are made once, when rings are found. */
#include "api/ringscope.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/parallel.h"
#include "exporters/case.h"
#include "rings/detect.h"

#include <string.h>

struct ringscope_claims {
  RsReader *reader;
  RsClaims *claims;
  unsigned patterns, n_threads;
  uint64_t seed;
  uint32_t top;
};
struct ringscope_graph {
  const ringscope_claims *from;
  RsKnowledge *knowledge;
};
struct ringscope_rings {
  const ringscope_graph *from;
  RsRings *rings;
  GStringChunk *texts;
  ringscope_ring *ring;   /* [n_rings] */
  const char ***fact;     /* [n_rings][n_facts] sentences */
};

const char *ringscope_version(void) { return RS_VERSION; }

/* Gives a GError to the caller and frees it. */
static void tell(GError *failed, ringscope_error *error) {
  g_assert(failed != NULL);
  if (error != NULL) {
    const char *end = NULL;
    error->code = failed->code;
    g_strlcpy(error->message, failed->message, sizeof error->message);
    if (!g_utf8_validate(error->message, -1, &end)) error->message[end - error->message] = '\0';
  }
  g_error_free(failed);
}

static bool read_day(const char *name, const char *text, uint16_t *day, GError **error) {
  uint32_t seconds;
  RsTimeStatus status = rs_time_parse(text, strlen(text), &seconds);
  if (status != RS_TIME_OK && status != RS_TIME_DATE_ONLY) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, "%s: '%s' is no date like 2025-03-01", name, text);
    return false;
  }
  *day = (uint16_t)(seconds / RS_DAY_SECONDS);
  return true;
}

static bool read_patterns(const char *list, unsigned *bits, GError **error) {
  g_auto(GStrv) word = g_strsplit(list, ",", -1);
  for (char **w = word; *w != NULL; w++) {
    int p = 0;
    while (p < RS_MIXED && strcmp(g_strstrip(*w), rs_pattern_name[p]) != 0) p++;
    if (p == RS_MIXED) {
      g_set_error(error, RS_ERROR, RS_ERROR_USAGE, "patterns: unknown pattern '%s'", *w);
      return false;
    }
    *bits |= 1u << p;
  }
  return true;
}

static bool claims_open(ringscope_claims *c, const char *const *paths, const ringscope_options *o, GError **error) {
  RsReadOptions read = {.paths = paths, .map = o->map, .settlements = o->settlements, .persons = o->persons, .doctors = o->doctors,
                        .institutions = o->institutions, .drugs = o->drugs, .has_since = o->since != NULL, .has_until = o->until != NULL,
                        .until = UINT16_MAX, .allow_rejects = o->allow_rejects, .memory = o->memory, .temp = o->temp, .quiet = true};
  c->n_threads = read.n_threads = o->threads > 0 ? MIN(o->threads, 64) : rs_parallel_default_threads();
  c->seed = o->seed > 0 ? o->seed : 1;
  c->top = o->top;
  if (paths == NULL || paths[0] == NULL) return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, "no claim file given"), false;
  if (o->since != NULL && !read_day("since", o->since, &read.since, error)) return false;
  if (o->until != NULL && !read_day("until", o->until, &read.until, error)) return false;
  if (read.since > read.until) return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, "since is after until"), false;
  if (o->patterns != NULL && !read_patterns(o->patterns, &c->patterns, error)) return false;
  c->reader = rs_reader_new(&read, error);
  if (c->reader == NULL) return false;
  c->claims = rs_reader_read(c->reader, error);
  if (c->claims != NULL) rs_reader_hash_begin(c->reader); /* a case names its inputs */
  return c->claims != NULL;
}

ringscope_claims *ringscope_claims_open(const char *const *paths, const ringscope_options *options, ringscope_error *error) {
  ringscope_options known = {0}; /* a caller built for an older library knows fewer options */
  if (options != NULL) memcpy(&known, options, MIN(options->size, sizeof known));
  ringscope_claims *claims = g_new0(ringscope_claims, 1);
  GError *failed = NULL;
  if (claims_open(claims, paths, &known, &failed)) return claims;
  tell(failed, error);
  ringscope_claims_free(claims);
  return NULL;
}

void ringscope_claims_free(ringscope_claims *claims) {
  if (claims == NULL) return;
  g_clear_pointer(&claims->claims, rs_claims_free);
  g_clear_pointer(&claims->reader, rs_reader_free);
  g_free(claims);
}

void ringscope_claims_balance(const ringscope_claims *claims, ringscope_balance *balance) {
  const RsReport *r = rs_reader_report(claims->reader);
  const uint64_t *rows = r->rows;
  const int64_t *amount = r->amount;
  *balance = (ringscope_balance){
      .read = r->rows_read, .used = rows[RS_PLACE_USED], .outside = rows[RS_PLACE_OUTSIDE], .repeated = rows[RS_PLACE_REPEATED],
      .reversed = rows[RS_PLACE_REVERSED], .rejected = rows[RS_PLACE_REJECTED], .amount_read = r->amount_read,
      .amount_used = amount[RS_PLACE_USED], .amount_outside = amount[RS_PLACE_OUTSIDE], .amount_repeated = amount[RS_PLACE_REPEATED],
      .amount_reversed = amount[RS_PLACE_REVERSED], .amount_rejected = amount[RS_PLACE_REJECTED]};
}

ringscope_graph *ringscope_graph_new(const ringscope_claims *claims, ringscope_error *error) {
  GError *failed = NULL;
  RsKnowledge *knowledge = rs_knowledge_new(claims->claims, claims->n_threads, &failed);
  if (knowledge == NULL) {
    tell(failed, error);
    return NULL;
  }
  ringscope_graph *graph = g_new(ringscope_graph, 1);
  *graph = (ringscope_graph){.from = claims, .knowledge = knowledge};
  return graph;
}

void ringscope_graph_free(ringscope_graph *graph) {
  if (graph == NULL) return;
  rs_knowledge_free(graph->knowledge);
  g_free(graph);
}

_Static_assert((int)RINGSCOPE_DRUG == (int)RS_DRUG && (int)RINGSCOPE_REFERS_TO == (int)RS_REFERS_TO, "kinds are numbered alike");

uint32_t ringscope_graph_entities(const ringscope_graph *graph, ringscope_kind kind) {
  return (unsigned)kind < RS_N_KINDS ? rs_knowledge_count(graph->knowledge, (RsKind)kind) : 0;
}

const char *ringscope_graph_id(const ringscope_graph *graph, ringscope_kind kind, uint32_t entity) {
  return entity < ringscope_graph_entities(graph, kind) ? rs_knowledge_id(graph->knowledge, (RsKind)kind, entity) : NULL;
}

uint64_t ringscope_graph_relations(const ringscope_graph *graph, ringscope_relation_kind kind) {
  return (unsigned)kind < RS_N_RELATIONS ? graph->knowledge->relation[kind].n : 0;
}

bool ringscope_graph_relation(const ringscope_graph *graph, ringscope_relation_kind kind, uint64_t i, ringscope_relation *relation) {
  if (i >= ringscope_graph_relations(graph, kind)) return false;
  const RsRelation *r = &graph->knowledge->relation[kind];
  uint32_t low = 0, high = r->n_from; /* the row that holds i: offset[low] <= i < offset[high] */
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (r->offset[middle] <= i) low = middle;
    else high = middle;
  }
  *relation = (ringscope_relation){.from = low, .to = r->to[i], .visits = r->visits[i], .lines = r->lines[i], .days = r->days[i],
                                   .amount = r->amount[i], .fund = r->fund[i]};
  return true;
}

static const char *attribute(RsKind kind, const char *id, const char *field, void *reader) {
  return rs_reader_attribute(reader, (unsigned)kind, id, field);
}

static const char *keep(ringscope_rings *rings, char *text) {
  const char *kept = g_string_chunk_insert(rings->texts, text);
  g_free(text);
  return kept;
}

static const char *keep_day(ringscope_rings *rings, uint16_t day) {
  char text[11];
  return g_string_chunk_insert_const(rings->texts, rs_day_format(day, text));
}

static void describe(ringscope_rings *rings, uint32_t i) {
  const RsClaims *claims = rings->from->from->claims;
  const RsRing *r = &rings->rings->rings[i];
  rings->ring[i] = (ringscope_ring){
      .pattern = rs_pattern_name[r->pattern], .score = r->score, .stability = r->stability, .lead_key = r->lead_key,
      .summary = keep(rings, rs_ring_summary(claims, r, RS_LANG_EN)), .first_date = keep_day(rings, r->first_day),
      .last_date = keep_day(rings, r->last_day), .n_members = r->n_members, .n_facts = r->n_facts, .n_lines = r->n_evidence,
      .amount = r->amount, .amount_exclusive = r->amount_exclusive, .fund = r->fund};
  rings->fact[i] = g_new(const char *, r->n_facts);
  for (uint32_t f = 0; f < r->n_facts; f++) rings->fact[i][f] = keep(rings, rs_fact_text(claims, &r->facts[f], RS_LANG_EN));
}

ringscope_rings *ringscope_rings_find(const ringscope_graph *graph, ringscope_error *error) {
  const ringscope_claims *c = graph->from;
  GError *failed = NULL;
  RsDetectOptions options = {.patterns = c->patterns, .seed = c->seed, .n_threads = c->n_threads, .top = c->top, .attribute = attribute,
                             .attribute_data = c->reader};
  RsRings *found = rs_detect(c->claims, graph->knowledge, &options, &failed);
  if (found == NULL) {
    tell(failed, error);
    return NULL;
  }
  ringscope_rings *rings = g_new(ringscope_rings, 1);
  *rings = (ringscope_rings){.from = graph, .rings = found, .texts = g_string_chunk_new(4096), .ring = g_new(ringscope_ring, found->n_rings),
                             .fact = g_new(const char **, found->n_rings)};
  for (uint32_t i = 0; i < found->n_rings; i++) describe(rings, i);
  return rings;
}

void ringscope_rings_free(ringscope_rings *rings) {
  if (rings == NULL) return;
  for (uint32_t i = 0; i < rings->rings->n_rings; i++) g_free(rings->fact[i]);
  g_free(rings->fact);
  g_free(rings->ring);
  g_string_chunk_free(rings->texts);
  rs_rings_free(rings->rings);
  g_free(rings);
}

uint32_t ringscope_rings_count(const ringscope_rings *rings) { return rings->rings->n_rings; }

bool ringscope_rings_get(const ringscope_rings *rings, uint32_t i, ringscope_ring *ring) {
  if (i >= rings->rings->n_rings) return false;
  *ring = rings->ring[i];
  return true;
}

bool ringscope_rings_member(const ringscope_rings *rings, uint32_t i, uint32_t member, ringscope_member *out) {
  if (i >= rings->rings->n_rings || member >= rings->rings->rings[i].n_members) return false;
  const RsMember *m = &rings->rings->rings[i].members[member];
  *out = (ringscope_member){.kind = (ringscope_kind)m->kind, .id = rs_knowledge_id(rings->from->knowledge, m->kind, m->id),
                            .role = rs_role_name[m->role], .strength = m->strength};
  return true;
}

bool ringscope_rings_fact(const ringscope_rings *rings, uint32_t i, uint32_t fact, ringscope_fact *out) {
  if (i >= rings->rings->n_rings || fact >= rings->rings->rings[i].n_facts) return false;
  const RsFact *f = &rings->rings->rings[i].facts[fact];
  *out = (ringscope_fact){.code = f->code, .text = rings->fact[i][fact], .value = f->value, .expected = f->expected, .points = f->points};
  return true;
}

static const char *text_or_empty(const RsText *texts, uint32_t i) { return texts != NULL && i != RS_NONE ? rs_text_get(texts, i) : ""; }

bool ringscope_rings_line(const ringscope_rings *rings, uint32_t i, uint64_t line, ringscope_line *out) {
  if (i >= rings->rings->n_rings || line >= rings->rings->rings[i].n_evidence) return false;
  const ringscope_claims *from = rings->from->from;
  const RsClaims *c = from->claims;
  const uint64_t at = rings->rings->rings[i].evidence[line].line;
  const uint32_t visit = rs_claims_line_visit(c, at);
  const RsInputFile *file = g_ptr_array_index(rs_reader_report(from->reader)->files, RS_ROW_FILE(rs_line_row(c, at)));
  *out = (ringscope_line){.file = file->name, .line = RS_ROW_LINE(rs_line_row(c, at)), .person = rs_text_get(c->person, rs_claims_visit_person(c, visit)),
                          .institution = rs_text_get(c->institution, c->visit_institution[visit]), .doctor = text_or_empty(c->doctor, rs_line_doctor(c, at)),
                          .drug = text_or_empty(c->drug, rs_line_drug(c, at)), .amount = rs_line_amount(c, at), .fund = rs_line_fund(c, at)};
  rs_time_format(c->visit_time[visit], out->time);
  return true;
}

static bool case_write(const ringscope_rings *rings, const char *folder, const char *authority, char digest[65], GError **error) {
  const ringscope_claims *from = rings->from->from;
  g_autoptr(RsMask) mask = authority != NULL ? rs_mask_clear() : rs_mask_new(NULL, error);
  if (mask == NULL) return false;
  const char *options[] = {"library", RS_VERSION, authority != NULL ? "unmask" : NULL, "yes", NULL};
  RsCase c = {.reader = from->reader, .report = rs_reader_report(from->reader), .claims = from->claims, .knowledge = rings->from->knowledge,
              .rings = rings->rings, .mask = mask, .authority = authority, .text_language = RS_LANG_EN, .language = RS_LANG_EN,
              .command_line = "libringscope", .options = options, .seed = from->seed, .n_threads = from->n_threads};
  RsCaseLock *lock = rs_case_lock(folder, error);
  if (lock == NULL) return false;
  bool ok = rs_case_write(&c, folder, digest, error);
  rs_case_unlock(lock);
  return ok;
}

bool ringscope_case_write(const ringscope_rings *rings, const char *folder, const char *authority, char digest[65], ringscope_error *error) {
  char unused[65] = "";
  GError *failed = NULL;
  if (case_write(rings, folder, authority, digest != NULL ? digest : unused, &failed)) return true;
  tell(failed, error);
  return false;
}
