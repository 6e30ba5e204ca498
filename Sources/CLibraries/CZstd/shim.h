// The door to Zstandard (Debian: libzstd-dev).
#pragma once
#include <zstd.h>
