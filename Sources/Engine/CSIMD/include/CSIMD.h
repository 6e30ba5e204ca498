// Instructions that Swift has no word for. Each function is one instruction, and is inlined into kernels that are
// compiled for the instruction set that has it; elsewhere nobody calls it.
#pragma once

/// Asks for the cache line at an address; any address is allowed.
static inline __attribute__((always_inline)) void simd_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

#if defined(__x86_64__)
#include <immintrin.h>

/// A whole register from any address.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_load512u(const float *from) {
  return _mm512_loadu_ps(from);
}

/// A whole register from any address.
static inline __attribute__((always_inline, target("avx"))) __m256 simd_load256u(const float *from) {
  return _mm256_loadu_ps(from);
}

/// The first `count` lanes of memory, zeros in the others; memory after them is not touched.
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

/// The first `count` lanes of memory, zeros in the others; memory after them is not touched.
static inline __attribute__((always_inline, target("avx2"))) __m256 simd_load256(const float *from, int count) {
  return _mm256_maskload_ps(from, simd_mask256(count));
}

/// Writes the first `count` lanes.
static inline __attribute__((always_inline, target("avx2"))) void simd_store256(float *to, __m256 value, int count) {
  _mm256_maskstore_ps(to, simd_mask256(count), value);
}

/// Adds the products of two pairs of bfloat16 to every lane: sum + a0 b0 + a1 b1.
static inline __attribute__((always_inline, target("avx512f,avx512bf16"))) __m512 simd_dot512(
    __m512 sum, __m512 a, __m512 b) {
  return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

/// The first `count` lanes of bfloat16 memory as floats, zeros in the others.
static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl"))) __m512 simd_load_bf16_512(
    const void *from, int count) {
  __m256i halves = _mm256_maskz_loadu_epi16((__mmask16)((1u << count) - 1), from);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

/// Rounds to bfloat16 and writes the first `count` lanes.
static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512bf16"))) void simd_store_bf16_512(
    void *to, __m512 value, int count) {
  _mm256_mask_storeu_epi16(to, (__mmask16)((1u << count) - 1), (__m256i)_mm512_cvtneps_pbh(value));
}
#endif
