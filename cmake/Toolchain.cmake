# Flags that every target of ours shares. Third-party code is compiled without them.
option(HOLDFAST_WASM "Build core and client for the browser" OFF)
option(HOLDFAST_FUZZ "Build the fuzzers (clang only)" OFF)
set(HOLDFAST_SANITIZE "" CACHE STRING "address,undefined or thread; empty for none")

add_library(holdfast_flags INTERFACE)
target_compile_options(holdfast_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror
    # Designated initializers leave members at their defaults on purpose.
    -Wno-missing-field-initializers
    # libstdc++ 12's own std::stable_sort trips clang's warning.
    $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
    # GCC 12 at -O2 sees uninitialized members in empty std::optionals and huge copies of std::strings.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized$<SEMICOLON>-Wno-stringop-overflow$<SEMICOLON>-Wno-stringop-overread$<SEMICOLON>-Wno-restrict>)
# nlohmann/json must look the same in every translation unit, thrower or not.
target_compile_definitions(holdfast_flags INTERFACE JSON_NOEXCEPTION JSON_USE_IMPLICIT_CONVERSIONS=0)

# What tests are written in need not be fast, and compiles in half the time.
set(HOLDFAST_TEST_OPTIONS $<IF:$<CXX_COMPILER_ID:Clang>,-O0,-Og>)

if(HOLDFAST_SANITIZE)
    add_compile_options(-fsanitize=${HOLDFAST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
        -fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizers.txt)
    add_link_options(-fsanitize=${HOLDFAST_SANITIZE})
endif()
if(HOLDFAST_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
    # Without the first it leaves alone whatever uses a precompiled header, which is nearly everything. The other two let
    # checkouts beside each other share what they compile.
    cmake_path(GET PROJECT_SOURCE_DIR PARENT_PATH CHECKOUTS)
    set(LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${CHECKOUTS} CCACHE_NOHASHDIR=1 ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${LAUNCHER})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${LAUNCHER})
endif()

if(NOT HOLDFAST_WASM)
    find_package(GTest REQUIRED)
    find_package(Threads REQUIRED)
endif()
