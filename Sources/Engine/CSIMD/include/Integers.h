// Products of integers of 8 bits: unsigned factors, signed weights, four to a lane of 32 bits, whose products are added to it.
// Registers are passed as floats, whose bits are the integers.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#define SIMD_INTEGERS(isa) static inline __attribute__((always_inline, target(isa)))

/// sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 in every lane, by products of 16 bits, of the even bytes and of the odd ones: what
/// every x86-64 has.
static inline __attribute__((always_inline)) __m128 simd_dot_widened128(__m128 sum, __m128 a, __m128 b) {
  __m128i x = (__m128i)a, y = (__m128i)b;
  __m128i even = _mm_madd_epi16(_mm_and_si128(x, _mm_set1_epi16(255)), _mm_srai_epi16(_mm_slli_epi16(y, 8), 8));
  __m128i odd = _mm_madd_epi16(_mm_srli_epi16(x, 8), _mm_srai_epi16(y, 8));
  return (__m128)_mm_add_epi32((__m128i)sum, _mm_add_epi32(even, odd));
}

/// sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 in every lane. Source: Intel's VPDPBUSD.
SIMD_INTEGERS("avx512f,avx512vnni") __m512 simd_dot_bytes512(__m512 sum, __m512 a, __m512 b) {
  return (__m512)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
}

/// The same on processors without that instruction: products of 16 bits, of the even bytes and of the odd ones.
SIMD_INTEGERS("avx512f,avx512bw") __m512 simd_dot_widened512(__m512 sum, __m512 a, __m512 b) {
  __m512i x = (__m512i)a, y = (__m512i)b;
  __m512i even = _mm512_madd_epi16(
      _mm512_and_si512(x, _mm512_set1_epi16(255)), _mm512_srai_epi16(_mm512_slli_epi16(y, 8), 8));
  __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(x, 8), _mm512_srai_epi16(y, 8));
  return (__m512)_mm512_add_epi32((__m512i)sum, _mm512_add_epi32(even, odd));
}

/// Integers of 32 bits as floats.
SIMD_INTEGERS("avx512f") __m512 simd_floats512(__m512 integers) { return _mm512_cvtepi32_ps((__m512i)integers); }

/// The first `count` bytes as floats, zeros in the others.
SIMD_INTEGERS("avx512f,avx512bw,avx512vl") __m512 simd_load_u8_512(const void *from, int count) {
  __m128i bytes = _mm_maskz_loadu_epi8((__mmask16)((1u << count) - 1), from);
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
}

/// The integers next to numbers, ties to even, 0 to 255; 0 for a NaN.
SIMD_INTEGERS("avx512f") __m512i simd_rounded512(__m512 value) {
  return _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(value, _mm512_setzero_ps()), _mm512_set1_ps(255)));
}

/// The same as bytes.
SIMD_INTEGERS("avx512f") __m128i simd_bytes512(__m512 value) { return _mm512_cvtepi32_epi8(simd_rounded512(value)); }

/// Rounds to integers from 0 to 255 and writes the first `count` lanes.
SIMD_INTEGERS("avx512f,avx512bw,avx512vl") void simd_store_u8_512(void *to, __m512 value, int count) {
  _mm_mask_storeu_epi8(to, (__mmask16)((1u << count) - 1), simd_bytes512(value));
}

/// The same of two whole registers, one after the other.
SIMD_INTEGERS("avx512f,avx512bw,avx512vl") void simd_store_two_u8_512(void *to, __m512 first, __m512 second) {
  _mm256_storeu_si256((__m256i *)to, _mm256_set_m128i(simd_bytes512(second), simd_bytes512(first)));
}

/// The same of four whole registers: a cache line. Packing takes half of the instructions that narrowing each of them does.
SIMD_INTEGERS("avx512f,avx512bw,avx512vl")
void simd_store_four_u8_512(void *to, __m512 first, __m512 second, __m512 third, __m512 fourth) {
  __m512i words = _mm512_packus_epi32(simd_rounded512(first), simd_rounded512(second));
  __m512i others = _mm512_packus_epi32(simd_rounded512(third), simd_rounded512(fourth));
  // Packed quarter by quarter: fours of each register lie side by side.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  _mm512_storeu_si512(to, _mm512_permutexvar_epi32(order, _mm512_packus_epi16(words, others)));
}

/// Writes words of four bytes that begin every `next` bytes one after the other. Reads up to 12 bytes after the last one.
static inline __attribute__((always_inline, target("ssse3"))) void simd_gather_words(
    const char *from, long next, char *to, long count) {
  // So many words lie in 16 bytes.
  int group = next <= 4 ? 4 : next <= 12 ? 2 : 1;
  char order[16];
  for (int i = 0; i < 16; ++i) order[i] = (char)(i / 4 < group ? i / 4 * next + i % 4 : 0x80);
  __m128i mask = _mm_loadu_si128((const __m128i *)order);
  long i = 0;
  for (; i + group <= count; i += group) {
    __m128i words = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(from + i * next)), mask);
    if (group == 4) {
      _mm_storeu_si128((__m128i *)(to + 4 * i), words);
    } else if (group == 2) {
      _mm_storel_epi64((__m128i *)(to + 4 * i), words);
    } else {
      __builtin_memcpy(to + 4 * i, from + i * next, 4);
    }
  }
  for (; i < count; ++i) __builtin_memcpy(to + 4 * i, from + i * next, 4);
}

/// Writes eight rows of 16 bytes as 16 rows of eight. Pitches are in bytes.
static inline __attribute__((always_inline)) void simd_interleave8_u8(
    const char *from, long pitch, char *to, long to_pitch) {
  __m128i row[8];
  for (int i = 0; i < 8; ++i) row[i] = _mm_loadu_si128((const __m128i *)(from + i * pitch));
  for (int half = 0; half < 2; ++half) {
    __m128i pair[4];
    for (int i = 0; i < 4; ++i)
      pair[i] = half ? _mm_unpackhi_epi8(row[2 * i], row[2 * i + 1]) : _mm_unpacklo_epi8(row[2 * i], row[2 * i + 1]);
    for (int quarter = 0; quarter < 2; ++quarter) {
      __m128i low = quarter ? _mm_unpackhi_epi16(pair[0], pair[1]) : _mm_unpacklo_epi16(pair[0], pair[1]);
      __m128i high = quarter ? _mm_unpackhi_epi16(pair[2], pair[3]) : _mm_unpacklo_epi16(pair[2], pair[3]);
      char *at = to + (8 * half + 4 * quarter) * to_pitch;
      __m128i first = _mm_unpacklo_epi32(low, high), second = _mm_unpackhi_epi32(low, high);
      _mm_storel_epi64((__m128i *)at, first);
      _mm_storeh_pd((double *)(at + to_pitch), (__m128d)first);
      _mm_storel_epi64((__m128i *)(at + 2 * to_pitch), second);
      _mm_storeh_pd((double *)(at + 3 * to_pitch), (__m128d)second);
    }
  }
}

/// sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 in every lane. Source: Intel's VPDPBUSD, VEX-encoded.
SIMD_INTEGERS("avx2,avxvnni") __m256 simd_dot_bytes256(__m256 sum, __m256 a, __m256 b) {
  return (__m256)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)a, (__m256i)b);
}

/// The same on processors without that instruction.
SIMD_INTEGERS("avx2") __m256 simd_dot_widened256(__m256 sum, __m256 a, __m256 b) {
  __m256i x = (__m256i)a, y = (__m256i)b;
  __m256i even = _mm256_madd_epi16(
      _mm256_and_si256(x, _mm256_set1_epi16(255)), _mm256_srai_epi16(_mm256_slli_epi16(y, 8), 8));
  __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(x, 8), _mm256_srai_epi16(y, 8));
  return (__m256)_mm256_add_epi32((__m256i)sum, _mm256_add_epi32(even, odd));
}

/// Integers of 32 bits as floats.
SIMD_INTEGERS("avx2") __m256 simd_floats256(__m256 integers) { return _mm256_cvtepi32_ps((__m256i)integers); }

/// Four or eight bytes as floats, zeros in the other lanes.
SIMD_INTEGERS("avx2") __m256 simd_load_u8_256(const void *from, int count) {
  __m128i bytes = count < 8 ? _mm_loadu_si32(from) : _mm_loadu_si64(from);
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
}

/// Rounds to integers from 0 to 255, ties to even, a NaN to 0, and writes the first four or eight lanes.
SIMD_INTEGERS("avx2") void simd_store_u8_256(void *to, __m256 value, int count) {
  __m256 x = _mm256_min_ps(_mm256_max_ps(value, _mm256_setzero_ps()), _mm256_set1_ps(255));
  __m256i integers = _mm256_cvtps_epi32(x);
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(integers), _mm256_extracti128_si256(integers, 1));
  __m128i bytes = _mm_packus_epi16(words, words);
  if (count < 8) {
    _mm_storeu_si32(to, bytes);
  } else {
    _mm_storel_epi64((__m128i *)to, bytes);
  }
}

#undef SIMD_INTEGERS
#endif
