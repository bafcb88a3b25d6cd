/* claims/stream.h: append-only byte streams in 64 KiB chunks, so that partitions grow without copying.
 *
 * Each thread owns a pool and its streams. Records never straddle chunks; a record of up to RS_STREAM_MAX bytes fits. A stream that
 * was read gives its memory back to the system at once, so that the table can grow while the raw records shrink. */
#ifndef RS_CLAIMS_STREAM_H
#define RS_CLAIMS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RS_CHUNK_BYTES ((size_t)1 << 16)

typedef struct RsChunk {
  struct RsChunk *next;
  size_t used; /* bytes of records after this header; of a stream's last chunk only rs_stream_used() knows */
} RsChunk;

#define RS_STREAM_MAX (RS_CHUNK_BYTES - sizeof(RsChunk))

typedef struct {
  char *block, *end; /* rest of the newest mapping */
  void **mapping;    /* all mappings, to unmap at the end */
  size_t n_mappings;
  size_t chunk_bytes; /* small for small inputs */
  uint64_t memory;    /* bytes after which further ones are taken on disk (base/spill.h); 0: never */
  bool on_disk;       /* some are */
} RsPool;

/* The place of the next record stands here and not in the chunk: chunks lie a power of two apart, so of thousands of streams all headers
 * would compete for one set of the cache, on each record. */
typedef struct {
  RsChunk *first, *last;
  char *at, *end; /* the rest of the last chunk */
} RsStream;

/* chunk_bytes: a power of two from 4 KiB to RS_CHUNK_BYTES. */
void rs_pool_init(RsPool *pool, size_t chunk_bytes);
void rs_pool_clear(RsPool *pool);
#define RS_POOL_STEP ((uint64_t)16 << 20) /* memory is taken from the system in these steps */
static inline uint64_t rs_pool_bytes(const RsPool *pool) { return pool->n_mappings * RS_POOL_STEP; }
/* Room for one record of size bytes (in all of a stream a multiple of what its records are aligned to). NULL when memory is refused or size does not fit a chunk. */
void *rs_stream_new_chunk(RsPool *pool, RsStream *stream, size_t size);
/* Tells the system that the stream's memory is no longer needed; the stream is empty afterwards. Any thread may call it. */
void rs_stream_release(const RsPool *pool, RsStream *stream);

static inline void *rs_stream_append(RsPool *pool, RsStream *stream, size_t size) {
  if ((size_t)(stream->end - stream->at) < size) return rs_stream_new_chunk(pool, stream, size);
  void *at = stream->at;
  stream->at += size;
  return at;
}

/* Bytes of records in one of the stream's chunks. */
static inline size_t rs_stream_used(const RsStream *stream, const RsChunk *chunk) {
  return chunk == stream->last ? (size_t)(stream->at - (const char *)(chunk + 1)) : chunk->used;
}

#endif
