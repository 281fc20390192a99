#!/usr/bin/env bash
# Puts the code into its form, and renews what is made from spec/ and from the tests.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/lib.sh

cpp_files | xargs -r clang-format-19 -i
python3 tools/gen_errors.py
python3 tools/gen_fold.py
python3 tools/requirements.py --write
if has_script app format; then (cd app && node --run format); fi
