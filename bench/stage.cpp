#include "bench/stage.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "server/admin/demo/demo.hpp"
#include "server/auth/passwords.hpp"

namespace holdfast::bench {
namespace {

constexpr const char* password = "holdfast-bench";

}  // namespace

void give_up(const std::string& why) {
    std::fprintf(stderr, "benchmark failed: %s\n", why.c_str());
    std::exit(1);
}

std::size_t work_off(services::Executor& executor) {
    std::size_t applied = 0;
    while (executor.queued() > 0) {
        for (const services::JudgedIntent& judged : executor.run().judged) {
            applied += judged.outcome.status == OutcomeStatus::applied ? 1 : 0;
        }
    }
    return applied;
}

std::unique_ptr<storage::Storage> make_storage(const std::string& file,
                                               const Organization& organization) {
    auto storage = must(storage::open_sqlite(file), "open storage");
    admin::BenchOptions options{.password_hash = must(auth::hash_password(password), "hash"),
                                .users = organization.users,
                                .channels = organization.channels,
                                .messages = organization.messages,
                                .is_private = organization.is_private,
                                .tasks = organization.tasks,
                                .task_channels = organization.task_channels,
                                .now = net::SystemEnvironment().wall()};
    must(admin::create_bench(*storage, options), "make the organization");
    return storage;
}

void make_data(const std::string& folder, const Organization& organization) {
    std::filesystem::create_directories(folder);
    (void)make_storage(folder + "/holdfast.db", organization);
}

Host::Host(const TempFolder& folder,
           const Organization& organization,
           const std::function<void(storage::Storage&)>& furnish)
    : storage_(make_storage(folder / "server.db", organization)),
      segments_folder_(folder / "segments") {
    furnish(*storage_);
    start();
}

Host::~Host() {
    stop();
}

void Host::start() {
    server_ = std::make_unique<net::Server>(
        net::ServerOptions{.port = port_,
                           .segments_folder = segments_folder_,
                           .evaluator = {"/proc/self/exe", "--evaluate"}},
        *storage_,
        environment_);
    must(server_->start(), "start the server");
    port_ = server_->port();
}

void Host::stop() {
    server_.reset();
}

Phone::Phone(const std::string& url, std::string folder, Start when) {
    client_ = must(
        client::NativeClient::open(loop_, {.server_url = url, .data_folder = std::move(folder)}),
        "open the client");
    client_->on_message([this](std::string_view text) { take(text); });
    if (when == Start::at_once) {
        start();
    }
}

/// A snapshot is kept as it came, and read when somebody looks at it: what the screen does with it
/// is not what is measured.
void Phone::take(std::string_view text) {
    constexpr std::string_view push = R"({"push":)";
    if (text.starts_with(push)) {
        const int subscription = std::atoi(text.data() + push.size());
        pushes_[subscription] += 1;
        snapshots_[subscription] = Snapshot{.text = std::string(text), .read = {}};
        return;
    }
    Json message = Json::parse(text);
    const int number = message["reply"].get<int>();
    replies_[number] = std::move(message);
}

const Phone::Json& Phone::snapshot(int subscription) {
    Snapshot& kept = snapshots_[subscription];
    if (!kept.text.empty()) {
        kept.read = std::move(Json::parse(std::exchange(kept.text, {}))["snapshot"]);
    }
    return kept.read;
}

bool Phone::shows(int subscription, std::string_view text) const {
    const auto kept = snapshots_.find(subscription);
    // From the end, where what is new stands: the search is the screen's work, not what is
    // measured.
    return kept != snapshots_.end() && kept->second.text.rfind(text) != std::string::npos;
}

void Phone::start() {
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

bool Phone::poll_one() {
    loop_.restart();
    return loop_.poll_one() > 0;
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

bool Phone::is_ready() {
    return status().is_object() && status()["bar"]["kind"] == "ready";
}

void Phone::wait_until_ready() {
    wait("complete synchronization", [this] { return is_ready(); });
}

void Phone::wait_until_delivered() {
    wait("delivery", [this] { return is_ready() && status()["bar"]["waiting"] == 0; });
}

std::string Phone::email(std::size_t user) {
    return "bench" + std::to_string(user) + "@holdfast.example";
}

void Phone::sign_in(std::size_t user) {
    ask("sign_in", {{"email", email(user)}, {"password", password}});
}

std::string Phone::channel_at(std::size_t place) {
    const int menu = call("subscribe", {{"query", "menu"}});
    wait("menu", [&] { return snapshot(menu).is_object() && !snapshot(menu)["groups"].empty(); });
    const int group =
        call("subscribe", {{"query", "group"}, {"group", snapshot(menu)["groups"][0]["id"]}});
    wait("channel",
         [&] { return snapshot(group).is_object() && snapshot(group)["channels"].size() > place; });
    std::string channel = snapshot(group)["channels"][place]["id"].get<std::string>();
    ask("unsubscribe", {{"subscription", menu}});
    ask("unsubscribe", {{"subscription", group}});
    return channel;
}

int Phone::watch_channel(const std::string& channel, int rows) {
    return call("subscribe",
                {{"query", "messages"},
                 {"channel", channel},
                 {"anchor", "latest"},
                 {"before", rows},
                 {"after", 0}});
}

std::string Phone::newest_text(int window) {
    const Json& shown = snapshot(window);
    if (!shown.is_object() || shown["items"].empty()) {
        return {};
    }
    return shown["items"].back()["text"].get<std::string>();
}

nlohmann::json message_post(const std::string& channel, const std::string& text) {
    return {
        {"kind", "message.post"},
        {"args", {{"channel", channel}, {"text", text}, {"reply_to", nlohmann::json::array()}}}};
}

}  // namespace holdfast::bench
