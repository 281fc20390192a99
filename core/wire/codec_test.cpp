#include "core/wire/codec.hpp"

#include <gtest/gtest.h>

#include "core/wire/testing/raw.hpp"
#include "core/wire/testing/samples.hpp"

// Round trips are in codec_property_test.cpp, single flaws in invalid_vectors_test.cpp.
namespace holdfast::wire {
namespace {

using testing::Builder;
using testing::raw_frame;

ErrorCode refusal(std::string_view bytes) {
    const auto frame = decode(bytes);
    return frame ? ErrorCode::none : frame.error().code;
}

TEST(Decode, lends_the_bodies_of_a_page_from_the_frame) {
    const std::string body(500, 'x');
    const Bytes bytes = encode(
        Page{.head = testing::sample_head(), .rows = {{RowKind::message, Id{1}, 1, 0, body}}});
    const auto frame = decode(bytes);
    ASSERT_TRUE(frame.has_value());
    const std::string_view decoded = std::get<Page>(*frame).rows.at(0).body;
    EXPECT_EQ(decoded, body);
    EXPECT_EQ(decoded.data(), bytes.data() + bytes.find(body));
}

TEST(Decode, reads_what_is_absent_as_empty) {
    const auto frame =
        decode(raw_frame([](Builder& fbb) { return fb::CreateHello(fbb, 1, 0, 0, 0, 0, 1); }));
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(std::get<Hello>(*frame).token, "");
    EXPECT_TRUE(std::get<Hello>(*frame).cursors.empty());
}

TEST(Decode, refuses_a_frame_of_no_bytes_wherever_it_is) {
    const Bytes around(16, 'x');
    for (std::size_t at = 0; at < 8; ++at) {
        EXPECT_EQ(refusal(std::string_view(around).substr(at, 0)), ErrorCode::request_malformed);
    }
}

/// Two bucket numbers in a vector that begins 4 bytes further with each word before it: a builder
/// that knows their type would put them at a multiple of 8.
Bytes revoke_behind(std::size_t words) {
    Bytes bytes = raw_frame([&](Builder& fbb) {
        for (std::size_t i = 0; i < words; ++i) {
            fbb.CreateVector(std::vector<std::uint32_t>{});
        }
        const auto halves = fbb.CreateVector(std::vector<std::uint32_t>{7, 0, 8, 0});
        return fb::CreateRevoke(fbb,
                                flatbuffers::Offset<flatbuffers::Vector<std::uint64_t>>(halves.o));
    });
    const std::size_t size_at = bytes.find(Bytes("\x04\0\0\0\x07\0\0\0", 8));
    bytes.at(size_at) = 2;
    return bytes;
}

TEST(Decode, reads_numbers_of_64_bits_that_are_not_aligned) {
    for (const std::size_t words : {std::size_t{0}, std::size_t{1}}) {
        const auto frame = decode(revoke_behind(words));
        ASSERT_TRUE(frame.has_value()) << frame.error().detail;
        EXPECT_EQ(std::get<Revoke>(*frame).buckets, (std::vector<BucketId>{{7}, {8}}));
    }
}

TEST(Decode, reads_a_hello_of_another_version_so_that_it_can_be_answered) {
    const auto frame = decode(encode(Hello{.protocol = 99}));
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(std::get<Hello>(*frame).protocol, 99U);
}

TEST(Decode, keeps_kinds_and_codes_that_it_does_not_know) {
    const auto page =
        decode(encode(Page{.head = testing::largest_head(),
                           .rows = {{static_cast<RowKind>(200), Id{1}, 1, 0, "{}"}}}));
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(static_cast<int>(std::get<Page>(*page).rows.at(0).kind), 200);
    EXPECT_EQ(refusal(encode(Unwanted{.bucket = {1}, .code = static_cast<ErrorCode>(9999)})),
              ErrorCode::none);
}

TEST(Decode, takes_as_much_as_the_limits_allow) {
    Hello hello;
    hello.cursors.resize(limits::cursors_max);
    EXPECT_LE(encode(hello).size(), limits::frame_bytes_max);
    EXPECT_EQ(refusal(encode(hello)), ErrorCode::none);
    hello.cursors.resize(limits::cursors_max + 1);
    EXPECT_EQ(refusal(encode(hello)), ErrorCode::request_too_large);

    Push push{.intents = {
                  {.kind = IntentKind::message_post, .args = Bytes(limits::push_bytes_max, 'x')}}};
    EXPECT_EQ(refusal(encode(push)), ErrorCode::none);
    push.intents[0].args += 'x';
    EXPECT_EQ(refusal(encode(push)), ErrorCode::request_too_large);

    Page page{.head = testing::sample_head()};
    page.rows.resize(limits::rows_per_page_max, {RowKind::message, Id{1}, 1, 0, "{}"});
    EXPECT_EQ(refusal(encode(page)), ErrorCode::none);
}

TEST(Decode, refuses_a_frame_over_the_limit_unread) {
    EXPECT_EQ(refusal(Bytes(limits::frame_bytes_max, '\0')), ErrorCode::request_malformed);
    EXPECT_EQ(refusal(Bytes(limits::frame_bytes_max + 1, '\0')), ErrorCode::request_too_large);
}

TEST(Decode, does_not_copy_one_text_many_times) {
    const Bytes bytes = raw_frame([](Builder& fbb) {
        const auto detail = fbb.CreateString(std::string(1000, 'x'));
        std::vector<flatbuffers::Offset<fb::Outcome>> outcomes;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            outcomes.push_back(fb::CreateOutcome(fbb, i, fb::OutcomeStatus::applied, 0, detail));
        }
        const auto vector = fbb.CreateVector(outcomes);
        return fb::CreateOutcomes(fbb, vector);
    });
    EXPECT_EQ(refusal(bytes), ErrorCode::request_malformed);
}

TEST(Decode, does_not_copy_one_list_of_positions_many_times) {
    const Bytes bytes = raw_frame([](Builder& fbb) {
        const auto positions = fbb.CreateVectorOfStructs(std::vector<fb::Position>(1000));
        std::vector<flatbuffers::Offset<fb::Outcome>> outcomes;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            outcomes.push_back(
                fb::CreateOutcome(fbb, i, fb::OutcomeStatus::applied, 0, 0, positions));
        }
        const auto vector = fbb.CreateVector(outcomes);
        return fb::CreateOutcomes(fbb, vector);
    });
    EXPECT_EQ(refusal(bytes), ErrorCode::request_malformed);
}

TEST(Encode, keeps_waiting_times_within_their_field) {
    const auto retry = [](std::int64_t ms) {
        return std::get<GoAway>(*decode(encode(GoAway{.retry_after = {ms}}))).retry_after.count;
    };
    EXPECT_EQ(retry(-5), 0);
    EXPECT_EQ(retry(5), 5);
    EXPECT_EQ(retry(std::int64_t{1} << 40), 0xffff'ffff);
}

TEST(Encode, packs_rows_densely) {
    Page page{.head = testing::sample_head()};
    for (std::uint32_t i = 0; i < 1000; ++i) {
        page.rows.push_back(
            {RowKind::message, Id::make(5000, i), i, 1'767'268'800'000 + 1000 * i, "{}"});
    }
    // Kind, id, version and body size: a byte each; sort: two; body: two. The rest is the envelope.
    EXPECT_LT(encode(page).size(), 1000 * 8 + 300);
}

}  // namespace
}  // namespace holdfast::wire
