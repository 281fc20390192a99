// Files of others, fetched for a time without a connection: kept like those that were sent from
// here.

#include <algorithm>
#include <utility>

#include "client/outbox/coming_file.hpp"
#include "client/outbox/limits.hpp"
#include "client/outbox/outbox.hpp"

namespace holdfast::client {

std::int64_t Outbox::room_for_fetched() const {
    return std::max<std::int64_t>(limits::cached_bytes_max - bytes_of_files(true), 0);
}

Result<> Outbox::begin_fetched(FileClaim claim, Id channel) {
    const Id id = claim.id;
    if (claim.bytes <= 0 || claim.sha256.empty()) {
        return fail(ErrorCode::file_broken, "an empty file");
    }
    if (claim.bytes > room_for_fetched()) {
        return fail_at_limit(ErrorCode::outbox_full, limits::cached_bytes_max);
    }
    if (files_.size() >= limits::fetched_files_max) {
        return fail_at_limit(ErrorCode::outbox_full, limits::fetched_files_max);
    }
    drop_coming(id);
    if (files_.contains(id) || coming_.size() >= limits::files_coming_max) {
        return fail(ErrorCode::request_too_many, "file " + to_string(id));
    }
    auto coming = std::make_unique<ComingFile>();
    coming->expected = std::exchange(claim.sha256, {});
    // The action behind it is the server's: its own id stands for that, as no action here has it.
    coming->file = {.claim = std::move(claim),
                    .channel = channel,
                    .intent = id,
                    .state = FileState::stored,
                    .content = id};
    coming_.emplace(id, std::move(coming));
    return {};
}

}  // namespace holdfast::client
