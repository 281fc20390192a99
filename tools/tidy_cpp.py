"""Rules for C++ (and, for sizes and words, TypeScript): arrows between folders, sizes, words that are not used."""
import collections
import pathlib
import re
import tomllib
from typing import Iterator

from tree import CPP, SCRIPT, File, Finding

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 100
FOLDER_FILES_MAX = 60


class Arrows:
    """The table of tools/arrows.toml."""

    def __init__(self, text: str):
        table = tomllib.loads(text)
        self.allow: dict[str, list[str]] = table["allow"]
        self.tests_allow: list[str] = table["tests"]["allow"]
        self.forbid: dict[str, list[str]] = table["forbid"]
        self.roots = {row.split("/")[0] for row in self.allow}

    def row(self, path: str) -> str | None:
        rows = [row for row in self.allow if covers(row, path)]
        return max(rows, key=len, default=None)

    def allows(self, row: str, is_test: bool, include: str) -> bool:
        folders = [row, *self.allow[row], *(self.tests_allow if is_test else [])]
        return any(covers(folder, include) for folder in folders)

    def forbids(self, path: str, header: str) -> bool:
        return any(header.startswith(name) if name.endswith("/") else header == name
                   for folder, names in self.forbid.items() if covers(folder, path) for name in names)


def covers(folder: str, path: str) -> bool:
    return path.startswith(folder + "/")


_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def check_arrows(file: File, arrows: Arrows) -> Iterator[Finding]:
    if not file.is_cpp:
        return
    row = arrows.row(file.path)
    if row is None:
        yield Finding(file.path, 1, "arrow", "this folder has no row in tools/arrows.toml")
        return
    for number, line in enumerate(file.code_lines, 1):
        match = _INCLUDE.match(line)
        if not match:
            continue
        header = match.group(2)
        if match.group(1) == "<":
            if not file.is_test and arrows.forbids(file.path, header):
                yield Finding(file.path, number, "header", f"<{header}> is not for {row}: it takes such things as arguments")
        elif header.split("/")[0] not in arrows.roots:
            yield Finding(file.path, number, "arrow", f'"{header}": includes of ours start at the root of the tree')
        elif "/testing/" in header and not file.is_test and not file.is_under("sim", "fuzz", "bench"):
            yield Finding(file.path, number, "arrow", f"{header} is for tests")
        elif not arrows.allows(row, file.is_test, header):
            yield Finding(file.path, number, "arrow", f"{row} may not include {header} (tools/arrows.toml)")


def check_sizes(file: File) -> Iterator[Finding]:
    if file.suffix not in CPP + SCRIPT + (".py",):
        return
    if len(file.lines) > FILE_LINES_MAX:
        yield Finding(file.path, 1, "long-file", f"{len(file.lines)} lines, more than {FILE_LINES_MAX}")
    if not file.is_cpp:
        return
    for number, line in enumerate(file.lines, 1):
        if len(line) > LINE_COLUMNS_MAX and "http" not in line and not line.lstrip().startswith("#include"):
            yield Finding(file.path, number, "long-line", f"{len(line)} columns, more than {LINE_COLUMNS_MAX}")
    for name, start, end in functions(file):
        if end - start + 1 > FUNCTION_LINES_MAX:
            yield Finding(file.path, start, "long-function",
                          f"{name} has {end - start + 1} lines, more than {FUNCTION_LINES_MAX}")


_TEMPLATE = re.compile(r"\btemplate\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>")
_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
_NAME = re.compile(r"(~?[\w:]+)\s*\(")


def functions(file: File) -> Iterator[tuple[str, int, int]]:
    """(name, first line, last line) of each function's body, found by its braces. Approximate."""
    text = "\n".join(file.code_lines)
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.MULTILINE)
    stack: list[tuple[str, str, int]] = []  # kind, name, line
    head, pending, line, parens = "", "", 1, 0
    for character in text:
        if character == "\n":
            line += 1
        if character in "()":
            parens += 1 if character == "(" else -1
        if character == "{":
            in_scope = all(kind == "scope" for kind, _, _ in stack) and parens == 0
            kind, name = classify(head, in_scope, pending)
            stack.append((kind, name, line))
            head = ""
        elif character == "}" and stack:
            kind, name, start = stack.pop()
            # `Foo() : a_{1}, b_{2} {`: what looked like a body was an initializer if a body follows it.
            pending = name if kind in ("function", "initializer") else ""
            if kind == "function":
                yield name, start, line
            head = ""
        elif character == ";" and parens == 0:
            head, pending = "", ""
        else:
            head += character


def classify(head: str, in_scope: bool, pending: str) -> tuple[str, str]:
    """What the brace behind `head` opens: a scope, a function (and its name), or something else."""
    head = _TEMPLATE.sub("", head).strip()
    if not in_scope:
        return "block", ""
    if pending and (not head or head.startswith(",")):
        return ("function" if not head or head.endswith(")") else "initializer"), pending
    name = _NAME.search(head)
    scope = _SCOPE.search(head)
    if scope and (not name or scope.start() < name.start()) and not head.endswith(")"):
        return "scope", ""
    if name and not head.endswith("="):
        return "function", name.group(1)
    return ("scope" if not head else "block"), ""


# rule, pattern, folders where it is allowed, only in files with these endings, what to do instead
Word = collections.namedtuple("Word", "rule pattern allowed endings message")
_PROGRAMS = ("cli", "tools", "sim", "bench", "fuzz", "tests")
WORDS = (
    Word("print", r"\bstd::c(?:out|err)\b", _PROGRAMS, CPP, "programs print; the rest logs"),
    Word("sleep", r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b", (), CPP, "wait for what can be asked, or advance the clock"),
    Word("sleep", r"\bwaitForTimeout\b", (), SCRIPT, "wait for what can be asked"),
    Word("random", r"\bs?rand\(", (), CPP, "entropy is an argument"),
    Word("clock", r"\b(?:steady_clock|system_clock|high_resolution_clock)::now\b",
         ("platform", "client/native", "cli", "bench", "server/net", "sim/main.cpp", "tests"), CPP,
         "time is an argument; only shells read clocks"),
    Word("detached", r"\basio::detached\b|\.detach\(\)", (), CPP, "spawn through an owner that can be closed"),
    Word("using-namespace", r"\busing\s+namespace\b", (), (".hpp", ".h"), "not in a header"),
    Word("shared-from-this", r"\bshared_from_this\b", (), CPP, "a parent owns its children"),
    Word("throw", r"\bthrow\b|\bgetenv\(", ("server/net", "server/admin", "cli", "tests", "sim", "bench", "fuzz", "platform",
                                            "client/native"), CPP, "failure is a value; configuration is an argument"),
    Word("skipped-test", r"\bGTEST_SKIP\b|\bDISABLED_", (), CPP, "a test runs, or is not there"),
    Word("skipped-test", r"\b(?:test|it|describe)\.(?:skip|fixme|only)\b", (), SCRIPT, "a test runs, or is not there"),
)
TESTS_MAY = {"throw", "print"}


def check_words(file: File) -> Iterator[Finding]:
    words = [word for word in WORDS if file.suffix in word.endings and not file.is_under(*word.allowed)]
    if not words:
        return
    for number, line in enumerate(file.code_lines, 1):
        for word in words:
            if file.is_test and word.rule in TESTS_MAY:
                continue
            if re.search(word.pattern, line):
                yield Finding(file.path, number, word.rule, word.message)


# The switch that breaks promises on purpose (core/base/broken.hpp): only the simulator's build may set it.
_SWITCH_MAY_STAND = ("core/base/broken.hpp", "sim/CMakeLists.txt", "tools/tidy_cpp.py", "tools/tidy_test.py", "docs")
BROKEN_OUTSIDE_MAX = 7


def check_breaks(files: list[File]) -> Iterator[Finding]:
    """HOLDFAST_BREAKS is set for the simulator's copies alone; what it switches elsewhere is little and named there."""
    named = next((file.text for file in files if file.path == "sim/CMakeLists.txt"), "")
    outside = 0
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if "HOLDFAST_BREAKS" in line and not file.is_under(*_SWITCH_MAY_STAND):
                yield Finding(file.path, number, "breaks", "only sim/CMakeLists.txt sets HOLDFAST_BREAKS")
        if not file.is_cpp or file.is_under("sim", "core/base/broken.hpp"):
            continue
        for number, line in enumerate(file.code_lines, 1):
            if "HF_BROKEN(" not in line:
                continue
            outside += 1
            if f"/{file.path}" not in named:
                yield Finding(file.path, number, "breaks", "sim/CMakeLists.txt does not build this file with the switch")
            if outside > BROKEN_OUTSIDE_MAX:
                yield Finding(file.path, number, "breaks", f"more than {BROKEN_OUTSIDE_MAX} switches outside sim/: break it there")


def check_pragma_once(file: File) -> Iterator[Finding]:
    if file.suffix in (".hpp", ".h") and "#pragma once" not in file.text:
        yield Finding(file.path, 1, "pragma-once", "the header has no #pragma once")


def check_folders(paths: list[str]) -> Iterator[Finding]:
    counts = collections.Counter(str(pathlib.PurePosixPath(path).parent) for path in paths
                                 if path.endswith(CPP + SCRIPT))
    for folder, count in counts.items():
        if count > FOLDER_FILES_MAX:
            yield Finding(folder, 1, "large-folder", f"{count} files, more than {FOLDER_FILES_MAX}")
