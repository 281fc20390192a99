#include "client/engine/view/overlay.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::client {

void Overlay::put(const Intent& intent, WallTime now, Effects effects, TopicSet& changes) {
    Lane& lane = lanes_[intent.lane];
    const bool was_stale = lane.stale;
    put(intent, now);
    lane.stale = was_stale;  // it was judged over everything before it
    write(lane.entries.at(intent.id), std::move(effects.rows), changes);
}

void Overlay::put(const Intent& intent, WallTime now) {
    Lane& lane = lanes_[intent.lane];
    lane.entries.insert_or_assign(intent.id,
                                  Entry{.intent = intent, .now = now, .keys = {}, .failed = true});
    lane.stale = true;
    lane_of_.insert_or_assign(intent.id, intent.lane);
}

void Overlay::write(Entry& entry, std::vector<RowChange> rows, TopicSet& changes) {
    entry.failed = false;
    for (RowChange& row : rows) {
        changes.rows_changed(row.key.bucket, row.key.kind);
        entry.keys.push_back(row.key);
        rows_[row.key].insert_or_assign(entry.intent.id, std::move(row));
    }
}

void Overlay::withdraw(Lane& lane, Entry& entry, TopicSet& changes) {
    for (const RowKey& key : entry.keys) {
        changes.rows_changed(key.bucket, key.kind);
        const auto layers = rows_.find(key);
        if (layers == rows_.end()) {
            continue;
        }
        layers->second.erase(entry.intent.id);
        if (layers->second.empty()) {
            rows_.erase(layers);
        } else {
            lane.stale = true;  // a later entry was laid over this one
        }
    }
    entry.keys.clear();
}

void Overlay::remove(std::span<const Id> intents, TopicSet& changes) {
    for (const Id id : intents) {
        const auto named = lane_of_.find(id);
        if (named == lane_of_.end()) {
            continue;
        }
        const auto lane = lanes_.find(named->second);
        withdraw(lane->second, lane->second.entries.at(id), changes);
        lane->second.entries.erase(id);
        if (lane->second.entries.empty()) {
            lanes_.erase(lane);
        }
        lane_of_.erase(named);
    }
}

void Overlay::clear() {
    lanes_.clear();
    lane_of_.clear();
    rows_.clear();
}

void Overlay::base_changed(const wire::Page& page) {
    if (lanes_.empty()) {
        return;
    }
    for (const RowRef& row : page.rows) {
        const auto layers = rows_.find({page.head.id, row.kind, row.id});
        if (layers == rows_.end()) {
            continue;
        }
        for (const auto& [intent, change] : layers->second) {
            lanes_.at(lane_of_.at(intent)).stale = true;
        }
    }
    // What could not be judged may be judged now that more is here.
    for (auto& [id, lane] : lanes_) {
        if (page.head.kind == BucketKind::timeline && page.head.owner != id) {
            continue;
        }
        lane.stale = lane.stale || std::ranges::any_of(lane.entries, [](const auto& entry) {
                         return entry.second.failed;
                     });
    }
}

void Overlay::base_replaced() {
    for (auto& [id, lane] : lanes_) {
        lane.stale = true;
    }
}

std::vector<Id> Overlay::refresh(World& world, Id user, Id organization, TopicSet& changes) {
    std::vector<Id> replayed;
    for (auto& [id, lane] : lanes_) {
        if (!lane.stale) {
            continue;
        }
        for (auto& [intent, entry] : lane.entries) {
            withdraw(lane, entry, changes);
        }
        for (auto& [intent, entry] : lane.entries) {
            const Occasion occasion{.user = user, .organization = organization, .now = entry.now};
            auto effects = reduce(world, occasion, entry.intent);
            entry.failed = !effects;
            if (effects) {
                write(entry, std::move(effects->rows), changes);
            }
        }
        lane.stale = false;
        replayed.push_back(id);
    }
    return replayed;
}

const RowChange* Overlay::find(RowKey key) const {
    const auto layers = rows_.find(key);
    return layers == rows_.end() ? nullptr : &layers->second.rbegin()->second;
}

}  // namespace holdfast::client
