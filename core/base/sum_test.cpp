#include "core/base/sum.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <vector>

namespace holdfast {
namespace {

// The layout, written out a second time: what other clients hash (spec/vectors/README.md).
Sum hash_of_layout(
    std::uint8_t kind, Id id, std::uint64_t version, std::int64_t sort, std::string_view body) {
    std::string bytes(1, static_cast<char>(kind));
    for (const std::uint64_t number : {id.value, version, static_cast<std::uint64_t>(sort)}) {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            bytes += static_cast<char>(static_cast<unsigned char>(number >> shift));
        }
    }
    bytes += body;
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return {.low = hash.low64, .high = hash.high64};
}

TEST(RowSum, hashes_kind_id_version_sort_and_body_whatever_the_body_size) {
    for (std::size_t size = 0; size < 2000; size += size < 600 ? 1 : 97) {
        const std::string body(size, 'x');
        EXPECT_EQ(row_sum(7, Id{5}, 9, -3, body), hash_of_layout(7, Id{5}, 9, -3, body)) << size;
    }
}

TEST(RowSum, differs_when_any_part_differs) {
    const Sum sum = row_sum(7, Id{5}, 9, -3, "{}");
    EXPECT_NE(sum, row_sum(8, Id{5}, 9, -3, "{}"));
    EXPECT_NE(sum, row_sum(7, Id{6}, 9, -3, "{}"));
    EXPECT_NE(sum, row_sum(7, Id{5}, 8, -3, "{}"));
    EXPECT_NE(sum, row_sum(7, Id{5}, 9, -4, "{}"));
    EXPECT_NE(sum, row_sum(7, Id{5}, 9, -3, "{ }"));
}

TEST(Sum, carries_and_borrows_between_its_halves) {
    Sum sum{.low = ~std::uint64_t{0}, .high = 1};
    sum += Sum{.low = 1, .high = 0};
    EXPECT_EQ(sum, (Sum{.low = 0, .high = 2}));
    sum -= Sum{.low = 1, .high = 0};
    EXPECT_EQ(sum, (Sum{.low = ~std::uint64_t{0}, .high = 1}));
}

TEST(Sum, forgets_order_and_what_was_taken_away) {
    EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint64_t, std::uint64_t>>& parts) {
        Sum forwards;
        Sum backwards;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto& last = parts[parts.size() - 1 - i];
            forwards += Sum{.low = parts[i].first, .high = parts[i].second};
            backwards += Sum{.low = last.first, .high = last.second};
        }
        RC_ASSERT(forwards == backwards);
        for (const auto& [low, high] : parts) {
            forwards -= Sum{.low = low, .high = high};
        }
        RC_ASSERT(forwards == Sum{});
    }));
}

}  // namespace
}  // namespace holdfast
