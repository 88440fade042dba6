"""The smallest verifier plugin: 1 where the answer echoes the reference letter for letter, else 0.

It judges as the built-in verifier `text` does. `hone verifiers new` writes one of your own, with its test;
docs/plugins.md describes the protocol.
"""

import json
import sys

sys.stdin.readline()  # the greeting: {"protocol": 1, "plugin": "echo", ...}
print(json.dumps({"protocol": 1, "plugin": "echo"}), flush=True)

for line in sys.stdin:
    item = json.loads(line)
    reward = 1 if item["answer"] == item["reference"] else 0
    answer = {"id": item["id"], "reward": reward, "parts": {"correctness": reward}}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
