#include "sim/tap.hpp"

#include <algorithm>
#include <utility>

#include "core/wire/codec.hpp"
#include "sim/breaks.hpp"

namespace holdfast::sim {
namespace {

std::vector<BucketId> ids_of(const std::vector<Bucket>& heads) {
    std::vector<BucketId> ids;
    for (const Bucket& head : heads) {
        ids.push_back(head.id);
    }
    return ids;
}

bool is_final(const Outcome& outcome) {
    return outcome.status != OutcomeStatus::later;
}

/// A conflict is not stored: it is about who asks, not about the intent.
bool is_about_asker(const Outcome& outcome) {
    return outcome.code == ErrorCode::intent_id_conflict;
}

/// Where a break wants the server to have said something else.
bool bend(std::vector<Outcome>& outcomes) {
    bool bent = false;
    for (Outcome& outcome : outcomes) {
        if (HF_BROKEN(overlay_dropped_early) && !outcome.positions.empty()) {
            outcome.positions.clear();
            bent = true;
        }
        if (HF_BROKEN(outcome_dropped) && outcome.status == OutcomeStatus::rejected) {
            outcome.status = OutcomeStatus::applied;
            outcome.code = ErrorCode::none;
            bent = true;
        }
    }
    return bent;
}

sync::SharedBytes share(const wire::Frame& frame) {
    return std::make_shared<const wire::Bytes>(wire::encode(frame));
}

}  // namespace

std::string Tap::up(std::string bytes) {
    if (!HF_BROKEN(lane_order_off)) {
        return bytes;
    }
    auto frame = wire::decode(bytes);
    auto* push = frame ? std::get_if<wire::Push>(&*frame) : nullptr;
    if (push == nullptr) {
        return bytes;
    }
    std::ranges::reverse(push->intents);
    return wire::encode(*push);
}

Tap::Down Tap::down(std::uint64_t link, sync::SharedBytes bytes) {
    Down down{.bytes = std::move(bytes)};
    auto frame = wire::decode(*down.bytes);
    ledger_.expect(frame.has_value(), "the server sends a frame that cannot be read");
    if (!frame) {
        return down;
    }
    if (auto* outcomes = std::get_if<wire::Outcomes>(&*frame)) {
        for (const Outcome& outcome : outcomes->outcomes) {
            hear(outcome);
        }
        if (bend(outcomes->outcomes)) {
            down.bytes = share(*frame);
        }
    } else {
        follow_access(link, *frame, down);
    }
    return down;
}

/// What was said of an intent stands for ever: the same again, or nothing.
void Tap::hear(const Outcome& outcome) {
    if (!is_final(outcome) || is_about_asker(outcome)) {
        return;
    }
    const auto [known, fresh] = told_.emplace(outcome.intent, outcome);
    const Outcome& first = known->second;
    ledger_.expect(fresh || (first.status == outcome.status && first.code == outcome.code &&
                             first.positions == outcome.positions),
                   [&] {
                       return "the server answers intent " + to_string(outcome.intent) +
                              " twice, differently (OM32): status " +
                              std::to_string(static_cast<int>(first.status)) + ", then " +
                              std::to_string(static_cast<int>(outcome.status));
                   });
}

void Tap::asked(std::string_view pull) {
    const auto frame = wire::decode(pull);
    const auto* wanted = frame ? std::get_if<wire::Pull>(&*frame) : nullptr;
    if (wanted == nullptr) {
        return;
    }
    const bool has_reason = ledger_.restored || ledger_.faults.contains("answers damaged") ||
                            ledger_.faults.contains("server clocks jumped");
    const auto compared = std::ranges::find(wanted->wants, wire::PullMode::sums, &wire::Want::mode);
    ledger_.expect(has_reason || compared == wanted->wants.end(), [&] {
        return "a device finds its rows of bucket " + std::to_string(compared->bucket.value) +
               " wrong, and nothing has made them so (OM6)";
    });
}

void Tap::follow_access(std::uint64_t link, const wire::Frame& frame, Down& down) {
    std::set<BucketId>& revoked = revoked_[link];
    if (const auto* welcome = std::get_if<wire::Welcome>(&frame)) {
        down.welcome = true;
        down.lost = welcome->revoked;
        down.gained = ids_of(welcome->heads);
        if (HF_BROKEN(revoked_shown) && !welcome->revoked.empty()) {
            wire::Welcome without = *welcome;
            without.revoked.clear();
            down.bytes = share(without);
        }
    } else if (const auto* heads = std::get_if<wire::Heads>(&frame)) {
        down.gained = ids_of(heads->heads);
    } else if (const auto* revoke = std::get_if<wire::Revoke>(&frame)) {
        down.lost = revoke->buckets;
        if (HF_BROKEN(revoked_shown)) {
            down.bytes.reset();
        }
    } else if (const auto* page = std::get_if<wire::Page>(&frame)) {
        ledger_.expect(!revoked.contains(page->head.id), [&] {
            return "the server sends rows of bucket " + std::to_string(page->head.id.value) +
                   " behind its revocation (OM5)";
        });
    }
    revoked.insert(down.lost.begin(), down.lost.end());
    for (const BucketId bucket : down.gained) {
        revoked.erase(bucket);
    }
}

std::string Tap::damaged(const std::string& answer) {
    wire::FrameReader reader(answer);
    std::string stream;
    bool done = false;
    for (;;) {
        const auto bytes = reader.next();
        if (!bytes || !*bytes) {
            return done ? stream : answer;
        }
        auto frame = wire::decode(**bytes);
        auto* page = frame ? std::get_if<wire::Page>(&*frame) : nullptr;
        std::string body;
        if (page != nullptr && !done && !page->rows.empty()) {
            RowRef& row = page->rows[random_.below(page->rows.size())];
            const std::size_t at = row.body.find("message ");
            if (row.kind == RowKind::message && at != std::string_view::npos) {
                body = row.body;
                body[at] = 'M';
                row.body = body;
                done = true;
            }
        }
        wire::append_framed(stream, body.empty() ? **bytes : wire::encode(*page));
    }
}

}  // namespace holdfast::sim
