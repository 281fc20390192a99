#include <gmock/gmock.h>

#include <string>

#include "client/outbox/limits.hpp"
#include "client/outbox/outbox.hpp"
#include "core/base/hex.hpp"
#include "core/base/sha256.hpp"
#include "core/files/limits.hpp"
#include "core/files/testing/pictures.hpp"
#include "platform/testing/temp_folder.hpp"

namespace holdfast::client {
namespace {

constexpr DeviceNumber device = 2000;
constexpr Instant now{1000};
constexpr Id channel{7};

/// A picture as far as its header, as large as wanted; no two with another `salt` are the same.
std::string picture(std::size_t bytes, char salt = 'x') {
    std::string text = files::testing::png(640, 480);
    while (text.size() < bytes) {
        text += static_cast<char>(salt + static_cast<char>(text.size() % 60));
    }
    return text;
}

class OutboxFilesTest : public testing::Test {
protected:
    Outbox open(std::uint64_t file_bytes_max = 0) {
        auto outbox = Outbox::open({.path = (directory_ / "outbox.db").string(),
                                    .vfs = {},
                                    .file_bytes_max = file_bytes_max});
        EXPECT_TRUE(outbox.has_value()) << (outbox ? "" : outbox.error().detail);
        return *std::move(outbox);
    }

    static Result<Id> attach(Outbox& outbox,
                             std::string_view bytes,
                             std::int64_t form = 0,
                             std::size_t step = 100'000) {
        HF_TRY(const Id id,
               outbox.begin_file(
                   {.claim = {.name = "pump.png", .bytes = static_cast<std::int64_t>(bytes.size())},
                    .channel = channel,
                    .draft = form},
                   device));
        for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
            HF_TRY(const std::int64_t missing, outbox.add_bytes(id, bytes.substr(0, step)));
            EXPECT_EQ(missing,
                      static_cast<std::int64_t>(bytes.size() - std::min(step, bytes.size())));
        }
        return id;
    }

    static Intent post(std::string text = "look") {
        return {.lane = channel,
                .kind = IntentKind::message_post,
                .args = R"({"channel":"7","text":")" + text + R"("})"};
    }

    /// Pieces of bytes in the file, whoever they belong to.
    std::int64_t pieces() {
        auto database =
            sqlite::Database::open({.path = (directory_ / "outbox.db").string(), .vfs = {}});
        auto count = database->prepare("SELECT count(*) FROM piece");
        EXPECT_TRUE(*count->step());
        return count->integer(0);
    }

    static void apply(Outbox& outbox, Id intent) {
        const Outcome done{.intent = intent};
        ASSERT_TRUE(outbox.settle(std::vector{done}));
    }

    testing_support::TempFolder directory_;
};

TEST_F(OutboxFilesTest, OM37_a_file_that_was_taken_is_there_after_a_kill) {
    const std::string bytes = picture(700'001);
    Id id;
    {
        Outbox outbox = open();
        id = *attach(outbox, bytes, 0, 99'991);
    }
    const Outbox outbox = open();
    const Outbox::File* file = outbox.find_file(id);
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(file->claim.type, "image/png");
    EXPECT_EQ(file->claim.width, 640);
    EXPECT_EQ(file->claim.height, 480);
    EXPECT_EQ(file->claim.sha256, to_hex(sha256_of(bytes)));
    EXPECT_EQ(*outbox.read_file(id, 0, bytes.size()), bytes);
    for (const std::size_t at : {0UL, 1UL, 262'143UL, 262'144UL, 524'300UL, 700'000UL}) {
        EXPECT_EQ(*outbox.read_file(id, static_cast<std::int64_t>(at), 1000),
                  bytes.substr(at, 1000));
    }
    EXPECT_EQ(*outbox.read_file(id, 700'001, 10), "");
    EXPECT_TRUE(outbox.holds_work());
}

TEST_F(OutboxFilesTest, OM37_half_a_file_is_none_and_leaves_nothing) {
    Id id;
    {
        Outbox outbox = open();
        id = *outbox.begin_file({.claim = {.name = "a", .bytes = 900'000}, .channel = channel},
                                device);
        ASSERT_TRUE(outbox.add_bytes(id, std::string(600'000, 'x')));
        EXPECT_EQ(outbox.find_file(id), nullptr);
        EXPECT_EQ(pieces(), 2);
    }
    Outbox outbox = open();
    EXPECT_EQ(pieces(), 0);
    EXPECT_EQ(outbox.add_bytes(id, "x").error().code, ErrorCode::outbox_unknown_item);
    EXPECT_FALSE(outbox.holds_work());
    EXPECT_GT(*attach(outbox, picture(100)), id) << "an id is never given twice";
}

TEST_F(OutboxFilesTest, OM32_actions_and_files_share_one_counter) {
    Outbox outbox = open();
    const Id file = *attach(outbox, picture(100));
    const Intent message = *outbox.add(post(), device, now, {.files = {file}});
    EXPECT_GT(message.id, file);
    EXPECT_GT(*attach(outbox, picture(100)), message.id);
}

TEST_F(OutboxFilesTest, OM33_an_action_takes_its_files_with_it) {
    Id file;
    Id intent;
    {
        Outbox outbox = open();
        file = *attach(outbox, picture(300'000));
        intent = outbox.add(post(), device, now, {.files = {file}})->id;
        EXPECT_EQ(outbox.add(post(), device, now, {.files = {file}}).error().code,
                  ErrorCode::outbox_unknown_item)
            << "it is another action's";
        EXPECT_EQ(outbox.waiting(), 1U);
    }
    Outbox outbox = open();
    EXPECT_EQ(outbox.find_file(file)->intent, intent);
    EXPECT_FALSE(outbox.may_upload(*outbox.find_file(file))) << "the text goes first";
    EXPECT_EQ(outbox.drop_file(file).error().code, ErrorCode::outbox_may_be_sent);
    apply(outbox, intent);
    EXPECT_TRUE(outbox.may_upload(*outbox.find_file(file)));
    ASSERT_TRUE(outbox.forget(std::vector{intent}));
    EXPECT_TRUE(outbox.may_upload(*outbox.find_file(file)));
    EXPECT_EQ(outbox.uploads_waiting(), 1U);
    EXPECT_TRUE(outbox.holds_work()) << "signing out would lose the picture";
    ASSERT_TRUE(outbox.settle_file(file, Error{}));
    EXPECT_FALSE(outbox.holds_work());
    EXPECT_EQ(outbox.uploads_waiting(), 0U);
    EXPECT_EQ(outbox.read_file(file, 0, 10)->size(), 10U) << "kept while there is room";
}

TEST_F(OutboxFilesTest, OM35_what_is_discarded_takes_its_bytes_along) {
    Outbox outbox = open();
    const Id file = *attach(outbox, picture(600'000));
    const Id intent = outbox.add(post(), device, now, {.files = {file}})->id;
    const Id answer = outbox.add(post("about " + to_string(intent)), device, now)->id;
    EXPECT_EQ(outbox.discard(intent)->front(), intent);
    EXPECT_EQ(outbox.find_file(file), nullptr);
    EXPECT_EQ(pieces(), 0);
    EXPECT_NE(outbox.find(answer), nullptr);
    const Id dropped = *attach(outbox, picture(600'000));
    ASSERT_TRUE(outbox.drop_file(dropped));
    EXPECT_EQ(pieces(), 0);
    EXPECT_EQ(outbox.drop_file(dropped).error().code, ErrorCode::outbox_unknown_item);
}

TEST_F(OutboxFilesTest, OM35_a_refused_action_keeps_its_files_when_it_is_tried_again_or_edited) {
    Outbox outbox = open();
    const Id file = *attach(outbox, picture(1000));
    Id intent = outbox.add(post(), device, now, {.files = {file}})->id;
    const auto refuse = [&] {
        ASSERT_TRUE(outbox.settle(std::vector{Outcome{.intent = intent,
                                                      .status = OutcomeStatus::rejected,
                                                      .code = ErrorCode::access_forbidden}}));
    };
    refuse();
    EXPECT_FALSE(outbox.may_upload(*outbox.find_file(file)));
    intent = outbox.retry(intent, device, now, false)->id;
    EXPECT_EQ(outbox.find_file(file)->intent, intent);
    refuse();
    ASSERT_TRUE(outbox.reopen(intent, {.number = 4, .channel = channel, .answers = "{}"}));
    outbox = open();
    EXPECT_FALSE(outbox.find_file(file)->intent);
    EXPECT_EQ(outbox.claims_of(4).size(), 1U);
    ASSERT_TRUE(outbox.delete_draft(4));
    EXPECT_EQ(outbox.find_file(file), nullptr);
    EXPECT_EQ(pieces(), 0);
}

TEST_F(OutboxFilesTest, what_stands_in_a_form_and_in_no_answer_goes_when_it_is_sent) {
    Outbox outbox = open();
    const Id named = *attach(outbox, picture(1000, 'a'), 3);
    const Id left = *attach(outbox, picture(1000, 'b'), 3);
    const Id other = *attach(outbox, picture(1000, 'c'), 5);
    ASSERT_TRUE(outbox.add(post(), device, now, {.form = 3, .files = {named}}));
    EXPECT_EQ(outbox.find_file(left), nullptr);
    EXPECT_NE(outbox.find_file(other), nullptr);
    EXPECT_EQ(outbox.find_file(named)->draft, 0);
    EXPECT_EQ(pieces(), 2);
}

TEST_F(OutboxFilesTest, the_same_bytes_lie_once_until_nobody_needs_them) {
    const std::string bytes = picture(500'000);
    Outbox outbox = open();
    const Id first = *attach(outbox, bytes);
    const Id second = *attach(outbox, bytes);
    EXPECT_EQ(pieces(), 2);
    ASSERT_TRUE(outbox.drop_file(first));
    EXPECT_EQ(*outbox.read_file(second, 0, bytes.size()), bytes);
    outbox = open();
    EXPECT_EQ(*outbox.read_file(second, 0, bytes.size()), bytes);
    ASSERT_TRUE(outbox.drop_file(second));
    EXPECT_EQ(pieces(), 0);
}

TEST_F(OutboxFilesTest, a_file_that_the_server_would_not_take_is_not_taken_here) {
    Outbox outbox = open();
    const auto begin = [&](std::int64_t bytes) {
        return outbox
            .begin_file({.claim = {.name = "a", .bytes = bytes}, .channel = channel}, device)
            .error()
            .code;
    };
    EXPECT_EQ(begin(files::limits::bytes_max + 1), ErrorCode::file_too_large);
    EXPECT_EQ(begin(0), ErrorCode::file_broken);
    EXPECT_EQ(attach(outbox, files::testing::png(60'000, 60'000)).error().code,
              ErrorCode::file_image_too_large);
    EXPECT_EQ(attach(outbox, "\x89PNG\r\n\x1a\n").error().code, ErrorCode::file_broken);
    const Id id =
        *outbox.begin_file({.claim = {.name = "a", .bytes = 5}, .channel = channel}, device);
    EXPECT_EQ(outbox.add_bytes(id, "123456").error().code, ErrorCode::request_malformed);
    EXPECT_EQ(outbox.add_bytes(id, "12345").error().code, ErrorCode::outbox_unknown_item);
    EXPECT_TRUE(outbox.files().empty());
    EXPECT_EQ(pieces(), 0);
}

TEST_F(OutboxFilesTest, OM38_a_full_disk_refuses_a_file_and_nothing_of_it_stays) {
    Outbox outbox = open(2'000'000);
    const Id kept = *attach(outbox, picture(700'000, 'a'));
    const auto refused = attach(outbox, picture(1'500'000, 'b'));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::storage_full);
    EXPECT_EQ(outbox.files().size(), 1U);
    EXPECT_EQ(pieces(), 3);
    EXPECT_TRUE(attach(outbox, picture(700'000, 'c'))) << "what it left is there for others";
    EXPECT_EQ(outbox.read_file(kept, 0, 1'000'000)->size(), 700'000U);
}

TEST_F(OutboxFilesTest, OM38_what_the_server_has_makes_room_for_what_it_has_not) {
    Outbox outbox = open(2'000'000);
    const Id done = *attach(outbox, picture(1'200'000, 'a'));
    apply(outbox, outbox.add(post(), device, now, {.files = {done}})->id);
    ASSERT_TRUE(outbox.settle_file(done, Error{}));
    const auto more = attach(outbox, picture(1'200'000, 'b'));
    ASSERT_TRUE(more) << more.error().detail;
    EXPECT_EQ(outbox.find_file(done), nullptr);
    EXPECT_EQ(outbox.read_file(*more, 1'199'999, 10)->size(), 1U);
}

TEST_F(OutboxFilesTest, OM33_what_the_server_may_have_lost_is_sent_again) {
    Outbox outbox = open();
    const Id file = *attach(outbox, picture(1000));
    const Id intent = outbox.add(post(), device, now, {.files = {file}})->id;
    apply(outbox, intent);
    ASSERT_TRUE(outbox.settle_file(file, Error{}));
    ASSERT_TRUE(outbox.forget(std::vector{intent}));
    EXPECT_EQ(*outbox.send_again(Outbox::Again::all), 1U);
    EXPECT_EQ(outbox.find_file(file)->state, Outbox::FileState::waiting);
    EXPECT_FALSE(outbox.may_upload(*outbox.find_file(file)));
    apply(outbox, intent);
    EXPECT_TRUE(outbox.may_upload(*outbox.find_file(file)));
}

TEST_F(OutboxFilesTest, OM33_a_refused_file_stays_until_the_person_decides) {
    Outbox outbox = open();
    const Id file = *attach(outbox, picture(1000));
    apply(outbox, outbox.add(post(), device, now, {.files = {file}})->id);
    ASSERT_TRUE(outbox.settle_file(file, Error{ErrorCode::file_wrong_type, {}, R"({"type":"x"})"}));
    outbox = open();
    EXPECT_EQ(outbox.find_file(file)->code, ErrorCode::file_wrong_type);
    EXPECT_EQ(outbox.find_file(file)->detail, R"({"type":"x"})");
    EXPECT_TRUE(outbox.holds_work());
    EXPECT_FALSE(outbox.may_upload(*outbox.find_file(file)));
    ASSERT_TRUE(outbox.retry_file(file));
    EXPECT_TRUE(outbox.may_upload(*outbox.find_file(file)));
    EXPECT_EQ(outbox.retry_file(file).error().code, ErrorCode::outbox_unknown_item);
    ASSERT_TRUE(outbox.settle_file(file, Error{ErrorCode::file_broken}));
    ASSERT_TRUE(outbox.drop_file(file));
    EXPECT_FALSE(outbox.holds_work());
}

TEST_F(OutboxFilesTest, signing_out_leaves_no_byte) {
    Outbox outbox = open();
    ASSERT_TRUE(attach(outbox, picture(600'000)));
    ASSERT_TRUE(outbox.sign_out());
    EXPECT_TRUE(outbox.files().empty());
    EXPECT_EQ(pieces(), 0);
}

TEST_F(OutboxFilesTest, a_fifth_file_at_the_same_time_drops_the_first) {
    Outbox outbox = open();
    std::vector<Id> coming;
    for (std::size_t i = 0; i <= limits::files_coming_max; ++i) {
        coming.push_back(*outbox.begin_file(
            {.claim = {.name = "a", .bytes = 300'000}, .channel = channel}, device));
        ASSERT_TRUE(outbox.add_bytes(coming.back(), std::string(270'000, 'x')));
    }
    EXPECT_EQ(outbox.add_bytes(coming.front(), "x").error().code, ErrorCode::outbox_unknown_item);
    EXPECT_EQ(pieces(), static_cast<std::int64_t>(limits::files_coming_max));
    EXPECT_TRUE(outbox.add_bytes(coming.back(), "x"));
}

}  // namespace
}  // namespace holdfast::client
