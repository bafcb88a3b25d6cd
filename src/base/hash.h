/* base/hash.h: 64-bit hash of bytes by folded 64 x 64 -> 128 bit multiplication (the mixing step of
 * wyhash and of Steele & Vigna's generators). Fixed, unkeyed: equal bytes give equal hashes on every
 * machine and in every run. Little-endian loads; not for security. */
#ifndef RS_BASE_HASH_H
#define RS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The factors are mixed in again, or a factor of 0 would make texts collide at will. */
static inline uint64_t rs_hash_mix(uint64_t a, uint64_t b) {
  __extension__ typedef unsigned __int128 u128;
  a ^= 0x2d358dccaa6c78a5ull;
  b ^= 0x8bb84b93962eacc9ull;
  u128 product = (u128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64) ^ a ^ b;
}

static inline uint64_t rs_hash_load(const unsigned char *at, size_t size) {
  uint64_t value = 0;
  if (size == 8) memcpy(&value, at, 8);
  else memcpy(&value, at, 4);
  return value;
}

/* The last 16 bytes at most, as two words that overlap rather than a copy of variable length. */
static inline uint64_t rs_hash_tail(const unsigned char *at, size_t length, uint64_t hash) {
  uint64_t a = 0, b = 0;
  if (length >= 8) {
    a = rs_hash_load(at, 8);
    b = rs_hash_load(at + length - 8, 8);
  } else if (length >= 4) {
    a = rs_hash_load(at, 4);
    b = rs_hash_load(at + length - 4, 4);
  } else if (length > 0) {
    a = (uint64_t)at[0] << 16 | (uint64_t)at[length >> 1] << 8 | at[length - 1];
  }
  return rs_hash_mix(a ^ hash, b ^ 0x9e3779b97f4a7c15ull);
}

static inline uint64_t rs_hash_bytes(const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  uint64_t hash = rs_hash_mix(length, 0x4b33a62ed433d4a3ull);
  /* cppcheck-suppress pointerOutOfBounds ; more than 16 bytes are left */
  for (; length > 16; length -= 16, at += 16) hash = rs_hash_mix(rs_hash_load(at, 8) ^ hash, rs_hash_load(at + 8, 8));
  return rs_hash_tail(at, length, hash);
}

#endif
