#!/usr/bin/env bash
# fuzz.sh [NAME...] [--seconds N]: some fuzzers, or all of them; as many at a time as there are processors.
# Each begins with its kept corpus (fuzz/corpus/NAME) and what it has learned before (build/fuzz/corpus/NAME).
# What they find goes to build/fuzz/found/; repaired, it becomes a unit test and a file of the kept corpus.
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
        name=${source#fuzz/fuzz_}
        names+=("${name%.cpp}")
    done
fi
for name in "${names[@]}"; do
    need "fuzz/fuzz_$name.cpp"
    need "fuzz/corpus/$name"
done

# dictionary NAME: the words of the language that a fuzzer's input is in, if it is in one.
dictionary() {
    case $1 in
        form_answers | form_definition) echo "fuzz/dict/$1.dict" ;;
        asks | auth | body | calls | engine | intent | workflow) echo fuzz/dict/json.dict ;;
        import | org_file) echo fuzz/dict/yaml.dict ;;
        http | encoding) echo fuzz/dict/http.dict ;;
    esac
}

fuzz() {
    local name=$1 learned=build/fuzz/corpus/$1 words arguments
    mkdir -p "$learned" build/fuzz/found
    arguments=(-max_total_time="$seconds" -timeout=25 -rss_limit_mb=4096 -print_final_stats=1
        -artifact_prefix="build/fuzz/found/$name-" "$learned" "fuzz/corpus/$name")
    words=$(dictionary "$name")
    [ -z "$words" ] || arguments+=(-dict="$words")
    "build/asan/fuzz/fuzz_$name" "${arguments[@]}" >"build/fuzz/$name.log" 2>&1 ||
        touch "build/fuzz/$name.failed"
}

say "Building the fuzzers: ${names[*]}"
build_target asan "${names[@]/#/fuzz_}"

say "Fuzzing for $seconds s each"
mkdir -p build/fuzz
rm -f build/fuzz/*.failed
for name in "${names[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
    fuzz "$name" &
done
wait

passed=0
failed=0
for name in "${names[@]}"; do
    log=build/fuzz/$name.log
    if [ ! -e "build/fuzz/$name.failed" ]; then
        passed=$((passed + 1))
        printf 'ok      %-15s %s inputs\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    else
        failed=$((failed + 1))
        tail -n 60 "$log"
        echo "FAILED  $name; again: build/asan/fuzz/fuzz_$name build/fuzz/found/$name-..."
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
