#include "server/files/tus.hpp"

#include <gtest/gtest.h>

#include "core/base/hex.hpp"
#include "core/files/testing/pictures.hpp"
#include "server/files/digest.hpp"
#include "server/files/links.hpp"

namespace holdfast::files {
namespace {

using testing::base64;

constexpr UploadKey key{Id{41}, Id{8'589'934'663}};

TEST(Tus, reads_for_what_an_upload_is) {
    const std::string channel = "channel " + base64("41");
    const std::string file = "file " + base64("8589934663");
    for (const std::string& text : {channel + "," + file,
                                    file + ", " + channel,
                                    "filename d29ybGQ=,is_confidential," + channel + "," + file}) {
        EXPECT_EQ(parse_metadata(text).value(), key) << text;
    }
    for (const std::string& text : {std::string(),
                                    channel,
                                    "channel," + file,
                                    "channel 41," + file,
                                    "channel " + base64("0") + "," + file,
                                    channel + ",file " + base64("-1"),
                                    channel + "," + file + "," + std::string(2000, 'x')}) {
        EXPECT_EQ(parse_metadata(text).error().code, ErrorCode::request_malformed) << text;
    }
}

TEST(Tus, reads_the_address_of_an_upload) {
    EXPECT_EQ(parse_upload_key(to_string(key)), key);
    for (const char* text : {"", "41", "41-", "-41", "41-0", "041-1", "41-1/..", "41-1-1"}) {
        EXPECT_FALSE(parse_upload_key(text)) << text;
    }
}

TEST(Tus, reads_lengths_without_signs_or_blanks) {
    EXPECT_EQ(parse_length("0").value(), 0);
    EXPECT_EQ(parse_length("26214400").value(), 26'214'400);
    for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x10", "99999999999999999999"}) {
        EXPECT_FALSE(parse_length(text)) << text;
    }
}

TEST(Tus, reads_and_compares_checksums) {
    const auto sha1 = parse_checksum("sha1 Lve95gjOVATpfV8EL5X4nxwjKHE=");
    ASSERT_TRUE(sha1);
    EXPECT_TRUE(matches(*sha1, "Hello World!"));
    EXPECT_FALSE(matches(*sha1, "Hello World?"));
    const auto sha256 = parse_checksum("sha256 " + base64(sha256_of("abc")));
    ASSERT_TRUE(sha256);
    EXPECT_TRUE(matches(*sha256, "abc"));
    for (const char* text :
         {"", "sha1", "md5 Lve95gjOVATpfV8EL5X4nxwjKHE=", "sha1 Zm9v", "sha1 !"}) {
        EXPECT_EQ(parse_checksum(text).error().code, ErrorCode::request_malformed) << text;
    }
}

TEST(Digest, is_that_of_the_standards) {
    Sha256 sha256;
    sha256.add("a");
    sha256.add("bc");
    // FIPS 180-2, appendix B.1; RFC 4231, 4.3.
    EXPECT_EQ(sha256.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(mac_of("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Links, are_good_for_one_file_and_some_minutes_and_cannot_be_made_up) {
    const Link link{Id{1}, Id{11}, key, WallTime{1'000}};
    const std::string text = print("secret", link);
    EXPECT_EQ(parse_link("secret", text, WallTime{999}), link);
    EXPECT_FALSE(parse_link("secret", text, WallTime{1'000}));
    EXPECT_FALSE(parse_link("other secret", text, WallTime{0}));
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        changed[at] = changed[at] == '1' ? '2' : '1';
        EXPECT_FALSE(parse_link("secret", changed, WallTime{0})) << changed;
        EXPECT_FALSE(parse_link("secret", text.substr(0, at), WallTime{0}));
    }
}

}  // namespace
}  // namespace holdfast::files
