#pragma once

#include <cstdint>
#include <string_view>

namespace holdfast::storage {

/// Numbers that are never given twice. The database holds the first number that nobody has
/// reserved; [next, end) is reserved for this connection. A restart leaves out the rest of a block.
struct Counter {
    std::string_view name;
    std::uint64_t block;     ///< how many are reserved at once
    std::uint64_t distance;  ///< how many are left out when a restored backup is found
    std::uint64_t next;
    std::uint64_t end;
    /// The last block was reserved by the transaction that is open: undoing it undoes that too.
    bool unsettled = false;

    Counter(std::string_view counter_name,
            std::uint64_t first,
            std::uint64_t block_size,
            std::uint64_t leap_distance)
        : name(counter_name), block(block_size), distance(leap_distance), next(first), end(first) {}

    [[nodiscard]] std::uint64_t left() const { return end - next; }

    /// Takes over the block that ends before `block_end`.
    void take(std::uint64_t block_end) {
        if (block_end - block != end) {
            next = block_end - block;
        }
        end = block_end;
    }

    /// Gives up what is left, so that the next number comes from a new block.
    void drop() { next = end; }
};

}  // namespace holdfast::storage
