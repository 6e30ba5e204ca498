// Instructions that Swift has no word for. Each function is one instruction or a few, and is inlined into loops that are
// compiled for the instruction set that has it; elsewhere nobody calls it.
#pragma once

#include "Integers.h"
#include "Tiles.h"
#include "Transposes.h"

/// Asks for the cache line at an address; any address is allowed.
static inline __attribute__((always_inline)) void simd_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

typedef float simd_floats8 __attribute__((ext_vector_type(8), aligned(4)));
typedef double simd_doubles8 __attribute__((ext_vector_type(8)));

/// Eight numbers as doubles.
static inline __attribute__((always_inline)) simd_doubles8 simd_load_doubles8(const float *from) {
  return __builtin_convertvector(*(const simd_floats8 *)from, simd_doubles8);
}

/// Rounds eight doubles.
static inline __attribute__((always_inline)) void simd_store_rounded8(float *to, simd_doubles8 value) {
  *(simd_floats8 *)to = __builtin_convertvector(value, simd_floats8);
}

#if defined(__x86_64__)
#include <immintrin.h>

// What every x86-64 has.

/// Two neighbouring pixels of three bytes each as pairs of 16-bit numbers, channel by channel: b0 b1 g0 g1 r0 r1 and a
/// pair without meaning. Reads 7 bytes.
static inline __attribute__((always_inline)) __m128i simd_pixel_pairs(const unsigned char *from) {
  __m128i bytes = _mm_unpacklo_epi8(_mm_loadu_si32(from), _mm_loadu_si32(from + 3));
  return _mm_unpacklo_epi8(bytes, _mm_setzero_si128());
}

/// Multiplies pairs of 16-bit numbers by pairs from memory and adds the two products of each.
static inline __attribute__((always_inline)) __m128i simd_multiply_pairs(__m128i pairs, const void *others) {
  return _mm_madd_epi16(pairs, _mm_loadu_si128((const __m128i *)others));
}

/// Shifts eight 32-bit numbers right by 4 bits and writes them as 16-bit ones: four here, four there.
static inline __attribute__((always_inline)) void simd_store_shifted4(void *to, __m128i low, void *other, __m128i high) {
  __m128i packed = _mm_packs_epi32(_mm_srai_epi32(low, 4), _mm_srai_epi32(high, 4));
  _mm_storel_epi64((__m128i *)to, packed);
  _mm_storeh_pd((double *)other, _mm_castsi128_pd(packed));
}

/// Mixes eight 16-bit numbers of two rows: of the products by the two weights the upper halves, added, rounded to a
/// quarter.
static inline __attribute__((always_inline)) __m128i simd_mix8(
    const short *upper, const short *lower, short upper_weight, short lower_weight) {
  __m128i high = _mm_mulhi_epi16(_mm_loadu_si128((const __m128i *)upper), _mm_set1_epi16(upper_weight));
  __m128i low = _mm_mulhi_epi16(_mm_loadu_si128((const __m128i *)lower), _mm_set1_epi16(lower_weight));
  return _mm_srai_epi16(_mm_add_epi16(_mm_add_epi16(high, low), _mm_set1_epi16(2)), 2);
}

/// Writes sixteen 16-bit numbers as bytes, those beyond a byte as its ends.
static inline __attribute__((always_inline)) void simd_store_bytes16(void *to, __m128i first, __m128i second) {
  _mm_storeu_si128((__m128i *)to, _mm_packus_epi16(first, second));
}

/// Interleaves sixteen bytes of three planes; two more bytes than the 48 are written.
static inline __attribute__((always_inline)) void simd_interleave16(
    void *to, const void *first, const void *second, const void *third) {
  __m128i a = _mm_loadu_si128((const __m128i *)first), b = _mm_loadu_si128((const __m128i *)second);
  __m128i c = _mm_loadu_si128((const __m128i *)third), zero = _mm_setzero_si128();
  __m128i low = _mm_unpacklo_epi8(a, b), high = _mm_unpackhi_epi8(a, b);
  __m128i low_third = _mm_unpacklo_epi8(c, zero), high_third = _mm_unpackhi_epi8(c, zero);
  // Pixels of four bytes, the last of them zero.
  __m128i pixels[4] = {
      _mm_unpacklo_epi16(low, low_third), _mm_unpackhi_epi16(low, low_third), _mm_unpacklo_epi16(high, high_third),
      _mm_unpackhi_epi16(high, high_third)};
  for (int i = 0; i < 4; i++) {
    // Two pixels in six bytes of each half.
    __m128i left = _mm_and_si128(pixels[i], _mm_set1_epi64x(0xffffff));
    __m128i right = _mm_and_si128(_mm_srli_epi64(pixels[i], 8), _mm_set1_epi64x(0xffffff000000));
    __m128i packed = _mm_or_si128(left, right);
    _mm_storel_epi64((__m128i *)((char *)to + 12 * i), packed);
    _mm_storeh_pd((double *)((char *)to + 12 * i + 6), _mm_castsi128_pd(packed));
  }
}

/// A whole register from any address.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_load512u(const float *from) {
  return _mm512_loadu_ps(from);
}

/// A whole register from any address.
static inline __attribute__((always_inline, target("avx"))) __m256 simd_load256u(const float *from) {
  return _mm256_loadu_ps(from);
}

// Comparisons are written in the language's own words: of an intrinsic's, the module that the kernels are written in, which
// is compiled for every processor, would have to emit the instruction.
typedef float simd_floats16 __attribute__((ext_vector_type(16)));
typedef int simd_ints16 __attribute__((ext_vector_type(16)));
typedef float simd_floats8 __attribute__((ext_vector_type(8)));
typedef int simd_ints8 __attribute__((ext_vector_type(8)));

/// The larger of two numbers in every lane; the second one where either is a NaN.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_max512(__m512 a, __m512 b) {
  simd_floats16 x = (simd_floats16)a, y = (simd_floats16)b;
  return (__m512)(x > y ? x : y);
}

/// What is kept where a value is above zero or NaN; zero elsewhere.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_where_positive512(__m512 value, __m512 kept) {
  simd_floats16 x = (simd_floats16)value, y = (simd_floats16)kept;
  return (__m512)(x <= 0 ? (simd_floats16){} : y);
}

/// The larger of two numbers in every lane; a NaN on either side wins.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_larger512(__m512 kept, __m512 other) {
  simd_floats16 x = (simd_floats16)kept, y = (simd_floats16)other;
  return (__m512)(((y > x) | (y != y)) ? y : x);
}

/// The largest lane, of numbers.
static inline __attribute__((always_inline, target("avx512f"))) float simd_largest512(__m512 value) {
  return __builtin_reduce_max((simd_floats16)value);
}

/// Each lane moved into a range; a NaN stays one.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_clamp512(__m512 value, float low, float high) {
  simd_floats16 x = (simd_floats16)value, least = (simd_floats16)low, most = (simd_floats16)high;
  x = least > x ? least : x;
  return (__m512)(most < x ? most : x);
}

/// Adds a product to a sum, rounding once.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_multiply_add512(__m512 sum, __m512 a, __m512 b) {
  return _mm512_fmadd_ps(a, b, sum);
}

/// 2^n for every lane of n + 1.5 x 2^23, n from -126 to 127.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_power_of_two512(__m512 shifted) {
  return (__m512)(((simd_ints16)shifted << 23) + 0x3f800000);
}

/// The larger of two numbers in every lane; the second one where either is a NaN.
static inline __attribute__((always_inline, target("avx2"))) __m256 simd_max256(__m256 a, __m256 b) {
  simd_floats8 x = (simd_floats8)a, y = (simd_floats8)b;
  return (__m256)(x > y ? x : y);
}

/// What is kept where a value is above zero or NaN; zero elsewhere.
static inline __attribute__((always_inline, target("avx2"))) __m256 simd_where_positive256(__m256 value, __m256 kept) {
  simd_floats8 x = (simd_floats8)value, y = (simd_floats8)kept;
  return (__m256)(x <= 0 ? (simd_floats8){} : y);
}

/// The larger of two numbers in every lane; a NaN on either side wins.
static inline __attribute__((always_inline, target("avx2"))) __m256 simd_larger256(__m256 kept, __m256 other) {
  simd_floats8 x = (simd_floats8)kept, y = (simd_floats8)other;
  return (__m256)(((y > x) | (y != y)) ? y : x);
}

/// The largest lane, of numbers.
static inline __attribute__((always_inline, target("avx2"))) float simd_largest256(__m256 value) {
  return __builtin_reduce_max((simd_floats8)value);
}

/// Each lane moved into a range; a NaN stays one.
static inline __attribute__((always_inline, target("avx2"))) __m256 simd_clamp256(__m256 value, float low, float high) {
  simd_floats8 x = (simd_floats8)value, least = (simd_floats8)low, most = (simd_floats8)high;
  x = least > x ? least : x;
  return (__m256)(most < x ? most : x);
}

/// Adds a product to a sum, rounding once.
static inline __attribute__((always_inline, target("avx2,fma"))) __m256 simd_multiply_add256(__m256 sum, __m256 a, __m256 b) {
  return _mm256_fmadd_ps(a, b, sum);
}

/// 2^n for every lane of n + 1.5 x 2^23, n from -126 to 127.
static inline __attribute__((always_inline, target("avx2"))) __m256 simd_power_of_two256(__m256 shifted) {
  return (__m256)(((simd_ints8)shifted << 23) + 0x3f800000);
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

/// Writes the first `count` lanes, 1 to 7, in up to three stores: a masked one takes tens of operations on AMD's processors.
static inline __attribute__((always_inline, target("avx2"))) void simd_store256(float *to, __m256 value, int count) {
  __m128 rest = _mm256_castps256_ps128(value);
  if (count & 4) {
    _mm_storeu_ps(to, rest);
    rest = _mm256_extractf128_ps(value, 1);
    to += 4;
  }
  if (count & 2) {
    _mm_storel_pi((__m64 *)to, rest);
    rest = _mm_movehl_ps(rest, rest);
    to += 2;
  }
  if (count & 1) _mm_store_ss(to, rest);
}

/// The first `count` lanes of memory, another number in the others; memory after them is not touched.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_load_or512(
    const float *from, int count, float other) {
  return _mm512_mask_loadu_ps(_mm512_set1_ps(other), (__mmask16)((1u << count) - 1), from);
}

/// What each lane is above the integer below it; a NaN of a NaN, 0 of infinities.
static inline __attribute__((always_inline, target("avx512f,avx512dq"))) __m512 simd_fraction512(__m512 value) {
  return _mm512_reduce_ps(value, _MM_FROUND_TO_NEG_INF);
}

/// Each lane times 2 to the integer below another one's, 0 where that is too small.
static inline __attribute__((always_inline, target("avx512f"))) __m512 simd_scale512(__m512 value, __m512 exponent) {
  return _mm512_scalef_ps(value, exponent);
}

/// The sum of all lanes.
static inline __attribute__((always_inline, target("avx512f"))) float simd_total512(__m512 value) {
  return _mm512_reduce_add_ps(value);
}

/// Rounds two registers to bfloat16 and writes them one after the other.
static inline __attribute__((always_inline, target("avx512f,avx512bf16"))) void simd_store_two_bf16_512(
    void *to, __m512 first, __m512 second) {
  _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(second, first));
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
