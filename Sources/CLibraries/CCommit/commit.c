// The commit has a section of its own, into which tools/install.sh writes it when the program is built already: so a new
// commit compiles and links nothing anew, and a build of the same sources is the same.
#include "include/commit.h"

static const char commit[64] __attribute__((used, section("slowfast_commit_name"))) = "unknown";

const char *slowfast_commit(void) { return commit; }
