#include "core/files/media.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/files/limits.hpp"
#include "core/files/testing/pictures.hpp"

namespace holdfast::files {
namespace {

using namespace std::string_literals;
using testing::gif;
using testing::jpeg;
using testing::png;
using testing::webp;

TEST(Media, tells_pictures_and_their_size_from_their_bytes) {
    EXPECT_EQ(sniff(png(640, 480)), (Media{"image/png", 640, 480}));
    EXPECT_EQ(sniff(gif(12, 34)), (Media{"image/gif", 12, 34}));
    EXPECT_EQ(sniff(jpeg(4032, 3024)), (Media{"image/jpeg", 4032, 3024}));
    EXPECT_EQ(sniff(webp(16'000, 9'000)), (Media{"image/webp", 16'000, 9'000}));
}

TEST(Media, finds_the_size_of_a_jpeg_behind_long_segments) {
    EXPECT_EQ(sniff(jpeg(20, 10, 3)), (Media{"image/jpeg", 20, 10}));
    const std::string far = jpeg(20, 10, 20);  // behind what is looked at
    EXPECT_EQ(sniff(far), (Media{"image/jpeg", 0, 0}));
    EXPECT_EQ(check_size(sniff(far)).error().code, ErrorCode::file_broken);
}

TEST(Media, gives_no_size_for_a_picture_that_is_cut_anywhere_before_it) {
    for (const std::string& whole : {png(640, 480), jpeg(640, 480), webp(640, 480)}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const Media media = sniff(whole.substr(0, size));
            EXPECT_TRUE(media.width == 0 || media == sniff(whole)) << size;
        }
    }
}

TEST(Media, refuses_a_picture_that_would_fill_a_phone_without_decoding_it) {
    EXPECT_TRUE(check_size(sniff(png(10'000, 5'000))));
    EXPECT_EQ(check_size(sniff(png(10'000, 5'001))).error().code, ErrorCode::file_image_too_large);
    EXPECT_EQ(check_size(sniff(png(20'001, 1))).error().code, ErrorCode::file_image_too_large);
    EXPECT_EQ(check_size(sniff(png(0xffff'ffff, 0xffff'ffff))).error().code,
              ErrorCode::file_image_too_large);
    EXPECT_EQ(check_size(sniff(png(0, 5))).error().code, ErrorCode::file_broken);
    EXPECT_TRUE(check_size(sniff("%PDF-1.7")));
}

TEST(Media, tells_documents_from_what_lies_inside_them) {
    EXPECT_EQ(sniff("%PDF-1.7\n\xe2\xe3").type, "application/pdf");
    EXPECT_EQ(sniff("PK\x03\x04 anything").type, "application/zip");
    EXPECT_EQ(sniff("PK\x03\x04 [Content_Types].xml PK\x03\x04 word/document.xml").type,
              "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    EXPECT_EQ(sniff("PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet").type,
              "application/vnd.oasis.opendocument.spreadsheet");
    EXPECT_EQ(sniff("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 W\0o\0r\0k\0b\0o\0o\0k\0"s).type,
              "application/vnd.ms-excel");
    EXPECT_EQ(sniff("RIFF....AVI LIST").type, "video/x-msvideo");
    EXPECT_EQ(sniff("....ftypisom").type, "video/mp4");
}

TEST(Media, does_not_believe_a_name_but_for_which_text_it_is) {
    EXPECT_EQ(sniff("a,b\n1,2\n", "Table.CSV").type, "text/csv");
    EXPECT_EQ(sniff("a,b\n1,2\n", "table.exe").type, "text/plain");
    EXPECT_EQ(sniff(png(1, 1), "table.csv").type, "image/png");
    EXPECT_EQ(sniff("MZ\x90\0\3"s, "holiday.jpg").type, "application/octet-stream");
    EXPECT_EQ(sniff("").type, "application/octet-stream");
    EXPECT_TRUE(goes_by("text/plain", "text/csv"));
    EXPECT_FALSE(goes_by("application/octet-stream", "image/jpeg"));
    EXPECT_FALSE(goes_by("text/csv", "image/jpeg"));
    EXPECT_TRUE(is_known_type("text/markdown"));
    EXPECT_FALSE(is_known_type("image/svg+xml"));
}

TEST(Media, takes_small_pictures_only_as_thumbnails) {
    EXPECT_TRUE(check_thumbnail(testing::base64(png(320, 200))));
    EXPECT_EQ(check_thumbnail(testing::base64(png(321, 200))).error().code,
              ErrorCode::file_image_too_large);
    EXPECT_EQ(check_thumbnail(testing::base64("%PDF-1.7")).error().code, ErrorCode::file_broken);
    EXPECT_EQ(check_thumbnail("no base64").error().code, ErrorCode::file_broken);
    EXPECT_EQ(check_thumbnail(std::string(limits::thumbnail_characters_max + 1, 'A')).error().code,
              ErrorCode::intent_too_long);
}

TEST(Media, reads_base64_and_nothing_else) {
    EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
    EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
    EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(from_base64(""), "");
    EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
    EXPECT_EQ(from_base64("Zm9vYmE="), "fooba");
    EXPECT_EQ(from_base64("Zm9vYmFy"), "foobar");
    for (const char* wrong : {"Zg", "Z===", "====", "Zm9v!mFy", "Zm9=YmFy"}) {
        EXPECT_FALSE(from_base64(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace holdfast::files
