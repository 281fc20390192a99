#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <variant>

#include "core/base/hex.hpp"
#include "core/wire/frame.hpp"

/// A frame as plain JSON, for tests: the format of spec/vectors/valid/*.json (its README.md).
/// Two frames are equal when their descriptions are.
namespace holdfast::wire::testing {

using Json = nlohmann::ordered_json;

/// 64-bit numbers are strings: JavaScript's numbers hold 53 bits.
template <class T>
    requires std::is_integral_v<T>
std::string wide(T value) {
    return std::to_string(value);
}
inline std::string wide(Id id) {
    return wide(id.value);
}
inline std::string wide(BucketId id) {
    return wide(id.value);
}
inline std::string wide(WallTime time) {
    return wide(time.ms);
}

template <class E>
auto number(E value) {
    return static_cast<std::underlying_type_t<E>>(value);
}

template <class Items, class Describe>
Json list(const Items& items, Describe describe_item) {
    Json array = Json::array();
    for (const auto& item : items) {
        array.push_back(describe_item(item));
    }
    return array;
}

inline Json describe(const Sum& sum) {
    return {{"low", wide(sum.low)}, {"high", wide(sum.high)}};
}

inline Json describe(const Bucket& head) {
    return {{"bucket", wide(head.id)},
            {"kind", number(head.kind)},
            {"owner", wide(head.owner)},
            {"parent", wide(head.parent)},
            {"segment", head.segment},
            {"epoch", head.epoch},
            {"version", wide(head.version)},
            {"rows", head.rows},
            {"bytes", wide(head.bytes)},
            {"sum", describe(head.sum)},
            {"horizon", wide(head.horizon)},
            {"active", wide(static_cast<std::uint64_t>(head.active_at.ms))}};
}

inline Json describe(const KeyRange& range) {
    return {{"after_kind", number(range.after.kind)},
            {"after_id", wide(range.after.id)},
            {"to_kind", number(range.to.kind)},
            {"to_id", wide(range.to.id)}};
}

inline Json describe(const Cursor& cursor) {
    return {{"bucket", wide(cursor.bucket)},
            {"epoch", cursor.epoch},
            {"version", wide(cursor.version)},
            {"sum", describe(cursor.sum)}};
}

inline Json describe(const Hello& hello) {
    return {{"protocol", hello.protocol},
            {"token", hello.token},
            {"device", hello.device},
            {"salt", wide(hello.salt)},
            {"app_version", hello.app_version},
            {"device_class", number(hello.device_class)},
            {"cursors", list(hello.cursors, [](const Cursor& cursor) { return describe(cursor); })},
            {"waiting", hello.waiting},
            {"resume", to_hex(hello.resume)},
            {"digest", hello.digest ? describe(*hello.digest) : Json(nullptr)}};
}

inline Json describe(const Intent& intent) {
    return {{"id", wide(intent.id)},
            {"lane", wide(intent.lane)},
            {"kind", number(intent.kind)},
            {"version", intent.version},
            {"args", intent.args},
            {"claimed_at", wide(intent.claimed_at)},
            {"elapsed_ms", wide(intent.elapsed_ms)}};
}

inline Json describe(const Push& push) {
    return {{"intents", list(push.intents, [](const Intent& intent) { return describe(intent); })}};
}

inline Json describe(const Want& want) {
    return {{"bucket", wide(want.bucket)},
            {"mode", number(want.mode)},
            {"epoch", want.epoch},
            {"from", wide(want.from)},
            {"after_kind", number(want.after_kind)},
            {"after_id", wide(want.after_id)},
            {"limit", want.limit},
            {"range", describe(want.range)},
            {"segments", want.segments}};
}

inline Json describe(const Pull& pull) {
    return {{"wants", list(pull.wants, [](const Want& want) { return describe(want); })},
            {"bytes", pull.bytes}};
}

inline Json describe(const Ping& ping) {
    return {{"nonce", wide(ping.nonce)}};
}

inline Json describe_heads(const std::vector<Bucket>& heads) {
    return list(heads, [](const Bucket& head) { return describe(head); });
}

inline Json describe_ids(const std::vector<BucketId>& buckets) {
    return list(buckets, [](BucketId bucket) { return Json(wide(bucket)); });
}

inline Json describe(const Welcome& welcome) {
    return {{"protocol", welcome.protocol},
            {"server_time", wide(welcome.server_time)},
            {"user", wide(welcome.user)},
            {"organization", wide(welcome.organization)},
            {"salt", wide(welcome.salt)},
            {"device", welcome.device},
            {"policy", welcome.policy},
            {"heads", describe_heads(welcome.heads)},
            {"exact", welcome.exact},
            {"revoked", describe_ids(welcome.revoked)},
            {"resume", to_hex(welcome.resume)}};
}

inline Json describe(const Again&) {
    return Json::object();
}

inline Json describe(const Heads& heads) {
    return {{"heads", describe_heads(heads.heads)}};
}

inline Json describe(const Revoke& revoke) {
    return {{"buckets", describe_ids(revoke.buckets)}};
}

inline Json describe(const RowRef& row) {
    return {{"kind", number(row.kind)},
            {"id", wide(row.id)},
            {"version", wide(row.version)},
            {"sort", wide(row.sort)},
            {"body", std::string(row.body)}};
}

inline Json describe(const Page& page) {
    return {{"head", describe(page.head)},
            {"mode", number(page.mode)},
            {"from", wide(page.from)},
            {"to", wide(page.to)},
            {"after_kind", number(page.after_kind)},
            {"after_id", wide(page.after_id)},
            {"complete", page.complete},
            {"rows", list(page.rows, [](const RowRef& row) { return describe(row); })},
            {"range", describe(page.range)}};
}

inline Json describe(const RangeSum& range) {
    return {{"to_kind", number(range.to.kind)},
            {"to_id", wide(range.to.id)},
            {"rows", wide(range.rows)},
            {"sum", describe(range.sum)}};
}

inline Json describe(const Sums& sums) {
    return {{"head", describe(sums.head)},
            {"after_kind", number(sums.after.kind)},
            {"after_id", wide(sums.after.id)},
            {"ranges", list(sums.ranges, [](const RangeSum& range) { return describe(range); })}};
}

inline Json describe(const Segment& segment) {
    return {{"bucket", wide(segment.bucket)},
            {"as_of", wide(segment.as_of)},
            {"first", segment.first},
            {"parts", segment.parts},
            {"address", segment.address}};
}

inline Json describe(const Unwanted& unwanted) {
    return {{"bucket", wide(unwanted.bucket)}, {"code", number(unwanted.code)}};
}

inline Json describe(const Position& position) {
    return {{"bucket", wide(position.bucket)}, {"version", wide(position.version)}};
}

inline Json describe(const Outcome& outcome) {
    return {{"intent", wide(outcome.intent)},
            {"status", number(outcome.status)},
            {"code", number(outcome.code)},
            {"detail", outcome.detail},
            {"positions",
             list(outcome.positions, [](const Position& position) { return describe(position); })},
            {"at", wide(outcome.at)},
            {"replayed", outcome.replayed},
            {"retry_ms", outcome.retry_after.count}};
}

inline Json describe(const Outcomes& outcomes) {
    return {{"outcomes",
             list(outcomes.outcomes, [](const Outcome& outcome) { return describe(outcome); })}};
}

inline Json describe(const Presence::Entry& entry) {
    return {{"user", wide(entry.user)}, {"state", number(entry.state)}};
}

inline Json describe(const Presence& presence) {
    return {{"contacts", list(presence.contacts, [](const Presence::Entry& entry) {
                 return describe(entry);
             })}};
}

inline Json describe(const Pong& pong) {
    return {{"nonce", wide(pong.nonce)}, {"server_time", wide(pong.server_time)}};
}

inline Json describe(const GoAway& go_away) {
    return {{"code", number(go_away.code)},
            {"detail", go_away.detail},
            {"retry_ms", go_away.retry_after.count}};
}

inline constexpr std::string_view frame_names[] = {"Hello",
                                                   "Push",
                                                   "Pull",
                                                   "Ping",
                                                   "Welcome",
                                                   "Again",
                                                   "Heads",
                                                   "Revoke",
                                                   "Page",
                                                   "Sums",
                                                   "Unwanted",
                                                   "Outcomes",
                                                   "Presence",
                                                   "Pong",
                                                   "GoAway",
                                                   "Segment"};
static_assert(std::size(frame_names) == std::variant_size_v<Frame>);

inline Json describe(const Frame& frame) {
    Json body = std::visit([](const auto& part) { return describe(part); }, frame);
    return {{"frame", std::string(frame_names[frame.index()])}, {"body", std::move(body)}};
}

}  // namespace holdfast::wire::testing
