"""Tests of failure_modes.py."""
import unittest
from unittest import mock

import failure_modes


class JudgeTest(unittest.TestCase):
    def judge(self, *lines: str, counts: str = "1. By construction: 0. Not yet: 0") -> list[str]:
        text = "\n".join([f"**Shown by a test: {counts}.**", *lines])
        with mock.patch.object(failure_modes, "LINES", len(lines)):
            return failure_modes.judge(text, {"Outbox.keeps_it"}, lambda path: path == "tests/crash/kill.mjs")[0]

    def test_a_line_names_a_test_that_is_there(self):
        self.assertEqual(self.judge("| 1 | Lost. | Kept. | `Outbox.keeps_it`; `tests/crash/kill.mjs` |"), [])
        self.assertEqual(self.judge("| 1 | Lost. | Kept. | `Outbox.keeps_them` |"),
                         ["1 names Outbox.keeps_them, which is not there"])
        self.assertEqual(self.judge("| 1 | Lost. | Kept. | `tests/crash/gone.mjs` |"),
                         ["1 names tests/crash/gone.mjs, which is not there"])
        self.assertEqual(len(self.judge("| 1 | Lost. | Kept. | Of course. |")), 1)

    def test_what_is_not_there_says_so_and_is_counted(self):
        lines = ("| 1 | Lost. | | **Not yet:** no file (`Outbox.keeps_it`). |", "| 2 | Doubled. | One. | *By construction.* |")
        self.assertEqual(self.judge(*lines, counts="0. By construction: 1. Not yet: 1"), [])
        self.assertEqual(len(self.judge(*lines)), 1)

    def test_every_number_is_there_once(self):
        line = "| 2 | Lost. | Kept. | `Outbox.keeps_it` |"
        self.assertEqual(self.judge(line), ["the lines are not 1 to 1, each once and in order"])


if __name__ == "__main__":
    unittest.main()
