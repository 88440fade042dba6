"""Tests of PLUGIN_NAME: python3 test_judge.py"""

import json
import pathlib
import subprocess
import sys
import unittest

import judge


class JudgeTests(unittest.TestCase):
    def reward(self, answer, reference):
        reward, parts = judge.judge({"answer": answer, "reference": reference})
        self.assertEqual(parts, {"correctness": reward})
        return reward

    def test_right_answers(self):
        self.assertEqual(self.reward("42", "42"), 1)
        self.assertEqual(self.reward("größer", "größer"), 1)

    def test_cheats_earn_nothing(self):
        # Add whatever your rule might let through. None: the completion was not well-formed.
        for cheat in [None, "", "43", "042", "42 ", "42 or 43", "142", "the answer is 42", "\uff14\uff12"]:
            self.assertEqual(self.reward(cheat, "42"), 0, cheat)

    def test_bad_problems_are_failures(self):
        with self.assertRaises(judge.CannotJudge):
            self.reward("42", " ")


class ProgramTests(unittest.TestCase):
    """Talks to the program as Hone does."""

    def setUp(self):
        self.program = subprocess.Popen(
            [sys.executable, "judge.py"],
            cwd=pathlib.Path(__file__).resolve().parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def tearDown(self):
        self.program.stdin.close()
        self.assertEqual(self.program.wait(timeout=10), 0)
        self.program.stdout.close()

    def send(self, data):
        self.program.stdin.write(data)
        self.program.stdin.flush()

    def receive(self):
        return json.loads(self.program.stdout.readline())

    def test_protocol(self):
        self.send(b'{"protocol":1,"plugin":"PLUGIN_NAME"}\n')
        self.assertEqual(self.receive(), {"protocol": 1, "plugin": "PLUGIN_NAME"})
        items = [
            {"id": 7, "answer": "42", "reference": "42"},
            {"id": 8, "answer": None, "reference": "42"},
            {"id": 9, "answer": "42", "reference": ""},
        ]
        data = "".join(json.dumps(item) + "\n" for item in items).encode()
        # A pipe may hand out half a line.
        self.send(data[:70])
        self.send(data[70:])
        self.assertEqual(self.receive(), {"id": 7, "reward": 1, "parts": {"correctness": 1}})
        self.assertEqual(self.receive(), {"id": 8, "reward": 0, "parts": {"correctness": 0}})
        self.assertEqual(self.receive(), {"id": 9, "error": "the reference is blank"})


if __name__ == "__main__":
    unittest.main()
