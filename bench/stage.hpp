#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "client/native/native_client.hpp"
#include "platform/testing/temp_folder.hpp"
#include "server/net/server.hpp"
#include "server/net/system_environment.hpp"
#include "server/services/executor.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

/// What benchmarks play on: a real server and real native clients over loopback sockets, on real
/// files.
namespace holdfast::bench {

using testing_support::TempFolder;

using Seconds = std::chrono::duration<double>;

class Stopwatch {
public:
    [[nodiscard]] double seconds() const {
        return Seconds(std::chrono::steady_clock::now() - begin_).count();
    }
    [[nodiscard]] double milliseconds() const { return seconds() * 1000; }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

struct Organization {
    std::size_t channels = 50;
    std::size_t messages = 100'000;
    bool is_private = false;
    std::size_t tasks = 0;
    std::size_t task_channels = 0;  ///< so many of the tasks have a channel
    std::size_t users = 2;
};

/// A server's tables in a new file, with the benchmark organization in them.
[[nodiscard]] std::unique_ptr<storage::Storage> make_storage(const std::string& file,
                                                             const Organization& organization);

/// Has all judged that waits; how many were applied.
[[nodiscard]] std::size_t work_off(services::Executor& executor);

/// Makes holdfast.db in the folder, with the benchmark organization in it.
void make_data(const std::string& folder, const Organization& organization);

/// A server on a file of its own, with the benchmark organization in it.
class Host {
public:
    /// @param furnish  what else is to be there before the server begins.
    Host(
        const TempFolder& folder,
        const Organization& organization,
        const std::function<void(storage::Storage&)>& furnish = [](storage::Storage&) {});
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    void start();
    void stop();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    net::SystemEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_;
    std::unique_ptr<net::Server> server_;
    std::string segments_folder_;
    std::uint16_t port_ = 0;
};

[[noreturn]] void give_up(const std::string& why);

/// The value, or the end of the program.
template <class T>
T must(Result<T> result, const char* what) {
    if (!result) {
        give_up(std::string(what) + ": " + std::string(error_name(result.error().code)) + " " +
                result.error().detail);
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}

/// A native client with the newest snapshot of each of its live queries. Any failure ends the
/// program: a benchmark of something broken is worth nothing.
class Phone {
public:
    using Json = nlohmann::json;

    enum class Start { at_once, by_hand };

    Phone(const std::string& url, std::string folder, Start start = Start::at_once);

    /// Gives the call `start`, and opens the status.
    void start();
    [[nodiscard]] static std::string email(std::size_t user);
    void sign_in(std::size_t user);
    /// Gives a call and returns at once; returns its number.
    int call(const std::string& name, const Json& args);
    /// Gives a call and waits for its answer.
    Json ask(const std::string& name, const Json& args);
    /// Runs until `holds`, at most a minute.
    void wait(const char* what, const std::function<bool()>& holds);
    /// Whether the status says that everything is here.
    [[nodiscard]] bool is_ready();
    void wait_until_ready();
    /// Nothing waits, and everything is here.
    void wait_until_delivered();
    void poll();
    /// Does one thing that is due; false where nothing is.
    bool poll_one();

    /// The newest snapshot of a subscription, null before the first one.
    [[nodiscard]] const Json& snapshot(int subscription);
    /// Whether the newest snapshot, which nobody has looked at yet, contains this text.
    [[nodiscard]] bool shows(int subscription, std::string_view text) const;
    /// Snapshots that came of it so far.
    [[nodiscard]] std::uint64_t pushes(int subscription) { return pushes_[subscription]; }
    [[nodiscard]] const Json& status() { return snapshot(status_); }
    [[nodiscard]] std::string first_channel() { return channel_at(0); }
    /// Of the first group, as the screen shows them.
    [[nodiscard]] std::string channel_at(std::size_t place);
    /// Opens the newest messages of a channel; returns the subscription's number.
    int watch_channel(const std::string& channel, int rows);
    /// Text of the newest message in such a window; empty where there is none yet.
    [[nodiscard]] std::string newest_text(int window);
    [[nodiscard]] boost::asio::io_context& loop() { return loop_; }

private:
    struct Snapshot {
        std::string text;  ///< empty once it was read
        Json read;
    };

    void take(std::string_view text);

    boost::asio::io_context loop_;
    std::unique_ptr<client::NativeClient> client_;
    std::map<int, Json> replies_;
    std::map<int, Snapshot> snapshots_;
    std::map<int, std::uint64_t> pushes_;
    int next_ = 1;
    int status_ = 0;
};

/// Arguments of `submit` for a message.
[[nodiscard]] nlohmann::json message_post(const std::string& channel, const std::string& text);

}  // namespace holdfast::bench
