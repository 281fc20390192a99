#include "server/storage/common/schema.hpp"

namespace holdfast::storage {
namespace {

// Every integer is a BIGINT: ids and versions are below 2^63; salts and sums keep their 64 bits as
// a signed number. Times are Unix milliseconds.
constexpr std::string_view step_1 = R"sql(
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    next BIGINT NOT NULL
);
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    bytes {bytes} NOT NULL
);
CREATE TABLE organization (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    directory BIGINT NOT NULL
);
CREATE TABLE bucket (
    id BIGINT PRIMARY KEY,
    organization BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    parent BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    version BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    sum_low BIGINT NOT NULL,
    sum_high BIGINT NOT NULL,
    horizon BIGINT NOT NULL,
    tombstone_count BIGINT NOT NULL,
    UNIQUE (kind, owner, segment)
);
CREATE INDEX bucket_organization ON bucket (organization, id);
CREATE TABLE bucket_row (
    bucket BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    sort BIGINT NOT NULL,
    body {bytes} NOT NULL,
    PRIMARY KEY (bucket, kind, id)
) {clustered};
CREATE UNIQUE INDEX bucket_row_version ON bucket_row (bucket, version);
CREATE INDEX bucket_row_sort ON bucket_row (bucket, kind, sort, id);
CREATE TABLE tombstone (
    bucket BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (bucket, kind, id)
) {clustered};
CREATE UNIQUE INDEX tombstone_version ON tombstone (bucket, version);
CREATE TABLE outcome (
    intent BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    status BIGINT NOT NULL,
    code BIGINT NOT NULL,
    detail TEXT NOT NULL,
    positions TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    content BIGINT NOT NULL
);
CREATE TABLE quarantine (
    intent BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    version BIGINT NOT NULL,
    args {bytes} NOT NULL,
    claimed_at BIGINT NOT NULL,
    elapsed_ms BIGINT NOT NULL,
    code BIGINT NOT NULL,
    PRIMARY KEY (intent, user_id)
);
)sql";

constexpr std::string_view step_1_accounts = R"sql(
CREATE TABLE account (
    user_id BIGINT PRIMARY KEY,
    organization BIGINT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    active BIGINT NOT NULL
);
CREATE TABLE device (
    number BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    device_class BIGINT NOT NULL,
    salt BIGINT NOT NULL,
    previous_salt BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    organization BIGINT NOT NULL,
    device BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    refreshed_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);
CREATE INDEX session_user ON session (user_id, created_at);
)sql";

constexpr std::string_view step_2 = R"sql(
CREATE TABLE routine (
    id BIGINT PRIMARY KEY,
    organization BIGINT NOT NULL,
    code TEXT NOT NULL,
    is_current BIGINT NOT NULL,
    definition TEXT NOT NULL
);
CREATE INDEX routine_code ON routine (organization, is_current, code);
CREATE TABLE run (
    id BIGINT PRIMARY KEY,
    organization BIGINT NOT NULL,
    routine TEXT NOT NULL,
    definition BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    task BIGINT NOT NULL,
    channel BIGINT NOT NULL,
    context TEXT NOT NULL,
    state BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    stage TEXT NOT NULL,
    code BIGINT NOT NULL,
    detail TEXT NOT NULL,
    again BIGINT NOT NULL
);
CREATE INDEX run_due ON run (due_at, id) WHERE state = 1;
CREATE INDEX run_ended ON run (ended_at, id) WHERE state <> 1;
CREATE INDEX run_queued ON run (organization, queued_at, id);
CREATE TABLE run_entry (
    run BIGINT NOT NULL,
    position BIGINT NOT NULL,
    at BIGINT NOT NULL,
    entry TEXT NOT NULL,
    code BIGINT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run, position)
) {clustered};
)sql";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
        text.replace(at, what.size(), with);
        at += with.size();
    }
}

}  // namespace

std::vector<std::string> schema_steps(const Dialect& dialect) {
    std::vector<std::string> steps{std::string(step_1) + std::string(step_1_accounts),
                                   std::string(step_2)};
    for (std::string& step : steps) {
        replace_all(step, "{bytes}", dialect.bytes);
        replace_all(step, "{clustered}", dialect.clustered);
    }
    return steps;
}

}  // namespace holdfast::storage
