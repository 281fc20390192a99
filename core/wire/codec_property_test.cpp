#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "core/wire/codec.hpp"
#include "core/wire/testing/arbitrary.hpp"
#include "core/wire/testing/describe.hpp"

namespace holdfast::wire {
namespace {

using testing::describe;
using testing::OwnedFrame;
using testing::pick_frame;

/// What a flawed frame may do: be refused with one of two codes, or be read as something valid.
void check_decodes_or_fails(std::string_view bytes) {
    const auto frame = decode(bytes);
    if (!frame) {
        RC_ASSERT(frame.error().code == ErrorCode::request_malformed ||
                  frame.error().code == ErrorCode::request_too_large);
        return;
    }
    const Bytes again = encode(*frame);
    const auto same = decode(again);
    RC_ASSERT(same.has_value());
    RC_ASSERT(describe(*same) == describe(*frame));
}

TEST(CodecProperty, every_frame_survives_being_encoded_and_decoded) {
    EXPECT_TRUE(rc::check([] {
        const OwnedFrame owned = pick_frame();
        const Bytes bytes = encode(owned.frame);
        const auto decoded = decode(bytes);
        RC_ASSERT(decoded.has_value());
        RC_ASSERT(describe(*decoded) == describe(owned.frame));
        RC_ASSERT(encode(*decoded) == bytes);
    }));
}

TEST(CodecProperty, a_frame_reads_the_same_at_every_address) {
    EXPECT_TRUE(rc::check([] {
        const OwnedFrame owned = pick_frame();
        const auto shift = *rc::gen::inRange<std::size_t>(0, 8);
        const std::string memory = std::string(shift, '.') + encode(owned.frame);
        const auto decoded = decode(std::string_view(memory).substr(shift));
        RC_ASSERT(decoded.has_value());
        RC_ASSERT(describe(*decoded) == describe(owned.frame));
        if (const Page* page = std::get_if<Page>(&*decoded)) {
            for (const RowRef& row : page->rows) {
                RC_ASSERT(row.body.data() >= memory.data());
                RC_ASSERT(row.body.data() <= memory.data() + memory.size());
            }
        }
    }));
}

TEST(CodecProperty, a_corrupted_frame_is_decoded_or_refused) {
    EXPECT_TRUE(rc::check([] {
        Bytes bytes = encode(pick_frame().frame);
        for (int flaws = *rc::gen::inRange(1, 6); flaws > 0; --flaws) {
            const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
            bytes[at] = *rc::gen::element('\0', '\x01', '\x7f', '\x80', '\xff', '\x04', '\x08');
        }
        check_decodes_or_fails(bytes);
    }));
}

TEST(CodecProperty, a_truncated_frame_is_decoded_or_refused) {
    EXPECT_TRUE(rc::check([] {
        const Bytes bytes = encode(pick_frame().frame);
        const auto size = *rc::gen::inRange<std::size_t>(0, bytes.size());
        check_decodes_or_fails(std::string_view(bytes).substr(0, size));
    }));
}

TEST(CodecProperty, random_bytes_are_refused) {
    EXPECT_TRUE(rc::check([](const std::string& bytes) { check_decodes_or_fails(bytes); }));
}

TEST(CodecProperty, a_stream_cut_anywhere_gives_the_frames_that_are_whole) {
    EXPECT_TRUE(rc::check([](const std::vector<std::string>& frames) {
        Bytes stream;
        std::vector<std::size_t> ends;
        for (const std::string& frame : frames) {
            append_framed(stream, frame);
            ends.push_back(stream.size());
        }
        const auto size = *rc::gen::inRange<std::size_t>(0, stream.size() + 1);
        FrameReader reader(std::string_view(stream).substr(0, size));
        std::vector<std::string> read;
        for (auto frame = reader.next(); frame && *frame; frame = reader.next()) {
            read.emplace_back(**frame);
        }
        const auto whole = std::ranges::upper_bound(ends, size) - ends.begin();
        RC_ASSERT(read == std::vector<std::string>(frames.begin(), frames.begin() + whole));
        const bool cut_behind_a_frame = size == 0 || std::ranges::binary_search(ends, size);
        RC_ASSERT(reader.at_end() == cut_behind_a_frame);
    }));
}

}  // namespace
}  // namespace holdfast::wire
