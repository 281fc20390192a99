#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <map>
#include <optional>
#include <vector>

#include "core/model/row_sum.hpp"
#include "core/sync/client_session.hpp"

namespace holdfast::sync {

inline Bucket bucket(std::uint64_t id, BucketKind kind, std::uint64_t version) {
    Bucket head;
    head.id = BucketId{id};
    head.kind = kind;
    head.owner = Id{id + 1000};
    head.epoch = 1;
    head.version = version;
    head.rows = version;
    return head;
}

/// A session with a pretended replica: pages are taken as stored at once.
class ClientSessionTest : public ::testing::Test {
protected:
    Instant now{1000};
    std::optional<ClientSession> session;
    std::list<wire::Bytes> inputs;  // alive as long as pages may borrow from them
    std::vector<ClientSession::SendPull> pulls;
    std::vector<wire::Bytes> sent;
    std::vector<wire::Page> stored;
    std::vector<ClientSession::BeginRepair> repairs;
    std::vector<ClientSession::EndRepair> repaired;
    std::vector<wire::Page> replaced;
    std::vector<BucketId> dropped;
    std::vector<Outcome> outcomes;
    std::vector<ClientSession::LoadIntents> loads;
    std::map<BucketId, BucketCursor> replica;
    int opened = 0;
    int renewals = 0;
    ErrorCode lost_session = ErrorCode::none;
    bool full = false;

    void begin(ClientSession::Options options = {}) {
        options.token = "token";
        options.device = 2000;
        session.emplace(std::move(options), now);
        drain();
    }

    void feed(const ClientSession::Input& input) {
        session->handle(now, input);
        drain();
    }

    void drain() {
        while (auto output = session->poll_output()) {
            std::visit([this](auto& specific) { take(specific); }, *output);
        }
    }

    void take(ClientSession::OpenSocket&) { opened += 1; }
    void take(ClientSession::CloseSocket&) {}
    void take(ClientSession::Send& send) { sent.push_back(std::move(send.bytes)); }
    void take(ClientSession::SendPull& pull) { pulls.push_back(std::move(pull)); }
    void take(ClientSession::StorePage& store) {
        if (full) {
            session->handle(now, ClientSession::StoreFailed{ErrorCode::storage_full});
            return;
        }
        BucketCursor& cursor = replica[store.page.head.id];
        cursor.head = store.page.head;
        cursor.rows += store.page.rows.size();
        if (store.page.mode == wire::PullMode::tail) {
            cursor.tail_done = true;
        } else {
            cursor.version = store.page.to;
            cursor.snapshot_as_of = store.page.to;
            cursor.after_kind = store.page.after_kind;
            cursor.after_id = store.page.after_id;
            cursor.complete = store.page.mode == wire::PullMode::delta || !store.page.after_id;
        }
        stored.push_back(store.page);
        session->handle(now, ClientSession::PageStored{cursor, store.page.rows.size()});
    }
    void take(ClientSession::BeginRepair& repair) { repairs.push_back(repair); }
    void take(ClientSession::SumRanges& sum) {
        // A replica that holds nothing: every range of the server that has rows is wrong.
        std::vector<RangeSum> sums(sum.ranges.size());
        session->handle(now, ClientSession::RangesSummed{sum.repair, sum.bucket, std::move(sums)});
    }
    void take(ClientSession::ReplaceRange& replace) {
        if (full) {
            session->handle(now, ClientSession::StoreFailed{ErrorCode::storage_full});
            return;
        }
        replaced.push_back(replace.page);
        BucketCursor& cursor = replica[replace.page.head.id];
        cursor.rows += replace.page.rows.size();
        for (const RowRef& row : replace.page.rows) {
            cursor.sum += row_sum(row);
        }
        session->handle(now,
                        ClientSession::RangeReplaced{.bucket = replace.page.head.id,
                                                     .rows = cursor.rows,
                                                     .sum = cursor.sum,
                                                     .added = replace.page.rows.size()});
    }
    void take(ClientSession::EndRepair& end) {
        repaired.push_back(end);
        session->handle(now, ClientSession::RepairStored{end.cursor});
    }
    void take(ClientSession::StoreHeads&) {}
    void take(ClientSession::DropBuckets& drop) {
        dropped.insert(dropped.end(), drop.buckets.begin(), drop.buckets.end());
    }
    void take(ClientSession::StoreOutcomes& store) {
        outcomes.insert(outcomes.end(), store.outcomes.begin(), store.outcomes.end());
    }
    void take(ClientSession::LoadIntents& load) { loads.push_back(load); }
    void take(ClientSession::Renew&) { renewals += 1; }
    void take(ClientSession::LoseSession& output) { lost_session = output.code; }
    void take(ClientSession::Greeted&) {}
    void take(ClientSession::ContactsChanged&) {}
    void take(ClientSession::StatusChanged&) {}

    void receive(const wire::Frame& frame) {
        inputs.push_back(wire::encode(frame));
        feed(ClientSession::SocketReceived{inputs.back()});
    }

    void answer(const ClientSession::SendPull& pull, const std::vector<wire::Frame>& frames) {
        wire::Bytes stream;
        for (const wire::Frame& frame : frames) {
            wire::append_framed(stream, wire::encode(frame));
        }
        inputs.push_back(std::move(stream));
        feed(ClientSession::PullAnswered{pull.pull, 200, inputs.back()});
    }

    void connect(std::vector<Bucket> heads = {}) {
        feed(ClientSession::SocketOpened{});
        wire::Welcome welcome;
        welcome.user = Id{501};
        welcome.organization = Id{1};
        welcome.device = 2000;
        welcome.server_time = {1'789'776'000'000};
        welcome.policy = "{}";
        welcome.heads = std::move(heads);
        receive(welcome);
    }

    std::vector<wire::Want> wants(std::size_t pull) {
        return std::get<wire::Pull>(*wire::decode(pulls.at(pull).bytes)).wants;
    }

    static Intent intent(std::uint32_t counter, Id lane) {
        return {.id = Id::make(2000, counter),
                .lane = lane,
                .kind = IntentKind::message_post,
                .args = "{}"};
    }
    static Outcome later(std::uint32_t counter, Millis retry_after) {
        return {.intent = Id::make(2000, counter),
                .status = OutcomeStatus::later,
                .code = ErrorCode::server_busy,
                .retry_after = retry_after};
    }
    std::vector<Id> pushed(std::size_t index) {
        std::vector<Id> ids;
        const auto frame = wire::decode(sent.at(index));
        for (const Intent& one : std::get<wire::Push>(*frame).intents) {
            ids.push_back(one.id);
        }
        return ids;
    }

    void pass_deadline() {
        now = *session->next_deadline();
        feed(ClientSession::TimePassed{});
    }
};

inline BucketCursor cursor_at(std::uint64_t id, std::uint64_t version, std::uint32_t epoch = 1) {
    BucketCursor kept;
    kept.head = bucket(id, BucketKind::timeline, version);
    kept.head.epoch = epoch;
    kept.complete = true;
    kept.version = version;
    return kept;
}

}  // namespace holdfast::sync
