#include "client/native/native_client.hpp"

#include <sys/random.h>

#include <chrono>
#include <filesystem>

#include "client/engine/engine.hpp"
#include "client/native/http_pool.hpp"
#include "client/native/socket_link.hpp"
#include "client/native/trace.hpp"
#include "core/base/assert.hpp"
#include "platform/net/asio.hpp"

namespace asio = boost::asio;

namespace holdfast::client {
namespace {

Instant now() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

WallTime wall() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

std::uint64_t entropy() {
    std::uint64_t seed = 0;
    HF_ASSERT(getrandom(&seed, sizeof seed, 0) == static_cast<ssize_t>(sizeof seed));
    return seed;
}

/// Null where no trace is wanted.
Result<std::unique_ptr<TraceWriter>> begin_trace(const NativeOptions& options,
                                                 const EngineOptions& engine) {
    if (options.trace_file.empty()) {
        return nullptr;
    }
    std::error_code none;
    if (std::filesystem::exists(engine.outbox_path, none)) {
        return fail(ErrorCode::setup_file,
                    "a trace begins with a new device, and the data folder " + options.data_folder +
                        " has one already: give another");
    }
    return TraceWriter::create(options.trace_file,
                               {.app_version = engine.app_version,
                                .memory_replica = engine.memory_replica,
                                .seed = engine.seed});
}

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};

}  // namespace

struct NativeClient::Parts {
    // constant after construction
    asio::io_context& loop;
    std::shared_ptr<const Route> route;
    // changing
    std::unique_ptr<Engine> engine;      ///< null after the client has gone
    std::unique_ptr<TraceWriter> trace;  ///< null: nothing is recorded
    OnBytes on_message;
    std::optional<Instant> armed;  ///< what the timer waits for
    // owned children
    std::unique_ptr<HttpPool> http;  ///< null after the client has gone
    std::shared_ptr<SocketLink> socket;
    asio::steady_timer timer;
    // tasks (last)
    net::TaskGroup tasks;

    Parts(asio::io_context& where, std::shared_ptr<const Route> to, std::unique_ptr<Engine> from)
        : loop(where),
          route(std::move(to)),
          engine(std::move(from)),
          timer(where),
          tasks(where.get_executor()) {}

    static void feed(const std::shared_ptr<Parts>& parts, const Input& input);
    static void carry_out(const std::shared_ptr<Parts>& parts, Output output);
    static void open_socket(const std::shared_ptr<Parts>& parts, std::uint32_t number);
    static void arm(const std::shared_ptr<Parts>& parts);
    void shut_down();
};

// The loop of every shell: an input, then its outputs until there are none.
void NativeClient::Parts::feed(const std::shared_ptr<Parts>& parts, const Input& input) {
    if (!parts->engine) {
        return;
    }
    const Instant at = now();
    const WallTime wall_at = wall();
    if (parts->trace) {
        parts->trace->record(at, wall_at, input);
    }
    parts->engine->handle(at, wall_at, input);
    while (auto output = parts->engine->poll_output()) {
        carry_out(parts, *std::move(output));
    }
    arm(parts);
}

void NativeClient::Parts::carry_out(const std::shared_ptr<Parts>& parts, Output output) {
    std::visit(Overloaded{[&](Post&& post) {
                              if (parts->on_message) {
                                  parts->on_message(post.json, post.bytes);
                              }
                          },
                          [&](OpenSocket&& open) { open_socket(parts, open.socket); },
                          [&](SendSocket&& send) {
                              if (parts->socket) {
                                  SocketLink::send(parts->socket, std::move(send.bytes));
                              }
                          },
                          [&](CloseSocket&&) {
                              if (parts->socket) {
                                  parts->socket->close();
                              }
                          },
                          [&](HttpRequest&& request) { parts->http->send(std::move(request)); }},
               std::move(output));
}

void NativeClient::Parts::open_socket(const std::shared_ptr<Parts>& parts, std::uint32_t number) {
    if (parts->socket) {
        parts->socket->cut();
    }
    // The links's events refer back weakly: a link never keeps the client's parts alive.
    const std::weak_ptr<Parts> back = parts;
    const auto tell = [back](const Input& input) {
        if (const auto still = back.lock()) {
            feed(still, input);
        }
    };
    parts->socket = std::make_shared<SocketLink>(
        parts->route,
        SocketLink::Events{
            [tell, number] { tell(SocketOpened{number}); },
            [tell, number](std::string_view bytes) { tell(SocketReceived{number, bytes}); },
            [tell, number] { tell(SocketClosed{number}); }});
    SocketLink::open(parts->socket, parts->tasks);
}

void NativeClient::Parts::arm(const std::shared_ptr<Parts>& parts) {
    const std::optional<Instant> next = parts->engine->next_deadline();
    if (next == parts->armed) {
        return;
    }
    parts->armed = next;
    if (!next) {
        parts->timer.cancel();
        return;
    }
    parts->timer.expires_at(
        std::chrono::steady_clock::time_point(std::chrono::milliseconds(next->ms)));
    parts->timer.async_wait(
        [back = std::weak_ptr<Parts>(parts), next](boost::system::error_code error) {
            const auto still = back.lock();
            if (error || !still || still->armed != next) {
                return;  // another deadline has taken its place
            }
            still->armed.reset();
            feed(still, TimePassed{});
        });
}

void NativeClient::Parts::shut_down() {
    on_message = {};
    engine.reset();
    timer.cancel();
    http.reset();
    if (socket) {
        socket->cut();
    }
    tasks.stop();
}

Result<std::unique_ptr<NativeClient>> NativeClient::open(asio::io_context& loop,
                                                         NativeOptions options) {
    HF_TRY(const auto route, make_route(options.server_url, options.ca_file, options.app_version));
    std::error_code error;
    std::filesystem::create_directories(options.data_folder, error);
    if (error) {
        return fail(ErrorCode::setup_file,
                    "data folder " + options.data_folder + ": " + error.message());
    }
    const std::filesystem::path folder = options.data_folder;
    EngineOptions engine_options;
    engine_options.replica_path = folder / "replica.db";
    engine_options.outbox_path = folder / "outbox.db";
    engine_options.memory_replica = options.memory_replica;
    engine_options.app_version = options.app_version;
    engine_options.seed = entropy();
    HF_TRY(auto trace, begin_trace(options, engine_options));
    auto opened = Engine::open(std::move(engine_options), now(), wall());
    if (!opened) {
        return fail(opened.error().code, options.data_folder + ": " + opened.error().detail);
    }
    std::unique_ptr<Engine> engine = *std::move(opened);

    auto parts = std::make_shared<Parts>(loop, route, std::move(engine));
    parts->trace = std::move(trace);
    const std::weak_ptr<Parts> back = parts;
    parts->http =
        std::make_unique<HttpPool>(route, loop.get_executor(), [back](const HttpAnswer& answer) {
            if (const auto still = back.lock()) {
                Parts::feed(still,
                            HttpAnswered{answer.request, answer.status, answer.ours, answer.body});
            }
        });
    return std::unique_ptr<NativeClient>(new NativeClient(std::move(parts)));
}

NativeClient::NativeClient(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

NativeClient::~NativeClient() {
    parts_->shut_down();
}

void NativeClient::on_message(OnMessage callback) {
    on_message_with_bytes(
        [callback = std::move(callback)](std::string_view json, std::string_view /*bytes*/) {
            callback(json);
        });
}

void NativeClient::on_message_with_bytes(OnBytes callback) {
    parts_->on_message = std::move(callback);
}

void NativeClient::call(std::string json, std::string bytes) {
    asio::post(parts_->loop, [parts = parts_, json = std::move(json), bytes = std::move(bytes)] {
        Parts::feed(parts, Call{json, bytes});
    });
}

}  // namespace holdfast::client
