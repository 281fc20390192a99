// The corpus and the random verdicts as a WebAssembly module: the host puts texts or numbers in,
// and takes a text out.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/forms/corpus.hpp"
#include "tests/forms/verdicts.hpp"

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

/// The digest of random verdicts, likewise. A host of 32 bits gives the seed in two halves.
HF_EXPORT(digest)
std::size_t digest(std::uint32_t seed_high, std::uint32_t seed_low, std::uint32_t count) {
    const std::uint64_t seed = (std::uint64_t{seed_high} << 32U) | seed_low;
    output = holdfast::forms::corpus::digest_verdicts(seed, count);
    return output.size();
}

HF_EXPORT(output_text) const char* output_text() {
    return output.data();
}
