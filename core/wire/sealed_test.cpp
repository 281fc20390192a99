#include "core/wire/sealed.hpp"

#include <gtest/gtest.h>

/// OM35: the shape of the file that unsent work is saved to.
namespace holdfast::wire {
namespace {

template <class Piece>
Piece round_trip(const Piece& piece, const Bytes& bytes) {
    const auto decoded = decode_sealed(bytes);
    const Piece* found = decoded ? std::get_if<Piece>(&*decoded) : nullptr;
    EXPECT_NE(found, nullptr);
    return found != nullptr ? *found : piece;
}

const SealedHead sample_head{.user = Id{12},
                             .organization = Id{34},
                             .device = 7,
                             .saved_at = WallTime{1'700'000'000'000},
                             .actions = 3,
                             .files = 1,
                             .pass = "hfd.12.7.mac"};

TEST(Sealed, OM35_a_head_comes_back_as_it_was) {
    EXPECT_EQ(round_trip(sample_head, encode_sealed(sample_head)), sample_head);
}

TEST(Sealed, OM35_actions_come_back_in_their_order) {
    SealedActions actions;
    for (const std::uint32_t counter : {1U, 2U, 3U}) {
        actions.intents.push_back({.id = Id::make(7, counter),
                                   .lane = Id{9},
                                   .kind = IntentKind::message_post,
                                   .args = R"({"text":")" + std::to_string(counter) + R"("})",
                                   .claimed_at = WallTime{5}});
    }
    const auto back = round_trip(actions, encode_sealed(actions));
    ASSERT_EQ(back.intents.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(back.intents[i].id, actions.intents[i].id);
        EXPECT_EQ(back.intents[i].args, actions.intents[i].args);
    }
}

TEST(Sealed, OM35_bytes_know_their_file_and_place) {
    const std::string content("\0\1\2", 3);
    const SealedBytes part{.channel = Id{4}, .file = Id{5}, .at = 262'144, .bytes = content};
    const Bytes bytes = encode_sealed(part);
    const auto back = round_trip(part, bytes);
    EXPECT_EQ(back.channel, part.channel);
    EXPECT_EQ(back.file, part.file);
    EXPECT_EQ(back.at, part.at);
    EXPECT_EQ(back.bytes, content);
}

TEST(Sealed, refuses_pieces_that_are_cut_or_of_no_kind) {
    const Bytes head = encode_sealed(sample_head);
    for (std::size_t size = 0; size < 37; ++size) {  // all before the pass
        EXPECT_FALSE(decode_sealed(std::string_view(head).substr(0, size))) << size;
    }
    for (const std::string& bytes :
         {std::string("\5"), std::string("\4x"), std::string("\2x"), std::string("\3short")}) {
        const auto decoded = decode_sealed(bytes);
        ASSERT_FALSE(decoded);
        EXPECT_EQ(decoded.error().code, ErrorCode::sealed_unreadable);
    }
    EXPECT_FALSE(decode_sealed(head + std::string(limits::sealed_pass_bytes_max, 'x')));
    SealedBytes part{.channel = Id{4}, .file = Id{5}, .at = -1};
    EXPECT_FALSE(decode_sealed(encode_sealed(part)));
    part.at = std::numeric_limits<std::int64_t>::max();
    part.bytes = "x";
    EXPECT_FALSE(decode_sealed(encode_sealed(part)));
}

TEST(Sealed, a_preface_names_the_server_and_the_version) {
    const std::string server(sealed_key_bytes, 's');
    const std::string own(sealed_key_bytes, 'f');
    Bytes bytes = sealed_lead(server) + own;
    const auto preface = parse_sealed_preface(bytes);
    ASSERT_TRUE(preface);
    EXPECT_EQ(preface->server_key, server);
    EXPECT_EQ(preface->file_key, own);
    EXPECT_FALSE(parse_sealed_preface(std::string_view(bytes).substr(1)));
    bytes[sealed_mark.size()] = 2;
    EXPECT_FALSE(parse_sealed_preface(bytes));
}

}  // namespace
}  // namespace holdfast::wire
