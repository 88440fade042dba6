"""PLUGIN_NAME, a verifier plugin for Hone: `judge` says what a completion is worth.

Hone starts this program, writes one JSON object a line to its standard input for each completion, and
reads one a line from its standard output. Change `judge` and its test; the rest can stay as it is.
"""

import json
import os
import sys
import time

NAME = "PLUGIN_NAME"


class CannotJudge(Exception):
    """The problem is at fault, for example a reference that can't be read.

    The completion then counts as a failure and is left out of training. Never raise this for a wrong
    answer, which is a reward of 0.
    """


def judge(item):
    """Returns the reward of one completion, from 0 to 1, and the parts that plugin.json5 names.

    `item` has the fields that plugin.json5 asks for. `item["answer"]` is what stands after </think>, as it
    was written, or None where the completion isn't one chain of thought and one answer.

    The result must follow from the item alone: no clock, no random numbers, nothing remembered. Whatever
    this function lets through, the policy will find: when in doubt, 0.
    """
    if not item["reference"].strip():
        raise CannotJudge("the reference is blank")
    reward = 1.0 if item["answer"] == item["reference"] else 0.0
    return reward, {"correctness": reward}


def answer(line):
    """The line that answers a line of the host."""
    item = json.loads(line)
    try:
        reward, parts = judge(item)
        result = {"id": item["id"], "reward": reward, "parts": parts}
    except CannotJudge as reason:
        result = {"id": item["id"], "error": str(reason)}
    return json.dumps(result) + "\n"


def main():
    output = sys.stdout
    # What a library or you print while searching a mistake must not get between the answers: it goes to
    # standard error, which Hone keeps in verifiers/PLUGIN_NAME.log of the run's folder.
    sys.stdout = sys.stderr
    greeted = False
    rest = b""
    # Reads whatever is there, up to 64 KiB: many completions are read and answered at once, which is
    # much faster than one by one.
    while data := os.read(0, 1 << 16):
        *lines, rest = (rest + data).split(b"\n")
        answers = []
        written = time.monotonic()
        for line in lines:
            if greeted:
                answers.append(answer(line))
            else:
                greeted = True
                answers.append(json.dumps({"protocol": 1, "plugin": NAME}) + "\n")
            # The host waits for the next answer, not for all of them: slow ones are not held back.
            if time.monotonic() - written > 0.1:
                output.write("".join(answers))
                output.flush()
                answers = []
                written = time.monotonic()
        output.write("".join(answers))
        output.flush()


if __name__ == "__main__":
    main()
