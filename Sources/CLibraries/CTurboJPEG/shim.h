// What Swift sees of libjpeg-turbo's TurboJPEG API (Debian: libturbojpeg0-dev).
#pragma once
#include <turbojpeg.h>
