#include "client/engine/fetch_driver.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "client/engine/http_answer.hpp"
#include "client/engine/limits.hpp"
#include "core/base/http_status.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {

Result<> FetchDriver::line_up(const Timelines& timelines, const Most& most) {
    std::int64_t bytes = 0;
    for (const sync::BucketCursor* timeline : timelines) {
        HF_TRY(auto pictures, pictures_of(device_.replica(), device_.outbox.files(), *timeline));
        for (Pictures::Missing& one : pictures.missing) {
            bytes += one.claim.bytes;
            if (queue_.size() >= most.files || bytes > most.bytes) {
                return {};
            }
            queue_.push_back(std::move(one));
        }
    }
    return {};
}

Result<> FetchDriver::want(Id group) {
    constexpr Most most{.files = limits::fetches_max,
                        .bytes = std::numeric_limits<std::int64_t>::max()};
    give_up_first();
    drop_all();
    if (group) {
        HF_CHECK(line_up(newest_timelines(device_.replica(), group), most));
    } else {
        for (const sync::BucketCursor* cursor : device_.replica().buckets(BucketKind::group)) {
            HF_CHECK(line_up(newest_timelines(device_.replica(), cursor->head.owner), most));
        }
    }
    say();
    return {};
}

FetchDriver::Timelines FetchDriver::active_timelines() {
    const WallTime since{device_.server_now().ms - sync::limits::active_within.count};
    Timelines found = device_.replica().buckets(BucketKind::timeline);
    std::erase_if(found, [&](const auto* cursor) { return sync::is_quiet(cursor->head, since); });
    std::ranges::sort(
        found, std::greater{}, [](const auto* cursor) { return cursor->head.active_at; });
    found.resize(std::min(found.size(), limits::ahead_timelines_max));
    return found;
}

void FetchDriver::look_ahead() {
    const bool is_time = !looked_at_ || device_.now - *looked_at_ >= limits::ahead_every;
    if (!is_time || !device_.unmetered || !device_.may_keep() ||
        device_.status.status(device_.now).bar.kind != offline::BarKind::ready) {
        return;
    }
    looked_at_ = device_.now;
    constexpr Most most{.files = limits::ahead_files_max, .bytes = limits::ahead_bytes_max};
    if (line_up(active_timelines(), most) && !queue_.empty()) {
        say();
    }
}

Fetching FetchDriver::state() const {
    Fetching state = state_;
    state.files = queue_.size();
    state.bytes = -have_;
    for (const Pictures::Missing& one : queue_) {
        state.bytes += one.claim.bytes;
    }
    return state;
}

void FetchDriver::clear() {
    drop_all();
    looked_at_.reset();
}

void FetchDriver::drop_all() {
    queue_.clear();
    state_ = {};
    step_ = Step::idle;
    request_ = 0;
    have_ = 0;
    link_.clear();
    renewed_once_ = false;
    linked_again_ = false;
}

void FetchDriver::say() {
    device_.changes.add(Topic::About::files);
    device_.hurry(Device::Urgency::live);
}

void FetchDriver::pump() {
    if (queue_.empty()) {
        look_ahead();
    }
    if (queue_.empty() || step_ == Step::renewal) {
        return;
    }
    if (!device_.is_connected() || !device_.account()) {
        step_ = Step::idle;  // it goes on from the bytes that are here
        request_ = 0;
        return;
    }
    if (step_ != Step::idle) {
        return;
    }
    if (have_ == 0) {
        const Pictures::Missing& first = queue_.front();
        const auto& free = device_.storage_free;
        if (free && *free - first.claim.bytes < limits::storage_low_bytes) {
            state_.is_full = true;
            return end();
        }
        const auto begun = device_.outbox.begin_fetched(first.claim, first.channel);
        if (!begun && begun.error().code == ErrorCode::outbox_full) {
            state_.is_full = true;
            return end();
        }
        if (!begun) {
            return drop_first();
        }
    }
    ask_link();
}

void FetchDriver::ask_link() {
    const Pictures::Missing& first = queue_.front();
    step_ = Step::link;
    request_ = device_.request(
        {.method = "POST",
         .path = "/files/v1/links",
         .content_type = "application/json",
         .authorization = "Bearer " + device_.account()->access_token,
         .body =
             json::Writer{}.write("channel", first.channel).write("file", first.claim.id).text(),
         .timeout_ms = limits::auth_time_max.count});
}

void FetchDriver::ask_piece() {
    const std::int64_t last =
        std::min(have_ + limits::fetch_piece_bytes, queue_.front().claim.bytes) - 1;
    step_ = Step::piece;
    asked_at_ = device_.now;
    request_ = device_.request(
        {.method = "GET",
         .path = link_,
         .timeout_ms = limits::fetch_time_max.count,
         .headers = "Range: bytes=" + std::to_string(have_) + "-" + std::to_string(last) + "\n"});
}

bool FetchDriver::take(const HttpAnswered& answer) {
    if (request_ == 0 || answer.request != request_) {
        return false;
    }
    request_ = 0;
    if (!is_success(answer)) {
        refused(answer);
    } else if (step_ == Step::link) {
        take_link(answer);
    } else {
        take_piece(answer);
    }
    say();
    return true;
}

void FetchDriver::take_link(const HttpAnswered& answer) {
    link_ = json::text_in(json::parse(answer.body), "url");
    if (!link_.starts_with("/files/v1/content/")) {
        return drop_first();
    }
    ask_piece();
}

void FetchDriver::take_piece(const HttpAnswered& answer) {
    const Pictures::Missing& first = queue_.front();
    const auto size = static_cast<std::int64_t>(answer.body.size());
    const auto missing = device_.outbox.add_bytes(first.claim.id, answer.body);
    if (!missing) {
        have_ = 0;
        state_.is_full = missing.error().code == ErrorCode::storage_full;
        return state_.is_full ? end() : drop_first();
    }
    const std::int64_t took_ms = std::max<std::int64_t>((device_.now - asked_at_).count, 1);
    state_.bytes_per_second = size * 1000 / took_ms;
    have_ += size;
    linked_again_ = false;
    if (*missing > 0) {
        return ask_piece();
    }
    have_ = first.claim.bytes;  // all of it: nothing to be given up
    drop_first();
    device_.files_changed();
}

void FetchDriver::refused(const HttpAnswered& answer) {
    const Refusal refusal = refusal_of(answer);
    if (refusal.code == error_name(ErrorCode::auth_session_expired) && !renewed_once_) {
        renewed_once_ = true;
        device_.renewal_wished = true;
        step_ = Step::renewal;
        return;
    }
    if (answer.ours && answer.status >= 400 && step_ == Step::piece &&
        !std::exchange(linked_again_, true)) {
        step_ = Step::idle;  // links end after some minutes
        return;
    }
    // Nobody has answered, or not now: with the next connection.
    const bool later = !answer.ours || is_passing_status(answer.status);
    return later ? end() : drop_first();
}

void FetchDriver::drop_first() {
    give_up_first();
    queue_.pop_front();
    step_ = Step::idle;
    have_ = 0;
    link_.clear();
    renewed_once_ = false;
    linked_again_ = false;
}

/// What has come of it goes, unless all of it is here.
void FetchDriver::give_up_first() {
    const Id first = queue_.empty() ? Id{} : queue_.front().claim.id;
    if (first && device_.outbox.find_file(first) == nullptr) {
        (void)device_.outbox.drop_file(first);
    }
}

/// What is not here is said as missing: the person asks again.
void FetchDriver::end() {
    const bool full = state_.is_full;
    give_up_first();
    drop_all();
    state_.is_full = full;
    say();
}

void FetchDriver::renewed(bool done) {
    if (step_ != Step::renewal) {
        return;
    }
    step_ = Step::idle;
    if (!done) {
        end();
    }
}

}  // namespace holdfast::client
