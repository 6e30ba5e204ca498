// Instructions that Swift has no word for. Each function is one instruction, and is inlined into kernels that are
// compiled for the instruction set that has it; elsewhere nobody calls it.
#pragma once

/// Asks for the cache line at an address; any address is allowed.
static inline __attribute__((always_inline)) void simd_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

#if defined(__x86_64__)
#include <immintrin.h>

/// The first `count` lanes of memory, zeros in the others; memory behind them is not touched.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_load512(const float *from, int count) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}

/// Writes the first `count` lanes.
static inline __attribute__((always_inline, target("avx512f"))) void simd_store512(float *to, __m512 value, int count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), value);
}

static inline __attribute__((always_inline, target("avx2"))) __m256i simd_mask256(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// The first `count` lanes of memory, zeros in the others; memory behind them is not touched.
static inline __attribute__((always_inline, target("avx2"))) __m256 simd_load256(const float *from, int count) {
  return _mm256_maskload_ps(from, simd_mask256(count));
}

/// Writes the first `count` lanes.
static inline __attribute__((always_inline, target("avx2"))) void simd_store256(float *to, __m256 value, int count) {
  _mm256_maskstore_ps(to, simd_mask256(count), value);
}
#endif
