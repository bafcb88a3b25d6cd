/* graph/knowledge.h: the typed knowledge graph: persons, doctors, institutions, drugs and what ties them, in CSR.
 *
 * In    RsClaims
 * Out   RsKnowledge: one RsRelation a kind; rows are the `from` entities, `to` sorted in a row, no repeats
 * Cost  O(lines) time, about 50 ns of CPU a line, 75 with the sums; 10 bytes a relation row, 34 with the sums; in passing 12 bytes
 *       a visit (or run of a visit's lines by one doctor) and of each line its drug, with the sums its money too, as wide as the claims have them
 */
#ifndef RS_GRAPH_KNOWLEDGE_H
#define RS_GRAPH_KNOWLEDGE_H

#include "claims/table.h"

typedef enum { RS_PERSON, RS_DOCTOR, RS_INSTITUTION, RS_DRUG, RS_N_KINDS } RsKind;

typedef enum {
  RS_VISITED,    /* person -> doctor */
  RS_FILLED_AT,  /* person -> institution */
  RS_BOUGHT,     /* person -> drug */
  RS_PRESCRIBED, /* doctor -> drug */
  RS_DISPENSED,  /* institution -> drug */
  RS_REFERS_TO,  /* doctor -> institution */
  RS_N_RELATIONS
} RsRelationKind;

typedef struct {
  uint32_t n_from, n_to;
  uint64_t n;                             /* rows in all columns below */
  uint64_t *offset;                       /* [n_from + 1] */
  uint32_t *to;                           /* [n] ascending within a row */
  uint32_t *visits;                       /* [n] distinct visits; >= 1 */
  uint16_t *days;                         /* [n] distinct days; >= 1 */
  /* the sums; NULL in a bare graph, but for the lines of RS_REFERS_TO */
  uint32_t *lines;                        /* [n] claim lines; >= visits */
  uint16_t *first_day, *last_day;         /* [n] days since RS_EPOCH */
  int64_t *amount, *fund;                 /* [n] fen */
} RsRelation;

typedef struct {
  const RsClaims *claims; /* borrowed, must outlive the graph */
  RsRelation relation[RS_N_RELATIONS];
} RsKnowledge;

/* error: RS_ERROR_LIMIT when memory is refused. n_threads does not change the result. */
RsKnowledge *rs_knowledge_new(const RsClaims *claims, unsigned n_threads, GError **error);
/* Without the sums, which are most of a graph's memory: rs_tie_sums() (graph/tie.h) makes those of a few rows when they are needed. */
RsKnowledge *rs_knowledge_new_bare(const RsClaims *claims, unsigned n_threads, GError **error);
void rs_knowledge_free(RsKnowledge *knowledge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsKnowledge, rs_knowledge_free)
bool rs_knowledge_validate(const RsKnowledge *knowledge, const char **reason);

/* The row of `to` among those of `from`, or UINT64_MAX. O(log of its rows). */
uint64_t rs_relation_find(const RsRelation *relation, uint32_t from, uint32_t to);
uint32_t rs_knowledge_count(const RsKnowledge *knowledge, RsKind kind);
const char *rs_knowledge_id(const RsKnowledge *knowledge, RsKind kind, uint32_t i); /* borrowed source id */
extern const RsKind rs_relation_from[RS_N_RELATIONS], rs_relation_to[RS_N_RELATIONS];
extern const char *const rs_relation_name[RS_N_RELATIONS]; /* "VISITED", ... as in exports */
extern const char *const rs_kind_name[RS_N_KINDS];         /* "person", ... */

#endif
