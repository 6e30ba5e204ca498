// The door to Cairo (Debian: libcairo2-dev).
#pragma once
#include <cairo.h>
