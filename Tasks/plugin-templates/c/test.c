// Tests of PLUGIN_NAME: make test
#include "hone_verifier.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;

static struct hone_text text(const char *bytes) {
  return (struct hone_text){bytes, bytes ? strlen(bytes) : 0};
}

/// The reward of an answer; -1 where it could not be judged.
static double reward(const char *answer, const char *reference) {
  struct hone_item item = {
      .task = text("test"), .prompt = text("6*7="), .reference = text(reference),
      .completion = text(""), .answer = text(answer), .finished = 1};
  double parts[1] = {NAN};
  char error[256] = "";
  struct hone_verdict verdict = {NAN, parts, 1, error, sizeof error};
  if (hone_verifier_score(&item, &verdict) != 0) return error[0] ? -1 : NAN;
  return parts[0] == verdict.reward ? verdict.reward : NAN;
}

static void expect(const char *answer, const char *reference, double expected) {
  double found = reward(answer, reference);
  if (found == expected) return;
  failures++;
  fprintf(stderr, "the answer %s to %s is worth %g, not %g\n", answer ? answer : "(none)",
          reference, expected, found);
}

int main(void) {
  if (hone_verifier_version() != HONE_VERIFIER_VERSION) failures++;
  expect("42", "42", 1);
  // Add whatever your rule might let through. NULL: the completion was not well-formed.
  const char *cheats[] = {NULL, "", "43", "042", "42 ", "4", "42 or 43", "142", "the answer is 42"};
  for (size_t i = 0; i < sizeof cheats / sizeof *cheats; i++) expect(cheats[i], "42", 0);
  expect("42", "", -1);
  puts(failures ? "FAILED" : "all tests passed");
  return failures != 0;
}
