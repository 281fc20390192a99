#include "client/engine/view/overlay.hpp"

#include <utility>

#include "core/base/deadline.hpp"
#include "core/rules/reduce.hpp"
#include "core/rules/task_facts.hpp"

namespace holdfast::client {

void Overlay::put(const Intent& intent, WallTime now, Effects effects, TopicSet& changes) {
    put(intent, now);
    Lane& lane = lanes_.at(intent.lane);
    lane.stale.erase(intent.id);  // it was judged over everything before it
    write(lane, lane.entries.at(intent.id), std::move(effects), changes);
}

void Overlay::put(const Intent& intent, WallTime now) {
    Lane& lane = lanes_[intent.lane];
    const Id parent = parent_of(intent);
    lane.entries.insert_or_assign(
        intent.id, Entry{.intent = intent, .now = now, .parent = parent, .keys = {}});
    lane.stale.insert(intent.id);
    lane.failed.insert(intent.id);
    lane_of_.insert_or_assign(intent.id, intent.lane);
    if (parent) {
        subtasks_[parent].insert(intent.id);
    }
}

void Overlay::write(Lane& lane, Entry& entry, Effects effects, TopicSet& changes) {
    lane.failed.erase(entry.intent.id);
    entry.by_routine = !effects.runs.empty();
    entry.upon_task = effects.upon_task;
    for (RowChange& row : effects.rows) {
        lay(entry, std::move(row), changes);
    }
}

void Overlay::lay(Entry& entry, RowChange row, TopicSet& changes) {
    changes.row_changed(row.key);
    entry.keys.push_back(row.key);
    rows_[row.key].insert_or_assign(entry.intent.id, std::move(row));
}

std::vector<RowChange> Overlay::withdraw(Lane& lane, Entry& entry, TopicSet& changes) {
    std::vector<RowChange> withdrawn;
    for (const RowKey& key : entry.keys) {
        changes.row_changed(key);
        const auto found = rows_.find(key);
        if (found == rows_.end()) {
            continue;
        }
        auto& layers = found->second;
        const auto later = layers.upper_bound(entry.intent.id);
        if (later != layers.end()) {
            lane.stale.insert(later->first);  // it was laid over this one
        }
        if (auto own = layers.extract(entry.intent.id)) {
            withdrawn.push_back(std::move(own.mapped()));
        }
        if (layers.empty()) {
            rows_.erase(found);
        }
    }
    entry.keys.clear();
    return withdrawn;
}

void Overlay::confirm(Id intent) {
    if (const auto lane = lane_of_.find(intent); lane != lane_of_.end()) {
        lanes_.at(lane->second).entries.at(intent).confirmed = true;
    }
}

void Overlay::keep(Entry& entry,
                   std::vector<RowChange> rows,
                   const World& world,
                   TopicSet& changes) {
    for (RowChange& row : rows) {
        const auto below = world.find(row.key);
        if (below && *below) {
            lay(entry, std::move(row), changes);
        }
    }
}

void Overlay::remove(std::span<const Id> intents, TopicSet& changes) {
    for (const Id id : intents) {
        const auto named = lane_of_.find(id);
        if (named == lane_of_.end()) {
            continue;
        }
        const auto found = lanes_.find(named->second);
        Lane& lane = found->second;
        withdraw(lane, lane.entries.at(id), changes);
        if (const auto above = subtasks_.find(lane.entries.at(id).parent);
            above != subtasks_.end() && above->second.erase(id) > 0 && above->second.empty()) {
            subtasks_.erase(above);
        }
        lane.entries.erase(id);
        lane.stale.erase(id);
        lane.failed.erase(id);
        if (lane.entries.empty()) {
            lanes_.erase(found);
        }
        lane_of_.erase(named);
    }
}

void Overlay::clear() {
    due_.reset();
    lanes_.clear();
    lane_of_.clear();
    subtasks_.clear();
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
            lanes_.at(lane_of_.at(intent)).stale.insert(intent);
        }
    }
    // What could not be judged may be judged now that more is here.
    for (auto& [id, lane] : lanes_) {
        if (is_of_messages(page.head.kind) && page.head.owner != id) {
            continue;
        }
        lane.stale.insert(lane.failed.begin(), lane.failed.end());
    }
}

void Overlay::base_replaced() {
    for (auto& [id, lane] : lanes_) {
        for (const auto& [intent, entry] : lane.entries) {
            lane.stale.insert(lane.stale.end(), intent);  // all: any of them may leave first
        }
    }
}

std::vector<Id> Overlay::refresh(Instant now, World& world, Person person, TopicSet& changes) {
    std::vector<Id> replayed;
    due_.reset();
    for (auto& [id, lane] : lanes_) {
        if (lane.stale.empty()) {
            continue;
        }
        if (lane.rests_until && now < *lane.rests_until) {
            due_ = earliest({due_, lane.rests_until});
            continue;
        }
        replay(lane, world, person, changes);
        const auto rest = lane.entries.size() / limits::entries_per_rest_ms;
        lane.rests_until = now + Millis{static_cast<std::int64_t>(rest)};
        replayed.push_back(id);
    }
    return replayed;
}

void Overlay::replay(Lane& lane, World& world, Person person, TopicSet& changes) {
    const auto first = lane.entries.find(*lane.stale.begin());
    std::map<Id, std::vector<RowChange>> confirmed;
    for (auto at = first; at != lane.entries.end(); ++at) {
        auto withdrawn = withdraw(lane, at->second, changes);
        if (at->second.confirmed) {
            confirmed.emplace(at->first, std::move(withdrawn));
        }
        lane.failed.insert(at->first);
    }
    for (auto at = first; at != lane.entries.end(); ++at) {
        Entry& entry = at->second;
        const Occasion occasion{.user = person.user,
                                .organization = person.organization,
                                .now = entry.now,
                                .again = true};
        auto effects = reduce(world, occasion, entry.intent);
        if (effects) {
            write(lane, entry, *std::move(effects), changes);
        } else if (effects.error().code == ErrorCode::access_forbidden) {
            keep(entry, std::move(confirmed[at->first]), world, changes);
        }
    }
    lane.stale.clear();
}

std::vector<Id> Overlay::rows_of(BucketId bucket, RowKind kind) const {
    std::vector<Id> ids;
    for (auto at = rows_.lower_bound(RowKey{bucket, kind, Id{}});
         at != rows_.end() && at->first.bucket == bucket && at->first.kind == kind;
         ++at) {
        ids.push_back(at->first.id);
    }
    return ids;
}

const Intent* Overlay::waiting_upon(Id lane) const {
    if (const auto found = lanes_.find(lane); found != lanes_.end()) {
        for (const auto& [id, entry] : found->second.entries) {
            if (entry.upon_task || action_kind_of(entry.intent)) {
                return &entry.intent;
            }
        }
    }
    const auto below = subtasks_.find(lane);
    return below == subtasks_.end()
               ? nullptr
               : &lanes_.at(*below->second.begin()).entries.begin()->second.intent;
}

bool Overlay::runs_routine(Id intent) const {
    const auto lane = lane_of_.find(intent);
    return lane != lane_of_.end() && lanes_.at(lane->second).entries.at(intent).by_routine;
}

const RowChange* Overlay::find(RowKey key) const {
    const auto layers = rows_.find(key);
    return layers == rows_.end() ? nullptr : &layers->second.rbegin()->second;
}

const RowChange* Overlay::find(RowKey key, Id intent) const {
    const auto layers = rows_.find(key);
    if (layers == rows_.end()) {
        return nullptr;
    }
    const auto own = layers->second.find(intent);
    return own == layers->second.end() ? nullptr : &own->second;
}

}  // namespace holdfast::client
