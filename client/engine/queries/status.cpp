#include <algorithm>
#include <nlohmann/json.hpp>

#include "client/engine/limits.hpp"
#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"

namespace holdfast::client::snapshots {
namespace {

Json time_or_null(const std::optional<WallTime>& at) {
    return at ? Json(at->ms) : Json(nullptr);
}

Json connection(const offline::Status::Connection& from) {
    return {{"state", to_string(from.state)},
            {"cause", to_string(from.cause)},
            {"error", from.error ? cards::error(*from.error, from.error_params) : Json(nullptr)},
            {"next_try_at", time_or_null(from.next_try_at)}};
}

Json bar(const offline::Status::Bar& from) {
    return {{"kind", to_string(from.kind)},
            {"received", from.received},
            {"expected", from.expected},
            {"seconds_left", from.seconds_left ? Json(*from.seconds_left) : Json(nullptr)},
            {"complete_at", time_or_null(from.complete_at)},
            {"waiting", from.waiting}};
}

/// Files that are on their way to the server, and how much of them is there.
Json uploads(const View& view) {
    std::uint64_t files = 0;
    std::int64_t bytes = 0;
    std::int64_t sent = 0;
    for (const auto& [id, file] : view.files()) {
        if (view.outbox().may_upload(file)) {
            files += 1;
            bytes += file.claim.bytes;
            sent += view.uploads().sent(id);
        }
    }
    return {{"files", files}, {"bytes", bytes}, {"sent", sent}};
}

/// Actions and files that were refused, and actions of which something is told.
std::size_t needs_you(const View& view) {
    return view.outbox().refused().size() + view.outbox().told_count() +
           static_cast<std::size_t>(std::ranges::count_if(view.files(), [](const auto& entry) {
               return entry.second.state == Outbox::FileState::refused;
           }));
}

/// How far the device's clock is ahead of the server's, in whole minutes; 0 where nobody would
/// notice.
std::int64_t clock_ahead_ms(const View& view) {
    constexpr std::int64_t minute = 60'000;
    const std::int64_t ahead = (view.sources().now - view.sources().server_now).count;
    const bool matters =
        ahead >= limits::clock_off_min.count || -ahead >= limits::clock_off_min.count;
    return matters ? ahead / minute * minute : 0;
}

/// How many bytes are left, where that is little; null: enough, or nobody knows.
Json storage_low(const View& view) {
    const auto& free = view.sources().storage_free;
    return free && *free < limits::storage_low_bytes ? Json(*free) : Json(nullptr);
}

}  // namespace

Result<Json> status(View& view) {
    const offline::Status& from = view.status();
    const bool has_reason = !from.offline.reason.empty();
    return Json{
        {"connection", connection(from.connection)},
        {"bar", bar(from.bar)},
        {"banner",
         {{"kind", to_string(from.banner.kind)},
          {"button", to_string(from.banner.button)},
          {"waiting", from.banner.waiting},
          {"connected", from.banner.connected},
          {"incomplete", from.banner.incomplete}}},
        {"offline",
         {{"available", from.offline.available},
          {"on", from.offline.on},
          {"can_change", from.offline.can_change},
          {"pin_required", from.offline.pin_required},
          {"reason", has_reason ? Json(from.offline.reason) : Json(nullptr)}}},
        {"clock_ahead_ms", clock_ahead_ms(view)},
        {"storage_low", storage_low(view)},
        {"needs_you", needs_you(view)},
        {"uploads", uploads(view)},
        {"screens",
         {{"show_data", from.screens.show_data}, {"accept_input", from.screens.accept_input}}}};
}

}  // namespace holdfast::client::snapshots
