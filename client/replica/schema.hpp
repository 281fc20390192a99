#pragma once

namespace holdfast::client::schema {

/// PRAGMA user_version of a replica. Any other number: the file is made anew, which costs a
/// download and nothing else.
inline constexpr int replica_version = 1;

inline constexpr const char* replica = R"sql(
CREATE TABLE row (
    bucket INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    sort INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (bucket, kind, id)
) WITHOUT ROWID;
CREATE INDEX row_by_sort ON row (bucket, kind, sort, id);
CREATE TABLE bucket (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    head_version INTEGER NOT NULL,
    head_rows INTEGER NOT NULL,
    head_bytes INTEGER NOT NULL,
    head_sum_low INTEGER NOT NULL,
    head_sum_high INTEGER NOT NULL,
    version INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    snapshot_as_of INTEGER NOT NULL,
    after_kind INTEGER NOT NULL,
    after_id INTEGER NOT NULL,
    tail_done INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    sum_low INTEGER NOT NULL,
    sum_high INTEGER NOT NULL,
    revoked INTEGER NOT NULL
);
)sql";

}  // namespace holdfast::client::schema
