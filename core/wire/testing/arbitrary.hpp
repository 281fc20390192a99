#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/wire/codec.hpp"

/// Random frames that are valid, for properties of the codec.
namespace holdfast::wire::testing {

/// A frame, and the bodies that its rows borrow.
struct OwnedFrame {
    Frame frame;
    std::vector<std::string> bodies;
};

inline std::uint64_t pick_number() {
    // Small ones and the largest, because the middle alone seldom finds anything.
    constexpr std::uint64_t number_max = 0x7fff'ffff'ffff'ffff;
    const auto bits = *rc::gen::inRange(0, 64);
    return *rc::gen::arbitrary<std::uint64_t>() & (number_max >> bits);
}
inline Id pick_id() {
    return Id{pick_number()};
}
inline BucketId pick_bucket() {
    return BucketId{pick_number()};
}
template <class T>
T pick() {
    return *rc::gen::arbitrary<T>();
}
template <class E>
E pick_enumerator(E last) {
    return static_cast<E>(*rc::gen::inRange(1, static_cast<int>(last) + 1));
}
inline Sum pick_sum() {
    const auto low = pick<std::uint64_t>();
    return {.low = low, .high = pick<std::uint64_t>()};
}
inline std::uint32_t pick_below(std::uint32_t end) {
    return *rc::gen::inRange<std::uint32_t>(0, end);
}

inline std::string pick_text() {
    constexpr std::array<const char*, 8> parts = {
        "", "a", "{\"text\":\"hi\"}", "ä", "\n", "日本", "🙂", "\x7f"};
    std::string text;
    for (const std::size_t part : *rc::gen::container<std::vector<std::size_t>>(
             rc::gen::inRange<std::size_t>(0, parts.size()))) {
        text += parts[part];
    }
    return text;
}

template <class T, class Pick>
std::vector<T> pick_list(Pick pick_item) {
    std::vector<T> list;
    for (int left = *rc::gen::inRange(0, 8); left > 0; --left) {
        list.push_back(pick_item());
    }
    return list;
}

inline Bucket pick_head() {
    Bucket head;
    head.id = pick_bucket();
    head.kind = static_cast<BucketKind>(*rc::gen::inRange(1, 256));
    head.owner = pick_id();
    head.parent = pick_id();
    head.segment = pick<std::uint32_t>();
    head.epoch = pick<std::uint32_t>();
    head.version = pick_number();
    head.rows = pick<std::uint32_t>();
    head.bytes = pick_number();
    head.sum = pick_sum();
    head.horizon = pick_number();
    head.active_at = {static_cast<std::int64_t>(pick_number())};
    return head;
}

inline RowPlace pick_place() {
    const auto kind = static_cast<RowKind>(pick<std::uint8_t>());
    return {kind, pick_id()};
}
inline KeyRange pick_range() {
    RowPlace after = pick_place();
    RowPlace to = pick_place();
    if (to < after) {
        std::swap(after, to);
    }
    return {after, to == after ? RowPlace{} : to};
}
inline std::string pick_resume() {
    return *rc::gen::resize(64, rc::gen::arbitrary<std::string>());
}

inline Hello pick_hello() {
    Hello hello;
    hello.protocol = pick<std::uint32_t>();
    hello.token = pick_text();
    hello.device = pick<std::uint32_t>() & device_number_max;
    hello.salt = pick<std::uint64_t>();
    hello.app_version = pick_text();
    hello.device_class = pick_enumerator(DeviceClass::desktop);
    hello.cursors = pick_list<Cursor>([] {
        const BucketId bucket = pick_bucket();
        const auto epoch = pick<std::uint32_t>();
        return Cursor{
            .bucket = bucket, .epoch = epoch, .version = pick_number(), .sum = pick_sum()};
    });
    hello.waiting = pick<std::uint32_t>();
    hello.resume = pick_resume();
    if (pick<bool>()) {
        hello.digest = pick_sum();
    }
    return hello;
}

inline Push pick_push() {
    Push push;
    push.intents = pick_list<Intent>([] {
        Intent intent;
        intent.id = pick_id();
        intent.lane = pick_id();
        intent.kind = static_cast<IntentKind>(*rc::gen::inRange(1, 0x1'0000));
        intent.version = pick<std::uint16_t>();
        intent.args = pick_text();
        intent.claimed_at.ms = pick<std::int64_t>();
        intent.elapsed_ms = static_cast<std::int64_t>(pick_number()) - 1;
        return intent;
    });
    return push;
}

inline Pull pick_pull() {
    Pull pull;
    pull.wants = pick_list<Want>([] {
        Want want;
        want.bucket = pick_bucket();
        want.mode = pick_enumerator(PullMode::range);
        want.epoch = pick<std::uint32_t>();
        want.from = pick_number();
        want.after_kind = static_cast<RowKind>(pick<std::uint8_t>());
        want.after_id = pick_id();
        want.limit = want.mode == PullMode::tail ? pick_below(limits::tail_rows_max + 1)
                                                 : pick<std::uint32_t>();
        want.range = pick_range();
        want.segments = pick<bool>();
        return want;
    });
    pull.bytes = pick_below(limits::pull_bytes_max + 1);
    return pull;
}

inline Welcome pick_welcome() {
    Welcome welcome;
    welcome.protocol = pick<std::uint32_t>();
    welcome.server_time.ms = pick<std::int64_t>();
    welcome.user = pick_id();
    welcome.organization = pick_id();
    welcome.salt = pick<std::uint64_t>();
    welcome.device = pick<std::uint32_t>() & device_number_max;
    welcome.policy = pick_text();
    welcome.heads = pick_list<Bucket>(pick_head);
    welcome.exact = pick<std::uint32_t>();
    welcome.revoked = pick_list<BucketId>(pick_bucket);
    welcome.resume = pick_resume();
    return welcome;
}

inline Page pick_page(std::vector<std::string>& bodies) {
    Page page;
    page.head = pick_head();
    page.mode = pick_enumerator(PullMode::range);
    page.from = pick_number();
    page.to = pick_number();
    page.after_kind = static_cast<RowKind>(pick<std::uint8_t>());
    page.after_id = pick_id();
    page.complete = pick<bool>();
    page.range = pick_range();
    bodies = *rc::gen::arbitrary<std::vector<std::string>>();
    for (const std::string& body : bodies) {
        const auto kind = static_cast<RowKind>(*rc::gen::inRange(1, 256));
        const Id id = pick_id();
        const std::uint64_t version = pick_number();
        page.rows.push_back({.kind = kind,
                             .id = id,
                             .version = version,
                             .sort = pick<std::int64_t>(),
                             .body = body});
    }
    return page;
}

inline Sums pick_sums() {
    Sums sums;
    sums.head = pick_head();
    sums.after = pick_place();
    sums.ranges = pick_list<RangeSum>([] {
        const RowPlace to = pick_place();
        const std::uint64_t rows = pick_number();
        return RangeSum{.to = to, .rows = rows, .sum = pick_sum()};
    });
    return sums;
}

inline Outcomes pick_outcomes() {
    return {.outcomes = pick_list<Outcome>([] {
                Outcome outcome;
                outcome.intent = pick_id();
                outcome.status = pick_enumerator(OutcomeStatus::later);
                outcome.code = static_cast<ErrorCode>(pick<std::uint16_t>());
                outcome.detail = pick_text();
                outcome.positions = pick_list<Position>([] {
                    const BucketId bucket = pick_bucket();
                    return Position{.bucket = bucket, .version = pick_number()};
                });
                outcome.at.ms = pick<std::int64_t>();
                outcome.replayed = pick<bool>();
                outcome.retry_after.count = pick<std::uint32_t>();
                return outcome;
            })};
}

inline Presence pick_presence() {
    return {.contacts = pick_list<Presence::Entry>([] {
                const Id user = pick_id();
                return Presence::Entry{.user = user, .state = pick_enumerator(Contact::offline)};
            })};
}

/// The place of T in Frame.
template <class T, std::size_t Index = 0>
constexpr std::size_t index_of() {
    if constexpr (std::is_same_v<std::variant_alternative_t<Index, Frame>, T>) {
        return Index;
    } else {
        return index_of<T, Index + 1>();
    }
}

inline Frame pick_small_frame(std::size_t index) {
    switch (index) {
        case index_of<Ping>():
            return Ping{.nonce = pick<std::uint64_t>()};
        case index_of<Again>():
            return Again{};
        case index_of<Heads>():
            return Heads{.heads = pick_list<Bucket>(pick_head)};
        case index_of<Revoke>():
            return Revoke{.buckets = pick_list<BucketId>(pick_bucket)};
        case index_of<Segment>(): {
            Segment segment{.bucket = pick_bucket(), .as_of = pick_number()};
            segment.first = pick_below(limits::segment_parts_max);
            segment.parts = segment.first + 1;
            segment.address = "/sync/v1/segments/" + std::to_string(pick_number());
            return segment;
        }
        case index_of<Unwanted>(): {
            const BucketId bucket = pick_bucket();
            return Unwanted{.bucket = bucket,
                            .code = static_cast<ErrorCode>(pick<std::uint16_t>())};
        }
        case index_of<Pong>(): {
            const auto nonce = pick<std::uint64_t>();
            return Pong{.nonce = nonce, .server_time = {pick<std::int64_t>()}};
        }
        default: {
            GoAway go_away;
            go_away.code = static_cast<ErrorCode>(pick<std::uint16_t>());
            go_away.detail = pick_text();
            go_away.retry_after.count = pick<std::uint32_t>();
            return go_away;
        }
    }
}

/// A frame of any type, each as likely as the others.
inline OwnedFrame pick_frame() {
    OwnedFrame owned;
    const auto index = *rc::gen::inRange<std::size_t>(0, std::variant_size_v<Frame>);
    switch (index) {
        case index_of<Hello>():
            owned.frame = pick_hello();
            break;
        case index_of<Push>():
            owned.frame = pick_push();
            break;
        case index_of<Pull>():
            owned.frame = pick_pull();
            break;
        case index_of<Welcome>():
            owned.frame = pick_welcome();
            break;
        case index_of<Page>():
            owned.frame = pick_page(owned.bodies);
            break;
        case index_of<Sums>():
            owned.frame = pick_sums();
            break;
        case index_of<Outcomes>():
            owned.frame = pick_outcomes();
            break;
        case index_of<Presence>():
            owned.frame = pick_presence();
            break;
        default:
            owned.frame = pick_small_frame(index);
            break;
    }
    return owned;
}

}  // namespace holdfast::wire::testing
