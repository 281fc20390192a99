// A whole device, with a server in memory that mostly tells the truth, and something between them
// that says what it likes: whatever comes, the device goes on, and what it tells its screen is
// JSON.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "client/engine/engine.hpp"
#include "client/engine/testing/fake_server.hpp"
#include "core/base/assert.hpp"
#include "fuzz/input.hpp"

namespace {

using namespace holdfast;
using testing_support::FakeServer;

constexpr std::size_t outputs_max = 100'000;  // of one input: more is a loop
constexpr std::size_t steps_max = 200;        // of one input: each may cost a query over everything

constexpr std::string_view start_call =
    R"({"id":1,"call":"start","args":{"mobile_hint":true,"coarse_pointer":true,"touch_points":5,)"
    R"("screen_width":390,"installed":true,"online":true,"visible":true,"locale":"en",)"
    R"("device_name":"fuzz","persistent_storage":true}})";
constexpr std::string_view sign_in_call =
    R"({"id":2,"call":"sign_in","args":{"email":"ana","password":"secret"}})";

class Phone {
public:
    Phone() {
        auto opened = client::Engine::open({.memory_replica = true, .seed = 7}, now_, wall_);
        HF_ASSERT(opened.has_value());
        engine_ = *std::move(opened);
        put(client::Call{start_call});
    }

    void step(fuzz::Source& source) {
        switch (source.byte() % 12) {
            case 0:
                put(client::Call{sign_in_call});
                break;
            case 1:
            case 2:
                put(client::Call{source.piece()});
                break;
            case 3:
                put(client::SocketClosed{socket_});
                break;
            case 4:
                put(client::SocketReceived{socket_, source.piece()});
                break;
            case 5:
                answer_falsely(source);
                break;
            case 6:
                pass(Millis{source.byte() * 256});
                break;
            case 7:
                server_.post(FakeServer::ben, std::string(source.piece().substr(0, 200)));
                break;
            default:
                answer_truly();
        }
    }

private:
    void put(const client::Input& input) {
        engine_->handle(now_, wall_, input);
        std::size_t outputs = 0;
        while (auto output = engine_->poll_output()) {
            HF_ASSERT(++outputs < outputs_max);
            if (const auto* post = std::get_if<client::Post>(&*output)) {
                HF_ASSERT(nlohmann::json::accept(post->json));
            } else {
                waiting_.push_back(*std::move(output));
            }
        }
    }

    void pass(Millis time) {
        now_ = now_ + time;
        wall_.ms += time.count;
        put(client::TimePassed{});
    }

    /// The oldest thing that the device asked for, done as a good server and a good network would.
    void answer_truly() {
        if (waiting_.empty()) {
            return;
        }
        const client::Output output = std::move(waiting_.front());
        waiting_.pop_front();
        if (const auto* open = std::get_if<client::OpenSocket>(&output)) {
            socket_ = open->socket;
            put(client::SocketOpened{socket_});
        } else if (const auto* send = std::get_if<client::SendSocket>(&output)) {
            for (const std::string& bytes : server_.answer(send->bytes)) {
                put(client::SocketReceived{send->socket, bytes});
            }
        } else if (const auto* request = std::get_if<client::HttpRequest>(&output)) {
            put(client::HttpAnswered{request->request, 200, true, body_for(*request)});
        }
    }

    /// The same with a status and a body of somebody else's choice.
    void answer_falsely(fuzz::Source& source) {
        constexpr int statuses[] = {0, 200, 204, 301, 400, 401, 403, 404, 429, 500, 503, 507};
        const int status = statuses[source.byte() % std::size(statuses)];
        const bool ours = source.byte() % 2 == 0;
        const std::string_view body = source.piece();
        for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
            if (const auto* request = std::get_if<client::HttpRequest>(&*at)) {
                const std::uint32_t number = request->request;
                waiting_.erase(at);
                put(client::HttpAnswered{number, status, ours, body});
                return;
            }
        }
    }

    [[nodiscard]] std::string body_for(const client::HttpRequest& request) {
        if (request.path == "/auth/v1/sign-in") {
            return server_.sign_in_answer();
        }
        if (request.path == "/auth/v1/refresh") {
            return server_.refresh_answer();
        }
        if (request.path == "/sync/v1/older") {
            return server_.answer_older(request.body);
        }
        return request.path == "/sync/v1/pull" ? server_.answer_pull(request.body) : std::string{};
    }

    Instant now_{1'000'000};
    WallTime wall_{1'650'000'000'000};
    FakeServer server_;
    std::unique_ptr<client::Engine> engine_;
    std::deque<client::Output> waiting_;
    std::uint32_t socket_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Source source(bytes, size);
    Phone phone;
    for (std::size_t steps = 0; !source.empty() && steps < steps_max; ++steps) {
        phone.step(source);
    }
    return 0;
}
