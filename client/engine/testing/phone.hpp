#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "client/engine/engine.hpp"
#include "client/engine/testing/fake_server.hpp"
#include "client/engine/testing/fake_uploads.hpp"
#include "core/base/assert.hpp"

namespace holdfast::testing_support {

using Json = nlohmann::json;

/// A phone with an engine, a line to the fake server that can be cut, and a screen that keeps what
/// it was shown.
class Phone {
public:
    Phone(std::filesystem::path directory, FakeServer& server)
        : uploads(server), directory_(std::move(directory)), server_(server) {}

    ~Phone() { engine.reset(); }

    void open() {
        client::EngineOptions options;
        options.replica_path = (directory_ / "replica.db").string();
        options.outbox_path = (directory_ / "outbox.db").string();
        options.outbox_bytes_max = outbox_bytes_max;
        options.memory_replica = memory_replica;
        options.key = key;
        options.seed = 7;
        options.slice_rows = slice_rows;
        auto opened = client::Engine::open(options, now, wall);
        HF_ASSERT(opened.has_value());
        engine = *std::move(opened);
        socket_ = 0;
        held_.clear();
        pushes.clear();
        last.clear();
    }

    /// The process ends without a word.
    void kill() { engine.reset(); }

    void start() {
        call("start",
             {{"mobile_hint", mobile},
              {"coarse_pointer", mobile},
              {"touch_points", mobile ? 5 : 0},
              {"screen_width", mobile ? 400 : 1400},
              {"installed", true},
              {"online", true},
              {"visible", true},
              {"locale", "en"},
              {"device_name", "test"},
              {"persistent_storage", keeps}});
    }

    Json sign_in() { return call("sign_in", {{"email", "ana"}, {"password", "secret"}}); }

    /// The answer to a call, if it has come.
    Json call(const std::string& name, Json args, std::string_view bytes = {}) {
        const std::int64_t number = next_call_++;
        const std::string text = Json{{"id", number}, {"call", name}, {"args", args}}.dump();
        put(client::Call{text, bytes});
        const auto found = replies.find(number);
        return found == replies.end() ? Json(nullptr) : found->second;
    }

    /// Attaches a file in pieces; the answer to its last call.
    Json attach(Json place, const std::string& name, std::string_view bytes) {
        place["name"] = name;
        place["bytes"] = bytes.size();
        place["thumbnail"] = "";
        Json answer = call("begin_file", std::move(place));
        const Json file = answer.contains("ok") ? answer["ok"]["file"] : Json(nullptr);
        for (std::size_t at = 0; at < bytes.size() && answer.contains("ok"); at += piece_bytes) {
            answer = call("add_bytes", {{"file", file}}, bytes.substr(at, piece_bytes));
        }
        if (answer.contains("ok")) {
            answer["ok"]["file"] = file;
        }
        return answer;
    }
    /// Number of the subscription.
    std::int64_t subscribe(Json query) {
        const std::int64_t number = next_call_;
        call("subscribe", std::move(query));
        return number;
    }

    Json submit(const std::string& kind, Json args) {
        return call("submit", {{"kind", kind}, {"args", std::move(args)}});
    }
    Json post(const std::string& text, Json reply_to = Json::array()) {
        return submit("message.post",
                      {{"channel", to_string(FakeServer::channel)},
                       {"text", text},
                       {"reply_to", std::move(reply_to)}});
    }

    void put(const client::Input& input) {
        engine->handle(now, wall, input);
        drain();
    }

    /// Lets time pass, deadline by deadline, and delivers what is on the line.
    void pass(std::int64_t ms) {
        const Instant end{now.ms + ms};
        deliver();
        for (;;) {
            const auto deadline = engine->next_deadline();
            if (!deadline || deadline->ms > end.ms) {
                break;
            }
            const std::int64_t step = std::max<std::int64_t>(deadline->ms - now.ms, 0);
            now.ms += step;
            wall.ms += step;
            put(client::TimePassed{});
            deliver();
        }
        wall.ms += end.ms - now.ms;
        now = end;
        put(client::TimePassed{});
        deliver();
    }

    void cut() {
        connected = false;
        held_.clear();
        if (socket_ != 0) {
            put(client::SocketClosed{std::exchange(socket_, 0U)});
        }
    }
    void heal() {
        connected = true;
        call("try_now", Json::object());
        deliver();
    }

    /// Carries what is on the line until nothing is.
    void deliver() {
        while (!held_.empty()) {
            auto output = std::move(held_.front());
            held_.pop_front();
            std::visit([this](auto& specific) { carry(specific); }, output);
        }
    }

    void say(std::string bytes) { put(client::SocketReceived{socket_, bytes}); }

    [[nodiscard]] const Json& snapshot(std::int64_t number) const {
        return last.at(number).at("snapshot");
    }
    [[nodiscard]] bool blocked(std::int64_t number) const {
        return last.at(number).at("blocked").get<bool>();
    }

    Instant now{1'000'000};
    WallTime wall{1'650'000'000'000};  // a clock that is wrong by years: nothing depends on it
    bool mobile = true;
    bool keeps = true;  ///< what is on it stays when the app closes
    bool memory_replica = false;
    std::string key;  ///< of the files; none: they are not encrypted
    bool connected = true;
    std::uint64_t outbox_bytes_max = 0;
    std::size_t slice_rows = 500;
    std::int64_t http_ms = 0;           ///< how long an answer takes
    std::size_t piece_bytes = 100'000;  ///< of a file that is attached
    FakeUploads uploads;
    /// What becomes of a request to the server's files: it is lost, or its answer is.
    enum class Loss { none, request, answer };
    std::function<Loss(const client::HttpRequest&)> loss;
    int status_of_pull = 200;
    int status_of_refresh = 200;
    std::string refresh_refused = "auth.session_revoked";
    std::string refused_older;  ///< why older messages are; auth.session_expired: once
    std::string wrong_older;    ///< what comes in their place
    bool portal = false;        ///< somebody else answers: no header of ours
    Id signs_in_as = FakeServer::ana;
    std::map<std::string, int> requests;  ///< path → how often
    std::vector<Json> searches;           ///< for choices that another server has
    std::unique_ptr<client::Engine> engine;
    std::map<std::int64_t, Json> replies;
    std::string data;  ///< that came with the last answer
    std::vector<Json> pushes;
    std::map<std::int64_t, Json> last;

private:
    void drain() {
        while (auto output = engine->poll_output()) {
            if (const auto* post = std::get_if<client::Post>(&*output)) {
                const Json message = Json::parse(post->json);
                if (message.contains("reply")) {
                    replies[message["reply"].get<std::int64_t>()] = message;
                    data = post->bytes;
                } else {
                    pushes.push_back(message);
                    last[message["push"].get<std::int64_t>()] = message;
                }
            } else {
                held_.push_back(std::move(*output));
            }
        }
    }

    void carry(client::Post& /*output*/) {}
    void carry(client::OpenSocket& output) {
        socket_ = output.socket;
        if (connected && !portal) {
            put(client::SocketOpened{socket_});
        } else {
            put(client::SocketClosed{std::exchange(socket_, 0U)});
        }
    }
    void carry(client::CloseSocket& output) {
        if (output.socket == socket_) {
            socket_ = 0;
        }
    }
    void carry(client::SendSocket& output) {
        if (output.socket != socket_ || !connected) {
            return;
        }
        for (const std::string& bytes : server_.answer(output.bytes)) {
            if (output.socket == socket_) {
                put(client::SocketReceived{socket_, bytes});
            }
        }
    }
    void carry(client::HttpRequest& output) {
        requests[output.path] += 1;
        now.ms += http_ms;
        wall.ms += http_ms;
        int status = connected ? 200 : 0;
        std::string body;
        if (portal) {
            body = "<html>Welcome to the airport</html>";
        } else if (connected && output.path == "/auth/v1/sign-in") {
            body = server_.sign_in_answer(signs_in_as);
        } else if (connected && output.path == "/auth/v1/refresh") {
            status = status_of_refresh;
            body = status == 200 ? server_.refresh_answer()
                                 : R"({"code":")" + refresh_refused + R"(","params":{}})";
        } else if (connected && output.path == "/sync/v1/pull") {
            status = status_of_pull;
            body = status == 200 ? server_.answer_pull(output.body) : std::string{};
        } else if (connected && output.path == "/sync/v1/older") {
            status = refused_older.empty() ? 200 : 503;
            body = !refused_older.empty() ? R"({"code":")" + refused_older + R"(","params":{}})"
                   : wrong_older.empty()  ? server_.answer_older(output.body)
                                          : wrong_older;
            if (refused_older == "auth.session_expired") {
                refused_older.clear();
            }
        } else if (connected && output.path == "/forms/v1/choices") {
            searches.push_back(Json::parse(output.body));
            body = R"({"items":[{"id":"K7","code":"K7","name":"Seal K7"}],"more":false})";
        } else if (connected && output.path.starts_with("/files/")) {
            const Loss lost = loss ? loss(output) : Loss::none;
            if (lost != Loss::request) {
                std::tie(status, body) = uploads.answer(output);
                say_stored();
            }
            status = lost == Loss::none ? status : 0;
        }
        put(client::HttpAnswered{output.request, status, connected && !portal, body});
    }

    /// The server tells everybody that a file is whole.
    void say_stored() {
        const auto from = std::exchange(uploads.timeline_before, std::nullopt);
        if (from && socket_ != 0) {
            say(server_.live_page(FakeServer::timeline_bucket, *from));
        }
    }

    std::filesystem::path directory_;
    FakeServer& server_;
    std::deque<client::Output> held_;
    std::uint32_t socket_ = 0;
    std::int64_t next_call_ = 1;
};

}  // namespace holdfast::testing_support
