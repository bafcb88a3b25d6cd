#include "claims/stream.h"

#include "base/spill.h"

#include <glib.h>
#include <sys/mman.h>

#define MAPPING_BYTES ((size_t)RS_POOL_STEP)

void rs_pool_init(RsPool *pool, size_t chunk_bytes) { *pool = (RsPool){.chunk_bytes = chunk_bytes}; }

void rs_pool_clear(RsPool *pool) {
  for (size_t i = 0; i < pool->n_mappings; i++)
    if (!pool->on_disk || !rs_spill_free(pool->mapping[i])) munmap(pool->mapping[i], MAPPING_BYTES);
  g_free(pool->mapping);
  *pool = (RsPool){0};
}

static bool pool_grow(RsPool *pool) {
  void *memory = MAP_FAILED;
  if (pool->memory > 0 && rs_pool_bytes(pool) + MAPPING_BYTES > pool->memory) {
    rs_spill_begin();
    memory = rs_spill_new(MAPPING_BYTES);
    pool->on_disk = true;
    if (memory == NULL) return false;
  } else {
    /* cppcheck-suppress invalidFunctionArg ; -1 is what MAP_ANONYMOUS asks for */
    memory = mmap(NULL, MAPPING_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    madvise(memory, MAPPING_BYTES, MADV_HUGEPAGE);
  }
  pool->mapping = g_renew(void *, pool->mapping, pool->n_mappings + 1);
  pool->mapping[pool->n_mappings++] = memory;
  pool->block = memory;
  pool->end = pool->block + MAPPING_BYTES;
  return true;
}

void *rs_stream_new_chunk(RsPool *pool, RsStream *stream, size_t size) {
  if (size > pool->chunk_bytes - sizeof(RsChunk)) return NULL;
  if (pool->block == pool->end && !pool_grow(pool)) return NULL;
  RsChunk *chunk = (RsChunk *)(void *)pool->block;
  pool->block += pool->chunk_bytes;
  chunk->next = NULL;
  if (stream->last != NULL) {
    stream->last->used = rs_stream_used(stream, stream->last);
    stream->last->next = chunk;
  } else stream->first = chunk;
  stream->last = chunk;
  stream->at = (char *)(chunk + 1) + size;
  stream->end = (char *)chunk + pool->chunk_bytes;
  return chunk + 1;
}

void rs_stream_release(const RsPool *pool, RsStream *stream) {
  while (stream->first != NULL) {
    RsChunk *chunk = stream->first;
    stream->first = chunk->next;
    if (pool->on_disk) rs_spill_forget(chunk, pool->chunk_bytes);
    else madvise(chunk, pool->chunk_bytes, MADV_DONTNEED);
  }
  *stream = (RsStream){0};
}
