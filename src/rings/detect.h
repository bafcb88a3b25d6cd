/* rings/detect.h: from claims to ranked leads. */
#ifndef RS_RINGS_DETECT_H
#define RS_RINGS_DETECT_H

#include "rings/ring.h"

/* Looks up an attribute of an entity ("" if unknown); NULL function: no attribute tables. Fields as in claims/reader.h. */
typedef const char *(*RsAttributeFunc)(RsKind kind, const char *id, const char *field, void *data);

struct RsFormer; /* rings/cleared.h */
struct RsClearances;

typedef struct {
  unsigned patterns;  /* bits 1 << RsPattern; 0: all that are built */
  uint64_t seed;
  unsigned n_threads;
  uint32_t top;       /* at most this many leads; 0: no limit */
  const struct RsFormer *former;        /* the leads of last time, or NULL; borrowed */
  const struct RsClearances *cleared;   /* what is to stay set aside, or NULL; borrowed */
  RsAttributeFunc attribute; void *attribute_data;
} RsDetectOptions;

/* The result depends on the claims and options, never on n_threads. error: RS_ERROR_LIMIT, RS_ERROR_IO. */
RsRings *rs_detect(const RsClaims *claims, const RsKnowledge *knowledge, const RsDetectOptions *options, GError **error);

#endif
