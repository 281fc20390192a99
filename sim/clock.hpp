#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "core/base/time.hpp"

namespace holdfast::sim {

/// The wall clock of every device and server when a world's time is 0.
inline constexpr WallTime epoch_of_worlds{1'760'000'000'000};

/// Simulated time: what is to happen, in order. Nothing waits; time jumps to the next event.
class Clock {
public:
    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    /// How many events this moment has had: something that wakes itself at once never ends.
    [[nodiscard]] std::uint64_t events_of_now() const { return events_of_now_; }

    void at(Instant when, std::function<void()> what) {
        queue_.push(Event{when < now_ ? now_ : when, next_sequence_++, std::move(what)});
    }
    void after(Millis span, std::function<void()> what) { at(now_ + span, std::move(what)); }

    /// Runs the next event if it is due before `end`; false when there is none.
    bool step(Instant end) {
        if (queue_.empty() || queue_.top().when >= end) {
            now_ = end;
            return false;
        }
        Event event = queue_.top();
        queue_.pop();
        events_of_now_ = now_ == event.when ? events_of_now_ + 1 : 0;
        now_ = event.when;
        events_ += 1;
        event.what();
        return true;
    }

private:
    struct Event {
        Instant when;
        std::uint64_t sequence = 0;  // events of one moment keep the order in which they were made
        std::function<void()> what;
        bool operator<(const Event& other) const {
            return std::pair(other.when, other.sequence) < std::pair(when, sequence);
        }
    };
    Instant now_{1'000'000};
    std::uint64_t next_sequence_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t events_of_now_ = 0;
    std::priority_queue<Event> queue_;
};

}  // namespace holdfast::sim
