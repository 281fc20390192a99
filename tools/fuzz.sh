#!/usr/bin/env bash
# fuzz.sh [NAME] [--seconds N]: one fuzzer, or all in turn. What they find goes to build/fuzz/found/.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/lib.sh

seconds=60
names=()
while [ $# -gt 0 ]; do
    case $1 in
        --seconds)
            seconds=${2:?--seconds needs a number}
            shift
            ;;
        --seconds=*) seconds=${1#*=} ;;
        -*) die "fuzz does not know $1" ;;
        *) names+=("$1") ;;
    esac
    shift
done
if [ ${#names[@]} -eq 0 ]; then
    for source in fuzz/fuzz_*.cpp; do
        [ -e "$source" ] || die "missing: fuzz/fuzz_*.cpp"
        name=${source#fuzz/fuzz_}
        names+=("${name%.cpp}")
    done
fi
for name in "${names[@]}"; do need "fuzz/fuzz_$name.cpp"; done

say "Building the fuzzers: ${names[*]}"
build_target fuzz "${names[@]/#/fuzz_}"

passed=0
failed=0
for name in "${names[@]}"; do
    say "Fuzzing $name for $seconds s"
    learned=build/fuzz/corpus/$name
    mkdir -p "$learned" "build/fuzz/found"
    arguments=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1
        -artifact_prefix="build/fuzz/found/$name-" "$learned")
    [ ! -d "fuzz/corpus/$name" ] || arguments+=("fuzz/corpus/$name")
    [ ! -e "fuzz/$name.dict" ] || arguments+=(-dict="fuzz/$name.dict")
    log=build/fuzz/$name.log
    if "build/fuzz/fuzz/fuzz_$name" "${arguments[@]}" >"$log" 2>&1; then
        passed=$((passed + 1))
        grep -E '^(stat::number_of_executed_units|stat::average_exec_per_sec|Done)' "$log" || true
    else
        failed=$((failed + 1))
        tail -n 60 "$log"
        echo "fuzz_$name failed; again: build/fuzz/fuzz/fuzz_$name build/fuzz/found/$name-..."
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
