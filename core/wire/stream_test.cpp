#include <gtest/gtest.h>

#include "core/wire/codec.hpp"

namespace holdfast::wire {
namespace {

using namespace std::string_view_literals;

TEST(FrameReader, takes_frames_off_in_order) {
    Bytes stream;
    append_framed(stream, "one");
    append_framed(stream, "");
    append_framed(stream, "three");
    EXPECT_EQ(stream, "\3\0\0\0one\0\0\0\0\5\0\0\0three"sv);

    FrameReader reader(stream);
    EXPECT_EQ(**reader.next(), "one");
    EXPECT_EQ(**reader.next(), "");
    EXPECT_FALSE(reader.at_end());
    EXPECT_EQ(**reader.next(), "three");
    EXPECT_EQ(*reader.next(), std::nullopt);
    EXPECT_TRUE(reader.at_end());
}

TEST(FrameReader, frames_borrow_from_the_stream) {
    const std::string_view stream = "\2\0\0\0ab"sv;
    FrameReader reader(stream);
    EXPECT_EQ((**reader.next()).data(), stream.data() + 4);
}

TEST(FrameReader, hands_out_no_frame_that_was_cut) {
    const std::string_view whole = "\2\0\0\0ab"sv;
    for (std::size_t size = 1; size < whole.size(); ++size) {
        FrameReader reader(whole.substr(0, size));
        EXPECT_EQ(*reader.next(), std::nullopt);
        EXPECT_FALSE(reader.at_end());
    }
}

TEST(FrameReader, refuses_a_frame_over_the_limit_before_it_has_come) {
    Bytes stream;
    append_framed(stream, Bytes(limits::frame_bytes_max, 'x'));
    stream += "\1\0\x10\0"sv;
    FrameReader reader(stream);
    EXPECT_EQ((**reader.next()).size(), limits::frame_bytes_max);
    EXPECT_EQ(reader.next().error().code, ErrorCode::request_too_large);
    EXPECT_EQ(reader.next().error().code, ErrorCode::request_too_large);
}

}  // namespace
}  // namespace holdfast::wire
