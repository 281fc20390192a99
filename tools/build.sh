#!/usr/bin/env bash
# build.sh [native|program|wasm|app]...: builds the parts named; native, wasm and app without one.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. tools/lib.sh

build_native() {
    say "Building the server, the tools and the tests"
    build_preset dev
    ln -sfn build/dev/compile_commands.json compile_commands.json
}

# What the demonstration needs of the native build: no test, no benchmark, no simulator.
build_program() {
    say "Building the program"
    build_target dev holdfast
}

build_wasm() {
    say "Building the core for the browser"
    build_preset wasm
    local made=build/wasm/client/wasm/holdfast.wasm placed=app/src/gen/holdfast.wasm
    need "$made"
    cmp -s "$made" "$placed" || install -D -m 644 "$made" "$placed"
}

# TypeScript for the wire contract, only where the app uses the FlatBuffers runtime.
generate_typescript() {
    local made=app/src/gen/wire
    grep -q '"flatbuffers"' app/package.json || return 0
    if [ ! -e "$made/.made" ] || [ spec/sync.fbs -nt "$made/.made" ]; then
        mkdir -p "$made"
        flatc --ts -o "$made" spec/sync.fbs
        touch "$made/.made"
    fi
}

# Everything that goes into app/dist, as one hash.
app_inputs() {
    find app -type f -not -path 'app/node_modules/*' -not -path 'app/dist/*' -print0 | sort -z |
        xargs -0 sha256sum | sha256sum
}

app_state() { printf '%s %s\n' "$(app_inputs)" "$(stat -c %Y app/dist/index.html 2>/dev/null || echo none)"; }

build_app() {
    need app/package.json
    need app/src/gen/holdfast.wasm
    generate_typescript
    if [ -e app/dist/index.html ] && [ "$(app_state)" = "$(cat build/.app 2>/dev/null)" ]; then
        return 0
    fi
    say "Building the app"
    (cd app && node --run build)
    app_state >build/.app
}

[ $# -gt 0 ] || set -- native wasm app
for part in "$@"; do
    case $part in
        native) build_native ;;
        program) build_program ;;
        wasm) build_wasm ;;
        app)
            [ -e app/src/gen/holdfast.wasm ] || build_wasm
            build_app
            ;;
        *) die "build has no part '$part': native, program, wasm, app" ;;
    esac
done
