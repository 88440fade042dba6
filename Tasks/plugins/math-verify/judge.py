"""Compares an answer with the reference as mathematics, over Hone's plugin protocol (docs/plugins.md).

math-verify looks for an answer in a text; here the whole answer must be one expression. So of "41 or 42"
none is picked, and what stands before or after the expression counts against it.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OWN_PYTHON = os.path.join(HERE, ".venv", "bin", "python")
if os.access(OWN_PYTHON, os.X_OK) and "IN_OWN_PYTHON" not in os.environ:
    os.environ["IN_OWN_PYTHON"] = "1"
    os.execv(OWN_PYTHON, [OWN_PYTHON, os.path.abspath(__file__)])

# Verdicts have a descriptor of their own: what the package prints must not get among them.
verdicts = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import functools
import itertools
import json
import math
import re

try:
    import sympy
    from math_verify import LatexExtractionConfig, parse, verify
    from math_verify.errors import TimeoutException
except ImportError as error:
    place = "Tasks/plugins/math-verify"
    sys.exit(
        f"{error}; install it: python3 -m venv {place}/.venv && {place}/.venv/bin/pip install -r {place}/requirements.txt"
    )

SECONDS = 2  # for reading a text, and for a comparison
LONGEST = 500  # characters of an answer
DEEPEST = 30  # brackets within each other
LARGEST = 10_000  # decimal digits of a number that is worth working out
WRAPPERS = [("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]")]


def bare(text):
    """The text without its dollar signs, or whatever else says that it is LaTeX."""
    text = text.strip()
    for opening, closing in WRAPPERS:
        if len(text) >= len(opening) + len(closing) and text.startswith(opening) and text.endswith(closing):
            return text[len(opening) : -len(closing)].strip()
    return text


@functools.lru_cache(maxsize=4096)
def read(text):
    """What a text stands for: a list as math-verify's `verify` takes it, empty where it is no mathematics."""
    try:
        return parse(
            f"${text}$",
            extraction_config=[LatexExtractionConfig()],
            parsing_timeout=SECONDS,
            raise_on_error=True,
        )
    except Exception:
        return []


def depth(text):
    """How deep the brackets of a text are nested."""
    levels = itertools.accumulate((c in "([{") - (c in ")]}") for c in text)
    return max(levels, default=0)


# Parts of a text that only count where the reference has the like: math-verify would read past some of them
# (line breaks, words, a second value), and work out others, which is what the question asks for.
FOREIGN = [
    re.compile(r"[\r\n';%]"),
    re.compile(r"\b(or|and)\b|(?<![\\a-zA-Z])[a-zA-Z]{3,}"),
    re.compile(r",(?!\d{3}(?!\d))"),
    re.compile(r"[\w)\]}]\s*[-+]"),
    re.compile(r"[\d)}]\s*(\*|\\cdot|\\times)\s*([-\d({]|\\d?frac)"),
    re.compile(r"[-+]\s*\(?\s*[-+]"),
    re.compile(r"\d\s*\^"),
    re.compile(r"/|\\div|\\[dt]?frac|\d\.\d"),
]


def is_plain(text, reference):
    """Whether a text can be read as one expression that is worked out, and without much work."""
    if any(pattern.search(text) and not pattern.search(reference) for pattern in FOREIGN):
        return False
    if not text or len(text) > LONGEST or depth(text) > DEEPEST or "$" in text or text.count(r"\boxed") > 1:
        return False
    # The question over again, where a value is asked for.
    if any(word in text and word not in reference for word in (r"\int", r"\sum", r"\prod", r"\lim")):
        return False
    # Read as a mixed number, "40 2" would be 42.
    if re.search(r"\d\s+[\d.]", text):
        return False
    # These are worked out while they are read.
    return not (re.search(r"!|\\binom|\\choose", text) and re.search(r"\d{5}|\^|\*\*|!\s*!", text))


def digits(expression):
    """About how many decimal digits the numbers in an expression have, worked out; infinity for too many."""

    def size(part):
        if part.is_infinite:
            return 0.0
        if part.is_Number or part.is_NumberSymbol:
            # Of huge whole numbers the length tells enough, and floats can't hold them.
            if part.is_Integer:
                return int(part).bit_length() * 0.30103
            return max(0.0, math.log10(max(abs(float(part)), 1)))
        if isinstance(part, (sympy.Pow, sympy.exp)):
            base, exponent = part.as_base_exp()
            power = size(exponent)
            if exponent.free_symbols or base.is_Symbol:
                return max(size(base), power)
            return max(size(base), 0.31) * 10**power if power < 6 else math.inf
        if isinstance(part, sympy.factorial):
            power = size(part.args[0])
            return power * 10**power if power < 6 else math.inf
        return sum(map(size, part.args))

    return size(expression)


def is_small(values):
    try:
        return all(digits(value) <= LARGEST for value in values if isinstance(value, sympy.Basic))
    except (ArithmeticError, RecursionError, AttributeError, TypeError, ValueError):
        return False


def is_false_equation(given, wanted):
    """Whether a bare equation between values stands where a value was asked for: "41=42" isn't 42."""
    if any(isinstance(value, sympy.core.relational.Relational) for value in wanted):
        return False
    return any(
        isinstance(value, sympy.core.relational.Relational) and not value.args[0].is_Symbol for value in given
    )


def is_right(answer, reference):
    wanted = read(bare(reference))
    if not wanted:
        raise ValueError(f"the reference {reference!r} can't be read as LaTeX")
    answer = bare(answer)
    if not is_plain(answer, reference):
        return False
    given = read(answer)
    if not given or not is_small(given) or is_false_equation(given, wanted):
        return False
    try:
        return bool(verify(wanted, given, timeout_seconds=SECONDS, raise_on_error=True))
    except Exception:
        return False


def main():
    greeting = json.loads(sys.stdin.readline())
    print(json.dumps({"protocol": 1, "plugin": greeting["plugin"]}), file=verdicts, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = request["answer"]
        try:
            right = float(answer is not None and is_right(answer, request["reference"]))
            result = {"reward": right, "parts": {"correctness": right}}
        except TimeoutException:
            result = {"error": f"math-verify takes more than {SECONDS} s"}
        except ValueError as error:
            result = {"error": str(error)}
        print(json.dumps({"id": request["id"], **result}), file=verdicts, flush=True)


main()
