#include "cli/device.hpp"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ringbuffer_sink.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "cli/sealed.hpp"
#include "client/native/carry.hpp"
#include "platform/testing/temp_folder.hpp"
#include "server/admin/demo/demo.hpp"
#include "server/auth/passwords.hpp"
#include "server/net/server.hpp"
#include "server/net/system_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::cli {
namespace {

constexpr Device::Time patience = std::chrono::seconds(30);
constexpr const char* password = "a password for tests";

/// A server with a small organization, and devices in the same process.
class DeviceTest : public testing::Test {
protected:
    void SetUp() override {
        storage_ = storage::open_sqlite(folder_ / "holdfast.db").value();
        ASSERT_TRUE(
            admin::create_bench(
                *storage_,
                {.password_hash = auth::hash_password(password, auth::minimum_cost()).value(),
                 .channels = 3,
                 .messages = 300,
                 .now = environment_.wall()})
                .has_value());
        start(0);
    }
    void TearDown() override {
        server_.reset();
        storage_.reset();
    }
    void start(std::uint16_t port) {
        net::ServerOptions options;
        options.port = port;
        options.files_folder = folder_ / "files";
        options.segments_folder = folder_ / "segments";
        options.segments = {.rows_min = 50, .asked_min = 1};
        options.logger = std::make_shared<spdlog::logger>("test", log_);
        options.logger->set_level(spdlog::level::debug);
        server_ = std::make_unique<net::Server>(options, *storage_, environment_);
        const auto started = server_->start();
        ASSERT_TRUE(started.has_value()) << started.error().detail;
    }
    std::unique_ptr<Device> open(const std::string& name) {
        client::NativeOptions options;
        options.server_url = "http://127.0.0.1:" + std::to_string(server_->port());
        options.data_folder = folder_ / name;
        return Device::open(loop_, options, true).value();
    }
    std::unique_ptr<Device> sign_in(const std::string& name, int user) {
        auto device = open(name);
        const auto signed_in =
            device->call("sign_in",
                         {{"email", "bench" + std::to_string(user) + "@holdfast.example"},
                          {"password", password}},
                         patience);
        EXPECT_TRUE(signed_in.has_value()) << error_name(signed_in.error().code);
        return device;
    }
    /// Subscribes to the messages of the first channel, and waits until some are there.
    struct View {
        std::string channel;
        int messages = 0;
    };
    static View open_channel(Device& device) {
        const int menu = device.subscribe({{"query", "menu"}}).value();
        EXPECT_TRUE(device.run_until(
            [&] { return device.snapshot(menu).value("groups", Json::array()).size() == 1; },
            patience));
        const int group = device
                              .subscribe({{"query", "group"},
                                          {"group", device.snapshot(menu)["groups"][0]["id"]}})
                              .value();
        EXPECT_TRUE(device.run_until(
            [&] { return device.snapshot(group).value("channels", Json::array()).size() == 3; },
            patience));
        View view;
        std::string name;
        for (const Json& card : device.snapshot(group)["channels"]) {
            if (card["name"] == "Channel 0") {
                view.channel = card["id"].get<std::string>();
            }
        }
        view.messages = device
                            .subscribe({{"query", "messages"},
                                        {"channel", view.channel},
                                        {"anchor", "latest"},
                                        {"before", 20},
                                        {"after", 0}})
                            .value();
        return view;
    }
    static Result<Json> post(Device& device, const std::string& channel, const std::string& text) {
        return device.call(
            "submit",
            {{"kind", "message.post"},
             {"args", {{"channel", channel}, {"text", text}, {"reply_to", Json::array()}}}},
            patience);
    }
    /// Whether the message is shown, in this state.
    static bool shows(const Device& device,
                      const View& view,
                      const std::string& text,
                      const std::string& state) {
        for (const Json& item : device.snapshot(view.messages).value("items", Json::array())) {
            if (item.value("text", "") == text && item.value("state", "") == state) {
                return true;
            }
        }
        return false;
    }

    bool has_logged(std::string_view text) {
        return std::ranges::any_of(log_->last_formatted(), [&](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }

    testing_support::TempFolder folder_;
    std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> log_ =
        std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(10'000);
    boost::asio::io_context loop_{1};
    net::SystemEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_;
    std::unique_ptr<net::Server> server_;
};

TEST_F(DeviceTest, is_told_when_the_password_is_wrong) {
    const auto device = open("a");
    const auto refused = device->call(
        "sign_in", {{"email", "bench0@holdfast.example"}, {"password", "wrong"}}, patience);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::auth_wrong_password);
}

TEST_F(DeviceTest, sees_what_another_device_posts) {
    const auto sender = sign_in("a", 0);
    const auto reader = sign_in("b", 1);
    const View from = open_channel(*sender);
    const View to = open_channel(*reader);
    ASSERT_TRUE(post(*sender, from.channel, "hello over there").has_value());
    EXPECT_TRUE(reader->run_until([&] { return shows(*reader, to, "hello over there", "done"); },
                                  patience));
    EXPECT_TRUE(sender->run_until([&] { return shows(*sender, from, "hello over there", "done"); },
                                  patience));
}

/// OM3: complete means that the sums are the server's.
TEST_F(DeviceTest, OM3_begins_with_a_segment_what_others_have_begun_before) {
    for (int i = 0; i < 20 && !has_logged("/sync/v1/segments/"); ++i) {
        const auto device = sign_in("device" + std::to_string(i), 0);
        const int settings = device->subscribe({{"query", "settings"}}).value();
        ASSERT_TRUE(device->run_until(
            [&] {
                return device->snapshot(settings)
                    .value("receiving", Json::object())
                    .value("complete", false);
            },
            patience));
    }
    EXPECT_TRUE(has_logged("/sync/v1/segments/"));
}

TEST_F(DeviceTest, takes_a_text_that_is_not_utf8_as_a_command_line_may_have_it) {
    const auto device = sign_in("a", 0);
    const View view = open_channel(*device);
    ASSERT_TRUE(post(*device, view.channel, "caf\xe9").has_value());
    EXPECT_TRUE(
        device->run_until([&] { return shows(*device, view, "caf\ufffd", "done"); }, patience));
}

TEST_F(DeviceTest, delivers_once_what_it_saved_while_the_server_was_gone) {
    auto device = sign_in("a", 0);
    const View view = open_channel(*device);
    const int settings = device->subscribe({{"query", "settings"}}).value();
    ASSERT_TRUE(device->run_until(
        [&] {
            return device->snapshot(settings)
                .value("receiving", Json::object())
                .value("complete", false);
        },
        patience));
    ASSERT_TRUE(device->call("set_offline_mode", {{"on", true}}, patience).has_value());
    const std::uint16_t port = server_->port();
    server_.reset();
    ASSERT_TRUE(post(*device, view.channel, "saved meanwhile").has_value());
    device.reset();  // the app is killed
    start(port);
    device = open("a");
    ASSERT_TRUE(device->signed_in());
    const View again = open_channel(*device);
    EXPECT_TRUE(device->run_until([&] { return shows(*device, again, "saved meanwhile", "done"); },
                                  patience));
    const auto outbox = device->ask({{"query", "outbox"}}, patience);
    EXPECT_EQ(outbox.value()["items"].size(), 0U);
}

/// OM32, OM35: two carriers and the device itself.
TEST_F(DeviceTest, OM35_what_it_saved_to_a_file_is_done_once_however_many_bring_it) {
    auto device = sign_in("a", 0);
    const View view = open_channel(*device);
    ASSERT_TRUE(device->run_until(
        [&] { return !device->snapshot(view.messages).value("items", Json::array()).empty(); },
        patience));
    ASSERT_TRUE(device->call("set_offline_mode", {{"on", true}}, patience).has_value());
    const std::uint16_t port = server_->port();
    server_.reset();
    ASSERT_TRUE(post(*device, view.channel, "brought by others").has_value());
    const std::string path = folder_ / "work.sealed";
    const Json saved = save_unsent(*device, path, patience).value();
    EXPECT_EQ(saved["actions"], 1);
    device.reset();
    start(port);

    const client::CarryOptions options{.server_url = "http://127.0.0.1:" + std::to_string(port)};
    const Json first = Json::parse(client::carry(path, options).value());
    EXPECT_EQ(first["applied"], 1) << first.dump();
    const Json second = Json::parse(client::carry(path, options).value());
    EXPECT_EQ(second["applied"], 0) << second.dump();
    EXPECT_EQ(second["known"], 1) << second.dump();
    const auto none = client::carry(folder_ / "nothing", options);
    EXPECT_EQ(none.error().code, ErrorCode::setup_file);
    const auto other = client::carry(folder_ / "holdfast.db", options);
    EXPECT_EQ(other.error().code, ErrorCode::sealed_unreadable);

    device = open("a");
    const int outbox = device->subscribe({{"query", "outbox"}}).value();
    EXPECT_TRUE(device->run_until(
        [&] { return device->snapshot(outbox).value("items", Json{1}).empty(); }, patience));
    const View again = open_channel(*device);
    EXPECT_TRUE(device->run_until(
        [&] { return shows(*device, again, "brought by others", "done"); }, patience));
    const Json items = device->snapshot(again.messages)["items"];
    EXPECT_EQ(std::ranges::count_if(
                  items, [](const Json& item) { return item["text"] == "brought by others"; }),
              1);
}

}  // namespace
}  // namespace holdfast::cli
