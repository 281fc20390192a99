// The server's session takes whatever a device may send, at any time.

#include <cstddef>
#include <cstdint>

#include "core/base/assert.hpp"
#include "core/sync/server_session.hpp"
#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace holdfast;
    using sync::ServerSession;
    fuzz::Source source(bytes, size);
    Instant now{1000};
    ServerSession session(now);
    Bucket bucket;
    bucket.id = BucketId{1};
    bucket.version = 1;
    while (!source.empty()) {
        switch (source.byte() % 6) {
            case 0:
                session.handle(now,
                               ServerSession::Admitted{.user = Id{1},
                                                       .organization = Id{2},
                                                       .device = 3,
                                                       .policy = "{}",
                                                       .readable = {bucket}});
                break;
            case 1:
                now = now + Millis{source.byte() * 256};
                session.handle(now, ServerSession::TimePassed{});
                break;
            case 2:
                session.handle(
                    now, ServerSession::Queued{static_cast<std::size_t>(source.byte()) * 16384});
                break;
            case 3:
                bucket.version += 1;
                session.handle(now, ServerSession::Changed{bucket, bucket.version - 1, nullptr});
                break;
            default:
                session.handle(now, ServerSession::Received{source.piece()});
        }
        while (auto output = session.poll_output()) {
            if (const auto* execute = std::get_if<ServerSession::Execute>(&*output)) {
                HF_ASSERT(execute->intents.size() <= sync::limits::intents_in_flight_max);
            }
        }
    }
    return 0;
}
