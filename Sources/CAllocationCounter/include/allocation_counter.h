// Counts the heap allocations of the whole process, for `hone bench`.
#pragma once

/// Calls of malloc, calloc, realloc and their aligned kin since the program started.
long hone_allocation_count(void);
