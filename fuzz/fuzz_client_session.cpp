// A device's session takes whatever a server, or something in its place, may send, at any time.

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>

#include "core/base/assert.hpp"
#include "core/sync/client_session.hpp"
#include "fuzz/input.hpp"

namespace {

using namespace holdfast;
using sync::ClientSession;

constexpr std::size_t outputs_max = 100'000;  // of one input: more is a loop

void drain(ClientSession& session, Instant now) {
    std::size_t outputs = 0;
    while (auto output = session.poll_output()) {
        HF_ASSERT(++outputs < outputs_max);
        if (const auto* store = std::get_if<ClientSession::StorePage>(&*output)) {
            sync::BucketCursor cursor;
            cursor.head = store->page.head;
            cursor.version = store->page.to;
            cursor.complete = !store->page.after_id;
            cursor.tail_done = true;
            session.handle(now, ClientSession::PageStored{cursor, store->page.rows.size()});
        } else if (const auto* sum = std::get_if<ClientSession::SumRanges>(&*output)) {
            session.handle(
                now,
                ClientSession::RangesSummed{
                    sum->repair, sum->bucket, std::vector<RangeSum>(sum->ranges.size())});
        } else if (const auto* replace = std::get_if<ClientSession::ReplaceRange>(&*output)) {
            session.handle(now, ClientSession::RangeReplaced{.bucket = replace->page.head.id});
        } else if (const auto* end = std::get_if<ClientSession::EndRepair>(&*output)) {
            session.handle(now, ClientSession::RepairStored{end->cursor});
        } else if (std::holds_alternative<ClientSession::LoadIntents>(*output)) {
            session.handle(now,
                           ClientSession::IntentsLoaded{{Intent{.id = Id{5},
                                                                .lane = Id{6},
                                                                .kind = IntentKind::message_post,
                                                                .args = "{}"}},
                                                        false});
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Source source(bytes, size);
    Instant now{1000};
    ClientSession session({.token = "t", .device = 2000, .waiting = 1, .seed = 7}, now);
    drain(session, now);
    while (!source.empty()) {
        const std::uint8_t choice = source.byte() % 10;
        switch (choice) {
            case 0:
                session.handle(now, ClientSession::SocketOpened{});
                break;
            case 1:
                session.handle(now, ClientSession::SocketClosed{});
                break;
            case 2:
                now = now + Millis{source.byte() * 256};
                session.handle(now, ClientSession::TimePassed{});
                break;
            case 3:
                session.handle(now,
                               ClientSession::PullAnswered{source.byte(), 200, source.piece()});
                break;
            case 4:
                session.handle(now, ClientSession::Renewed{"u"});
                break;
            case 5:
                session.handle(now, ClientSession::TryNow{});
                break;
            case 6:
                session.handle(now, ClientSession::StoreFailed{ErrorCode::storage_full});
                break;
            default:
                session.handle(now, ClientSession::SocketReceived{source.piece()});
        }
        drain(session, now);
    }
    return 0;
}
