#!/usr/bin/env python3
"""Whether docs/failure-modes.md is true: each test that it names is there, and its counts are those of its lines.

A line of its tables has a number, how it goes wrong elsewhere, what makes it impossible here, and one of: the names of
tests (`Suite.name` of a C++ test, or the path of a program that tries it), *By construction.*, or **Not yet:** and what
is missing. Tests may be named there too: those that show a part.

  failure_modes.py     prints what is wrong and the counts; exits 1 where something is
"""
import pathlib
import re
import sys

from requirements import ROOT, SKIPPED, tests_in

PAGE = "docs/failure-modes.md"
LINES = 56

_LINE = re.compile(r"^\| (\d+) \|(.+)\|$")
_NAMED = re.compile(r"`([A-Za-z]\w*\.\w+|[\w./-]+/[\w./-]+\.\w+)`")
_COUNTS = re.compile(r"^\*\*Shown by a test: (\d+)\. By construction: (\d+)\. Not yet: (\d+)\.\*\*$", re.MULTILINE)


def known_tests(root: pathlib.Path) -> set[str]:
    """`Suite.name` of every C++ test of the tree."""
    return {name for path in root.glob("**/*_test.cpp") if not SKIPPED.intersection(path.relative_to(root).parts)
            for _, name in tests_in(path.read_text(errors="replace").splitlines())}


def kind_of(shown: str) -> str:
    if shown.startswith("**Not yet:**"):
        return "not yet"
    return "construction" if shown == "*By construction.*" else "test"


def judge(text: str, tests: set[str], exists) -> tuple[list[str], dict[str, int]]:
    """What is wrong with the page, and how many of its lines are of each kind."""
    wrong, counts, numbers = [], {"test": 0, "construction": 0, "not yet": 0}, []
    for match in map(_LINE.match, text.splitlines()):
        if not match:
            continue
        number, cells = int(match.group(1)), [cell.strip() for cell in match.group(2).split("|")]
        numbers.append(number)
        if len(cells) != 3:
            wrong.append(f"{number} has {len(cells) + 1} cells, not four")
            continue
        shown, named = cells[2], _NAMED.findall(cells[2])
        kind = kind_of(shown)
        counts[kind] += 1
        if kind == "test" and not named:
            wrong.append(f"{number} names no test, and does not say that there is none")
        wrong += [f"{number} names {name}, which is not there" for name in named
                  if not (exists(name) if "/" in name else name in tests)]
    if numbers != list(range(1, LINES + 1)):
        wrong.append(f"the lines are not 1 to {LINES}, each once and in order")
    said = _COUNTS.search(text)
    if not said or [int(one) for one in said.groups()] != list(counts.values()):
        wrong.append("the counts are: **Shown by a test: {test}. By construction: {construction}. "
                     "Not yet: {not yet}.**".format(**counts))
    return wrong, counts


def main() -> int:
    text = (ROOT / PAGE).read_text()
    wrong, counts = judge(text, known_tests(ROOT), lambda path: (ROOT / path).is_file())
    for line in wrong:
        print(f"{PAGE}: {line}")
    print(f"{counts['test']} shown by a test, {counts['construction']} by construction, "
          f"{counts['not yet']} not yet, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
