#include "core/sync/repair.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/assert.hpp"
#include "core/model/row_sum.hpp"

namespace holdfast::sync {

Repair::Repair(const Bucket& head, RepairCause cause)
    : record{.bucket = head.id, .kind = head.kind, .owner = head.owner, .cause = cause},
      bucket_(head.id),
      head_rows_(head.rows) {
    split({.range = {}, .rows = head.rows, .sum = {}});
}

std::uint64_t Repair::missing() const {
    std::uint64_t rows = 0;
    for (const auto& [after, part] : parts_) {
        rows += part.fetch ? part.rows : 0;
    }
    return rows;
}

wire::Want Repair::want_of(RowPlace after, const Part& part) const {
    wire::Want want;
    want.bucket = bucket_;
    want.mode = part.fetch ? wire::PullMode::range : wire::PullMode::sums;
    want.epoch = epoch_;
    want.range = {after, part.to};
    if (!part.fetch) {
        // Sixteen ranges of the same number of rows, whatever their ids are; none smaller than what
        // is fetched as a whole.
        const std::uint64_t rows =
            std::max(part.rows / limits::repair_fan_out + 1, limits::repair_leaf_rows);
        want.limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(rows, 0xffff'ffffU));
    }
    return want;
}

std::vector<wire::Want> Repair::take_wants(std::size_t max) {
    std::vector<wire::Want> wants;
    for (auto& [after, part] : parts_) {
        if (wants.size() == max) {
            break;
        }
        if (!part.asked) {
            part.asked = true;
            wants.push_back(want_of(after, part));
        }
    }
    record.rounds += wants.empty() ? 0 : 1;
    return wants;
}

bool Repair::has_wants() const {
    return std::ranges::any_of(parts_, [](const auto& part) { return !part.second.asked; });
}

void Repair::pull_ended() {
    for (auto& [after, part] : parts_) {
        part.asked = false;
    }
}

/// Whether an answer is of the history that is compared with; the first one decides.
bool Repair::belongs(const Bucket& head) {
    if (head.id != bucket_ || (epoch_ != 0 && head.epoch != epoch_)) {
        return false;
    }
    if (as_of_ && head.version < *as_of_) {
        return false;
    }
    epoch_ = head.epoch;
    if (!as_of_) {
        as_of_ = head.version;
        head_rows_ = head.rows;
    }
    return true;
}

bool Repair::take(const wire::Sums& sums) {
    const auto part = parts_.find(sums.after);
    if (part == parts_.end() || part->second.fetch || sums.ranges.empty()) {
        return false;
    }
    const RowPlace end = part->second.to;
    RowPlace before = sums.after;
    for (const RangeSum& range : sums.ranges) {
        const bool last = &range == &sums.ranges.back();
        const bool reaches_end = last && range.to == end;
        if (!reaches_end && (range.to <= before || (!end.is_open() && range.to >= end))) {
            return false;
        }
        before = range.to;
    }
    if (!belongs(sums.head)) {
        return false;
    }
    before = sums.after;
    std::uint64_t rows = 0;
    for (const RangeSum& range : sums.ranges) {
        rows += range.rows;
        told_.push_back({.range = {before, range.to}, .rows = range.rows, .sum = range.sum});
        before = range.to;
    }
    record.compared += sums.ranges.size();
    move_on(part, before, rows);
    return true;
}

std::vector<KeyRange> Repair::take_sums() {
    if (!comparing_.empty()) {
        return {};
    }
    comparing_ = std::exchange(told_, {});
    std::vector<KeyRange> ranges;
    ranges.reserve(comparing_.size());
    for (const Check& check : comparing_) {
        ranges.push_back(check.range);
    }
    return ranges;
}

void Repair::compare(const std::vector<RangeSum>& local) {
    HF_ASSERT(local.size() == comparing_.size());
    const std::vector<Check> checks = std::exchange(comparing_, {});
    for (std::size_t i = 0; i < checks.size(); ++i) {
        const Check& check = checks[i];
        if (local[i].rows == check.rows && local[i].sum == check.sum) {
            rows_ += check.rows;
            sum_ += check.sum;
        } else {
            split(check);
        }
    }
}

void Repair::split(const Check& check) {
    const bool much = to_fetch_ * 100 > head_rows_ * limits::repair_fetch_percent;
    const bool fetch = much || check.rows <= limits::repair_leaf_rows;
    to_fetch_ += fetch ? check.rows : 0;
    if (const auto next = parts_.lower_bound(check.range.after); fetch && next != parts_.begin()) {
        Part& before = std::prev(next)->second;
        if (before.fetch && !before.asked && before.to == check.range.after) {
            before.to = check.range.to;  // side by side: one want
            before.rows += check.rows;
            return;
        }
    }
    parts_.insert_or_assign(check.range.after,
                            Part{.to = check.range.to, .rows = check.rows, .fetch = fetch});
}

bool Repair::take(const wire::Page& page) {
    const RowPlace after = page.range.after;
    const RowPlace reached = page.range.to;
    const auto part = parts_.find(after);
    if (part == parts_.end() || !part->second.fetch || page.mode != wire::PullMode::range) {
        return false;
    }
    const RowPlace end = part->second.to;
    const bool within = reached == end ||
                        (!reached.is_open() && reached > after && (end.is_open() || reached < end));
    RowPlace before = after;
    const bool inside = std::ranges::all_of(page.rows, [&](const RowRef& row) {
        const RowPlace last = std::exchange(before, {row.kind, row.id});
        return before > last && page.range.contains(before) && !row.deleted();
    });
    if (!within || !inside || !belongs(page.head)) {
        return false;
    }
    for (const RowRef& row : page.rows) {
        sum_ += row_sum(row);
        record.bytes += row.body.size();
    }
    rows_ += page.rows.size();
    record.fetched += page.rows.size();
    move_on(part, reached, page.rows.size());
    return true;
}

/// What is left of a part whose beginning has an answer.
void Repair::move_on(std::map<RowPlace, Part>::iterator part,
                     RowPlace reached,
                     std::uint64_t rows) {
    Part rest = part->second;
    rest.rows -= std::min(rest.rows, rows);
    parts_.erase(part);
    if (reached != rest.to) {
        parts_.insert_or_assign(reached, rest);
    }
}

}  // namespace holdfast::sync
