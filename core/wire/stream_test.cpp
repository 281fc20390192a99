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

    FrameReader reader;
    reader.feed(stream);
    EXPECT_EQ(**reader.next(), "one");
    EXPECT_EQ(**reader.next(), "");
    EXPECT_FALSE(reader.at_boundary());
    EXPECT_EQ(**reader.next(), "three");
    EXPECT_EQ(*reader.next(), std::nullopt);
    EXPECT_TRUE(reader.at_boundary());
}

TEST(FrameReader, waits_for_the_rest_of_a_frame) {
    FrameReader reader;
    EXPECT_TRUE(reader.at_boundary());
    for (const char byte : "\2\0\0\0a"sv) {
        reader.feed({&byte, 1});
        EXPECT_EQ(*reader.next(), std::nullopt);
        EXPECT_FALSE(reader.at_boundary());
    }
    reader.feed("b");
    EXPECT_EQ(**reader.next(), "ab");
}

TEST(FrameReader, refuses_a_frame_over_the_limit_before_it_has_come) {
    Bytes largest;
    append_framed(largest, Bytes(limits::frame_bytes_max, 'x'));
    FrameReader reader;
    reader.feed(largest);
    EXPECT_EQ((**reader.next()).size(), limits::frame_bytes_max);

    reader.feed("\1\0\x10\0"sv);
    EXPECT_EQ(reader.next().error().code, ErrorCode::request_too_large);
    reader.feed("anything");
    EXPECT_EQ(reader.next().error().code, ErrorCode::request_too_large);
}

TEST(FrameReader, takes_time_in_proportion_to_the_stream) {
    // A quadratic reader would move 10^11 bytes here.
    Bytes stream;
    for (int i = 0; i < 100'000; ++i) {
        append_framed(stream, "0123456789");
    }
    FrameReader reader;
    reader.feed(stream);
    int frames = 0;
    for (auto frame = reader.next(); frame && *frame; frame = reader.next()) {
        reader.feed("");
        ++frames;
    }
    EXPECT_EQ(frames, 100'000);
}

}  // namespace
}  // namespace holdfast::wire
