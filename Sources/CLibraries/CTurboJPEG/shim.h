// The door to libjpeg-turbo's TurboJPEG API (Debian: libturbojpeg0-dev).
#pragma once
#include <turbojpeg.h>
