#include "core/base/sha256.hpp"

#include <gtest/gtest.h>

#include "core/base/hex.hpp"

namespace holdfast {
namespace {

std::string hex(std::string_view bytes) {
    return to_hex(sha256_of(bytes));
}

TEST(Sha256, gives_the_values_of_the_standard) {
    EXPECT_EQ(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, does_not_depend_on_how_the_bytes_are_cut) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        bytes += static_cast<char>(i * 7);
    }
    for (std::size_t size = 1; size < 200; ++size) {
        Sha256 sum;
        for (std::size_t at = 0; at < bytes.size(); at += size) {
            sum.add(std::string_view(bytes).substr(at, size));
        }
        ASSERT_EQ(sum.finish(), sha256_of(bytes)) << size;
    }
    for (std::size_t size = 0; size < 130; ++size) {  // every length of the padding
        const std::string_view head = std::string_view(bytes).substr(0, size);
        Sha256 sum;
        sum.add(head.substr(0, size / 2));
        sum.add(head.substr(size / 2));
        ASSERT_EQ(sum.finish(), sha256_of(head)) << size;
    }
}

}  // namespace
}  // namespace holdfast
