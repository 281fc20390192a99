#include <charconv>

#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::storage {
namespace {

/// "bucket:version bucket:version", for people who look into the table.
std::string print_positions(const std::vector<Position>& positions) {
    std::string text;
    for (const Position& position : positions) {
        text += text.empty() ? "" : " ";
        text += std::to_string(position.bucket.value) + ":" + std::to_string(position.version);
    }
    return text;
}

std::vector<Position> parse_positions(std::string_view text) {
    std::vector<Position> positions;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        Position position;
        at = std::from_chars(at, end, position.bucket.value).ptr + 1;  // the colon
        if (at < end) {
            at = std::from_chars(at, end, position.version).ptr + 1;  // the space
            positions.push_back(position);
        }
    }
    return positions;
}

Outcome read_outcome(const sqlite::Statement& row) {
    return {.intent = Id{row.unsigned_integer(0)},
            .status = static_cast<OutcomeStatus>(row.integer(1)),
            .code = static_cast<ErrorCode>(row.integer(2)),
            .detail = std::string(row.text(3)),
            .positions = parse_positions(row.text(4)),
            .at = WallTime{row.integer(5)},
            .content = row.unsigned_integer(6)};
}

QuarantinedIntent read_quarantined(const sqlite::Statement& row) {
    return {.intent = {.id = Id{row.unsigned_integer(0)},
                       .lane = Id{row.unsigned_integer(2)},
                       .kind = static_cast<IntentKind>(row.integer(3)),
                       .version = static_cast<std::uint16_t>(row.integer(4)),
                       .args = std::string(row.blob(5)),
                       .claimed_at = WallTime{row.integer(6)},
                       .elapsed_ms = row.integer(7)},
            .user = Id{row.unsigned_integer(1)},
            .why = static_cast<ErrorCode>(row.integer(8))};
}

}  // namespace

Result<std::optional<Outcome>> SqliteStorage::find_outcome(Id intent) {
    Query find = query(Sql::outcome_find);
    find->bind(1, intent.value);
    return find.find(&read_outcome);
}

Result<> SqliteStorage::put_outcome(const Outcome& outcome, Id user) {
    HF_CHECK(writable());
    if (outcome.status == OutcomeStatus::later) {
        return fail(ErrorCode::storage_failed, "\"later\" is not an outcome to keep");
    }
    const std::string positions = print_positions(outcome.positions);
    Query put = query(Sql::outcome_put);
    put->bind(1, outcome.intent.value)
        .bind(2, user.value)
        .bind(3, static_cast<int>(outcome.status))
        .bind(4, static_cast<int>(outcome.code))
        .bind(5, outcome.detail)
        .bind(6, positions)
        .bind(7, outcome.at.ms)
        .bind(8, outcome.content);
    return put->run();
}

Result<> SqliteStorage::quarantine(const Intent& intent, Id user, ErrorCode why) {
    HF_CHECK(writable());
    Query put = query(Sql::quarantine_put);
    put->bind(1, intent.id.value)
        .bind(2, user.value)
        .bind(3, intent.lane.value)
        .bind(4, static_cast<int>(intent.kind))
        .bind(5, static_cast<int>(intent.version))
        .bind_blob(6, intent.args)
        .bind(7, intent.claimed_at.ms)
        .bind(8, intent.elapsed_ms)
        .bind(9, static_cast<int>(why));
    return put->run();
}

Result<std::vector<QuarantinedIntent>> SqliteStorage::quarantined() {
    return query(Sql::quarantine_list).list(&read_quarantined);
}

Result<> SqliteStorage::drop_quarantined(Id intent, Id user) {
    HF_CHECK(writable());
    Query drop = query(Sql::quarantine_drop);
    drop->bind(1, intent.value).bind(2, user.value);
    return drop->run();
}

}  // namespace holdfast::storage
