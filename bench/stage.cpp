#include "bench/stage.hpp"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "server/admin/demo.hpp"
#include "server/auth/passwords.hpp"

namespace holdfast::bench {
namespace {

constexpr const char* password = "holdfast-bench";

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

}  // namespace

void give_up(const std::string& why) {
    std::fprintf(stderr, "benchmark failed: %s\n", why.c_str());
    std::exit(1);
}

Folder::Folder()
    : folder_(std::filesystem::temp_directory_path() /
              ("holdfast-bench-" + std::to_string(std::random_device{}()))) {
    std::filesystem::create_directories(folder_);
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

namespace {

std::unique_ptr<storage::Storage> make_storage(const std::string& file,
                                               const Organization& organization,
                                               WallTime now) {
    auto storage = must(storage::open_sqlite(file), "open storage");
    admin::BenchOptions options{.password_hash = must(auth::hash_password(password), "hash"),
                                .channels = organization.channels,
                                .messages = organization.messages,
                                .now = now};
    must(admin::create_bench(*storage, options), "make the organization");
    return storage;
}

}  // namespace

void make_data(const std::string& folder, const Organization& organization) {
    std::filesystem::create_directories(folder);
    make_storage(folder + "/holdfast.db", organization, net::SystemEnvironment().wall());
}

Host::Host(const Folder& folder, const Organization& organization)
    : storage_(make_storage(folder.path("server.db"), organization, environment_.wall())) {
    start();
}

Host::~Host() {
    stop();
}

void Host::start() {
    server_ =
        std::make_unique<net::Server>(net::ServerOptions{.port = port_}, *storage_, environment_);
    must(server_->start(), "start the server");
    port_ = server_->port();
}

void Host::stop() {
    server_.reset();
}

Phone::Phone(const std::string& url, std::string folder) {
    client_ = must(
        client::NativeClient::open(loop_, {.server_url = url, .data_folder = std::move(folder)}),
        "open the client");
    client_->on_message([this](std::string_view text) {
        Json message = Json::parse(text);
        if (message.contains("reply")) {
            const int number = message["reply"].get<int>();
            replies_[number] = std::move(message);
        } else {
            const int subscription = message["push"].get<int>();
            pushes_[subscription] += 1;
            snapshots_[subscription] = std::move(message["snapshot"]);
        }
    });
    ask("start",
        {{"mobile_hint", true},
         {"coarse_pointer", true},
         {"touch_points", 5},
         {"screen_width", 390},
         {"installed", true},
         {"online", true},
         {"visible", true},
         {"locale", "en"},
         {"device_name", "Benchmark"},
         {"persistent_storage", true}});
    status_ = call("subscribe", {{"query", "status"}});
}

int Phone::call(const std::string& name, const Json& args) {
    const int number = next_++;
    client_->call(Json{{"id", number}, {"call", name}, {"args", args}}.dump());
    return number;
}

Phone::Json Phone::ask(const std::string& name, const Json& args) {
    const int number = call(name, args);
    wait(name.c_str(), [&] { return replies_.contains(number); });
    Json reply = std::move(replies_[number]);
    replies_.erase(number);
    if (reply.contains("error")) {
        give_up(name + ": " + reply["error"].dump());
    }
    return reply["ok"];
}

void Phone::poll() {
    loop_.poll();
    loop_.restart();
}

void Phone::wait(const char* what, const std::function<bool()>& holds) {
    const Stopwatch watch;
    while (!holds()) {
        loop_.run_one_for(std::chrono::milliseconds(100));
        loop_.restart();
        if (watch.seconds() > 60) {
            give_up(std::string("no ") + what + " within a minute; status " + status().dump());
        }
    }
}

void Phone::wait_until_ready() {
    wait("complete synchronization",
         [this] { return status().is_object() && status()["bar"]["kind"] == "ready"; });
}

void Phone::sign_in(std::size_t user) {
    ask("sign_in",
        {{"email", "bench" + std::to_string(user) + "@holdfast.example"}, {"password", password}});
}

std::string Phone::first_channel() {
    const int menu = call("subscribe", {{"query", "menu"}});
    wait("menu", [&] { return snapshot(menu).is_object() && !snapshot(menu)["groups"].empty(); });
    const int group =
        call("subscribe", {{"query", "group"}, {"group", snapshot(menu)["groups"][0]["id"]}});
    wait("channel",
         [&] { return snapshot(group).is_object() && !snapshot(group)["channels"].empty(); });
    std::string channel = snapshot(group)["channels"][0]["id"].get<std::string>();
    ask("unsubscribe", {{"subscription", menu}});
    ask("unsubscribe", {{"subscription", group}});
    return channel;
}

}  // namespace holdfast::bench
