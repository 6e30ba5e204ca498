// The commit that the program was made of.
#pragma once

/// Its name, or "unknown".
const char *slowfast_commit(void);
