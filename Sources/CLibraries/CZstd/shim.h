// What Swift sees of Zstandard (Debian: libzstd-dev).
#pragma once
#include <zstd.h>
