// What Swift sees of zlib (Debian: zlib1g-dev).
#pragma once
#include <zlib.h>

/// inflateInit2 is a macro; 16 beyond the window's bits asks for the gzip form alone.
static inline int slowfast_gunzip_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
