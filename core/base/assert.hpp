#pragma once

#include <cstdio>
#include <cstdlib>

/// A broken assertion is a bug in this program, never bad input: it stays on in release and stops
/// the process.
#define HF_ASSERT(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                          \
        }                                                                                          \
    } while (false)
