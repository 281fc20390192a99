#include "platform/net/compression.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

#include <memory>
#include <string>

namespace holdfast::net {
namespace {

std::string sample() {
    std::string text;
    for (int i = 0; i < 20'000; ++i) {
        text += std::to_string(i * 7919 % 1000) + ",";
    }
    return text;
}

TEST(Compression, gives_back_what_was_compressed) {
    for (const Encoding encoding : {Encoding::identity, Encoding::gzip, Encoding::zstd}) {
        for (const std::string& text : {std::string{}, std::string{"a"}, sample()}) {
            const auto back = decompress(encoding, compress(encoding, text, 1), 1 << 20);
            ASSERT_TRUE(back.has_value()) << encoding_name(encoding);
            EXPECT_EQ(*back, text);
        }
    }
}

TEST(Compression, gives_back_every_size_at_which_a_string_grows) {
    for (const Encoding encoding : {Encoding::identity, Encoding::gzip, Encoding::zstd}) {
        for (std::size_t size = 0; size < 100; ++size) {
            const std::string text(size, 'x');
            EXPECT_EQ(decompress(encoding, compress(encoding, text, 1), size).value_or("damaged"),
                      text)
                << encoding_name(encoding) << " of " << size;
        }
    }
}

TEST(Compression, reads_a_frame_of_zstd_that_does_not_say_how_large_it_is) {
    const std::string text = sample();
    const std::unique_ptr<ZSTD_CStream, std::size_t (*)(ZSTD_CStream*)> stream(ZSTD_createCStream(),
                                                                               &ZSTD_freeCStream);
    std::string bytes(ZSTD_compressBound(text.size()), '\0');
    ZSTD_outBuffer out{bytes.data(), bytes.size(), 0};
    for (const std::size_t begin : {std::size_t{0}, text.size() / 2}) {
        ZSTD_inBuffer in{text.data() + begin, text.size() / 2, 0};
        ZSTD_compressStream2(stream.get(), &out, &in, begin == 0 ? ZSTD_e_flush : ZSTD_e_end);
    }
    bytes.resize(out.pos);
    EXPECT_EQ(decompress(Encoding::zstd, bytes, 1 << 20).value(), text);
    EXPECT_EQ(decompress(Encoding::zstd, bytes, 1 << 10).error().code,
              ErrorCode::request_too_large);
    EXPECT_FALSE(decompress(Encoding::zstd, bytes.substr(0, bytes.size() - 9), 1 << 20));
}

TEST(Compression, refuses_more_than_the_limit) {
    for (const Encoding encoding : {Encoding::gzip, Encoding::zstd}) {
        const auto back =
            decompress(encoding, compress(encoding, std::string(1 << 22, 'x'), 1), 1 << 20);
        ASSERT_FALSE(back.has_value());
        EXPECT_EQ(back.error().code, ErrorCode::request_too_large);
    }
}

TEST(Compression, refuses_damaged_and_cut_streams) {
    for (const Encoding encoding : {Encoding::gzip, Encoding::zstd}) {
        const std::string good = compress(encoding, sample(), 1);
        for (const std::string& bad :
             {good.substr(0, good.size() / 2), std::string{}, std::string(100, 'x')}) {
            const auto back = decompress(encoding, bad, 1 << 20);
            ASSERT_FALSE(back.has_value());
            EXPECT_EQ(back.error().code, ErrorCode::request_malformed);
        }
    }
}

TEST(Compression, chooses_what_the_client_takes) {
    EXPECT_EQ(choose_encoding("gzip, deflate, br, zstd"), Encoding::zstd);
    EXPECT_EQ(choose_encoding("gzip;q=0.5, zstd;q=0"), Encoding::gzip);
    EXPECT_EQ(choose_encoding("GZIP"), Encoding::gzip);
    EXPECT_EQ(choose_encoding("gzip;q=0.000"), Encoding::identity);
    EXPECT_EQ(choose_encoding("br"), Encoding::identity);
    EXPECT_EQ(choose_encoding(""), Encoding::identity);
    EXPECT_FALSE(parse_encoding("br").has_value());
    EXPECT_EQ(parse_encoding(" gzip ").value(), Encoding::gzip);
}

}  // namespace
}  // namespace holdfast::net
