"""The files of the project as its checks see them, and what a check finds."""
import dataclasses
import functools
import pathlib
import re
import subprocess

CPP = (".cpp", ".hpp", ".h", ".cc")
SCRIPT = (".ts", ".mjs", ".js", ".svelte")
TEXT = CPP + SCRIPT + (".py", ".sh", ".md", ".toml", ".yaml", ".yml", ".json", ".css", ".html", ".cmake", ".txt",
                       ".fbs", ".scn", "")


@dataclasses.dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


class File:
    """One text file: its path from the root, its text, and for C++ its text without comments and strings."""

    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text
        self.suffix = pathlib.PurePosixPath(path).suffix

    @functools.cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @functools.cached_property
    def code_lines(self) -> list[str]:
        return code_only(self.text).splitlines() if self.suffix in CPP + SCRIPT else self.lines

    @property
    def is_cpp(self) -> bool:
        return self.suffix in CPP

    @property
    def is_generated(self) -> bool:
        return "/gen/" in self.path

    @property
    def is_test(self) -> bool:
        """A test, or what tests alone may include."""
        return self.path.endswith("_test.cpp") or self.path.startswith("tests/") or "/testing/" in self.path

    def is_under(self, *folders: str) -> bool:
        return any(self.path == folder or self.path.startswith(folder.rstrip("/") + "/") for folder in folders)


_TOKEN = re.compile(r"""
      //[^\n]*                                              # comment to the end of the line
    | /\*.*?\*/                                             # comment
    | R"(?P<raw>[^()\s\\]{0,16})\(.*?\)(?P=raw)"            # raw string
    | "(?:\\.|[^"\\\n])*"                                   # string
    | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'                  # character, not a digit separator
    """, re.VERBOSE | re.DOTALL)


def code_only(text: str) -> str:
    """The text with comments and the insides of strings blanked; lines keep their numbers, #includes their names."""
    def blank(match: re.Match) -> str:
        token = match.group(0)
        line_start = text.rfind("\n", 0, match.start()) + 1
        if token.startswith('"') and text[line_start:match.start()].strip() == "#include":
            return token
        return re.sub(r"[^\n]", " ", token)
    return _TOKEN.sub(blank, text)


def paths(root: pathlib.Path) -> list[str]:
    """Every file that git tracks or would track."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, check=True,
                            capture_output=True, text=True).stdout
    return sorted(path for path in listed.split("\0") if path and (root / path).is_file())


def read(root: pathlib.Path, path: str) -> File | None:
    """The file, or nothing where it is not text that somebody writes by hand."""
    if pathlib.PurePosixPath(path).suffix not in TEXT or path.endswith("package-lock.json") or path == "LICENSE":
        return None
    if path.startswith(("fuzz/corpus/", "spec/vectors/")):
        return None
    try:
        return File(path, (root / path).read_text())
    except UnicodeDecodeError:
        return None


_WAIVER = re.compile(r"tidy: ([a-z-]+): (\S.*)")
WHOLE_FILE = {"long-file"}


def waived(file: File, finding: Finding) -> bool:
    """A waiver `tidy: RULE: reason` stands on the line or on the one above it; for long-file, anywhere."""
    if finding.rule in WHOLE_FILE:
        near = file.lines
    else:
        near = file.lines[max(0, finding.line - 2):finding.line]
    return any(match.group(1) == finding.rule for line in near if (match := _WAIVER.search(line)))


def waivers(file: File) -> list[Finding]:
    return [Finding(file.path, number, match.group(1), match.group(2))
            for number, line in enumerate(file.lines, 1) if (match := _WAIVER.search(line))]
