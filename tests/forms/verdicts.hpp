#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace holdfast::forms::corpus {

/// A digest of everything that the engine says about `count` random forms and answers, each made of
/// a seed of its own, from `seed` on. Wherever it is run, the same.
[[nodiscard]] std::string digest_verdicts(std::uint64_t seed, std::size_t count);

}  // namespace holdfast::forms::corpus
