#!/usr/bin/env python3
"""tidy.py: checks that the tree keeps its own rules. Python's standard library only.

  tidy.py            prints what is against a rule; exits 1 when anything is
  tidy.py --waivers  lists the exceptions made by a comment `tidy: RULE: reason`
"""
import pathlib
import sys
from typing import Iterator

import tidy_cpp
import tidy_docs
import tree
from tree import File, Finding

ROOT = pathlib.Path(__file__).resolve().parent.parent
LANGUAGES = ("app/src/i18n/en.json", "app/src/i18n/es.json")


def check_file(file: File, arrows: tidy_cpp.Arrows) -> Iterator[Finding]:
    yield from tidy_docs.check_text(file)
    yield from tidy_docs.check_markdown(file, ROOT)
    yield from tidy_docs.check_mentions(file, ROOT)
    if file.is_generated:
        return
    yield from tidy_cpp.check_arrows(file, arrows)
    yield from tidy_cpp.check_sizes(file)
    yield from tidy_cpp.check_words(file)
    yield from tidy_cpp.check_pragma_once(file)


def check_tree(files: list[File], paths: list[str]) -> Iterator[Finding]:
    by_path = {file.path: file for file in files}
    yield from tidy_cpp.check_folders(paths)
    yield from tidy_cpp.check_breaks(files)
    for needed in ("ARCHITECTURE.md", *LANGUAGES):
        if needed not in by_path:
            yield Finding(needed, 1, "missing", "this file is not there")
    if "ARCHITECTURE.md" in by_path:
        yield from tidy_docs.check_architecture(by_path["ARCHITECTURE.md"], ROOT, paths)
    yield from tidy_docs.check_guides({path: file.text for path, file in by_path.items()
                                       if file.is_under("docs/guide") and file.suffix == ".md"})
    catalogues = {path: by_path[path].text for path in LANGUAGES if path in by_path}
    if catalogues:
        reasons = by_path.get("core/offline/reason.hpp", File("", ""))
        owed = tidy_docs.sentences_owed(by_path["spec/errors.toml"].text, reasons.text)
        yield from tidy_docs.check_catalogues(owed, catalogues)


def main(arguments: list[str]) -> int:
    paths = tree.paths(ROOT)
    files = [file for path in paths if (file := tree.read(ROOT, path))]
    if "--waivers" in arguments:
        for file in files:
            if not file.is_under("tools"):
                for waiver in tree.waivers(file):
                    print(waiver)
        return 0
    arrows = tidy_cpp.Arrows((ROOT / "tools/arrows.toml").read_text())
    findings = [finding for file in files for finding in check_file(file, arrows) if not tree.waived(file, finding)]
    findings += check_tree(files, paths)
    for finding in findings:
        print(finding)
    print(f"tidy: {len(files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
