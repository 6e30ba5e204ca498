// What Swift sees of libyaml (Debian: libyaml-dev).
#pragma once
#include <yaml.h>
