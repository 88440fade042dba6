"""A verifier plugin that misbehaves in the way its argument names.

The prompt of an item is its number n, and its right reward n % 2. Most faults show at item 7, whoever
judges it; those that count, at the seventh item of a process.
"""

import json
import os
import signal
import sys
import time

mode = sys.argv[1]
counted = 0


def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def answer(item):
    n = int(item["prompt"])
    return {"id": item["id"], "reward": n % 2, "parts": {"correctness": n % 2}}


def line(value):
    return json.dumps(value) + "\n"


def sleep_for_ever():
    while True:
        time.sleep(60)


def at_seven(item):
    """Does what the mode says instead of answering; returns where it goes on."""
    good = answer(item)
    if mode == "crash":
        raise ValueError("seven is too much")
    if mode == "exit":
        sys.exit(0)
    if mode == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    if mode == "hang":
        sleep_for_ever()
    if mode == "spin":
        while True:
            pass
    if mode == "babble":
        write("now let me think about seven\n")
    if mode == "flood":
        while True:
            sys.stdout.write("x" * 100000)
    if mode == "memory":
        hoard = []
        while True:
            hoard.append(bytearray(1 << 20))
    if mode == "fork":
        # The child keeps the pipes open and never ends.
        child = os.fork()
        if child == 0:
            sleep_for_ever()
        with open("child", "w") as file:
            file.write(str(child))
        os._exit(0)
    if mode == "close":
        os.close(1)
        sleep_for_ever()
    if mode == "late":
        time.sleep(10)
        write(line(good))
    if mode == "slow":
        time.sleep(0.1)
        write(line(good))
    if mode == "twice":
        write(line(good) + line(good))
    if mode == "half":
        write(line(good)[:9])
        sleep_for_ever()
    if mode == "half-exit":
        write(line(good)[:-1])
        sys.exit(0)
    if mode == "strange-id":
        write(line(dict(good, id=10**6)))
    if mode == "negative-id":
        write(line(dict(good, id=-1)))
    if mode == "no-id":
        write(line({"reward": 1}))
    if mode == "nan":
        write(line(dict(good, reward=float("nan"))))
    if mode == "infinite":
        write(line(dict(good, reward=float("-inf"))))
    if mode == "range":
        write(line(dict(good, reward=1.5)))
    if mode == "truth":
        write(line(dict(good, reward=True)))
    if mode == "text":
        write(line(dict(good, reward="1")))
    if mode == "no-part":
        write(line(dict(good, parts={})))
    if mode == "strange-part":
        write(line(dict(good, parts={"correctness": 1, "style": 1})))
    if mode == "nan-part":
        write(line(dict(good, parts={"correctness": float("nan")})))
    if mode == "no-reward":
        write(line({"id": item["id"]}))
    if mode == "strange-key":
        write(line(dict(good, rewrd=1)))
    if mode == "long":
        write(line(dict(good, error="x" * 70000)))
    if mode == "not-utf8":
        sys.stdout.buffer.write(b'{"id": %d, "error": "\xff"}\n' % item["id"])
        sys.stdout.flush()
    if mode == "error":
        write(line({"id": item["id"], "error": "seven\nis odd\x07"}))


def main():
    global counted
    if mode == "no-start":
        sys.exit("no licence found")
    if mode == "silent-start":
        sleep_for_ever()
    greeting = json.loads(sys.stdin.readline())
    if mode == "babble-start":
        write("Welcome to my verifier!\n")
    if mode == "other-name":
        greeting["plugin"] = "somebody"
    write(line({"protocol": 2 if mode == "other-protocol" else 1, "plugin": greeting["plugin"]}))
    if mode == "deaf":
        sleep_for_ever()
    if mode == "deaf-closed":
        os.close(0)
        sleep_for_ever()
    if mode == "talks-unasked":
        write("hello?\n")
    held = []
    for text in sys.stdin:
        item = json.loads(text)
        counted += 1
        n = int(item["prompt"])
        if mode == "count" and counted == 7:
            os._exit(3)
        if mode == "reorder":
            held.append(line(answer(item)))
            if len(held) == 2 or n == 63:
                write("".join(reversed(held)))
                held = []
            continue
        if mode == "behind":
            if held:
                write(held.pop())
            held.append(line(answer(item)))
            continue
        if mode == "noisy":
            sys.stderr.write("e" * 40000 + "\n")
        if mode == "verbose":
            write(line({"id": item["id"], "error": "v" * 60000}))
            continue
        if mode == "look":
            found = {
                "environment": dict(os.environ),
                "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd")),
                "group": os.getpgid(0) == os.getpid(),
                "folder": os.getcwd(),
                "item": item,
                "greeting": greeting,
                "status": open("/proc/self/status").read(),
                "limits": open("/proc/self/limits").read(),
            }
            with open(f"look-{os.getpid()}", "w") as file:
                json.dump(found, file)
        if n == 7:
            at_seven(item)
            if mode in HANDLED:
                continue
        write(line(answer(item)))


# Modes in which what was done at item 7 stands for its answer.
HANDLED = {
    "babble", "late", "slow", "twice", "strange-id", "negative-id", "no-id", "nan", "infinite",
    "range", "truth", "text", "no-part", "strange-part", "nan-part", "no-reward", "strange-key",
    "long", "not-utf8", "error",
}  # fmt: skip

main()
