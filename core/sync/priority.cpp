#include "core/sync/priority.hpp"

#include <algorithm>

#include "core/base/assert.hpp"

namespace holdfast::sync {
namespace {

/// Steps of a priority, in their order. Of the last two kinds there is much.
enum Step : std::uint8_t { names, on_screen, groups, channels, lists, newest, history, large };

constexpr std::uint64_t scale = 1'000;  // weights divide bytes without losing them

constexpr std::size_t index_of(Priority priority) {
    return static_cast<std::size_t>(priority);
}

std::uint64_t by_weight(Priority priority, std::uint64_t bytes) {
    const std::uint32_t weight = limits::priority_weights[index_of(priority)];
    return weight == 0 ? 0 : bytes * scale / weight;
}

Turn turn_of_timeline(const BucketCursor& cursor, const Attention& attention) {
    const Bucket& head = cursor.head;
    const bool few = cursor.complete || needs_tail(cursor) || head.rows <= limits::tail_rows;
    if (head.id == attention.raised) {
        return {Priority::needed, few ? on_screen : history, 0, head.id};
    }
    const Turn turn{Priority::active, few ? newest : history, -head.active_at.ms, head.id};
    if (few) {
        const bool is_new = head.active_at >= attention.newest_since;
        return {is_new ? Priority::needed : Priority::active, turn.step, turn.quiet, turn.bucket};
    }
    const bool quiet = is_quiet(head, attention.active_since);
    return {quiet ? Priority::rest : Priority::active, turn.step, turn.quiet, turn.bucket};
}

}  // namespace

bool Turn::is_bulk() const {
    return step >= history;
}

bool is_quiet(const Bucket& head, WallTime since) {
    return head.active_at.ms != 0 && head.active_at < since;
}

bool needs_tail(const BucketCursor& cursor) {
    return cursor.head.kind == BucketKind::timeline && !cursor.complete && !cursor.tail_done &&
           cursor.head.rows > limits::tail_rows;
}

Turn turn_of(const BucketCursor& cursor, const Attention& attention) {
    const Bucket& head = cursor.head;
    switch (head.kind) {
        case BucketKind::user:
            return {Priority::own, names, 0, head.id};
        case BucketKind::directory:
            return {Priority::needed, names, 0, head.id};
        case BucketKind::group:
            return {Priority::needed, groups, 0, head.id};
        case BucketKind::channel:
        case BucketKind::forms:
            return {Priority::needed, channels, 0, head.id};
        case BucketKind::tasks:
        case BucketKind::collection:
            return head.rows <= limits::large_bucket_rows
                       ? Turn{Priority::needed, lists, 0, head.id}
                       : Turn{Priority::active, large, 0, head.id};
        case BucketKind::timeline:
            return turn_of_timeline(cursor, attention);
        case BucketKind::archive:
            return {Priority::rest, large, 0, head.id};
    }
    return {Priority::rest, large, 0, head.id};  // a kind of a newer server
}

Priority FairShare::next(const Which& at_work) {
    std::uint64_t least = UINT64_MAX;
    for (std::size_t i = 1; i < priorities; ++i) {
        if (at_work[i] && at_work_[i]) {
            least = std::min(least, had_[i]);
        }
    }
    std::size_t chosen = priorities;
    for (std::size_t i = 1; i < priorities; ++i) {
        if (!at_work[i]) {
            continue;
        }
        if (!at_work_[i] && least != UINT64_MAX) {
            had_[i] = std::max(had_[i], least);
        }
        if (chosen == priorities || had_[i] < had_[chosen]) {
            chosen = i;
        }
    }
    at_work_ = at_work;
    if (at_work[index_of(Priority::own)]) {
        return Priority::own;
    }
    HF_ASSERT(chosen != priorities);
    return static_cast<Priority>(chosen);
}

void FairShare::charge(Priority priority, std::uint64_t bytes) {
    had_[index_of(priority)] += by_weight(priority, bytes);
}

void FairShare::give_back(Priority priority, std::uint64_t bytes) {
    std::uint64_t& had = had_[index_of(priority)];
    had -= std::min(had, by_weight(priority, bytes));
}

std::uint32_t FairShare::portion(Priority priority, const Which& at_work, std::uint32_t budget) {
    const std::uint32_t weight = limits::priority_weights[index_of(priority)];
    for (std::size_t i = 0; i < index_of(priority); ++i) {
        const std::uint32_t before = limits::priority_weights[i];
        if (at_work[i] && before != 0) {
            return static_cast<std::uint32_t>(std::uint64_t{budget} * weight / before);
        }
    }
    return budget;
}

}  // namespace holdfast::sync
