#include "server/services/segments/segment_shelf.hpp"

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"

namespace holdfast::services {
namespace {

/// A segment of which more rows than one in so many have changed is made anew.
constexpr std::uint64_t changed_share = 5;

}  // namespace

std::optional<SegmentShelf::Offer> SegmentShelf::offer(const Bucket& head, const wire::Want& want) {
    const RowPlace after{want.after_kind, want.after_id};
    const bool begins = after == RowPlace{};
    // Of one bucket the newest segment is the last.
    const SegmentName last{head.id, head.epoch, begins ? head.version : want.from};
    auto found = ready_.upper_bound(last);
    if (found != ready_.begin()) {
        --found;
        const auto& [name, segment] = *found;
        const bool fits = begins ? is_fresh(name, segment, head) : name == last;
        if (fits && name.as_of >= head.horizon) {
            const auto part = std::ranges::find_if(segment.parts, [&](const SegmentPart& one) {
                return one.to.is_open() || after < one.to;
            });
            HF_ASSERT(part != segment.parts.end());  // the last one is open
            return Offer{name,
                         static_cast<std::uint32_t>(part - segment.parts.begin()),
                         static_cast<std::uint32_t>(segment.parts.size())};
        }
    }
    if (begins && head.rows >= limits_.rows_min) {
        this->want({head.id, head.epoch, head.version});
    }
    return std::nullopt;
}

bool SegmentShelf::is_fresh(const SegmentName& name,
                            const Segment& segment,
                            const Bucket& head) const {
    return name.bucket == head.id && name.epoch == head.epoch &&
           (head.version - name.as_of) * changed_share <= segment.rows;
}

void SegmentShelf::want(const SegmentName& name) {
    const auto same = [&](const SegmentName& other) { return other.bucket == name.bucket; };
    if ((making_ && same(making_->name)) || std::ranges::any_of(wanted_, same) ||
        wanted_.size() >= limits_.waiting_max) {
        return;
    }
    if (asked_.size() >= limits_.asked_max) {
        asked_.clear();
    }
    if (++asked_[name.bucket] < limits_.asked_min) {
        return;
    }
    asked_.erase(name.bucket);
    wanted_.push_back(name);
}

std::optional<SegmentName> SegmentShelf::take_build() {
    if (making_ || wanted_.empty()) {
        return std::nullopt;
    }
    making_.emplace(Making{.name = wanted_.front(), .segment = {}});
    wanted_.pop_front();
    return making_->name;
}

bool SegmentShelf::add_part(const SegmentPart& part) {
    HF_ASSERT(making_);
    making_->segment.parts.push_back(part);
    making_->segment.bytes += part.bytes;
    if (making_->segment.parts.size() <= limits_.parts_max &&
        making_->segment.bytes <= limits_.bytes_max) {
        return true;
    }
    abandon();
    return false;
}

void SegmentShelf::finish(std::uint64_t rows) {
    HF_ASSERT(making_ && !making_->segment.parts.empty() &&
              making_->segment.parts.back().to.is_open());
    Segment& made = making_->segment;
    made.rows = rows;
    made.used = ++uses_;
    bytes_ += made.bytes;
    const SegmentName name = making_->name;
    ready_.insert_or_assign(name, std::move(made));
    making_.reset();
    make_room();
}

void SegmentShelf::abandon() {
    gone_.push_back({making_->name, making_->segment.parts.size()});
    making_.reset();
}

void SegmentShelf::make_room() {
    while (bytes_ > limits_.bytes_max) {
        const auto oldest = std::ranges::min_element(
            ready_, {}, [](const auto& entry) { return entry.second.used; });
        drop(SegmentName(oldest->first));
    }
}

const SegmentPart* SegmentShelf::use(const SegmentName& name, std::uint32_t part) {
    const auto found = ready_.find(name);
    if (found == ready_.end() || part >= found->second.parts.size()) {
        return nullptr;
    }
    found->second.used = ++uses_;
    return &found->second.parts[part];
}

void SegmentShelf::drop(const SegmentName& name) {
    const auto found = ready_.find(name);
    if (found == ready_.end()) {
        return;
    }
    bytes_ -= found->second.bytes;
    gone_.push_back({name, found->second.parts.size()});
    ready_.erase(found);
}

std::vector<SegmentShelf::Gone> SegmentShelf::take_gone() {
    return std::exchange(gone_, {});
}

}  // namespace holdfast::services
