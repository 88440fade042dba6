// Loads a verifier plugin that is a shared library.
#pragma once

#include "hone_verifier.h"

/// A loaded library's functions; a library stays loaded to the end.
struct hone_library {
  int32_t (*version)(void);
  int32_t (*score)(const struct hone_item *item, struct hone_verdict *verdict);
};

/// Loads a library; 0, or -1 with the reason in `error`.
int hone_open_library(const char *path, struct hone_library *library, char *error,
                      size_t error_size);
