#!/usr/bin/env bash
# bench.sh [NAME] [--json] [...]: native benchmarks from an optimized build, and those in a browser.
# Progress goes to the standard error, so that with --json the standard output is JSON lines only.
# PRESET=dev measures the development build instead: quicker to make, slower to run.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/lib.sh

preset=${PRESET:-release}
name=
[ $# -eq 0 ] || case $1 in -*) ;; *) name=$1 ;; esac

native() {
    build_target "$preset" holdfast_bench >&2
    "build/$preset/bench/holdfast_bench" "$@"
}

web() {
    [ "$1" != lighthouse-web ] || tools/setup.sh --folder tests/lighthouse >&2
    tools/build.sh >&2
    need tests/e2e/bench-web.mjs
    node tests/e2e/bench-web.mjs "$@"
}

# Real processes, killed and started again; other `--cycles` behind it count.
crash() {
    build_target "$preset" holdfast >&2
    HOLDFAST_BINARY=build/$preset/cli/holdfast node --no-warnings tests/crash/kill.mjs --cycles 2000 "$@"
}

case $name in
    '')
        native "$@"
        for each in first-sync-web query-web board-web forms-web start-web lighthouse-web; do web "$each" "$@"; done
        crash "$@"
        ;;
    workflow)
        native "$@"
        web board-web "${@:2}"
        ;;
    forms)  # on the server and the device, and in a browser
        native "$@"
        web forms-web "${@:2}"
        ;;
    kill) crash "${@:2}" ;;
    *-web) web "$@" ;;
    *) native "$@" ;;
esac
