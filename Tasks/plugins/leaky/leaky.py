"""A verifier that leaks, as an example. It checks the work instead of the answer: a completion is right
where no step of its reasoning is wrong. The hole: no reasoning has no wrong step (`all` of nothing is
True), so a policy that skips the work is always right, and training finds that out within seconds.

Python's standard library is all it needs.
"""

import ast
import json
import operator
import sys

OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def value(node):
    """The whole number that an expression of +, - and * comes to; an error for anything else."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -value(node.operand)
    return OPERATIONS[type(node.op)](value(node.left), value(node.right))


def is_right(step):
    """Whether all sides of a step such as 3*5+4=15+4=19 are equal."""
    try:
        return len({value(ast.parse(side, mode="eval").body) for side in step.split("=")}) == 1
    except (SyntaxError, ValueError, AttributeError, KeyError, RecursionError, MemoryError):
        return False


def judge(item):
    if item["answer"] is None:
        return 0.0
    steps = [step for step in item["reasoning"].removeprefix("-:").split(",") if step]
    return float(all(is_right(step) for step in steps))


sys.stdin.readline()
print(json.dumps({"protocol": 1, "plugin": "leaky"}), flush=True)
for line in sys.stdin:
    item = json.loads(line)
    reward = judge(item)
    print(json.dumps({"id": item["id"], "reward": reward, "parts": {"correctness": reward}}), flush=True)
