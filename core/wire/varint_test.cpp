#include "core/wire/varint.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <optional>
#include <vector>

namespace holdfast::wire {
namespace {

std::optional<std::uint64_t> read_all(const std::vector<std::uint8_t>& bytes) {
    varint::Reader reader(bytes.data(), bytes.size());
    std::uint64_t value = 0;
    return reader.read(value) && reader.at_end() ? std::optional(value) : std::nullopt;
}

TEST(Varint, is_written_in_as_many_bytes_as_it_says_and_read_back) {
    EXPECT_TRUE(rc::check([](std::uint64_t bits) {
        const std::uint64_t value = bits >> *rc::gen::inRange(0, 64);
        std::array<std::uint8_t, varint::bytes_max> room{};
        const auto size = static_cast<std::size_t>(varint::write(room.data(), value) - room.data());
        RC_ASSERT(size == varint::size(value));
        RC_ASSERT(read_all({room.begin(), room.begin() + size}) == value);
    }));
}

TEST(Varint, keeps_small_differences_small_whatever_their_sign) {
    EXPECT_EQ(varint::zigzag(0), 0U);
    EXPECT_EQ(varint::zigzag(static_cast<std::uint64_t>(-1)), 1U);
    EXPECT_EQ(varint::zigzag(1), 2U);
    EXPECT_TRUE(rc::check(
        [](std::uint64_t value) { RC_ASSERT(varint::unzigzag(varint::zigzag(value)) == value); }));
}

TEST(Varint, has_one_spelling_for_each_value) {
    EXPECT_EQ(read_all({0x00}), 0U);
    EXPECT_EQ(read_all({0x80, 0x01}), 128U);
    EXPECT_EQ(read_all({0x80, 0x00}), std::nullopt);
    EXPECT_EQ(read_all({0xff, 0x80, 0x00}), std::nullopt);
}

TEST(Varint, ends_within_its_column_and_within_64_bits) {
    EXPECT_EQ(read_all({}), std::nullopt);
    EXPECT_EQ(read_all({0xff}), std::nullopt);
    std::vector<std::uint8_t> largest(9, 0xff);
    largest.push_back(0x01);
    EXPECT_EQ(read_all(largest), ~std::uint64_t{0});
    largest.back() = 0x02;
    EXPECT_EQ(read_all(largest), std::nullopt);
    largest.back() = 0x81;
    largest.push_back(0x00);
    EXPECT_EQ(read_all(largest), std::nullopt);
}

}  // namespace
}  // namespace holdfast::wire
