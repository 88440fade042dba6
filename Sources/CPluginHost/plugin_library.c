#define _GNU_SOURCE
#include "plugin_library.h"

#include <dlfcn.h>
#include <stdio.h>

int hone_open_library(const char *path, struct hone_library *library, char *error,
                      size_t error_size) {
  // Local: two plugins have functions of the same names.
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle) {
    *(void **)&library->version = dlsym(handle, "hone_verifier_version");
    *(void **)&library->score = dlsym(handle, "hone_verifier_score");
    if (library->version && library->score) return 0;
  }
  const char *reason = dlerror();
  snprintf(error, error_size, "%s", reason ? reason : "it can't be loaded");
  if (handle) dlclose(handle);
  return -1;
}
