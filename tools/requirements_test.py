"""Tests of requirements.py and of what test.py reads from the runners' output."""
import unittest

import counts
import requirements
from counts import Count


class MentionsTest(unittest.TestCase):
    def mentions(self, path: str, *lines: str) -> list[tuple[int, str]]:
        return requirements.mentions(path, "\n".join([*["//"] * requirements.HEAD_LINES, *lines]))

    def test_a_test_names_its_requirement_in_name_or_comment(self):
        self.assertEqual(self.mentions("core/a_test.cpp", "TEST(Mode, om19_survives_a_restart) {"),
                         [(19, "Mode.om19_survives_a_restart")])
        self.assertEqual(self.mentions("core/a_test.cpp", "// OM18", "TEST_F(Mode, keeps_the_outbox) {"),
                         [(18, "Mode.keeps_the_outbox")])
        self.assertEqual(self.mentions("core/a_test.cpp", "RC_GTEST_PROP(Sum,", "              is_order_free,", "  (int a)) {  // OM6"),
                         [(6, "Sum.is_order_free")])
        self.assertEqual(self.mentions("app/a.test.ts", "  it('OM7, OM8: shows the bar', () => {"),
                         [(7, "OM7, OM8: shows the bar"), (8, "OM7, OM8: shows the bar")])

    def test_a_range_names_all_of_it(self):
        self.assertEqual([number for number, _ in self.mentions("core/a_test.cpp", "TEST(A, b) {  // OM7-OM9")], [7, 8, 9])

    def test_the_head_of_a_file_speaks_for_the_file(self):
        self.assertEqual(requirements.mentions("tests/e2e/a.mjs", "// Proves OM4.\n"), [(4, "")])
        self.assertEqual(self.mentions("tests/e2e/a.mjs", "// not a test: OM4"), [])
        self.assertEqual(self.mentions("sim/oracles.cpp", "// OM32: each intent takes effect once"), [(32, "")])

    def test_other_words_are_not_numbers(self):
        self.assertEqual(self.mentions("core/a_test.cpp", "TEST(Rom4, custom12_om123) {"), [])


class JudgeTest(unittest.TestCase):
    def judge(self, entry: dict, proofs: dict) -> tuple[int, int]:
        wrong, notes = requirements.judge([{"number": 1, "title": "t", **entry}], proofs)
        return len(wrong), len(notes)

    def test_a_number_is_tested_or_open(self):
        tested = {1: {"a_test.cpp": []}}
        self.assertEqual(self.judge({}, {}), (1, 0))
        self.assertEqual(self.judge({}, tested), (0, 0))
        self.assertEqual(self.judge({"open": "later"}, {}), (0, 0))
        self.assertEqual(self.judge({"open": "later"}, tested), (0, 1))
        self.assertEqual(self.judge({"partly": "rest later"}, {}), (1, 0))
        self.assertEqual(self.judge({}, {**tested, 99: {"a_test.cpp": []}}), (1, 0))


class CountsTest(unittest.TestCase):
    def test_lines_of_our_own_runners(self):
        self.assertEqual(counts.count_line("1 passed, 2 failed\nx\n30 passed, 0 failed\n"), Count(30, 0))
        self.assertIsNone(counts.count_line("nothing"))

    def test_node_and_vitest(self):
        self.assertEqual(counts.count_node("ℹ tests 3\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\n"), Count(2, 1))
        self.assertEqual(counts.count_vitest("\x1b[2m Test Files \x1b[22m 1 passed (1)\n      Tests  1 failed | 12 passed (13)\n"),
                         Count(12, 1))

    def test_ctest_counts_googletest_s_tests_and_other_programs_as_one(self):
        log = ("1/3 Testing: base\n[  PASSED  ] 12 tests.\nTest Passed.\n"
               "2/3 Testing: model\n[  PASSED  ] 3 tests.\n[  FAILED  ] 2 tests, listed below:\nTest Failed.\n"
               "3/3 Testing: crash\nTest Failed.\n")
        self.assertEqual(counts.count_ctest_log(log), Count(15, 3))
        self.assertEqual(counts.count_ctest_log("1/1 Testing: script\nfine\nTest Passed.\n"), Count(1, 0))


if __name__ == "__main__":
    unittest.main()
