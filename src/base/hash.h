/* base/hash.h: 64-bit hash of bytes by folded 64 x 64 -> 128 bit multiplication (the mixing step of
 * wyhash and of Steele & Vigna's generators). Fixed, unkeyed: equal bytes give equal hashes on every
 * machine and in every run. Little-endian loads; not for security. */
#ifndef RS_BASE_HASH_H
#define RS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t rs_hash_mix(uint64_t a, uint64_t b) {
  __extension__ typedef unsigned __int128 u128;
  u128 product = (u128)(a ^ 0x2d358dccaa6c78a5ull) * (b ^ 0x8bb84b93962eacc9ull);
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t rs_hash_bytes(const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  uint64_t hash = rs_hash_mix(length, 0x4b33a62ed433d4a3ull);
  for (; length > 16; length -= 16, at += 16) {
    uint64_t a, b;
    memcpy(&a, at, 8);
    memcpy(&b, at + 8, 8);
    hash = rs_hash_mix(a ^ hash, b);
  }
  uint64_t tail[2] = {0, 0};
  memcpy(tail, at, length);
  return rs_hash_mix(tail[0] ^ hash, tail[1] ^ 0x9e3779b97f4a7c15ull);
}

#endif
