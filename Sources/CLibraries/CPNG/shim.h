// What Swift sees of libpng (Debian: libpng-dev). Only the simplified API is used: it reports errors by
// return codes, so longjmp never crosses a Swift frame.
#pragma once
#include <png.h>
#include <string.h>

/// PNG_IMAGE_PIXEL_SIZE and its kin are macros over this structure.
static inline size_t slowfast_png_buffer_size(png_image image) { return PNG_IMAGE_SIZE(image); }
