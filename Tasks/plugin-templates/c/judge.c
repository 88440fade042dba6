// PLUGIN_NAME, a verifier plugin for Hone: says what a completion is worth.
//
// It runs inside the trainer, on several threads at once: no global that changes, no read outside a
// text's `count` bytes, no exit. hone_verifier.h describes all that an item holds.
#include "hone_verifier.h"

#include <stdio.h>
#include <string.h>

/// Whether two texts have the same bytes; a text that isn't there is the same as none.
static int is_same(struct hone_text a, struct hone_text b) {
  return a.bytes && b.bytes && a.count == b.count && memcmp(a.bytes, b.bytes, a.count) == 0;
}

int32_t hone_verifier_version(void) { return HONE_VERIFIER_VERSION; }

int32_t hone_verifier_score(const struct hone_item *item, struct hone_verdict *verdict) {
  // Not 0 is a failure: the problem is at fault, and the completion is left out of training. Never
  // return it for a wrong answer, which is a reward of 0.
  if (item->reference.count == 0) {
    snprintf(verdict->error, verdict->error_size, "the reference is empty");
    return 1;
  }
  // `answer` is what stands after </think>, as it was written; NULL where the completion isn't one
  // chain of thought and one answer. Whatever this lets through, the policy will find.
  verdict->reward = is_same(item->answer, item->reference) ? 1 : 0;
  // One place for each of the parts of plugin.json5.
  verdict->parts[0] = verdict->reward;
  return 0;
}
