// The module's face to its host: bytes in, bytes out. One engine a module; app/src/worker/engine.ts
// is the only caller. Buffers that the host fills are allocated with hf_alloc and freed with
// hf_free.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "client/engine/engine.hpp"
#include "client/wasm/host.hpp"
#include "core/base/assert.hpp"
#include "core/offline/device_class.hpp"
#include "platform/sqlite/database.hpp"

#define HF_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace {

using namespace holdfast;

#ifdef HOLDFAST_PLAIN_FILES
constexpr bool is_encrypted =
    false;  // what encryption costs is measured against a module without it
#else
constexpr bool is_encrypted = true;
#endif

/// One output as the host reads it: numbers, then up to six texts or byte strings.
struct Outgoing {
    struct Field {
        const char* bytes = nullptr;
        std::uint32_t size = 0;
    };
    std::uint32_t kind = 0;  ///< 0 none, 1 post, 2 open socket, 3 send, 4 close socket, 5 http
    std::uint32_t number = 0;
    std::uint32_t timeout_ms = 0;
    std::array<Field, 6> fields{};
};

std::unique_ptr<client::Engine> engine;
std::optional<client::Output> current;  // owns what `outgoing` points to
Outgoing outgoing;

Outgoing::Field field(const std::string& text) {
    return {text.data(), static_cast<std::uint32_t>(text.size())};
}

Outgoing describe(const client::Post& post) {
    return {.kind = 1, .fields = {field(post.json), field(post.bytes)}};
}
Outgoing describe(const client::OpenSocket& open) {
    return {.kind = 2, .number = open.socket};
}
Outgoing describe(const client::SendSocket& send) {
    return {.kind = 3, .number = send.socket, .fields = {field(send.bytes)}};
}
Outgoing describe(const client::CloseSocket& close) {
    return {.kind = 4, .number = close.socket};
}
Outgoing describe(const client::HttpRequest& http) {
    return {.kind = 5,
            .number = http.request,
            .timeout_ms = static_cast<std::uint32_t>(http.timeout_ms),
            .fields = {field(http.method),
                       field(http.path),
                       field(http.content_type),
                       field(http.authorization),
                       field(http.body),
                       field(http.headers)}};
}

Instant instant(double ms) {
    return {static_cast<std::int64_t>(ms)};
}
WallTime wall(double ms) {
    return {static_cast<std::int64_t>(ms)};
}

}  // namespace

HF_EXPORT(hf_alloc) void* hf_alloc(std::uint32_t bytes) {
    return std::malloc(bytes);
}
HF_EXPORT(hf_free) void hf_free(void* bytes) {
    std::free(bytes);
}

/// 1 mobile, 2 desktop (OM15).
HF_EXPORT(hf_device_class)
int hf_device_class(int mobile_hint, int coarse_pointer, int touch_points, int screen_width) {
    return static_cast<int>(offline::device_class({.mobile_hint = mobile_hint != 0,
                                                   .coarse_pointer = coarse_pointer != 0,
                                                   .touch_points = touch_points,
                                                   .screen_width = screen_width}));
}

/// Opens the engine on the files replica.db and outbox.db of the host, encrypted with the key; a
/// key of no bytes: not encrypted. 0, or the number of an error.
HF_EXPORT(hf_open)
int hf_open(
    int memory_replica, const char* key, std::uint32_t key_size, double now_ms, double wall_ms) {
    HF_ASSERT(key_size == 0 || key_size == sqlite::key_bytes);
    client::EngineOptions options;
    options.key.assign(key, is_encrypted ? key_size : 0);
    options.exclusive = true;
    options.memory_replica = memory_replica != 0;
    host_random(&options.seed, sizeof(options.seed));
    auto opened = client::Engine::open(std::move(options), instant(now_ms), wall(wall_ms));
    if (!opened) {
        return static_cast<int>(opened.error().code);
    }
    engine = *std::move(opened);
    return 0;
}

/// kind: 1 call, 2 socket opened, 3 socket received, 4 socket closed, 5 http answered, 6 time
/// passed, 7 a call with bytes behind it: `number` of the bytes are its JSON.
HF_EXPORT(hf_handle)
void hf_handle(int kind,
               std::uint32_t number,
               int status,
               int ours,
               const char* bytes,
               std::uint32_t size,
               double now_ms,
               double wall_ms) {
    HF_ASSERT(engine != nullptr);
    const std::string_view data{bytes, size};
    const auto pass = [&](const client::Input& input) {
        engine->handle(instant(now_ms), wall(wall_ms), input);
    };
    switch (kind) {
        case 1:
            return pass(client::Call{data});
        case 2:
            return pass(client::SocketOpened{number});
        case 3:
            return pass(client::SocketReceived{number, data});
        case 4:
            return pass(client::SocketClosed{number});
        case 5:
            return pass(client::HttpAnswered{number, status, ours != 0, data});
        case 7:
            HF_ASSERT(number <= size);
            return pass(client::Call{data.substr(0, number), data.substr(number)});
        default:
            return pass(client::TimePassed{});
    }
}

/// The next output, valid until the next call; its kind is 0 when there is none.
HF_EXPORT(hf_poll) const Outgoing* hf_poll() {
    HF_ASSERT(engine != nullptr);
    current = engine->poll_output();
    outgoing = current ? std::visit([](const auto& output) { return describe(output); }, *current)
                       : Outgoing{};
    return &outgoing;
}

/// When hf_handle wants "time passed", in the host's monotonic milliseconds; -1: never.
HF_EXPORT(hf_deadline) double hf_deadline() {
    HF_ASSERT(engine != nullptr);
    const auto deadline = engine->next_deadline();
    return deadline ? static_cast<double>(deadline->ms) : -1.0;
}
