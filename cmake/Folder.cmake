# holdfast_folder(NAME [LINK target...] [TEST_LINK target...] [THROWS] [WAITS] [THREADS] [SOURCES_EXCLUDE regex])
#
# One folder = one library `holdfast_NAME` made of its *.cpp, and one test program
# `holdfast_NAME_test` made of its *_test.cpp. Tests stand beside their sources.
# PCH headers...: compiled once for the library; its tests are compiled without.
# THROWS: the folder may use libraries that throw (the server and its tools); all else is built
# with -fno-exceptions, as the browser build is.
# WAITS: it waits for SQLite, sockets and files more than it computes, as what THROWS does: under the
# sanitizers it is not optimized, and compiles in half the time.
# THREADS: its tests use several threads, so they run under the thread sanitizer too.
function(holdfast_folder NAME)
    cmake_parse_arguments(ARG "THROWS;WAITS;THREADS" "SOURCES_EXCLUDE" "LINK;TEST_LINK;PCH" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS *.cpp)
    set(tests ${sources})
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
    if(ARG_SOURCES_EXCLUDE)
        list(FILTER sources EXCLUDE REGEX "${ARG_SOURCES_EXCLUDE}")
    endif()

    set(target holdfast_${NAME})
    if(sources)
        add_library(${target} STATIC ${sources})
        set(visibility PUBLIC)
    else()
        add_library(${target} INTERFACE)
        set(visibility INTERFACE)
    endif()
    target_include_directories(${target} ${visibility} ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} ${visibility} holdfast_flags ${ARG_LINK})
    if(sources)
        if(NOT ARG_THROWS)
            target_compile_options(${target} PRIVATE -fno-exceptions)
        endif()
        if(HOLDFAST_SANITIZE AND (ARG_THROWS OR ARG_WAITS))
            target_compile_options(${target} PRIVATE -O0)
        endif()
        if(ARG_PCH)
            target_precompile_headers(${target} PRIVATE ${ARG_PCH})
        endif()
    endif()

    if(tests AND NOT HOLDFAST_WASM)
        add_executable(${target}_test ${tests})
        target_link_libraries(${target}_test PRIVATE ${target} ${ARG_TEST_LINK} GTest::gmock_main)
        target_compile_options(${target}_test PRIVATE ${HOLDFAST_TEST_OPTIONS})
        add_dependencies(holdfast_tests ${target}_test)
        add_test(NAME ${NAME} COMMAND ${target}_test WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
        set(labels unit)
        if(ARG_THREADS)
            list(APPEND labels threads)
        endif()
        set_tests_properties(${NAME} PROPERTIES LABELS "${labels}")
    endif()
endfunction()
