#!/usr/bin/env python3
"""Follows the recipes of CONTRIBUTING.md to the letter, in a copy of the package, and looks at what came of it.

    python3 Tests/Recipes/follow.py [--recipes FILE] [--apply-only] [--tests] FOLDER

FOLDER holds the copy and its build, so that the next time only what has changed is compiled. --recipes reads
another CONTRIBUTING.md, --apply-only stops before the build, --tests runs the recipes' tests too. Says each
step on standard output; a step that can't be followed is named on standard error, with exit code 1.

What a block means, section "The recipes" of CONTRIBUTING.md says.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import outcome
from outcome import Failure

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ("Add a task", "Add a verifier", "Add an algorithm")
# A path in backticks: a file below a folder, with an ending or without (Tools/bases).
PATH = re.compile(r"`([A-Za-z]\w*(?:/[\w.+-]+)+)`")


class Block:
    """A fenced block: where it stands, its language, the file named before it, its lines."""

    def __init__(self, recipe, step, language, path):
        self.recipe, self.step, self.language, self.path = recipe, step, language, path
        self.lines = []

    def fail(self, message):
        raise Failure(f"{self.recipe}, step {self.step}: {message}")


def blocks(text):
    """All blocks of the recipes, in order."""
    found, recipe, step, path, block, indent = [], None, 0, None, None, 0
    for line in text.splitlines():
        if block is not None:
            if line.strip() == "```":
                found.append(block)
                block = None
            else:
                block.lines.append(line[indent:])
            continue
        if line.startswith("## "):
            recipe, step, path = line[3:], 0, None
        if recipe not in RECIPES:
            continue
        if number := re.match(r"(\d+)\. ", line):
            step, path = int(number[1]), None
        if fence := re.match(r"( *)```(\w*)$", line):
            indent = len(fence[1])
            block = Block(recipe, step, fence[2], path)
        elif names := PATH.findall(line):
            path = names[-1]
    missing = [name for name in RECIPES if not any(b.recipe == name for b in found)]
    if block is not None or missing:
        raise Failure(f"CONTRIBUTING.md: a block has no end, or a recipe none: {missing}")
    return found


def changed(block, text):
    """A file's text with a diff block's changes made."""
    places, current = [], []
    for line in block.lines + ["@@"]:
        if line.startswith("@@"):
            places.append(current)
            current = []
        else:
            current.append(line)
    for place in places:
        if not any(line.startswith(("+", "-")) for line in place):
            block.fail(f"a place without a change for {block.path}")
        # An empty line in a diff is one of context.
        before = "\n".join(line[1:] for line in place if not line.startswith("+"))
        after = "\n".join(line[1:] for line in place if not line.startswith("-"))
        count = ("\n" + text + "\n").count("\n" + before + "\n")
        if not before or count != 1:
            block.fail(f"{block.path} has these lines {count} times, not once:\n{before}")
        text = ("\n" + text + "\n").replace("\n" + before + "\n", "\n" + after + "\n")[1:-1]
    return text


def edit(command, block, folder):
    """Runs a command that edits files; one that changes nothing has not been followed."""
    target = folder / command.split()[-1]
    before = target.read_bytes() if target.is_file() else None
    shell(command, block, folder)
    if not target.is_file() or target.read_bytes() == before:
        block.fail(f"it changed nothing: {command}")


def shell(command, block, folder):
    """Runs a line of a block in a folder; answers with what it printed."""
    done = subprocess.run(["bash", "-euc", command], cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        block.fail(f"exit code {done.returncode}: {command}\n{done.stdout[-2000:]}{done.stderr[-6000:]}")
    return done.stdout


def apply(block, folder):
    """Follows a block as far as files go; answers with the commands that need a build."""
    if block.language == "":
        later = []
        for command in block.lines:
            if command.startswith(("cp ", "sed -i ")):
                edit(command, block, folder)
            elif command.startswith(("Tools/hone ", "Tools/test ", "HONE_RECORD_FIXTURES=1 Tools/test ")):
                later.append(command)
            else:
                block.fail(f"not a command that recipes may have: {command}")
        return later
    if block.path is None:
        block.fail(f"no file is named before its {block.language} block")
    file = folder / block.path
    if block.language == "diff":
        if not file.is_file():
            block.fail(f"no file {block.path}")
        file.write_text(changed(block, file.read_text()))
    else:
        if not file.parent.is_dir():
            block.fail(f"no folder for {block.path}")
        file.write_text("\n".join(block.lines) + "\n")
    return []


def copy_package(target):
    """Copies what git tracks, or would; without git all but what is hidden or a run."""
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT,
                            capture_output=True)
    if listed.returncode == 0:
        names = sorted(set(listed.stdout.decode().split("\0")) - {""})
        names = [name for name in names if (ROOT / name).is_file()]
    else:
        tops = [p for p in ROOT.iterdir() if not p.name.startswith(".") and p.name != "runs"]
        names = [str(p.relative_to(ROOT)) for top in tops
                 for p in ([top] if top.is_file() else top.rglob("*")) if p.is_file()]
    shutil.rmtree(target, ignore_errors=True)
    for name in names:
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, file)


def synchronise(source, target):
    """Makes `target` hold the files of `source` and nothing else but its build; equal files stay untouched."""
    wanted = {p.relative_to(source) for p in source.rglob("*") if p.is_file()}
    for name in wanted:
        old, new = target / name, source / name
        if not (old.is_file() and old.read_bytes() == new.read_bytes()):
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(new, old)
        shutil.copymode(new, old)
    for file in [p for p in target.rglob("*") if p.is_file() or p.is_symlink()]:
        name = file.relative_to(target)
        if name.parts[0] not in (".build", ".venv") and name not in wanted:
            file.unlink()
    shutil.rmtree(target / "runs", ignore_errors=True)


def shortened(command):
    """A training of a recipe cut to a few steps."""
    if not command.startswith("Tools/hone train ") or "--dry-run" in command or "--help" in command:
        return command
    command = re.sub(r" --steps \d+", "", command)
    return command + " --steps 3 --evaluation-problems 16"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipes", type=Path, default=ROOT / "CONTRIBUTING.md")
    parser.add_argument("--apply-only", action="store_true")
    parser.add_argument("--tests", action="store_true")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    folder = given.folder.resolve()
    staged, copy = folder / "staged", folder / "hone"
    copy_package(staged)
    commands, edited = [], {}
    for block in blocks(given.recipes.read_text()):
        if block.language == "diff":
            edited.setdefault(block.recipe, set()).add(block.path)
            # Of the files that were there before.
            if len({path for path in edited[block.recipe] if (ROOT / path).exists()}) > 1:
                block.fail(f"it edits a second file: {block.path}")
        commands += [(block, command) for command in apply(block, staged)]
        what = block.path if block.language else "; ".join(block.lines)
        print(f"{block.recipe}, step {block.step}: {what}", flush=True)
    if given.apply_only:
        return
    copy.mkdir(exist_ok=True)
    synchronise(staged, copy)
    outputs = {}
    for block, command in commands:
        if "Tools/test" in command and not given.tests:
            print(f"left out: {command}")
            continue
        start = time.monotonic()
        outputs[command] = shell(shortened(command), block, copy)
        print(f"{time.monotonic() - start:6.1f} s  {shortened(command)}", flush=True)
    outcome.check(copy, outputs)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
