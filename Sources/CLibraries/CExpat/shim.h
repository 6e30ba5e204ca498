// What Swift sees of Expat, the XML parser (Debian: libexpat1-dev).
#pragma once
#include <expat.h>
