#!/usr/bin/env bash
# Every check that needs no build. --tidy: clang-tidy too. --waivers: lists the waivers instead.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/lib.sh

passed=0
failed=0
check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
    fi
}

format_check() {
    local complaints
    complaints=$(cpp_files | xargs -r clang-format-19 --dry-run -Werror 2>&1) && return 0
    grep ': error:' <<<"$complaints" | cut -d: -f1 | sort -u | sed 's/$/: not in its form/'
    return 1
}
tools_tests() { python3 -m unittest discover -s tools -p '*_test.py' -q; }
scripts_parse() { for script in dev .ci/run tools/*.sh; do bash -n "$script" || return 1; done; }
app_script() { (cd app && node --run "$1"); }

# A configuration of its own: clang's flags, no precompiled headers, nothing built but generated code.
# Production code only: GoogleTest's macros take most of the time and find nothing.
clang_tidy() {
    cmake --preset asan -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DHOLDFAST_SANITIZE= \
        -DHOLDFAST_FUZZ=ON >/dev/null || return 1
    cmake --build build/tidy --target wire_gen || return 1
    run-clang-tidy-19 -quiet -p build/tidy -j "$jobs" \
        "^$PWD/(core|platform|client|server|cli|sim|bench|fuzz)/(?!.*(_test\\.cpp$|/testing/))"
}

tidy=no
case ${1:-} in
    --tidy) tidy=yes ;;
    --waivers) exec python3 tools/tidy.py --waivers ;;
    '') ;;
    *) die "lint knows --tidy and --waivers" ;;
esac

check "tree: arrows, sizes, words, documents, catalogues (tools/tidy.py)" python3 tools/tidy.py
check "generated from spec/errors.toml" python3 tools/gen_errors.py --check
check "generated for searching (tools/gen_fold.py)" python3 tools/gen_fold.py --check
check "requirements and their page" python3 tools/requirements.py --check
check "ways to fail and the tests that show otherwise (tools/failure_modes.py)" \
    python3 tools/failure_modes.py
check "C++ form (./dev fmt puts it right)" format_check
check "shell scripts parse" scripts_parse
check "tests of the tools" tools_tests
if has_script app lint; then check "app: lint and form" app_script lint; fi
if has_script app check; then check "app: types" app_script check; fi
if [ "$tidy" = yes ]; then check "clang-tidy" clang_tidy; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
