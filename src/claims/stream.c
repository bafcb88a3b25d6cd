#include "claims/stream.h"

#include "base/spill.h"

#include <glib.h>
#include <sys/mman.h>

/* NOLINTNEXTLINE(readability-non-const-parameter): the pool counts it down */
void rs_pool_init(RsPool *pool, uint64_t *memory) { *pool = (RsPool){.memory = memory}; }

void rs_pool_clear(RsPool *pool) {
  for (size_t i = 0; i < pool->n_mappings; i++)
    if (pool->memory == NULL || !rs_spill_free(pool->mapping[i])) munmap(pool->mapping[i], RS_POOL_STEP);
  g_free(pool->mapping);
  *pool = (RsPool){0};
}

/* RS_POOL_STEP bytes that begin on a huge page. */
static void *step_new(void) {
  /* cppcheck-suppress invalidFunctionArg ; -1 is what MAP_ANONYMOUS asks for */
  char *memory = mmap(NULL, 2 * RS_POOL_STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  const size_t before = (RS_POOL_STEP - (uintptr_t)memory % RS_POOL_STEP) % RS_POOL_STEP;
  char *step = memory + before;
  munmap(step + RS_POOL_STEP, RS_POOL_STEP - before);
  if (before > 0) munmap(memory, before);
  madvise(step, RS_POOL_STEP, MADV_HUGEPAGE);
  return step;
}

static bool pool_grow(RsPool *pool) {
  const bool on_disk = pool->memory != NULL && *pool->memory < RS_POOL_STEP;
  if (on_disk) rs_spill_begin();
  else if (pool->memory != NULL) *pool->memory -= RS_POOL_STEP;
  char *memory = on_disk ? rs_spill_new(RS_POOL_DISK_STEP) : step_new();
  if (memory == NULL) return false;
  pool->mapping = g_renew(void *, pool->mapping, pool->n_mappings + 1);
  pool->mapping[pool->n_mappings++] = memory;
  pool->block = memory;
  pool->end = memory + (on_disk ? RS_POOL_DISK_STEP : RS_POOL_STEP);
  return true;
}

void *rs_stream_new_chunk(RsPool *pool, RsStream *stream, size_t size) {
  if (size > RS_STREAM_MAX) return NULL;
  if (pool->block == pool->end && !pool_grow(pool)) return NULL;
  RsChunk *chunk = (RsChunk *)(void *)pool->block;
  pool->block += RS_CHUNK_BYTES;
  chunk->next = NULL;
  if (stream->last != NULL) {
    stream->last->used = rs_stream_used(stream, stream->last);
    stream->last->next = chunk;
  } else stream->first = chunk;
  stream->last = chunk;
  stream->at = (char *)(chunk + 1) + size;
  stream->end = (char *)chunk + RS_CHUNK_BYTES;
  return chunk + 1;
}
