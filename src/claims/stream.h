/* claims/stream.h: append-only byte streams in 16 KiB chunks, so that partitions grow without copying.
 *
 * Each thread owns its pools and streams. Records never straddle chunks; a record of up to RS_STREAM_MAX bytes fits. Streams that are read
 * together have a pool of their own, which is cleared when they were: whole huge pages go back to the system, which hands them out again for
 * the table without asking its host for others. */
#ifndef RS_CLAIMS_STREAM_H
#define RS_CLAIMS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RS_CHUNK_BYTES ((size_t)1 << 14) /* half a chunk is wasted a stream, and there are thousands */

#define RS_POOL_STEP ((size_t)2 << 20)      /* what a pool takes of memory at a time: a huge page */
#define RS_POOL_DISK_STEP ((size_t)8 << 20) /* of the disk */

typedef struct RsChunk {
  struct RsChunk *next;
  size_t used; /* bytes of records after this header; of a stream's last chunk only rs_stream_used() knows */
} RsChunk;

#define RS_STREAM_MAX (RS_CHUNK_BYTES - sizeof(RsChunk))

typedef struct {
  char *block, *end; /* rest of the newest mapping */
  void **mapping;    /* all mappings, to unmap at the end */
  size_t n_mappings;
  uint64_t *memory;   /* borrowed: bytes that may still be taken, further ones are taken on disk (base/spill.h); NULL: as many as there are */
} RsPool;

/* The place of the next record stands here and not in the chunk: chunks lie a power of two apart, so of thousands of streams all headers
 * would compete for one set of the cache, on each record. */
typedef struct {
  RsChunk *first, *last;
  char *at, *end; /* the rest of the last chunk */
} RsStream;

void rs_pool_init(RsPool *pool, uint64_t *memory);
/* Any thread may call it. The streams that took from the pool are of no more use. */
void rs_pool_clear(RsPool *pool);
/* Room for one record of size bytes (in all of a stream a multiple of what its records are aligned to). NULL when memory is refused or size does not fit a chunk. */
void *rs_stream_new_chunk(RsPool *pool, RsStream *stream, size_t size);
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
