#!/usr/bin/env python3
"""npm_current.py FOLDER: exits 0 when FOLDER/node_modules holds what package-lock.json says.

npm writes what it installed to node_modules/.package-lock.json; packages for other systems are
optional and may be absent there.
"""
import json
import pathlib
import sys


def is_current(folder: pathlib.Path) -> bool:
    installed_file = folder / "node_modules/.package-lock.json"
    if not installed_file.exists():
        return False
    installed = json.loads(installed_file.read_text())["packages"]
    for name, wanted in json.loads((folder / "package-lock.json").read_text())["packages"].items():
        if name == "" or (wanted.get("optional") and name not in installed):
            continue
        if installed.get(name, {}).get("version") != wanted.get("version"):
            return False
        if not (folder / name).is_dir():
            return False
    return True


if __name__ == "__main__":
    sys.exit(0 if is_current(pathlib.Path(sys.argv[1])) else 1)
