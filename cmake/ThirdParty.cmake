# SQLite with page encryption: the amalgamation inside the npm package better-sqlite3-multiple-ciphers,
# pinned by tools/package-lock.json (docs/decisions/0003-sqlite.md). One version for native and browser.
set(SQLITE_DIR ${PROJECT_SOURCE_DIR}/tools/node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3)
if(NOT EXISTS ${SQLITE_DIR}/sqlite3.c)
    message(FATAL_ERROR "SQLite is not there yet: run ./dev setup")
endif()
add_library(sqlite STATIC ${SQLITE_DIR}/sqlite3.c)
target_include_directories(sqlite SYSTEM PUBLIC ${SQLITE_DIR})
target_compile_definitions(sqlite PUBLIC
    SQLITE_OMIT_LOAD_EXTENSION SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_OMIT_DEPRECATED
    SQLITE_OMIT_SHARED_CACHE SQLITE_DQS=0 SQLITE_LIKE_DOESNT_MATCH_BLOBS SQLITE_TEMP_STORE=3
    SQLITE_USE_ALLOCA SQLITE_ENABLE_MATH_FUNCTIONS SQLITE_ENABLE_FTS5)
# Of its ciphers only the one that we use: ChaCha20 with Poly1305.
target_compile_definitions(sqlite PRIVATE
    CODEC_TYPE=CODEC_TYPE_CHACHA20 HAVE_CIPHER_CHACHA20=1 HAVE_CIPHER_AES_128_CBC=0
    HAVE_CIPHER_AES_256_CBC=0 HAVE_CIPHER_SQLCIPHER=0 HAVE_CIPHER_RC4=0 HAVE_CIPHER_ASCON128=0
    HAVE_CIPHER_AEGIS=0)
if(HOLDFAST_WASM)
    target_compile_definitions(sqlite PUBLIC SQLITE_THREADSAFE=0 SQLITE_OS_OTHER=1)
    target_compile_definitions(sqlite PRIVATE __WASM__)  # it takes randomness from getentropy()
    # Every phone loads it: what no query of a client uses is left out.
    target_compile_options(sqlite PRIVATE
        -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_OMIT_JSON)
else()
    target_compile_definitions(sqlite PUBLIC SQLITE_THREADSAFE=2)
    # A commit does not wait for the file's time of change to be written too.
    target_compile_definitions(sqlite PRIVATE HAVE_FDATASYNC=1)
    target_link_libraries(sqlite PUBLIC m)
endif()
target_compile_options(sqlite PRIVATE -w)

# FlatBuffers: the C++ header of spec/sync.fbs, made at build time; the runtime is header-only.
find_program(FLATC flatc REQUIRED)
set(WIRE_GEN_DIR ${PROJECT_BINARY_DIR}/gen/core/wire/gen)
add_custom_command(
    OUTPUT ${WIRE_GEN_DIR}/sync_generated.h
    COMMAND ${FLATC} --cpp --cpp-std c++17 --scoped-enums -o ${WIRE_GEN_DIR} ${PROJECT_SOURCE_DIR}/spec/sync.fbs
    DEPENDS ${PROJECT_SOURCE_DIR}/spec/sync.fbs)
add_custom_target(wire_gen DEPENDS ${WIRE_GEN_DIR}/sync_generated.h)
