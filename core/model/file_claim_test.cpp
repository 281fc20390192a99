// OM29: what a message says of the files that will come after it, and every way in which that is
// refused.

#include "core/model/file_claim.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files/limits.hpp"
#include "core/model/body_files.hpp"
#include "core/model/testing/file_claims.hpp"
#include "core/rules/testing/act.hpp"

namespace holdfast {
namespace {

using args::MessagePost;
using fixture::code_of;
using fixture::new_id;
using fixture::paper_claim;
using fixture::paper_id;
using fixture::picture_claim;
using fixture::picture_id;
using ::testing::ElementsAre;

constexpr auto post = IntentKind::message_post;

class FileClaims : public fixture::RulesTest {
protected:
    [[nodiscard]] std::optional<body::File> file(Id id) const {
        const auto found =
            row({org.world.bucket_id(BucketKind::timeline, Org::pumps), RowKind::file, id});
        return found ? std::optional(body::parse_file(found->body).value()) : std::nullopt;
    }
    Result<Effects> send(const FileClaim& claim) {
        return act(Org::ana, post, MessagePost{Org::pumps, "x", {}, {claim}});
    }
    /// The code that a picture is refused with once something about it is changed.
    template <class Change>
    ErrorCode refused(Change&& change) {
        FileClaim claim = picture_claim();
        change(claim);
        return code_of(send(claim));
    }
};

TEST_F(FileClaims, OM29_a_message_names_its_files_and_each_is_a_row_beside_it) {
    done(Org::ana, post, MessagePost{Org::pumps, "Look", {}, {picture_claim(), paper_claim()}});
    EXPECT_THAT(message(Org::pumps, new_id).files, ElementsAre(picture_id, paper_id));
    const auto picture = file(picture_id);
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->author, Org::ana);
    EXPECT_EQ(picture->name, "pump.jpg");
    EXPECT_EQ(picture->bytes, 81'234);
    EXPECT_EQ(picture->width, 1600);
    EXPECT_EQ(picture->thumbnail, picture_claim().thumbnail);
    EXPECT_FALSE(picture->stored);  // its bytes are on their way
    EXPECT_TRUE(file(paper_id));
}

TEST_F(FileClaims, a_message_with_a_file_needs_no_text) {
    EXPECT_TRUE(act(Org::ana, post, MessagePost{Org::pumps, " ", {}, {picture_claim()}}));
    EXPECT_EQ(code_of(act(Org::ana, post, MessagePost{Org::pumps, " ", {}, {}})),
              ErrorCode::intent_empty);
}

TEST_F(FileClaims, the_files_of_a_deleted_message_leave_with_it) {
    done(Org::ana, post, MessagePost{Org::pumps, "Look", {}, {picture_claim(), paper_claim()}});
    done(Org::ana, IntentKind::message_delete, args::MessageTarget{Org::pumps, new_id}, Id{901});
    EXPECT_FALSE(file(picture_id));
    EXPECT_FALSE(file(paper_id));
    EXPECT_TRUE(message(Org::pumps, new_id).files.empty());
}

TEST_F(FileClaims, are_refused_where_they_cannot_be_true) {
    EXPECT_EQ(refused([](FileClaim& claim) { claim.name = "../../etc/passwd"; }),
              ErrorCode::intent_malformed);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.name = "a\r\nSet-Cookie: b"; }),
              ErrorCode::intent_malformed);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.name = " "; }), ErrorCode::intent_empty);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.name = std::string(201, 'n'); }),
              ErrorCode::intent_too_long);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.type = "image/svg+xml"; }),
              ErrorCode::intent_malformed);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.sha256 = std::string(64, 'A'); }),
              ErrorCode::intent_malformed);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.sha256.pop_back(); }),
              ErrorCode::intent_malformed);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.bytes = 0; }), ErrorCode::file_broken);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.bytes = files::limits::bytes_max + 1; }),
              ErrorCode::file_too_large);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.width = 0; }), ErrorCode::file_broken);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.width = claim.height = 8'000; }),
              ErrorCode::file_image_too_large);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.thumbnail = "no picture"; }),
              ErrorCode::file_broken);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.id = Id{77}; }), ErrorCode::intent_malformed);
    EXPECT_EQ(refused([](FileClaim& claim) { claim.id = new_id; }), ErrorCode::intent_malformed);
    EXPECT_EQ(refused([](FileClaim& /*claim*/) {}), ErrorCode::none);
}

TEST_F(FileClaims, of_an_id_that_is_taken_are_a_conflict) {
    EXPECT_EQ(
        code_of(act(
            Org::ana, post, MessagePost{Org::pumps, "x", {}, {picture_claim(), picture_claim()}})),
        ErrorCode::intent_id_conflict);
    done(Org::ana, post, MessagePost{Org::pumps, "x", {}, {picture_claim()}});
    EXPECT_EQ(code_of(act(
                  Org::bruno, post, MessagePost{Org::pumps, "x", {}, {picture_claim()}}, Id{901})),
              ErrorCode::intent_id_conflict);
}

TEST_F(FileClaims, keep_the_limit_of_a_message_and_all_of_them_fit_an_intent) {
    MessagePost wanted{Org::pumps, std::string(16 * 1024, 'x'), {}, {}};
    for (std::uint32_t at = 0; at < files::limits::per_message_max; ++at) {
        FileClaim claim = picture_claim();
        claim.id = Id::make(2000, 100 + at);
        claim.name = std::string(files::limits::name_bytes_max, 'n');
        std::string longest = files::testing::png(160, 120);
        longest.resize(files::limits::thumbnail_characters_max / 4 * 3, 'x');
        claim.thumbnail = files::testing::base64(longest);
        wanted.files.push_back(claim);
    }
    EXPECT_EQ(code_of(act(Org::ana, post, wanted)), ErrorCode::none);
    wanted.files.push_back(picture_claim());
    wanted.text = "x";
    const auto refused = act(Org::ana, post, wanted);
    EXPECT_EQ(code_of(refused), ErrorCode::intent_too_long);
    EXPECT_EQ(refused.error().params, R"({"limit":10})");
}

TEST_F(FileClaims, that_are_not_of_their_shape_are_malformed) {
    for (const char* files : {R"({"id":"1"})", R"([7])", R"([{"id":"8589934663"}])", R"("x")"}) {
        const std::string args =
            R"({"channel":"41","text":"x","files":)" + std::string(files) + "}";
        EXPECT_EQ(code_of(judge(Org::ana, post, args)), ErrorCode::intent_malformed) << files;
    }
}

}  // namespace
}  // namespace holdfast
