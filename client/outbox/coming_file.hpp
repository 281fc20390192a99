#pragma once

#include <cstdint>
#include <string>

#include "client/outbox/outbox.hpp"
#include "core/base/sha256.hpp"

namespace holdfast::client {

/// A file whose bytes are on their way to the disk. Inside client/outbox only.
struct ComingFile {
    Outbox::File file;
    Sha256 sum{};
    std::string head{};       ///< what its type is told from
    std::string held{};       ///< not enough for a piece
    std::int64_t have = 0;    ///< bytes that came
    std::int64_t pieces = 0;  ///< written
    std::uint64_t begun = 0;  ///< which of them was begun first; 0: fetched, before all others
    std::string expected{};   ///< of one that is fetched: what its bytes must add up to
};

}  // namespace holdfast::client
