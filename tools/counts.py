"""Reads how many tests passed and failed from what the test runners print."""
import dataclasses
import re

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclasses.dataclass(frozen=True)
class Count:
    passed: int
    failed: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


def count_line(output: str) -> Count | None:
    """The last line `N passed, N failed`, as our own runners end."""
    found = re.findall(r"^(\d+) passed, (\d+) failed$", _ANSI.sub("", output), re.MULTILINE)
    return Count(int(found[-1][0]), int(found[-1][1])) if found else None


def count_node(output: str) -> Count | None:
    """The summary of `node --test`: one line `pass N`, one `fail N`, one `cancelled N`."""
    found = dict(re.findall(r"^(?:ℹ|#) (pass|fail|cancelled) (\d+)$", _ANSI.sub("", output), re.MULTILINE))
    if "pass" not in found:
        return None
    return Count(int(found["pass"]), int(found.get("fail", 0)) + int(found.get("cancelled", 0)))


def count_vitest(output: str) -> Count | None:
    """Vitest's line `Tests  1 failed | 12 passed (13)`."""
    found = re.findall(r"^\s*Tests\s+(.*)$", _ANSI.sub("", output), re.MULTILINE)
    if not found:
        return None
    numbers = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed)", found[-1])}
    return Count(numbers.get("passed", 0), numbers.get("failed", 0))


def count_ctest_log(log: str) -> Count | None:
    """CTest's LastTest.log: GoogleTest's own figures for each program, else one for the program."""
    total = Count(0, 0)
    programs = re.split(r"^\d+/\d+ Testing: ", log, flags=re.MULTILINE)[1:]
    for text in programs:
        passed = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) tests?\.$", text, re.MULTILINE)))
        failed = sum(map(int, re.findall(r"^\[  FAILED  \] (\d+) tests?, listed below:$", text, re.MULTILINE)))
        succeeded = re.search(r"^Test Passed\.$", text, re.MULTILINE) is not None
        if succeeded and passed == 0:
            passed = 1
        if not succeeded and failed == 0:
            failed = 1
        total += Count(passed, failed)
    return total if programs else None
