#include "core/rules/task_rows.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/model/facts.hpp"
#include "core/model/rules.hpp"
#include "core/rules/run_context.hpp"
#include "core/rules/timers.hpp"

namespace holdfast::rules {

namespace step = workflow::step;

Result<Effects> TaskRows::write(const workflow::Effects& effects) {
    for (const workflow::Step& each : effects.steps) {
        HF_CHECK(std::visit([&](const auto& one) { return take(one); }, each));
    }
    if (last_message_) {
        HF_CHECK(advance_read_mark(
            world_, occasion_.user, read_in_, {occasion_.now.ms, last_message_}, effects_));
    }
    HF_CHECK(queue(effects));
    return std::move(effects_);
}

Result<> TaskRows::queue(const workflow::Effects& effects) {
    for (const workflow::Step& each : effects.steps) {
        const auto* run = std::get_if<step::QueueRoutine>(&each);
        if (run == nullptr) {
            continue;
        }
        HF_TRY(const Place* place, place_of(run->channel));
        QueuedRun queued{.id = run->run,
                         .routine = run->routine,
                         .user = run->user,
                         .group = place->group,
                         .task = run->task,
                         .channel = run->channel};
        if (world_.is_final()) {
            const RunPlace where{.group = place->group,
                                 .tasks = tasks_,
                                 .channel = place->rows,
                                 .timeline = place->timeline};
            HF_TRY(queued.context, RunContext(world_, effects_.rows, occasion_).of(*run, where));
        }
        effects_.runs.push_back(std::move(queued));
    }
    return {};
}

Result<const TaskRows::Place*> TaskRows::place_of(Id channel) {
    if (const auto known = places_.find(channel); known != places_.end()) {
        return &known->second;
    }
    HF_TRY(const auto rows, world_.bucket(BucketKind::channel, channel));
    HF_TRY(const auto timeline, world_.bucket(BucketKind::timeline, channel));
    if (!rows || !timeline) {
        return fail(ErrorCode::intent_gone, "channel " + to_string(channel));
    }
    const Place place{channel, rows->parent, rows->id, timeline->id};
    return &places_.emplace(channel, place).first->second;
}

void TaskRows::put(RowKey key, std::int64_t sort, std::string body) {
    // An action writes a row once: what comes later counts.
    const auto known = std::ranges::find(effects_.rows, key, &RowChange::key);
    if (known != effects_.rows.end()) {
        known->sort = sort;
        known->body = std::move(body);
    } else {
        effects_.rows.push_back({.key = key, .sort = sort, .body = std::move(body)});
    }
}

Result<> TaskRows::add(RowKey key, std::string body) {
    if (!key.bucket) {
        return {};
    }
    HF_TRY(const auto existing, world_.find(key));
    if (existing) {
        return fail(ErrorCode::intent_id_conflict, "row " + to_string(key.id));
    }
    put(key, occasion_.now.ms, std::move(body));
    return {};
}

/// The person has seen what the own action says.
void TaskRows::saw(const Place& place, Id message) {
    if (place.timeline && by_ == By::person) {
        last_message_ = read_in_ == place.channel ? std::max(last_message_, message) : message;
        read_in_ = place.channel;
    }
}

Result<> TaskRows::take(const step::MakeChannel& made) {
    Place& place = places_[made.channel];
    place = {.channel = made.channel, .group = made.group};
    if (!world_.is_final()) {
        return {};
    }
    for (const BucketKind kind : {BucketKind::channel, BucketKind::timeline}) {
        HF_TRY(const auto existing, world_.bucket(kind, made.channel));
        if (existing) {
            return fail(ErrorCode::intent_id_conflict, "channel " + to_string(made.channel));
        }
    }
    HF_TRY(place.rows, world_.mint_bucket());
    HF_TRY(place.timeline, world_.mint_bucket());
    effects_.buckets = {
        {place.rows, BucketKind::channel, made.channel, made.group, true},
        {place.timeline, BucketKind::timeline, made.channel, made.group, true},
    };
    put({place.rows, RowKind::channel, made.channel},
        0,
        body::encode(body::Channel{.name = made.name, .group = made.group}));
    return {};
}

Result<> TaskRows::take(const step::AddMember& added) {
    HF_TRY(const auto user, facts::user(world_, added.user));
    if (!user || !user->value.active) {
        return fail(ErrorCode::intent_gone, "user " + to_string(added.user));
    }
    HF_TRY(const Place* place, place_of(added.channel));
    if (place->rows) {
        put({place->rows, RowKind::member, added.user},
            0,
            body::encode(body::Member{.admin = added.admin}));
    }
    return {};
}

Result<> TaskRows::take(const step::RemoveMember& removed) {
    HF_TRY(const Place* place, place_of(removed.channel));
    if (place->rows) {
        put({place->rows, RowKind::member, removed.user}, 0, {});
    }
    return {};
}

Result<> TaskRows::take(const step::PostForm& posted) {
    HF_TRY(const Place* place, place_of(posted.channel));
    for (std::size_t i = 0; i < posted.parts.size(); ++i) {
        const Id id{posted.first.value + i};
        HF_CHECK(add({place->timeline, RowKind::message, id}, posted.parts[i]));
        saw(*place, id);
    }
    return {};
}

/// What is not kept in a channel is in the receipt of the intent, which the server writes.
Result<> TaskRows::take(const step::StoreAnswer& stored) {
    if (stored.keep != workflow::Keep::in_channel) {
        return {};
    }
    HF_TRY(const Place* place, place_of(stored.channel));
    HF_CHECK(add({place->timeline, RowKind::answer, stored.answer}, stored.data));
    effects_.answer_kept = true;
    return {};
}

/// Behind all rows: queue().
Result<> TaskRows::take(const step::QueueRoutine& /*run*/) {
    return {};
}

/// The server's alone: a device sets off nothing.
Result<> TaskRows::take(const step::SetTimer& timer) {
    if (!world_.is_final()) {
        return {};
    }
    HF_TRY(const Place* place, place_of(timer.channel));
    effects_.runs.push_back(limit_timer(timer, place->group));
    return {};
}

/// In the order of their serial numbers, so that the newest row says which is the group's last.
Result<> TaskRows::take(const step::PutTask& changed) {
    put({tasks_, RowKind::task, changed.id}, changed.task.serial, workflow::encode(changed.task));
    return {};
}

/// Nothing is stored: a task's channel has its id, so its elements are read off the task.
Result<> TaskRows::take(const step::SetElements& /*mirrored*/) {
    return {};
}

Result<> TaskRows::take(const step::PostSystem& said) {
    HF_TRY(const Place* place, place_of(said.channel));
    const body::Message message{
        .author = occasion_.user, .text = said.text, .system = said.key, .params = said.params};
    HF_CHECK(add({place->timeline, RowKind::message, said.message}, body::encode(message)));
    saw(*place, said.message);
    return {};
}

Result<> TaskRows::take(const step::AddHistory& remembered) {
    HF_TRY(const Place* place, place_of(remembered.row.task));
    return add({place->timeline, RowKind::history, remembered.id},
               workflow::encode(remembered.row));
}

}  // namespace holdfast::rules
