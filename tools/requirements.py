#!/usr/bin/env python3
"""Which test proves which requirement of Offline Mode.

A test says so itself: its name, or a comment right before or within its first lines, names the
number (`OM12`; `OM7-OM9` names three). A file proves as a whole what its first ten lines name.
docs/requirements.toml lists the numbers; one that no test names must be declared `open` there.
Neither the page nor the exit code depends on whether the tests pass: that is the tests' own business.

  requirements.py          prints the map; exits 1 where a number is neither tested nor open
  requirements.py --write  renews docs/offline-mode.md as well
  requirements.py --check  only what is wrong; exits 1 when docs/offline-mode.md is not up to date, too
"""
import collections
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = "docs/offline-mode.md"
PATTERNS = ("**/*_test.cpp", "sim/**/*.cpp", "sim/**/*.hpp", "sim/**/*.toml", "tests/**/*.cpp", "tests/**/*.mjs",
            "tests/**/*.ts", "tests/**/*.scn", "app/**/*.test.ts", "app/**/*.test.mjs")
SKIPPED = {"node_modules", "build", "dist", ".git"}
HEAD_LINES = 10
REACH_LINES = 3  # a mention this close to a test's first line belongs to it

_NUMBERS = re.compile(r"(?<![A-Za-z0-9])OM(\d{1,2})(?:\s*[-–]\s*OM(\d{1,2}))?(?!\d)", re.IGNORECASE)
_CPP_TEST = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*"
                       r"(\w+)\s*,\s*(\w+)")
_JS_TEST = re.compile(r"""^\s*(?:export\s+)?(?:await\s+)?(?:test|it|describe|scenario|check|step)(?:\.\w+)*\(\s*"""
                      r"""(['"`])(.*?)\1""")


def numbers_in(line: str) -> list[int]:
    found = []
    for match in _NUMBERS.finditer(line):
        first = int(match.group(1))
        found += range(first, int(match.group(2) or first) + 1)
    return found


def tests_in(lines: list[str]) -> list[tuple[int, str]]:
    """(line index, name) of each test; a C++ test's name may stand on the line behind its macro."""
    found = []
    for index, line in enumerate(lines):
        if match := _CPP_TEST.match(" ".join(lines[index:index + 2])):
            if not _CPP_TEST.match(lines[index]) and "(" not in line:
                continue
            found.append((index, f"{match.group(1)}.{match.group(2)}"))
        elif match := _JS_TEST.match(line):
            found.append((index, match.group(2)))
    return found


def mentions(path: str, text: str) -> list[tuple[int, str]]:
    """(requirement, name of the test) for all that a file proves; the name is empty for the file itself."""
    lines = text.splitlines()
    starts = tests_in(lines)
    found = []
    for index, line in enumerate(lines):
        for number in numbers_in(line):
            before = [name for at, name in starts if at <= index <= at + REACH_LINES]
            after = [name for at, name in starts if index < at <= index + REACH_LINES]
            if before:
                found.append((number, before[-1]))
            elif after:
                found.append((number, after[0]))
            elif index < HEAD_LINES or path.startswith("sim/"):
                found.append((number, ""))
    return found


def collect(root: pathlib.Path) -> dict[int, dict[str, list[str]]]:
    """requirement -> file -> names of its tests"""
    proofs = collections.defaultdict(lambda: collections.defaultdict(list))
    files = {path for pattern in PATTERNS for path in root.glob(pattern)}
    for path in sorted(files):
        relative = path.relative_to(root)
        if SKIPPED.intersection(relative.parts):
            continue
        for number, name in mentions(str(relative), path.read_text(errors="replace")):
            names = proofs[number][str(relative)]
            if name and name not in names:
                names.append(name)
    return proofs


def page(entries: list[dict], proofs) -> str:
    lines = ["# Offline Mode: what is required, and what proves it", "",
             "<!-- Made by tools/requirements.py from docs/requirements.toml and the tests. Do not edit. -->", "",
             "Every requirement has a number; every test that proves one names it. `./dev requirements` prints",
             "this table with the names of the tests. *Open*: not built yet. *Partly*: what the tests do not",
             "prove yet, because it is not built.", "",
             "| number | requirement | proved by |", "|---|---|---|"]
    for entry in entries:
        cell = [f"`{path}`" for path in sorted(proofs.get(entry["number"], {}))]
        cell += [f"*{word}: {entry[word]}*" for word in ("open", "partly") if word in entry]
        lines.append(f"| OM{entry['number']} | {entry['title']} | {'; '.join(cell)} |")
    return "\n".join(lines) + "\n"


def judge(entries: list[dict], proofs) -> tuple[list[str], list[str]]:
    """What is wrong, and what is only worth a note."""
    wrong, notes = [], []
    for entry in entries:
        name, tested = f"OM{entry['number']}", bool(proofs.get(entry["number"]))
        if tested and "open" in entry:
            notes.append(f"{name} is declared open, and tests name it: is it done, or partly?")
        if not tested and "open" not in entry:
            wrong.append(f"{name} is declared partly tested, and no test names it" if "partly" in entry else
                         f"{name} is neither tested nor declared open")
    known = {entry["number"] for entry in entries}
    wrong += [f"OM{number} is named by {', '.join(sorted(proofs[number]))} and is not in docs/requirements.toml"
              for number in sorted(set(proofs) - known)]
    return wrong, notes


def print_map(entries: list[dict], proofs) -> None:
    for entry in entries:
        print(f"OM{entry['number']:<3} {entry['title']}")
        for path, names in sorted(proofs.get(entry["number"], {}).items()):
            print(f"       {path}" + (": " + ", ".join(names) if names else ""))
        for word in ("open", "partly"):
            if word in entry:
                print(f"       {word}: {entry[word]}")


def report(entries: list[dict], proofs) -> int:
    """Prints what is wrong and the sum of it all; returns how much is wrong."""
    wrong, notes = judge(entries, proofs)
    for note in notes:
        print(f"note: {note}")
    for line in wrong:
        print(line)
    tested = [entry for entry in entries if proofs.get(entry["number"])]
    partly = sum("partly" in entry for entry in tested)
    still_open = sum("open" in entry for entry in entries if entry not in tested)
    print(f"{len(tested)} tested ({partly} of them partly), {still_open} open, {len(wrong)} wrong")
    return len(wrong)


def main(arguments: list[str]) -> int:
    entries = tomllib.loads((ROOT / "docs/requirements.toml").read_text())["requirement"]
    proofs = collect(ROOT)
    if "--check" not in arguments:
        print_map(entries, proofs)
    wrong = report(entries, proofs)
    text = page(entries, proofs)
    target = ROOT / PAGE
    if "--write" in arguments:
        target.write_text(text)
    elif "--check" in arguments and (not target.exists() or target.read_text() != text):
        print(f"{PAGE} is not up to date: run ./dev requirements --write")
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
