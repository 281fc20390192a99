#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "server/storage/common/storage.hpp"

/// What operators' tools read and the server never does: the tables as they stand, whether or not
/// they make sense.
namespace holdfast::storage {

/// A kind of entry that should not exist, and how many there are.
struct Stray {
    std::string what;  ///< "rows in buckets that do not exist"
    std::uint64_t count = 0;
};

/// A row or tombstone with where it stands.
struct FoundRow {
    BucketId bucket;
    Row row;  ///< an empty body marks a tombstone
};

/// One moment of a database, for reading: nothing is changed, and what others write meanwhile is
/// not seen.
///
/// Threads  one.
/// Errors   of every call: storage_busy · storage_failed · storage_corrupt.
class Inspection {
public:
    virtual ~Inspection() = default;

    /// The tables at the same moment. Reads only: every write fails.
    [[nodiscard]] virtual Storage& tables() = 0;

    /// What the database's own check finds, in its words; empty: it is sound.
    /// Cost  reads everything.
    [[nodiscard]] virtual Result<std::vector<std::string>> check_file() = 0;

    /// Tables and indexes that are missing, changed or not ours, in sentences; empty: as they
    /// should be.
    [[nodiscard]] virtual Result<std::vector<std::string>> check_schema() = 0;

    /// Entries that refer to something that is not there; kinds without any are left out.
    /// Cost  reads the indexes.
    [[nodiscard]] virtual Result<std::vector<Stray>> find_strays() = 0;

    /// Every row and tombstone of this id, in all buckets.  Cost  reads an index whole.
    [[nodiscard]] virtual Result<std::vector<FoundRow>> find_rows(Id id) = 0;

    /// Shows each stored outcome with its user, by intent.
    [[nodiscard]] virtual Result<> visit_outcomes(
        const std::function<void(const Outcome& outcome, Id user)>& visit) = 0;
};

}  // namespace holdfast::storage
