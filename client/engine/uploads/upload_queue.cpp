#include "client/engine/uploads/upload_queue.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::client {
namespace {

/// Whether the same bytes would be refused again.
bool is_final(ErrorCode code) {
    switch (code) {
        case ErrorCode::file_wrong_type:
        case ErrorCode::file_broken:
        case ErrorCode::file_image_too_large:
        case ErrorCode::file_too_large:
        case ErrorCode::file_not_yours:
        case ErrorCode::request_malformed:
        case ErrorCode::request_too_large:
            return true;
        default:
            return false;
    }
}

Id file_of(const UploadQueue::Step& step) {
    return std::visit([](const auto& specific) { return specific.upload.file; }, step);
}

}  // namespace

void UploadQueue::remove(Id file) {
    if (under_way_ && file_of(*under_way_) == file) {
        under_way_.reset();
    }
    entries_.erase(file);
}

void UploadQueue::connected() {
    connected_ = true;
    expired_ = false;
    lost_ = 0;
    not_before_ = {};
    for (auto& [id, entry] : entries_) {
        entry.not_before = {};
        entry.failures = 0;
    }
}

void UploadQueue::disconnected() {
    connected_ = false;
    under_way_.reset();
    for (auto& [id, entry] : entries_) {
        entry.offset.reset();
    }
}

void UploadQueue::renewed(Instant now, bool done) {
    if (std::exchange(expired_, false) && !done) {
        not_before_ = now + pause(++lost_, limits::upload_retry_max);
    }
}

std::optional<UploadQueue::Step> UploadQueue::poll(Instant now) {
    if (!connected_ || expired_ || under_way_ || now < not_before_) {
        return std::nullopt;
    }
    const auto found = std::ranges::find_if(
        entries_, [&](const auto& entry) { return entry.second.not_before <= now; });
    if (found == entries_.end()) {
        return std::nullopt;
    }
    const Entry& entry = found->second;
    if (entry.offset) {
        const std::int64_t bytes = std::min(chunk_bytes_, entry.upload.bytes - *entry.offset);
        under_way_ = Send{.upload = entry.upload, .at = *entry.offset, .bytes = bytes};
    } else {
        under_way_ = Begin{entry.upload};
    }
    return under_way_;
}

std::optional<Instant> UploadQueue::next_deadline() const {
    if (!connected_ || expired_ || under_way_ || entries_.empty()) {
        return std::nullopt;
    }
    const auto first = std::ranges::min_element(
        entries_, {}, [](const auto& entry) { return entry.second.not_before; });
    return std::max(not_before_, first->second.not_before);
}

Id UploadQueue::current() const {
    return under_way_ ? file_of(*under_way_) : Id{};
}

std::int64_t UploadQueue::sent(Id file) const {
    const auto found = entries_.find(file);
    return found == entries_.end() ? 0 : found->second.sent;
}

UploadQueue::Verdict UploadQueue::answered(Instant now, const Answer& answer) {
    if (!under_way_) {
        return Verdict::goes_on;
    }
    Entry& entry = entries_.at(file_of(*under_way_));
    if (answer.status >= 200 && answer.status < 300) {
        lost_ = 0;
        return succeeded(entry, answer);
    }
    if (answer.status == 0) {
        chunk_bytes_ = std::max(chunk_bytes_ / 2, limits::chunk_bytes_min);
    }
    return failed(now, entry, answer.code);
}

UploadQueue::Verdict UploadQueue::succeeded(Entry& entry, const Answer& answer) {
    if (const auto* send = std::get_if<Send>(&*under_way_)) {
        entry.offset = send->at + send->bytes;
        chunk_bytes_ = std::min(chunk_bytes_ * 2, limits::chunk_bytes_max);
        entry.failures = 0;
    } else {
        // A server that gives none, or a senseless one, is asked from the beginning.
        const std::int64_t offset = answer.offset.value_or(0);
        entry.offset = offset < 0 || offset > entry.upload.bytes ? 0 : offset;
    }
    entry.sent = *entry.offset;
    if (entry.sent == entry.upload.bytes) {
        return leave(Verdict::stored);
    }
    under_way_.reset();
    return Verdict::goes_on;
}

UploadQueue::Verdict UploadQueue::failed(Instant now, Entry& entry, ErrorCode code) {
    if (is_final(code)) {
        return leave(Verdict::refused);
    }
    if (code == ErrorCode::file_wrong_checksum &&
        ++entry.wrong_checksums >= limits::wrong_checksums_max) {
        return leave(Verdict::refused);
    }
    under_way_.reset();
    entry.offset.reset();
    switch (code) {
        case ErrorCode::auth_session_expired:
            expired_ = true;
            return Verdict::expired;
        case ErrorCode::file_unknown:
            rest(now, entry, limits::upload_wait_max);
            return Verdict::unknown;
        case ErrorCode::file_upload_busy:
        case ErrorCode::file_wrong_checksum:
        case ErrorCode::file_wrong_offset:
        case ErrorCode::file_upload_gone:
            rest(now, entry, limits::upload_wait_max);
            return Verdict::goes_on;
        default:
            // The network or the server as a whole: another file would fare no better.
            not_before_ = now + pause(++lost_, limits::upload_retry_max);
            return Verdict::goes_on;
    }
}

UploadQueue::Verdict UploadQueue::leave(Verdict verdict) {
    entries_.erase(file_of(*under_way_));
    under_way_.reset();
    return verdict;
}

void UploadQueue::rest(Instant now, Entry& entry, Millis longest) {
    entry.failures += 1;
    entry.not_before = now + pause(entry.failures, longest);
}

/// Doubles from one failure to the next; between half and all of it, so that many devices do not
/// come back at the same moment.
Millis UploadQueue::pause(int failures, Millis longest) {
    const int doublings = std::clamp(failures - 1, 0, 20);
    const std::int64_t full =
        std::min(longest.count, limits::upload_retry_first.count << doublings);
    const auto half = static_cast<std::uint64_t>(full / 2);
    return {full - static_cast<std::int64_t>(random_.next() % (half + 1))};
}

}  // namespace holdfast::client
