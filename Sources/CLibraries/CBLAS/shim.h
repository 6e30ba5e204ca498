// What Swift sees of OpenBLAS (Debian: libopenblas-dev).
#pragma once
#include <cblas.h>
