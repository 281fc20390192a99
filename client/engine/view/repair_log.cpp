#include "client/engine/view/repair_log.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::client {
namespace {

using Json = nlohmann::json;

std::uint64_t number(const Json& from, const char* name) {
    const auto found = from.find(name);
    return found != from.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Json encode_entry(const RepairLog::Entry& entry) {
    const sync::RepairRecord& record = entry.record;
    return {{"at", entry.at.ms},
            {"bucket", record.bucket.value},
            {"kind", static_cast<std::uint8_t>(record.kind)},
            {"owner", record.owner.value},
            {"cause", static_cast<std::uint8_t>(record.cause)},
            {"rounds", record.rounds},
            {"bytes", record.bytes},
            {"compared", record.compared},
            {"fetched", record.fetched},
            {"added", record.added},
            {"changed", record.changed},
            {"removed", record.removed},
            {"own_removed", record.own_removed}};
}

RepairLog::Entry read_entry(const Json& json) {
    RepairLog::Entry entry;
    entry.at.ms = static_cast<std::int64_t>(number(json, "at"));
    sync::RepairRecord& record = entry.record;
    record.bucket = BucketId{number(json, "bucket")};
    record.kind = static_cast<BucketKind>(number(json, "kind"));
    record.owner = Id{number(json, "owner")};
    record.cause = static_cast<sync::RepairCause>(number(json, "cause"));
    record.rounds = number(json, "rounds");
    record.bytes = number(json, "bytes");
    record.compared = number(json, "compared");
    record.fetched = number(json, "fetched");
    record.added = number(json, "added");
    record.changed = number(json, "changed");
    record.removed = number(json, "removed");
    record.own_removed = number(json, "own_removed");
    return entry;
}

}  // namespace

void RepairLog::begun(sync::RepairCause cause) {
    begun_ += 1;
    mismatches_ += cause == sync::RepairCause::sum ? 1 : 0;
}

void RepairLog::ended(WallTime at, const sync::RepairRecord& record) {
    ended_ += 1;
    latest_.push_front({at, record});
    if (latest_.size() > records_max) {
        latest_.pop_back();
    }
}

std::string RepairLog::encode() const {
    Json latest = Json::array();
    for (const Entry& entry : latest_) {
        latest.push_back(encode_entry(entry));
    }
    return Json{{"begun", begun_},
                {"ended", ended_},
                {"mismatches", mismatches_},
                {"latest", std::move(latest)}}
        .dump();
}

void RepairLog::restore(std::string_view text) {
    *this = RepairLog{};
    const Json root = Json::parse(text, nullptr, false);
    if (!root.is_object()) {
        return;
    }
    begun_ = number(root, "begun");
    ended_ = number(root, "ended");
    mismatches_ = number(root, "mismatches");
    const auto latest = root.find("latest");
    if (latest == root.end() || !latest->is_array()) {
        return;
    }
    for (const Json& entry : *latest) {
        if (entry.is_object() && latest_.size() < records_max) {
            latest_.push_back(read_entry(entry));
        }
    }
}

}  // namespace holdfast::client
