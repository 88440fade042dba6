"""Problems of reasoning-gym and its own scores of answers, over Hone's plugin protocol (docs/plugins.md).

A problem is found again from its columns (data set, settings, seed, index), so nothing is remembered
between requests but what is faster to remember.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OWN_PYTHON = os.path.join(HERE, ".venv", "bin", "python")
if os.access(OWN_PYTHON, os.X_OK) and "IN_OWN_PYTHON" not in os.environ:
    os.environ["IN_OWN_PYTHON"] = "1"
    os.execv(OWN_PYTHON, [OWN_PYTHON, os.path.abspath(__file__)])

# Answers have a descriptor of their own: what a data set prints must not get among them.
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import collections
import dataclasses
import difflib
import importlib.metadata
import json
import random

try:
    import reasoning_gym
    from reasoning_gym.composite import DatasetSpec
    from reasoning_gym.factory import DATASETS
except ImportError as error:
    place = "Tasks/plugins/reasoning-gym"
    sys.exit(
        f"{error}; install it: python3 -m venv {place}/.venv && {place}/.venv/bin/pip install -r {place}/requirements.txt"
    )

VERSION = importlib.metadata.version("reasoning-gym")
FULL_SCORES_ONLY = os.environ.get("FULL_SCORES_ONLY", "1") != "0"
# A data set is made for so many indices at a time, whatever number is asked for: some data sets make all
# their items beforehand, and some make other items where they are to have more of them.
BLOCK = 1000
# How scorers say that they can't read an answer, where they don't return 0.
UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    SyntaxError,
    RecursionError,
)


class Refusal(Exception):
    """A request that can't be met, in words for the user."""


class Recent(collections.OrderedDict):
    """What was used last, up to a number of entries."""

    def __init__(self, limit, make):
        super().__init__()
        self.limit = limit
        self.make = make

    def get(self, key):
        if key in self:
            self.move_to_end(key)
        else:
            self[key] = self.make(*key)
            if len(self) > self.limit:
                self.popitem(last=False)
        return self[key]


def make_dataset(name, settings_text, seed):
    if name not in DATASETS:
        near = difflib.get_close_matches(name, DATASETS, n=1)
        raise Refusal(
            f"reasoning-gym {VERSION} has no data set {name!r}; "
            + (f"did you mean {near[0]!r}?" if near else "such as " + ", ".join(sorted(DATASETS)[:12]))
        )
    settings = json.loads(settings_text)
    known = [field.name for field in dataclasses.fields(DATASETS[name][1]) if field.name not in ("seed", "size")]
    for key in settings:
        if key not in known:
            raise Refusal(f"the data set {name} has no setting {key!r}; it has {', '.join(known)}")
    if name == "composite":
        settings["datasets"] = [DatasetSpec(**one) for one in settings.get("datasets", [])]
    try:
        return reasoning_gym.create_dataset(name, seed=seed, size=BLOCK, **settings)
    except (AssertionError, ValueError, TypeError, KeyError) as error:
        raise Refusal(f"the data set {name} refuses its settings {settings_text}: {error}")


datasets = Recent(32, make_dataset)


def make_entry(name, settings_text, seed, index):
    start = index // BLOCK * BLOCK
    dataset = datasets.get((name, settings_text, seed + start))
    # A data set that drew from the process's own generator would still make the same item each time.
    random.seed(f"{seed} {index}")
    return dataset, dataset[index - start]


entries = Recent(4096, make_entry)


def problem(place):
    settings_text = json.dumps(place["settings"], sort_keys=True)
    key = (place["dataset"], settings_text, place["seed"], place["index"])
    try:
        entry = make_entry(*key)[1]
    except (ValueError, RuntimeError) as error:
        # Some generators give up on some seeds, such as maze on one in a thousand.
        print(f"{key}: {type(error).__name__}: {error}", file=sys.stderr)
        return {"prompt": None}
    return {
        "prompt": entry["question"],
        "answer": None if entry["answer"] is None else str(entry["answer"]),
        "columns": {
            "dataset": key[0],
            "settings": settings_text,
            "seed": str(key[2]),
            "index": str(key[3]),
            "version": VERSION,
        },
    }


def works(dataset, entry):
    """Whether the scorer can read the reference, or an empty answer where there is no reference."""
    try:
        if entry["answer"] is None:
            dataset.score_answer("", entry)
            return True
        return dataset.score_answer(str(entry["answer"]), entry) >= 1
    except UNREADABLE:
        return False


def score(answer, columns):
    for key in ("dataset", "settings", "seed", "index", "version"):
        if key not in columns:
            raise Refusal(f"the problem has no column {key!r}: it doesn't come from this plugin's problems")
    if columns["version"] != VERSION:
        raise Refusal(f"the problem is of reasoning-gym {columns['version']}, and this is {VERSION}")
    if answer is None:
        return 0.0
    dataset, entry = entries.get(
        (columns["dataset"], columns["settings"], int(columns["seed"]), int(columns["index"]))
    )
    random.seed(0)
    try:
        return float(dataset.score_answer(answer, entry))
    except UNREADABLE:
        if works(dataset, entry):
            return 0.0
        raise


def reply(request):
    if "problem" in request:
        return problem(request["problem"])
    value = score(request["answer"], request["columns"])
    full = 1.0 if value >= 1 else 0.0
    return {
        "reward": full if FULL_SCORES_ONLY else min(max(value, 0.0), 1.0),
        "parts": {"correctness": full, "score": value},
    }


def main():
    greeting = json.loads(sys.stdin.readline())
    print(json.dumps({"protocol": 1, "plugin": greeting["plugin"]}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            result = reply(request)
        except Refusal as refusal:
            result = {"error": str(refusal)}
        except Exception as error:
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"id": request["id"], **result}), file=answers, flush=True)


main()
