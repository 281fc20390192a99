"""Rules for text of every kind, documents and catalogues."""
import glob
import json
import pathlib
import re
import tomllib
from typing import Iterator

from tree import File, Finding

_LEFT_OVER = re.compile(r"\b(?:FIX" r"ME|XX" r"X|HA" r"CK)\b|\bTO" r"DO\b(?!\(#\d+\))")
_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|work|Users/\w+|home/\w+)/")
_OUTSIDE_PATH = re.compile(r"(?<![\w./-])(?:\.\./)*shared[/]\w")


def check_text(file: File) -> Iterator[Finding]:
    for number, line in enumerate(file.lines, 1):
        if line != line.rstrip():
            yield Finding(file.path, number, "trailing-space", "space at the end of the line")
        if _LEFT_OVER.search(line):
            yield Finding(file.path, number, "left-over", "do it now, or give it the number of an issue: (#n)")
        if _MACHINE_PATH.search(line):
            yield Finding(file.path, number, "machine-path", "a path of somebody's machine")
        if _OUTSIDE_PATH.search(line):
            yield Finding(file.path, number, "outside-path", "a path that is not in this tree")
    if file.text and not file.text.endswith("\n"):
        yield Finding(file.path, len(file.lines), "last-line", "no line end at the end of the file")


_DOCUMENT = re.compile(r"(?<![\w/.-])docs/[\w/-]+\.md\b")


def check_mentions(file: File, root: pathlib.Path) -> Iterator[Finding]:
    """A document that a source names is there."""
    if file.is_under("tools") or file.suffix == ".md":
        return
    for number, line in enumerate(file.lines, 1):
        for path in _DOCUMENT.findall(line):
            if not (root / path).exists():
                yield Finding(file.path, number, "dead-link", f"{path} is not there")


def prose(text: str) -> list[str]:
    """The lines of a markdown text, with code blocks blanked."""
    lines, fenced = [], False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
            line = ""
        lines.append("" if fenced else line)
    return lines


_LINK = re.compile(r"\]\(([^)\s]+)\)")


def check_markdown(file: File, root: pathlib.Path) -> Iterator[Finding]:
    if file.suffix != ".md":
        return
    lines = prose(file.text)
    titles = [number for number, line in enumerate(lines, 1) if line.startswith("# ")]
    if len(titles) != 1:
        yield Finding(file.path, titles[1] if titles else 1, "title", f"{len(titles)} first-level titles, not one")
    for number, line in enumerate(lines, 1):
        for target in _LINK.findall(line):
            path = target.split("#")[0]
            if path and "://" not in path and not path.startswith("mailto:"):
                if not (root / file.path).parent.joinpath(path).exists():
                    yield Finding(file.path, number, "dead-link", f"{path} is not there")


_GUIDE = "docs/guide/"
_COMMAND = re.compile(r"(?<![\w-])--[a-z][\w-]*|^holdfast [a-z]+(?: [a-z]+\b)?", re.MULTILINE)


def check_guides(pages: dict[str, str]) -> Iterator[Finding]:
    """Each page of the guide is there in English and in Spanish, with as many sections and the same commands."""
    spanish = {path: text for path, text in pages.items() if path.startswith(_GUIDE + "es/")}
    english = {path.replace(_GUIDE, _GUIDE + "es/"): text for path, text in pages.items() if path not in spanish}
    for path in sorted(english.keys() ^ spanish.keys()):
        yield Finding(path, 1, "guide", "this page is there in one language only")
    for path in sorted(english.keys() & spanish.keys()):
        for what in sorted(set(_COMMAND.findall(english[path])) ^ set(_COMMAND.findall(spanish[path]))):
            yield Finding(path, 1, "guide", f"{what} stands in one language only")
        counts = [sum(line.startswith("##") for line in prose(pages[path])) for pages in (english, spanish)]
        if counts[0] != counts[1]:
            yield Finding(path, 1, "guide", f"{counts[1]} sections, and {counts[0]} in English")


def expand(path: str) -> list[str]:
    """`a/{b,c}` as `a/b` and `a/c`."""
    match = re.search(r"\{([^{}]*)\}", path)
    if not match:
        return [path]
    return [each for part in match.group(1).split(",")
            for each in expand(path[:match.start()] + part.strip() + path[match.end():])]


_MADE = ("build/", "var/", "app/dist", "node_modules", "app/src/gen/holdfast.wasm")


def check_architecture(file: File, root: pathlib.Path, paths: list[str]) -> Iterator[Finding]:
    """The map names what is there, and leaves no top-level folder out."""
    top = {path.split("/")[0] for path in paths if "/" in path and not path.startswith(".")}
    for number, line in enumerate(prose(file.text), 1):
        for quoted in re.findall(r"`([^`\s]+)`", line):
            for path in expand(quoted):
                named = path.split("/")[0] in top or path.startswith(".")
                if "/" not in path or not named or any(made in path for made in _MADE):
                    continue
                if not glob.glob(str(root / path.rstrip("/"))):
                    yield Finding(file.path, number, "map", f"{path} is not there")
    for folder in sorted(top):
        if f"`{folder}/" not in file.text and f"`{folder}`" not in file.text:
            yield Finding(file.path, 1, "map", f"the folder {folder}/ is not on the map")


def flatten(value, prefix: str = "") -> dict[str, str]:
    if not isinstance(value, dict):
        return {prefix: value}
    flat = {}
    for key, inner in value.items():
        flat |= flatten(inner, f"{prefix}.{key}" if prefix else key)
    return flat


_PLURAL = re.compile(r"_(?:zero|one|two|few|many|other)$")


def sentences_owed(errors: str, reasons: str) -> list[str]:
    """Keys that the engine may give to the app: errors of spec/errors.toml, reasons of core/offline/reason.hpp."""
    return [f"error.{entry['code']}" for entry in tomllib.loads(errors)["error"]] + \
        sorted(set(re.findall(r'"(reason\.\w+)"', reasons)))


def check_catalogues(owed: list[str], catalogues: dict[str, str]) -> Iterator[Finding]:
    """Every language has a sentence for what the engine may say, and all have the same keys."""
    keys = {}
    for path, text in catalogues.items():
        flat = flatten(json.loads(text))
        for key, sentence in flat.items():
            if not isinstance(sentence, str) or not sentence.strip():
                yield Finding(path, 1, "catalogue", f"{key} is empty")
        keys[path] = {_PLURAL.sub("", key) for key in flat}
        for key in owed:
            if key not in flat:
                yield Finding(path, 1, "catalogue", f"there is no sentence for {key}")
    everything = set().union(*keys.values())
    for path, own in keys.items():
        for key in sorted(everything - own):
            if key not in {_PLURAL.sub("", each) for each in owed}:
                yield Finding(path, 1, "catalogue", f"{key} is in another language only")
