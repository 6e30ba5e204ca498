// What Swift sees of Nettle (Debian: nettle-dev).
#pragma once
#include <nettle/sha2.h>
