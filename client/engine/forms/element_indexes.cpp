#include "client/engine/forms/element_indexes.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/model/body_forms.hpp"

namespace holdfast::client {
namespace {

Result<std::unique_ptr<forms::ElementIndex>> make_index(Replica& replica,
                                                        BucketId bucket,
                                                        Id collection) {
    HF_TRY(const auto head, replica.find({bucket, RowKind::collection, collection}));
    const auto body = head ? body::parse_collection(head->body) : fail(ErrorCode::none);
    if (!body || !body->active) {
        return nullptr;
    }
    std::vector<forms::ElementIndex::Entry> entries;
    const SortKey first{std::numeric_limits<std::int64_t>::min(), Id{}};
    HF_CHECK(replica.visit_after(bucket, RowKind::element, first, [&](const RowRef& row) {
        if (auto element = body::parse_element(row.body)) {
            entries.push_back({.element = {.id = row.id,
                                           .collection = body->code,
                                           .code = std::move(element->code),
                                           .name = std::move(element->name),
                                           .active = element->active},
                               .parents = std::move(element->parents)});
        }
        return true;
    }));
    return std::make_unique<forms::ElementIndex>(std::move(entries));
}

}  // namespace

Result<const forms::ElementIndex*> ElementIndexes::find(Replica& replica, Id collection) {
    const sync::BucketCursor* cursor = replica.bucket(BucketKind::collection, collection);
    if (cursor == nullptr || !cursor->complete) {
        return nullptr;
    }
    const auto known = entries_.find(collection);
    if (known != entries_.end() && known->second.bucket == cursor->head.id &&
        known->second.version == cursor->version) {
        known->second.used = ++uses_;
        return known->second.index.get();
    }
    HF_TRY(auto index, make_index(replica, cursor->head.id, collection));
    if (known == entries_.end() && entries_.size() >= limits::indexes_max) {
        entries_.erase(std::ranges::min_element(
            entries_, {}, [](const auto& entry) { return entry.second.used; }));
    }
    Entry& entry = entries_[collection];
    entry = {.bucket = cursor->head.id,
             .version = cursor->version,
             .index = std::move(index),
             .used = ++uses_};
    return entry.index.get();
}

}  // namespace holdfast::client
