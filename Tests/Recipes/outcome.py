"""What the recipes of CONTRIBUTING.md must lead to: looked at from outside, in the built copy."""

import json
import re
import statistics
import subprocess


class Failure(Exception):
    """A recipe that can't be followed, or that didn't lead where it says."""


def hone(copy, *arguments, code=0):
    """Runs the copy's tool; answers with its result, or with its complaint where one is expected."""
    done = subprocess.run([copy / ".build/release/hone", *arguments], cwd=copy, capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)
    if done.returncode != code:
        raise Failure(f"hone {' '.join(arguments)}: exit code {done.returncode}, not {code}\n"
                      f"{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout if code == 0 else done.stderr


def expect(condition, message):
    if not condition:
        raise Failure(message)


def check(copy, outputs):
    """Compares the copy with the recipes' promises; `outputs` are those of the recipes' commands."""
    check_task(copy, outputs)
    check_verifier(copy, outputs)
    check_algorithm(copy, outputs)


def check_task(copy, outputs):
    shown = outputs["Tools/hone suites show reversal --count 3"]
    expect(len(re.findall(r"reverse \d+=", shown)) == 3, f"suites show has no three problems:\n{shown}")
    rows = json.loads(hone(copy, "suites", "show", "reversal", "--count", "50", "--json")
                      .splitlines()[-1])["problems"]
    expect(len(rows) == 50, "suites show --json has no 50 problems")
    for row in rows:
        number = re.fullmatch(r"reverse (\d+)=", row["prompt"])
        expect(number and row["answer"] == number[1][::-1], f"not a number backwards: {row}")
    print("the task's problems are right, and it trains")


def check_verifier(copy, outputs):
    expect(re.search(r"^ *caseless\b.*the text in upper or lower case", outputs["Tools/hone verifiers"], re.M),
           f"hone verifiers doesn't list it:\n{outputs['Tools/hone verifiers']}")
    suite = copy / "runs/caseless.json5"
    suite.write_text("{verifier: {name: 'caseless'}, tasks: [{file: 'rows.jsonl'}]}")
    rows = copy / "runs/rows.jsonl"
    rows.write_text('{"prompt": "a?", "answer": "Yes"}\n{"prompt": "b?", "answer": "no"}\n')
    hone(copy, "suites", "show", str(suite))
    rows.write_text('{"prompt": "a?", "answer": "Yes"}\n{"prompt": "b?", "answer": " "}\n')
    said = hone(copy, "suites", "show", str(suite), code=65)
    expect("rows.jsonl:2" in said and "write plain text" in said, f"a blank reference isn't refused:\n{said}")
    print("the verifier is listed, and says which reference it can't judge by")


def check_algorithm(copy, outputs):
    help_text = outputs["Tools/hone train --help"]
    expect(re.search(r"--algorithm.*?\bmedian\b", help_text, re.S), f"--help doesn't list it:\n{help_text}")
    intention = outputs["Tools/hone train --algorithm median --dry-run --model nano"]
    expect(re.search(r"^ *algorithm +median\b", intention, re.M), f"--dry-run doesn't say it:\n{intention}")
    hone(copy, "train", "--algorithm", "median", "--steps", "3", "--evaluation-problems", "16",
         "--log-completions", "0", "--run", "runs/checked", "--quiet")
    groups = {}
    for line in (copy / "runs/checked/completions.jsonl").read_text().splitlines():
        row = json.loads(line)
        groups.setdefault((row["step"], row["problem"]), []).append(row)
    uneven = 0
    for place, rows in groups.items():
        rewards = [row["reward"] for row in rows]
        middle = statistics.median(rewards)
        uneven += len(set(rewards)) > 1
        for row in rows:
            expect(abs(row["advantage"] - (row["reward"] - middle)) < 1e-9,
                   f"step {place[0]}, problem {place[1]}: advantage {row['advantage']} of reward "
                   f"{row['reward']}, though the median is {middle}")
    expect({step for step, _ in groups} == {1, 2, 3} and uneven > 0, "no group had unequal rewards")
    print(f"the algorithm trains on rewards less the median: {len(groups)} groups, {uneven} not flat")
