// Rows and columns exchanged in registers. Shuffles are written in the language's own words: see CSIMD.h.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

typedef float simd_lanes16 __attribute__((ext_vector_type(16)));

/// Sixteen numbers of two registers, each by its place among the 32.
#define SIMD_CHOOSE(a, b, ...) (__m512) __builtin_shufflevector((simd_lanes16)(a), (simd_lanes16)(b), __VA_ARGS__)

/// Of each quarter of four registers a matrix of 4 x 4, rows and columns exchanged.
static inline __attribute__((always_inline, target("avx512f"))) void simd_transpose_quarters512(__m512 v[4]) {
  __m512 a = SIMD_CHOOSE(v[0], v[1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
  __m512 b = SIMD_CHOOSE(v[0], v[1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  __m512 c = SIMD_CHOOSE(v[2], v[3], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
  __m512 d = SIMD_CHOOSE(v[2], v[3], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  v[0] = SIMD_CHOOSE(a, c, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
  v[1] = SIMD_CHOOSE(a, c, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  v[2] = SIMD_CHOOSE(b, d, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
  v[3] = SIMD_CHOOSE(b, d, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}

/// Writes 16 rows of four numbers as four rows of 16; pitches in numbers.
static inline __attribute__((always_inline, target("avx512f"))) void simd_separate4_512(
    const float *from, long pitch, float *to, long to_pitch) {
  __m512 v[4];
  for (int k = 0; k < 4; k++) {
    __m256 a = _mm256_setr_m128(_mm_loadu_ps(from + k * pitch), _mm_loadu_ps(from + (k + 4) * pitch));
    __m256 b = _mm256_setr_m128(_mm_loadu_ps(from + (k + 8) * pitch), _mm_loadu_ps(from + (k + 12) * pitch));
    v[k] = SIMD_CHOOSE(
        _mm512_castps256_ps512(a), _mm512_castps256_ps512(b), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  }
  simd_transpose_quarters512(v);
  for (int k = 0; k < 4; k++) _mm512_storeu_ps(to + k * to_pitch, v[k]);
}

/// Writes 16 rows of eight numbers as eight rows of 16; pitches in numbers.
static inline __attribute__((always_inline, target("avx512f"))) void simd_separate8_512(
    const float *from, long pitch, float *to, long to_pitch) {
  __m512 low[4], high[4];
  for (int k = 0; k < 4; k++) {
    __m512 a = _mm512_castps256_ps512(_mm256_loadu_ps(from + k * pitch));
    __m512 b = _mm512_castps256_ps512(_mm256_loadu_ps(from + (k + 4) * pitch));
    __m512 c = _mm512_castps256_ps512(_mm256_loadu_ps(from + (k + 8) * pitch));
    __m512 d = _mm512_castps256_ps512(_mm256_loadu_ps(from + (k + 12) * pitch));
    __m512 e = SIMD_CHOOSE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    __m512 f = SIMD_CHOOSE(c, d, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    low[k] = SIMD_CHOOSE(e, f, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    high[k] = SIMD_CHOOSE(e, f, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  }
  simd_transpose_quarters512(low);
  simd_transpose_quarters512(high);
  for (int k = 0; k < 4; k++) _mm512_storeu_ps(to + k * to_pitch, low[k]);
  for (int k = 0; k < 4; k++) _mm512_storeu_ps(to + (k + 4) * to_pitch, high[k]);
}

/// Writes four rows of 16 numbers as 16 rows of four; pitches in numbers.
static inline __attribute__((always_inline, target("avx512f"))) void simd_interleave4_512(
    const float *from, long pitch, float *to, long to_pitch) {
  __m512 v[4];
  for (int k = 0; k < 4; k++) v[k] = _mm512_loadu_ps(from + k * pitch);
  simd_transpose_quarters512(v);
  for (int k = 0; k < 4; k++) {
    __m512 upper = SIMD_CHOOSE(v[k], v[k], 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    __m256 first = _mm512_castps512_ps256(v[k]), second = _mm512_castps512_ps256(upper);
    _mm_storeu_ps(to + k * to_pitch, _mm256_castps256_ps128(first));
    _mm_storeu_ps(to + (k + 4) * to_pitch, _mm256_extractf128_ps(first, 1));
    _mm_storeu_ps(to + (k + 8) * to_pitch, _mm256_castps256_ps128(second));
    _mm_storeu_ps(to + (k + 12) * to_pitch, _mm256_extractf128_ps(second, 1));
  }
}

/// Writes eight rows of 16 numbers as 16 rows of eight; pitches in numbers.
static inline __attribute__((always_inline, target("avx512f"))) void simd_interleave8_512(
    const float *from, long pitch, float *to, long to_pitch) {
  __m512 low[4], high[4];
  for (int k = 0; k < 4; k++) low[k] = _mm512_loadu_ps(from + k * pitch);
  for (int k = 0; k < 4; k++) high[k] = _mm512_loadu_ps(from + (k + 4) * pitch);
  simd_transpose_quarters512(low);
  simd_transpose_quarters512(high);
  for (int k = 0; k < 4; k++) {
    __m512 a = SIMD_CHOOSE(low[k], high[k], 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    __m512 b = SIMD_CHOOSE(low[k], high[k], 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    __m512 c = SIMD_CHOOSE(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512 d = SIMD_CHOOSE(b, b, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    _mm256_storeu_ps(to + k * to_pitch, _mm512_castps512_ps256(a));
    _mm256_storeu_ps(to + (k + 4) * to_pitch, _mm512_castps512_ps256(c));
    _mm256_storeu_ps(to + (k + 8) * to_pitch, _mm512_castps512_ps256(b));
    _mm256_storeu_ps(to + (k + 12) * to_pitch, _mm512_castps512_ps256(d));
  }
}

/// Rounds two numbers a lane to bfloat16: the first one into the lower half, the second one into the upper.
static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512bf16"))) __m512 simd_bf16_pairs512(
    __m512 first, __m512 second) {
  typedef short shorts __attribute__((ext_vector_type(32)));
  shorts both = (shorts)_mm512_cvtne2ps_pbh(second, first);
  return (__m512)__builtin_shufflevector(
      both, both, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
      14, 30, 15, 31);
}
#endif
