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

#include "client/native/native_client.hpp"
#include "server/net/server.hpp"
#include "server/net/system_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

/// What benchmarks play on: a real server and real native clients over loopback sockets, on real
/// files.
namespace holdfast::bench {

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

/// A folder that is gone at the end.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }

private:
    std::filesystem::path folder_;
};

struct Organization {
    std::size_t channels = 50;
    std::size_t messages = 100'000;
};

/// Makes holdfast.db in the folder, with the benchmark organization in it.
void make_data(const std::string& folder, const Organization& organization);

/// A server on a file of its own, with the benchmark organization in it.
class Host {
public:
    Host(const Folder& folder, const Organization& organization);
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
    std::uint16_t port_ = 0;
};

/// A native client with the newest snapshot of each of its live queries. Any failure ends the
/// program: a benchmark of something broken is worth nothing.
class Phone {
public:
    using Json = nlohmann::json;

    Phone(const std::string& url, std::string folder);

    void sign_in(std::size_t user);
    /// Gives a call and returns at once; returns its number.
    int call(const std::string& name, const Json& args);
    /// Gives a call and waits for its answer.
    Json ask(const std::string& name, const Json& args);
    /// Runs until `holds`, at most a minute.
    void wait(const char* what, const std::function<bool()>& holds);
    void wait_until_ready();
    void poll();

    /// The newest snapshot of a subscription, null before the first one.
    [[nodiscard]] const Json& snapshot(int subscription) { return snapshots_[subscription]; }
    /// Snapshots that came of it so far.
    [[nodiscard]] std::uint64_t pushes(int subscription) { return pushes_[subscription]; }
    [[nodiscard]] const Json& status() { return snapshots_[status_]; }
    [[nodiscard]] std::string first_channel();
    [[nodiscard]] boost::asio::io_context& loop() { return loop_; }

private:
    boost::asio::io_context loop_;
    std::unique_ptr<client::NativeClient> client_;
    std::map<int, Json> replies_;
    std::map<int, Json> snapshots_;
    std::map<int, std::uint64_t> pushes_;
    int next_ = 1;
    int status_ = 0;
};

[[noreturn]] void give_up(const std::string& why);

}  // namespace holdfast::bench
