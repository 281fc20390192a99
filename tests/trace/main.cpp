// holdfast_trace FOLDER < inputs > outputs: the native engine, fed with recorded inputs, which are
// records of client/native/trace.hpp without a head; each output is printed the same way (kind
// number timeout field-sizes…) with its fields behind it.
// tests/wasm compares them with what the browser's module puts out for the same inputs.

#include <cstdint>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "client/engine/engine.hpp"
#include "client/native/trace.hpp"

namespace {

using namespace holdfast;

constexpr std::uint64_t seed = 0;  // tests/wasm gives the module zeros for chance

void print(int kind,
           std::uint32_t number,
           std::int64_t timeout,
           const std::vector<std::string>& fields) {
    std::printf("%d %u %lld", kind, number, static_cast<long long>(timeout));
    for (const std::string& field : fields) {
        std::printf(" %zu", field.size());
    }
    std::putchar('\n');
    for (const std::string& field : fields) {
        std::fwrite(field.data(), 1, field.size(), stdout);
    }
    std::putchar('\n');
}

void print(const client::Post& post) {
    print(1, 0, 0, {post.json, post.bytes});
}
void print(const client::OpenSocket& open) {
    print(2, open.socket, 0, {});
}
void print(const client::SendSocket& send) {
    print(3, send.socket, 0, {send.bytes});
}
void print(const client::CloseSocket& close) {
    print(4, close.socket, 0, {});
}
void print(const client::HttpRequest& http) {
    print(5,
          http.request,
          http.timeout_ms,
          {http.method, http.path, http.content_type, http.authorization, http.body, http.headers});
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: holdfast_trace FOLDER < inputs\n", stderr);
        return 2;
    }
    const std::string folder = arguments[1];
    std::unique_ptr<client::Engine> engine;
    for (;;) {
        const auto record = client::read_record(stdin);
        if (!record || !*record) {
            return record ? 0 : 1;
        }
        const Instant now = (*record)->now;
        const WallTime wall = (*record)->wall;
        if (!engine) {
            auto opened = client::Engine::open({.replica_path = folder + "/replica.db",
                                                .outbox_path = folder + "/outbox.db",
                                                .exclusive = true,
                                                .seed = seed},
                                               now,
                                               wall);
            if (!opened) {
                return 1;
            }
            engine = *std::move(opened);
        }
        engine->handle(now, wall, (*record)->input());
        while (auto output = engine->poll_output()) {
            std::visit([](const auto& specific) { print(specific); }, *output);
        }
    }
}
