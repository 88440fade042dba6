// What a verifier plugin that is a shared library has to offer, version 1.
//
// Such a plugin runs inside the trainer, on several threads at once: a crash ends the run, a hang
// stalls it, and nothing limits its memory. Use it for speed, once a plugin that is a program has
// been checked.
#ifndef HONE_VERIFIER_H
#define HONE_VERIFIER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this header; `hone_verifier_version` returns it.
#define HONE_VERIFIER_VERSION 1

/// A UTF-8 text: `count` bytes and then a NUL, which the text itself may hold too.
///
/// `bytes` is NULL where there is no such text. It is gone when `hone_verifier_score` returns.
struct hone_text {
  const char *bytes;
  size_t count;
};

/// A further column of the data set.
struct hone_column {
  struct hone_text name;
  struct hone_text value;
};

/// One completion to be judged.
struct hone_item {
  /// The task that made the problem, for example "addition".
  struct hone_text task;
  /// What the policy was given.
  struct hone_text prompt;
  /// The reference answer.
  struct hone_text reference;
  /// The whole text that the policy wrote, with its marks, without the end of text.
  struct hone_text completion;
  /// What stands between `<think>` and `</think>`; NULL where the completion isn't well-formed.
  struct hone_text reasoning;
  /// What stands after `</think>`, as it was written; NULL where the completion isn't well-formed.
  struct hone_text answer;
  /// 1 where the policy ended the text itself, 0 where it ran into the length limit.
  int32_t finished;
  /// Further columns, in the order of their names.
  size_t column_count;
  const struct hone_column *columns;
};

/// Where the verdict is written.
struct hone_verdict {
  /// What the policy is trained on, within the range that plugin.json5 gives; NaN before the call.
  double reward;
  /// One place for each of `parts` of plugin.json5, in their order; NaN before the call.
  double *parts;
  size_t part_count;
  /// Where to write, with its NUL, why the completion could not be judged; empty before the call.
  char *error;
  size_t error_size;
};

/// Returns HONE_VERIFIER_VERSION.
int32_t hone_verifier_version(void);

/// Judges one completion: 0 where the verdict is filled in, anything else where it could not judge.
///
/// It must be a function of the item: the same verdict at any time, in any order, on any thread.
int32_t hone_verifier_score(const struct hone_item *item, struct hone_verdict *verdict);

#ifdef __cplusplus
}
#endif

#endif
