#!/usr/bin/env bash
# What this machine has, and what it lacks. Exits 1 when something is missing.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/lib.sh

problems=0
line() { printf '%-18s %s\n' "$1" "$2"; }
problem() {
    line "$1" "PROBLEM: $2"
    problems=$((problems + 1))
}

version() {
    local name=$1
    shift
    if command -v "$1" >/dev/null; then line "$name" "$("$@" 2>/dev/null | head -n 1)"; else problem "$name" "not there"; fi
}

line system "$(. /etc/os-release && echo "$PRETTY_NAME"), $(uname -m), $jobs cores, $(awk '/MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo)"
version g++ g++ --version
version clang clang-19 --version
version cmake cmake --version
version ninja ninja --version
version ccache ccache --version
version flatc flatc --version
version node node --version
version chromium chromium --version
version python python3 --version

if command -v dpkg-query >/dev/null; then
    missing=$(tools/setup.sh --missing | tr '\n' ' ')
    if [ -n "$missing" ]; then problem packages "missing: $missing(./dev setup installs them)"; else line packages "all there"; fi
fi
for folder in "${npm_folders[@]}"; do
    if python3 tools/npm_current.py "$folder"; then line "npm $folder/" "as locked"; else problem "npm $folder/" "not as locked (./dev setup)"; fi
done

free_gib=$(df -BG --output=avail . | tail -n 1 | tr -dc 0-9)
if [ "$free_gib" -lt 10 ]; then problem disk "$free_gib GiB free; all builds together take up to 10"; else line disk "$free_gib GiB free"; fi
if (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null; then
    line "port 8080" "in use: ./dev demo needs it"
else
    line "port 8080" free
fi

echo
if [ "$problems" -eq 0 ]; then echo "No problems."; else echo "Problems: $problems"; fi
[ "$problems" -eq 0 ]
