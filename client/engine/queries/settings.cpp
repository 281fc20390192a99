#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "client/engine/queries/snapshots.hpp"

namespace holdfast::client::snapshots {
namespace {

/// What a person counts: people, not rows. `expected` is null where only the server knows it yet.
struct Figure {
    std::uint64_t have = 0;
    std::optional<std::uint64_t> expected;
};

/// A group or a channel is a bucket of its own, and is here with the first row of it.
Figure buckets_of(const std::vector<const sync::BucketCursor*>& cursors) {
    const auto have =
        std::ranges::count_if(cursors, [](const auto* each) { return each->rows > 0; });
    return {.have = static_cast<std::uint64_t>(have), .expected = cursors.size()};
}

Figure rows_of(const std::vector<const sync::BucketCursor*>& cursors) {
    Figure figure{.expected = 0};
    for (const sync::BucketCursor* cursor : cursors) {
        figure.have += std::min(cursor->rows, cursor->head.rows);
        *figure.expected += cursor->head.rows;
    }
    return figure;
}

/// What stands among other rows: people in a directory, forms beside their versions.
Result<Figure> rows_of(View& view,
                       const std::vector<const sync::BucketCursor*>& cursors,
                       RowKind kind) {
    Figure figure{.expected = 0};
    for (const sync::BucketCursor* cursor : cursors) {
        HF_TRY(const std::uint64_t rows, view.sources().replica.count(cursor->head.id, kind));
        figure.have += rows;
        figure.expected = cursor->exact() && figure.expected
                              ? std::optional(*figure.expected + rows)
                              : std::nullopt;
    }
    return figure;
}

/// A timeline without the answers, the files and the history that are here: they have messages
/// beside them.
Result<Figure> messages_of(View& view, const std::vector<const sync::BucketCursor*>& timelines) {
    Figure figure = rows_of(timelines);
    for (const RowKind kind : {RowKind::answer, RowKind::file, RowKind::history}) {
        HF_TRY(const Figure others, rows_of(view, timelines, kind));
        figure.have -= std::min(figure.have, others.have);
        *figure.expected -= std::min(*figure.expected, others.have);
    }
    return figure;
}

/// 100 is said only when it is true.
std::uint64_t percent_of(const std::vector<const sync::BucketCursor*>& cursors) {
    const Figure rows = rows_of(cursors);
    const std::uint64_t percent = *rows.expected == 0 ? 100 : rows.have * 100 / *rows.expected;
    const bool exact = std::ranges::all_of(cursors, [](const auto* each) { return each->exact(); });
    return exact ? percent : std::min<std::uint64_t>(percent, 99);
}

Json kind(std::string_view name,
          const Figure& figure,
          const std::vector<const sync::BucketCursor*>& cursors) {
    return {{"kind", name},
            {"have", figure.have},
            {"expected", figure.expected ? Json(*figure.expected) : Json(nullptr)},
            {"percent", percent_of(cursors)}};
}

Result<Json> kinds_of(View& view) {
    const auto directories = view.buckets(BucketKind::directory);
    const auto groups = view.buckets(BucketKind::group);
    const auto channels = view.buckets(BucketKind::channel);
    auto timelines = view.buckets(BucketKind::timeline);
    std::ranges::copy(view.buckets(BucketKind::archive), std::back_inserter(timelines));
    const auto libraries = view.buckets(BucketKind::forms);
    const auto collections = view.buckets(BucketKind::collection);
    const auto groups_of_tasks = view.buckets(BucketKind::tasks);
    HF_TRY(const Figure people, rows_of(view, directories, RowKind::user));
    HF_TRY(const Figure forms, rows_of(view, libraries, RowKind::form));
    HF_TRY(const Figure elements, rows_of(view, collections, RowKind::element));
    HF_TRY(const Figure tasks, rows_of(view, groups_of_tasks, RowKind::task));
    HF_TRY(const Figure messages, messages_of(view, timelines));
    return Json::array({kind("user", people, directories),
                        kind("group", buckets_of(groups), groups),
                        kind("channel", buckets_of(channels), channels),
                        kind("form", forms, libraries),
                        kind("element", elements, collections),
                        kind("message", messages, timelines),
                        kind("task", tasks, groups_of_tasks)});
}

std::string_view cause_name(sync::RepairCause cause) {
    switch (cause) {
        case sync::RepairCause::sum:
            return "sum";
        case sync::RepairCause::history:
            return "history";
        case sync::RepairCause::horizon:
            return "horizon";
    }
    return "unknown";  // written by a newer version
}

std::string_view kind_name(BucketKind kind) {
    switch (kind) {
        case BucketKind::user:
        case BucketKind::directory:
            return "user";
        case BucketKind::group:
            return "group";
        case BucketKind::channel:
            return "channel";
        case BucketKind::timeline:
        case BucketKind::archive:
            return "message";
        case BucketKind::forms:
            return "form";
        case BucketKind::collection:
            return "element";
        case BucketKind::tasks:
            return "task";
    }
    return "unknown";
}

Json repairs(const RepairLog& log) {
    Json latest = Json::array();
    for (const RepairLog::Entry& entry : log.latest()) {
        const sync::RepairRecord& record = entry.record;
        latest.push_back({{"at", entry.at.ms},
                          {"kind", kind_name(record.kind)},
                          {"cause", cause_name(record.cause)},
                          {"rounds", record.rounds},
                          {"bytes", record.bytes},
                          {"fetched", record.fetched},
                          {"added", record.added},
                          {"changed", record.changed},
                          {"removed", record.removed},
                          {"own_removed", record.own_removed}});
    }
    return {{"begun", log.begun_count()},
            {"ended", log.ended_count()},
            {"mismatches", log.mismatches()},
            {"latest", std::move(latest)}};
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
    HF_TRY(Json kinds, kinds_of(view));
    HF_TRY(Json entitled, entitlement(view));
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
        {"repairs", repairs(view.repairs())},
        {"entitlement", std::move(entitled)},
        {"storage", {{"bytes", bytes}, {"persistent", view.sources().storage_persistent}}},
        {"device",
         {{"number", account ? account->device : 0}, {"class", mobile ? "mobile" : "desktop"}}}};
}

}  // namespace holdfast::client::snapshots
