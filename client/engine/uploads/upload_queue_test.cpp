#include "client/engine/uploads/upload_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace holdfast::client {
namespace {

using Verdict = UploadQueue::Verdict;

constexpr Id channel{7};
constexpr Id first{1};
constexpr Id second{2};

class UploadQueueTest : public testing::Test {
protected:
    void add(Id file, std::int64_t bytes) {
        queue_.add({.file = file, .channel = channel, .bytes = bytes});
    }
    /// The offset that is asked for is -1, a chunk's its place.
    std::optional<std::int64_t> step() {
        const auto next = queue_.poll(now_);
        if (!next) {
            return std::nullopt;
        }
        const auto* send = std::get_if<UploadQueue::Send>(&*next);
        chunk_ = send == nullptr ? 0 : send->bytes;
        return send == nullptr ? -1 : send->at;
    }
    Verdict begun(std::int64_t offset) {
        return queue_.answered(now_, {.status = 201, .offset = offset});
    }
    Verdict taken() { return queue_.answered(now_, {.status = 204}); }
    Verdict refused(ErrorCode code, int status = 409) {
        return queue_.answered(now_, {.status = status, .code = code});
    }
    Verdict lost() { return queue_.answered(now_, {}); }
    /// Goes to the next deadline, and says how far that was.
    std::int64_t wait() {
        const auto at = queue_.next_deadline();
        if (!at) {
            return -1;
        }
        const std::int64_t span = std::max<std::int64_t>(at->ms - now_.ms, 0);
        now_.ms += span;
        return span;
    }

    UploadQueue queue_{7};
    Instant now_{1000};
    std::int64_t chunk_ = 0;
};

TEST_F(UploadQueueTest, sends_nothing_before_there_is_a_connection) {
    add(first, 100);
    EXPECT_FALSE(step());
    EXPECT_EQ(wait(), -1);
    queue_.connected();
    EXPECT_EQ(step(), -1);
    EXPECT_EQ(queue_.current(), first);
    EXPECT_FALSE(step()) << "one step at a time";
}

TEST_F(UploadQueueTest, goes_on_where_the_server_stands_and_one_after_the_other) {
    queue_.connected();
    add(second, 10);
    add(first, 200'000);
    EXPECT_EQ(step(), -1);
    EXPECT_EQ(begun(50'000), Verdict::goes_on);
    EXPECT_EQ(queue_.sent(first), 50'000);
    EXPECT_EQ(step(), 50'000);
    EXPECT_EQ(chunk_, limits::chunk_bytes_first);
    EXPECT_EQ(taken(), Verdict::goes_on);
    EXPECT_EQ(step(), 50'000 + limits::chunk_bytes_first);
    EXPECT_EQ(taken(), Verdict::stored);
    EXPECT_FALSE(queue_.contains(first));
    EXPECT_EQ(step(), -1);
    EXPECT_EQ(queue_.current(), second);
    EXPECT_EQ(begun(10), Verdict::stored) << "it was there already";
    EXPECT_FALSE(step());
}

TEST_F(UploadQueueTest, sends_more_at_a_time_while_it_goes_well_and_less_after_a_cut) {
    queue_.connected();
    add(first, 25'000'000);
    (void)step();
    (void)begun(0);
    for (int i = 0; i < 6; ++i) {
        (void)step();
        (void)taken();
    }
    (void)step();
    EXPECT_EQ(chunk_, limits::chunk_bytes_max);
    for (int i = 0; i < 12; ++i) {
        EXPECT_EQ(lost(), Verdict::goes_on);
        (void)wait();
        EXPECT_EQ(step(), -1) << "asks again what has come";
        (void)begun(0);
        (void)step();
    }
    EXPECT_EQ(chunk_, limits::chunk_bytes_min);
}

TEST_F(UploadQueueTest, waits_longer_each_time_and_never_too_long) {
    queue_.connected();
    add(first, 100);
    add(second, 100);
    std::int64_t longest = 0;
    for (int i = 0; i < 40; ++i) {
        ASSERT_EQ(step(), -1);
        (void)lost();
        const std::int64_t pause = wait();
        EXPECT_GE(pause, limits::upload_retry_first.count / 2);
        EXPECT_LE(pause, limits::upload_retry_max.count) << "the other file would fare no better";
        longest = std::max(longest, pause);
    }
    EXPECT_GT(longest, limits::upload_retry_max.count / 2);
    queue_.disconnected();
    queue_.connected();
    EXPECT_EQ(step(), -1) << "a new connection is tried at once";
}

TEST_F(UploadQueueTest, another_file_goes_on_while_one_has_to_wait) {
    queue_.connected();
    add(first, 100);
    add(second, 100);
    (void)step();
    EXPECT_EQ(refused(ErrorCode::file_unknown, 404), Verdict::unknown);
    EXPECT_EQ(step(), -1);
    EXPECT_EQ(queue_.current(), second);
    (void)begun(0);
    (void)step();
    EXPECT_EQ(taken(), Verdict::stored);
    EXPECT_FALSE(step());
    EXPECT_GT(wait(), 0);
    EXPECT_EQ(step(), -1);
    EXPECT_EQ(queue_.current(), first);
}

TEST_F(UploadQueueTest, asks_again_where_it_stands_when_the_server_says_otherwise) {
    queue_.connected();
    add(first, 100'000);
    for (const ErrorCode code : {ErrorCode::file_wrong_offset,
                                 ErrorCode::file_upload_gone,
                                 ErrorCode::file_upload_busy,
                                 ErrorCode::file_wrong_checksum,
                                 ErrorCode::server_busy}) {
        ASSERT_EQ(step(), -1);
        (void)begun(10);
        ASSERT_EQ(step(), 10);
        EXPECT_EQ(refused(code), Verdict::goes_on) << error_name(code);
        (void)wait();
    }
    ASSERT_EQ(step(), -1);
    EXPECT_EQ(begun(-5), Verdict::goes_on);
    EXPECT_EQ(step(), 0) << "a senseless offset is none";
}

TEST_F(UploadQueueTest, gives_up_what_would_be_refused_again) {
    queue_.connected();
    add(first, 100);
    (void)step();
    EXPECT_EQ(refused(ErrorCode::file_wrong_type, 422), Verdict::refused);
    EXPECT_FALSE(queue_.contains(first));

    add(second, 100);
    for (int i = 1; i < limits::wrong_checksums_max; ++i) {
        (void)step();
        EXPECT_EQ(refused(ErrorCode::file_wrong_checksum, 460), Verdict::goes_on);
        (void)wait();
    }
    (void)step();
    EXPECT_EQ(refused(ErrorCode::file_wrong_checksum, 460), Verdict::refused);
}

TEST_F(UploadQueueTest, waits_for_another_token) {
    queue_.connected();
    add(first, 100);
    (void)step();
    EXPECT_EQ(refused(ErrorCode::auth_session_expired, 401), Verdict::expired);
    EXPECT_FALSE(step());
    EXPECT_EQ(wait(), -1);
    queue_.renewed(now_, true);
    EXPECT_EQ(step(), -1);
    EXPECT_EQ(refused(ErrorCode::auth_session_expired, 401), Verdict::expired);
    queue_.renewed(now_, false);
    EXPECT_FALSE(step());
    EXPECT_GT(wait(), 0);
    EXPECT_EQ(step(), -1);
}

TEST_F(UploadQueueTest, ignores_the_answer_to_what_was_taken_away_or_cut) {
    queue_.connected();
    add(first, 100);
    (void)step();
    queue_.remove(first);
    EXPECT_EQ(taken(), Verdict::goes_on);
    add(first, 100);
    (void)step();
    queue_.disconnected();
    EXPECT_EQ(begun(100), Verdict::goes_on);
    EXPECT_TRUE(queue_.contains(first));
    EXPECT_FALSE(queue_.current());
}

}  // namespace
}  // namespace holdfast::client
