#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "client/engine/queries/snapshots.hpp"

namespace holdfast::client::snapshots {
namespace {

Json kind(View& view, std::string_view name, std::initializer_list<BucketKind> kinds) {
    std::uint64_t have = 0;
    std::uint64_t expected = 0;
    bool exact = true;
    for (const BucketKind each : kinds) {
        for (const sync::BucketCursor* cursor : view.buckets(each)) {
            have += std::min(cursor->rows, cursor->head.rows);
            expected += cursor->head.rows;
            exact = exact && cursor->exact();
        }
    }
    // 100 is said only when it is true.
    std::uint64_t percent = expected == 0 ? 100 : have * 100 / expected;
    if (!exact) {
        percent = std::min<std::uint64_t>(percent, 99);
    }
    return {{"kind", name}, {"have", have}, {"expected", expected}, {"percent", percent}};
}

Json time_or_null(const std::optional<WallTime>& at) {
    return at ? Json(at->ms) : Json(nullptr);
}

}  // namespace

Result<Json> settings(View& view) {
    const Figures& figures = view.figures();
    const offline::Status& status = view.status();
    const Outbox& outbox = view.outbox();
    const bool mobile = view.sources().device_class == offline::DeviceClass::mobile;
    HF_TRY(const std::uint64_t bytes, view.storage_bytes());
    const std::optional<Account>& account = view.account();
    Json kinds = Json::array();
    kinds.push_back(kind(view, "user", {BucketKind::user, BucketKind::directory}));
    kinds.push_back(kind(view, "group", {BucketKind::group}));
    kinds.push_back(kind(view, "channel", {BucketKind::channel}));
    kinds.push_back(kind(view, "message", {BucketKind::timeline}));
    return Json{
        {"sending",
         {{"waiting", outbox.waiting()}, {"sent", figures.sent}, {"bytes", figures.bytes_sent}}},
        {"receiving",
         {{"received", figures.received},
          {"expected", std::max(figures.expected, figures.received)},
          {"bytes", figures.bytes_received},
          {"complete", figures.complete}}},
        {"since", time_or_null(status.since)},
        {"complete_at", time_or_null(view.sources().persisted.complete_at)},
        {"kinds", std::move(kinds)},
        {"storage", {{"bytes", bytes}, {"persistent", view.sources().storage_persistent}}},
        {"device",
         {{"number", account ? account->device : 0}, {"class", mobile ? "mobile" : "desktop"}}}};
}

}  // namespace holdfast::client::snapshots
