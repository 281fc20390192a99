// The corpus as a WebAssembly module: the host puts two texts in, and takes one out.

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/forms/corpus.hpp"

#define HF_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace {

std::string output;

}  // namespace

HF_EXPORT(allocate) void* allocate(std::size_t size) {
    return std::malloc(size);
}

/// Runs a file. Returns the size of what output_text() points to until the next call.
HF_EXPORT(run)
std::size_t run(char* world, std::size_t world_size, char* file, std::size_t file_size) {
    output = holdfast::forms::corpus::run_file({world, world_size}, {file, file_size});
    std::free(world);
    std::free(file);
    return output.size();
}

HF_EXPORT(output_text) const char* output_text() {
    return output.data();
}
