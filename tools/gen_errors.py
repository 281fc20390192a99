#!/usr/bin/env python3
"""Makes the C++ enum, the TypeScript constants and the docs page from spec/errors.toml.

`gen_errors.py` writes them; `gen_errors.py --check` exits 1 when one of them is not up to date.
"""
import pathlib
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTICE = "Made by tools/gen_errors.py from spec/errors.toml. Do not edit."


def enumerator(code: str) -> str:
    return code.replace(".", "_")


def cpp(errors) -> str:
    lines = ["#pragma once", "", f"// {NOTICE}", "", "#include <array>", "#include <cstdint>",
             "#include <string_view>", "", "namespace holdfast {", "",
             "enum class ErrorCode : std::uint16_t {", "    none = 0,"]
    lines += [f"    {enumerator(e['code'])} = {e['number']}," for e in errors]
    lines += ["};", "", "enum class Retry : std::uint8_t { never, later, signed_in };", "",
              "struct ErrorEntry {", "    ErrorCode number;", "    std::string_view code;",
              "    std::uint16_t http;", "    Retry retry;", "    std::string_view sentence;", "    std::string_view action;", "};", "",
              f"inline constexpr std::array<ErrorEntry, {len(errors)}> error_catalogue{{{{"]
    for e in errors:
        lines.append(f"    {{ErrorCode::{enumerator(e['code'])}, \"{e['code']}\", {e['http']}, "
                     f"Retry::{e['retry']},\n     \"{e['when']}\",\n     \"{e['do'].replace(chr(34), chr(92) + chr(34))}\"}},")
    lines += ["}};", "", "/// The entry of a code; null for `none` and for numbers that are not in the catalogue.",
              "constexpr const ErrorEntry* find_error(ErrorCode code) {",
              "    for (const ErrorEntry& entry : error_catalogue) {",
              "        if (entry.number == code) {", "            return &entry;", "        }", "    }",
              "    return nullptr;", "}", "", "/// \"auth.wrong_password\"; \"none\" where there is no entry.",
              "constexpr std::string_view error_name(ErrorCode code) {",
              "    const ErrorEntry* entry = find_error(code);",
              "    return entry == nullptr ? std::string_view{\"none\"} : entry->code;", "}", "",
              "}  // namespace holdfast", ""]
    return "\n".join(lines)


def ts(errors) -> str:
    lines = [f"// {NOTICE}", "", "export const errorCodes = ["]
    lines += [f"  '{e['code']}'," for e in errors]
    lines += ["] as const;", "", "export type ErrorCode = (typeof errorCodes)[number];", ""]
    return "\n".join(lines)


def markdown(errors) -> str:
    lines = ["# Errors", "", f"<!-- {NOTICE} -->", "",
             "Every error has a stable code. *Retry*: `never` = the same request fails again; `later` = it may",
             "succeed later, unchanged; `signed_in` = after signing in again.", "",
             "| code | number | HTTP | retry | what happened | what to do |", "|---|---|---|---|---|---|"]
    lines += [f"| `{e['code']}` | {e['number']} | {e['http']} | {e['retry']} | {e['when']} | {e['do']} |"
              for e in errors]
    return "\n".join(lines) + "\n"


def main() -> int:
    errors = tomllib.loads((ROOT / "spec/errors.toml").read_text())["error"]
    for key in ("code", "number"):
        values = [e[key] for e in errors]
        if len(values) != len(set(values)):
            print(f"spec/errors.toml: a {key} stands twice")
            return 1
    outputs = {"core/base/gen/error_code.hpp": cpp(errors), "app/src/gen/errors.ts": ts(errors),
               "docs/errors.md": markdown(errors)}
    stale = [name for name, text in outputs.items()
             if not (ROOT / name).exists() or (ROOT / name).read_text() != text]
    if "--check" in sys.argv:
        for name in stale:
            print(f"{name} is not up to date: run tools/gen_errors.py")
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(outputs[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
