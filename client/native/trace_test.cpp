#include "client/native/trace.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "core/wire/codec.hpp"
#include "platform/testing/temp_folder.hpp"

namespace holdfast::client {
namespace {

class TraceTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string path() const { return folder_ / "t.trace"; }
    [[nodiscard]] std::string text() const {
        std::ifstream file(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }
    [[nodiscard]] std::unique_ptr<TraceWriter> create() const {
        auto writer = TraceWriter::create(
            path(), {.app_version = "9", .memory_replica = true, .seed = ~0ULL});
        EXPECT_TRUE(writer) << writer.error().detail;
        return *std::move(writer);
    }

    testing_support::TempFolder folder_;
};

TEST_F(TraceTest, gives_back_every_kind_of_input_as_it_was) {
    const std::string answer_bytes("\0\n7 1 \xff", 7);
    const std::string frame = wire::encode(wire::Pong{.nonce = 10});
    {
        const auto writer = create();
        writer->record(Instant{5}, WallTime{-6}, Call{R"({"id":1,"call":"start"})"});
        writer->record(Instant{6}, WallTime{7}, SocketOpened{3});
        writer->record(Instant{6}, WallTime{7}, SocketReceived{3, frame});
        writer->record(Instant{6}, WallTime{7}, SocketClosed{3});
        writer->record(Instant{6}, WallTime{7}, HttpAnswered{4, 200, true, answer_bytes});
        writer->record(Instant{8}, WallTime{9}, TimePassed{});
        writer->record({}, {}, Call{R"({"call":"add_bytes"})", answer_bytes});
    }
    auto reader = TraceReader::open(path());
    ASSERT_TRUE(reader) << reader.error().detail;
    EXPECT_EQ(reader->head().app_version, "9");
    EXPECT_TRUE(reader->head().memory_replica);
    EXPECT_EQ(reader->head().seed, ~0ULL);

    const auto call = reader->next().value().value();
    EXPECT_EQ(call.now, Instant{5});
    EXPECT_EQ(call.wall, WallTime{-6});
    EXPECT_EQ(std::get<Call>(call.input()).json, R"({"id":1,"call":"start"})");
    EXPECT_EQ(std::get<SocketOpened>(reader->next().value()->input()).socket, 3U);
    const auto received = reader->next().value().value();
    EXPECT_EQ(std::get<SocketReceived>(received.input()).bytes, frame);
    EXPECT_EQ(std::get<SocketClosed>(reader->next().value()->input()).socket, 3U);
    const auto answered = reader->next().value().value();
    const auto answer = std::get<HttpAnswered>(answered.input());
    EXPECT_EQ(answer.request, 4U);
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.ours);
    EXPECT_EQ(answer.body, answer_bytes);
    EXPECT_TRUE(std::holds_alternative<TimePassed>(reader->next().value()->input()));
    const auto brought = reader->next().value().value();
    EXPECT_EQ(std::get<Call>(brought.input()).json, R"({"call":"add_bytes"})");
    EXPECT_EQ(std::get<Call>(brought.input()).bytes, answer_bytes);
    EXPECT_FALSE(reader->next().value().has_value());
}

TEST_F(TraceTest, holds_no_password_and_no_token) {
    {
        const auto writer = create();
        writer->record(
            {}, {}, Call{R"({"call":"sign_in","args":{"email":"a@b","password":"s3"}})"});
        writer->record({}, {}, Call{R"({"args":{"old_password":"s3","new_password":"s3"}})"});
        writer->record({}, {}, Call{R"({"args":"s3")"});  // broken: nobody knows what is in it
        writer->record(
            {}, {}, HttpAnswered{1, 200, true, R"( {"access_token":"s3","refresh_token":"s3"})"});
        writer->record({}, {}, HttpAnswered{1, 200, true, R"({"sealing":{"pass":"s3"}})"});
        writer->record({}, {}, HttpAnswered{1, 200, true, R"([{"deep":{"token":"s3"}}])"});
        writer->record({}, {}, Call{R"({"args":{"password":"s3"}})", "bytes"});
        writer->record({}, {}, HttpAnswered{1, 200, true, R"({"url":"/files/v1/content/s3"})"});
    }
    EXPECT_EQ(text().find("s3"), std::string::npos) << text();
    EXPECT_NE(text().find(R"("email":"a@b")"), std::string::npos);
    EXPECT_NE(text().find(R"("access_token":"redacted")"), std::string::npos);
}

TEST_F(TraceTest, holds_nothing_that_a_device_could_greet_with) {
    const wire::Welcome welcome{.user = Id{7}, .resume = "a sealed s3cret"};
    const std::string frame = wire::encode(welcome);
    {
        const auto writer = create();
        writer->record({}, {}, SocketReceived{1, frame});
        writer->record({}, {}, SocketReceived{1, "s3cret in what is no frame"});
    }
    EXPECT_EQ(text().find("s3cret"), std::string::npos);
    auto reader = TraceReader::open(path());
    ASSERT_TRUE(reader);
    const auto record = reader->next().value().value();
    const auto bytes = std::get<SocketReceived>(record.input()).bytes;
    EXPECT_EQ(bytes.size(), frame.size());
    const auto read = wire::decode(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<wire::Welcome>(*read).user, Id{7});
    EXPECT_EQ(std::get<wire::Welcome>(*read).resume, "***************");
    EXPECT_EQ(std::get<SocketReceived>(reader->next().value()->input()).bytes, "");
}

TEST_F(TraceTest, is_for_its_owner_only_and_replaces_nothing) {
    (void)create();
    struct stat status{};
    ASSERT_EQ(stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    const auto again = TraceWriter::create(path(), {});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::setup_file);
}

TEST_F(TraceTest, what_is_no_trace_is_refused) {
    EXPECT_EQ(TraceReader::open(path()).error().code, ErrorCode::setup_file);
    for (const char* wrong : {"",
                              "hello\n",
                              "holdfast-trace 2 {\"seed\":\"1\"}\n",
                              "holdfast-trace 1 {\"seed\":1}\n",
                              "holdfast-trace 1 {\"seed\":\"1\"}"}) {
        write(wrong);
        const auto reader = TraceReader::open(path());
        ASSERT_FALSE(reader) << wrong;
        EXPECT_EQ(reader.error().code, ErrorCode::trace_invalid) << wrong;
    }
}

TEST_F(TraceTest, a_record_that_is_cut_or_wrong_is_refused) {
    for (const char* wrong : {"1 0 0 0 5 6 10\nshort",
                              "1 0 0 0 5 6\n",
                              "9 0 0 0 5 6 0\n",
                              "0 0 0 0 5 6 0\n",
                              "1 0 0 0 5 6 99999999999\n",
                              "x"}) {
        write(std::string("holdfast-trace 1 {\"seed\":\"1\"}\n") + wrong);
        auto reader = TraceReader::open(path());
        ASSERT_TRUE(reader);
        const auto record = reader->next();
        ASSERT_FALSE(record) << wrong;
        EXPECT_EQ(record.error().code, ErrorCode::trace_invalid) << wrong;
    }
}

}  // namespace
}  // namespace holdfast::client
