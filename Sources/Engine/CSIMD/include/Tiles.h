// AMX's tile registers: 8 of them, 16 rows of 64 bytes each. The instructions name them by literals, so that each use has a
// function. 0 to 3 are sums in float32, two rows of tiles by two columns; 4 and 5 hold the two rows' factors, 6 and 7 the
// columns' weights. Sums of products of integers are integers of 32 bits.
//
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#define SIMD_TILES static inline __attribute__((always_inline, target("amx-tile")))
#define SIMD_TILE_PRODUCTS static inline __attribute__((always_inline, target("amx-tile,amx-bf16")))
#define SIMD_TILE_INTEGERS static inline __attribute__((always_inline, target("amx-tile,amx-int8")))

/// Readies this thread's tile registers for products over `depth` pairs of bfloat16 or fours of bytes, 1 to 16.
SIMD_TILES void simd_tiles_begin(int depth) {
  struct {
    unsigned char palette, start_row, reserved[14];
    unsigned short row_bytes[16];
    unsigned char rows[16];
  } configuration;
  __builtin_memset(&configuration, 0, sizeof configuration);
  configuration.palette = 1;
  for (int i = 0; i < 8; i++) {
    configuration.row_bytes[i] = i == 4 || i == 5 ? (unsigned short)(4 * depth) : 64;
    configuration.rows[i] = i > 5 ? (unsigned char)depth : 16;
  }
  _tile_loadconfig(&configuration);
}

/// Gives the tile registers back: a thread that has them in use is more to save when it is interrupted.
SIMD_TILES void simd_tiles_end(void) { _tile_release(); }

SIMD_TILES void simd_tiles_zero(void) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

// From one row in memory to the next in bytes.
SIMD_TILES void simd_tile_load_upper(const void *from, long pitch) { _tile_loadd(4, from, pitch); }
SIMD_TILES void simd_tile_load_lower(const void *from, long pitch) { _tile_loadd(5, from, pitch); }
SIMD_TILES void simd_tile_load_left(const void *from, long pitch) { _tile_loadd(6, from, pitch); }
SIMD_TILES void simd_tile_load_right(const void *from, long pitch) { _tile_loadd(7, from, pitch); }

SIMD_TILE_PRODUCTS void simd_tile_multiply_upper_left(void) { _tile_dpbf16ps(0, 4, 6); }
SIMD_TILE_PRODUCTS void simd_tile_multiply_upper_right(void) { _tile_dpbf16ps(1, 4, 7); }
SIMD_TILE_PRODUCTS void simd_tile_multiply_lower_left(void) { _tile_dpbf16ps(2, 5, 6); }
SIMD_TILE_PRODUCTS void simd_tile_multiply_lower_right(void) { _tile_dpbf16ps(3, 5, 7); }

// Unsigned factors, signed weights.
SIMD_TILE_INTEGERS void simd_tile_multiply_bytes_upper_left(void) { _tile_dpbusd(0, 4, 6); }
SIMD_TILE_INTEGERS void simd_tile_multiply_bytes_upper_right(void) { _tile_dpbusd(1, 4, 7); }
SIMD_TILE_INTEGERS void simd_tile_multiply_bytes_lower_left(void) { _tile_dpbusd(2, 5, 6); }
SIMD_TILE_INTEGERS void simd_tile_multiply_bytes_lower_right(void) { _tile_dpbusd(3, 5, 7); }

// Sums that were stored before; from the left ones to the right ones in floats, from one row to the next in bytes.
SIMD_TILES void simd_tiles_load(const float *upper, const float *lower, long right, long pitch) {
  _tile_loadd(0, upper, pitch);
  _tile_loadd(1, upper + right, pitch);
  _tile_loadd(2, lower, pitch);
  _tile_loadd(3, lower + right, pitch);
}

SIMD_TILES void simd_tile_store_upper_left(void *to, long pitch) { _tile_stored(0, to, pitch); }
SIMD_TILES void simd_tile_store_upper_right(void *to, long pitch) { _tile_stored(1, to, pitch); }
SIMD_TILES void simd_tile_store_lower_left(void *to, long pitch) { _tile_stored(2, to, pitch); }
SIMD_TILES void simd_tile_store_lower_right(void *to, long pitch) { _tile_stored(3, to, pitch); }

#undef SIMD_TILES
#undef SIMD_TILE_PRODUCTS
#undef SIMD_TILE_INTEGERS
#endif
