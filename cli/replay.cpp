#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <variant>

#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/device.hpp"
#include "client/engine/engine.hpp"
#include "client/native/trace.hpp"
#include "core/wire/codec.hpp"

// `holdfast replay`.

namespace holdfast::cli {
namespace {

using client::TraceRecord;

constexpr std::size_t line_bytes_max = 160;  ///< of what is told of one input or output
/// The tool's own call, which shows the status: a number that no recorded call has.
constexpr int status_call = 2'000'000'001;

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};

/// On one line, shortened.
std::string shorten(std::string_view text) {
    std::string line(text.substr(0, line_bytes_max));
    for (char& letter : line) {
        letter = static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
    }
    return line + (text.size() > line_bytes_max ? "…" : "");
}

/// "Page, 1204 bytes".
std::string name_frame(std::string_view bytes) {
    const std::string size = ", " + std::to_string(bytes.size()) + " bytes";
    const auto frame = wire::decode(bytes);
    if (!frame) {
        return "no frame" + size + ": " + frame.error().detail;
    }
    return std::visit(Overloaded{
                          [](const wire::Hello&) { return "Hello"; },
                          [](const wire::Push&) { return "Push"; },
                          [](const wire::Ping&) { return "Ping"; },
                          [](const wire::Welcome&) { return "Welcome"; },
                          [](const wire::Heads&) { return "Heads"; },
                          [](const wire::Revoke&) { return "Revoke"; },
                          [](const wire::Page&) { return "Page"; },
                          [](const wire::Outcomes&) { return "Outcomes"; },
                          [](const wire::Presence&) { return "Presence"; },
                          [](const wire::Pong&) { return "Pong"; },
                          [](const wire::GoAway&) { return "GoAway"; },
                          [](const auto&) { return "frame"; },
                      },
                      *frame) +
           size;
}

std::string describe(const TraceRecord& record) {
    const std::string number = std::to_string(record.number);
    switch (record.kind) {
        case TraceRecord::Kind::call:
            return "call " + shorten(record.bytes);
        case TraceRecord::Kind::call_with_bytes:
            return "call " + shorten(record.bytes.substr(0, record.number)) + ", " +
                   std::to_string(record.bytes.size() - record.number) + " bytes";
        case TraceRecord::Kind::socket_opened:
            return "socket " + number + " opened";
        case TraceRecord::Kind::socket_received:
            return "socket " + number + " received " + name_frame(record.bytes);
        case TraceRecord::Kind::socket_closed:
            return "socket " + number + " closed";
        case TraceRecord::Kind::http_answered:
            return "request " + number + " answered " + std::to_string(record.status) +
                   (record.ours ? "" : ", not by our server") + ", " +
                   std::to_string(record.bytes.size()) + " bytes";
        case TraceRecord::Kind::time_passed:
            break;
    }
    return "time passed";
}

std::string describe(const client::Output& output) {
    return std::visit(
        Overloaded{[](const client::Post& post) { return "post " + shorten(post.json); },
                   [](const client::OpenSocket& open) {
                       return "open socket " + std::to_string(open.socket);
                   },
                   [](const client::SendSocket& send) {
                       return "socket " + std::to_string(send.socket) + " send " +
                              name_frame(send.bytes);
                   },
                   [](const client::CloseSocket& close) {
                       return "close socket " + std::to_string(close.socket);
                   },
                   [](const client::HttpRequest& http) {
                       return "request " + std::to_string(http.request) + " " + http.method + " " +
                              http.path + ", " + std::to_string(http.body.size()) + " bytes";
                   }},
        output);
}

/// Feeds a fresh engine and prints what comes of each input.
class Replay {
public:
    explicit Replay(std::unique_ptr<client::Engine> engine) : engine_(std::move(engine)) {}

    void take(const TraceRecord& record) {
        if (steps_ == 0) {
            began_ = record.now;
        }
        std::printf("#%zu +%lld ms  %s\n",
                    ++steps_,
                    static_cast<long long>((record.now - began_).count),
                    describe(record).c_str());
        feed(record.now, record.wall, record.input());
        if (steps_ == 1) {  // `start`: before it the engine answers to nothing
            const std::string call =
                Json{{"id", status_call}, {"call", "subscribe"}, {"args", {{"query", "status"}}}}
                    .dump();
            feed(record.now, record.wall, client::Call{call});
        }
    }
    [[nodiscard]] std::size_t steps() const { return steps_; }

private:
    void feed(Instant now, WallTime wall, const client::Input& input) {
        engine_->handle(now, wall, input);
        while (const auto output = engine_->poll_output()) {
            const auto* post = std::get_if<client::Post>(&*output);
            if (post == nullptr || !take_own(post->json)) {
                std::printf("    -> %s\n", describe(*output).c_str());
            }
        }
    }
    /// Whether a message answers the tool's own call: the status is printed when it changes.
    static bool take_own(const std::string& message) {
        const Json json = Json::parse(message, nullptr, false);
        if (json.is_object() && json.value("reply", 0) == status_call) {
            return true;
        }
        if (!json.is_object() || json.value("push", 0) != status_call) {
            return false;
        }
        const Json status = json.value("snapshot", Json::object());
        std::printf("    == connection %s, bar %s, banner %s\n",
                    part(status, "connection", "state").c_str(),
                    part(status, "bar", "kind").c_str(),
                    part(status, "banner", "kind").c_str());
        return true;
    }
    static std::string part(const Json& status, const char* of, const char* name) {
        return status.value(of, Json::object()).value(name, "none");
    }

    std::unique_ptr<client::Engine> engine_;
    std::size_t steps_ = 0;
    Instant began_{};
};

Result<> replay(const std::string& path) {
    HF_TRY(client::TraceReader reader, client::TraceReader::open(path));
    HF_TRY(auto first, reader.next());
    if (!first) {
        std::puts("The trace holds no input.");
        return {};
    }
    HF_TRY(const TemporaryFolder folder, TemporaryFolder::make());
    client::EngineOptions options;
    options.replica_path = folder.path() + "/replica.db";
    options.outbox_path = folder.path() + "/outbox.db";
    options.memory_replica = reader.head().memory_replica;
    options.app_version = reader.head().app_version;
    options.seed = reader.head().seed;
    HF_TRY(auto engine, client::Engine::open(std::move(options), first->now, first->wall));
    Replay run(std::move(engine));
    while (first) {
        run.take(*first);
        HF_TRY(first, reader.next());
    }
    std::printf("%zu inputs\n", run.steps());
    return {};
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
    auto path = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand(
        "replay", "Run a trace of `holdfast client --trace` again, and print every step");
    command->add_option("trace", *path, "The file")->required();
    command->callback(reporting(path, exit_code, replay));
}

}  // namespace holdfast::cli
