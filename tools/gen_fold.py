#!/usr/bin/env python3
"""Makes core/forms/gen/fold_table.hpp: what letters become when a person searches without accents and case.

`gen_fold.py` writes it; `gen_fold.py --check` exits 1 when it is not up to date. The blocks below have not
changed in Unicode for many years, so every Python gives the same table.
"""
import pathlib
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "core/forms/gen/fold_table.hpp"
BLOCKS = ((0x80, 0x24F), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF))
# Letters with a stroke or a tail are letters of their own for Unicode; people type the plain one.
PLAIN = {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ŧ": "t",
         "ŋ": "n", "ĸ": "k", "ſ": "s", "ς": "σ"}


def fold(letter: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letter.casefold())
    # Of U+0140, an l and a point, the l: what is no letter would go when it is folded again.
    bare = "".join(one for one in decomposed if unicodedata.category(one).startswith("L")).casefold()
    return "".join(PLAIN.get(one, one) for one in bare)


def entries() -> list[tuple[int, str]]:
    points = [point for first, last in BLOCKS for point in range(first, last + 1)]
    letters = [(point, fold(chr(point))) for point in points if unicodedata.category(chr(point)).startswith("L")]
    changed = [(point, folded) for point, folded in letters if folded != chr(point)]
    return [(point, folded) for point, folded in changed if 1 <= len(folded) <= 2]


def header() -> str:
    rows = entries()
    lines = ["#pragma once", "", "// Made by tools/gen_fold.py. Do not edit.", "", "#include <array>", "",
             "namespace holdfast::forms {", "", "/// A letter and the one or two that it is searched as; 0 for no second.",
             "struct FoldedLetter {", "    char16_t letter;", "    char16_t first;", "    char16_t second;", "};", "",
             f"inline constexpr std::array<FoldedLetter, {len(rows)}> fold_table{{{{"]
    for start in range(0, len(rows), 4):
        cells = [f"{{0x{point:04x}, 0x{ord(to[0]):04x}, 0x{ord(to[1]) if len(to) > 1 else 0:04x}}}"
                 for point, to in rows[start:start + 4]]
        lines.append("    " + ", ".join(cells) + ",")
    return "\n".join(lines + ["}};", "", "}  // namespace holdfast::forms", ""])


def main() -> int:
    text = header()
    if TABLE.exists() and TABLE.read_text() == text:
        return 0
    if "--check" in sys.argv:
        print(f"{TABLE.relative_to(ROOT)} is not up to date: run tools/gen_fold.py")
        return 1
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
