// What Swift sees of Cairo and to fontconfig (Debian: libcairo2-dev, libfontconfig1-dev).
#pragma once
#include <cairo.h>
#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
