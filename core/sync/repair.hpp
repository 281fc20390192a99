#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/model/bucket.hpp"
#include "core/model/range.hpp"
#include "core/wire/frame.hpp"

namespace holdfast::sync {

namespace limits {
inline constexpr std::uint64_t repair_fan_out = 16;    // ranges that a wrong one is cut into
inline constexpr std::uint64_t repair_leaf_rows = 32;  // a wrong range of so many is fetched
/// Of the bucket's rows. Once more are fetched, wrong ranges are not looked into any further.
inline constexpr std::uint64_t repair_fetch_percent = 30;
}  // namespace limits

/// Why a bucket is compared with the server's instead of being brought up to date.
enum class RepairCause : std::uint8_t {
    sum = 1,      ///< the same version, and another sum
    history = 2,  ///< the server has another epoch, or stands below the device: a restored backup
    horizon = 3,  ///< the device was away for so long that tombstones which it needs are gone
};

/// What a repair found and did, for the diagnostics (OM6).
struct RepairRecord {
    BucketId bucket{};
    BucketKind kind{};
    Id owner{};
    RepairCause cause{};
    std::uint64_t rounds = 0;    ///< pulls
    std::uint64_t bytes = 0;     ///< of sums and of bodies, before compression
    std::uint64_t compared = 0;  ///< ranges
    std::uint64_t fetched = 0;   ///< rows
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::uint64_t removed = 0;
    std::uint64_t own_removed = 0;  ///< of `removed`: what this device had made
};

/// Makes one bucket of a device equal to the server's and moves little more than what differs:
/// sums of ranges of keys are compared, a wrong range is cut into sixteen, and what is small and
/// wrong is fetched and replaced. Nothing is deleted before its replacement is here.
///
///     wants → Sums → local sums → equal: done · wrong: narrower wants, or rows of the range
///
/// Rows move on the server meanwhile. What was compared or replaced is the server's of that moment,
/// which is not before `as_of`; a delta from there brings what has moved since, some of it twice.
///
/// Nothing of this is stored: a repair that is cut begins again, and finds equal what it has done.
/// Cost  O(d log n) ranges and O(d) rows for d wrong rows of n, in about log16(n) rounds.
class Repair {
public:
    Repair(const Bucket& head, RepairCause cause);

    /// What the next pull has to ask for: at most `max` wants. Empty while answers are awaited.
    [[nodiscard]] std::vector<wire::Want> take_wants(std::size_t max);

    /// The pull that carried the last wants is over; what had no answer is asked for again.
    void pull_ended();

    /// The server's sums. False: they do not belong here, and are not taken.
    [[nodiscard]] bool take(const wire::Sums& sums);

    /// The ranges whose sums on the device are needed next; compare() is the answer. Empty while
    /// one is awaited.
    [[nodiscard]] std::vector<KeyRange> take_sums();
    void compare(const std::vector<RangeSum>& local);

    /// Rows of a wrong range. False: they do not belong here, and must not be stored.
    [[nodiscard]] bool take(const wire::Page& page);

    /// Nothing is wrong any more: where the device stands now.
    [[nodiscard]] bool done() const {
        return parts_.empty() && told_.empty() && comparing_.empty();
    }
    [[nodiscard]] bool has_wants() const;
    [[nodiscard]] std::uint64_t as_of() const { return as_of_.value_or(0); }
    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] Sum sum() const { return sum_; }
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }

    /// Rows that are still to be fetched, as far as is known.
    [[nodiscard]] std::uint64_t missing() const;

    RepairRecord record;

private:
    /// A range that is not settled: to be compared, or to be fetched.
    struct Part {
        RowPlace to;
        std::uint64_t rows = 0;  ///< the server's, when it was last told
        bool fetch = false;
        bool asked = false;
    };
    /// A range whose sum the server has told.
    struct Check {
        KeyRange range;
        std::uint64_t rows = 0;
        Sum sum{};
    };

    [[nodiscard]] bool belongs(const Bucket& head);
    [[nodiscard]] wire::Want want_of(RowPlace after, const Part& part) const;
    void split(const Check& check);
    void move_on(std::map<RowPlace, Part>::iterator part, RowPlace reached, std::uint64_t rows);

    BucketId bucket_;
    std::uint32_t epoch_ = 0;  ///< 0 until the first answer
    std::optional<std::uint64_t> as_of_;
    std::uint64_t head_rows_ = 0;
    std::map<RowPlace, Part> parts_;  ///< by the place that they begin behind
    std::vector<Check> told_;         ///< by the server, not compared yet
    std::vector<Check> comparing_;    ///< with sums of the device that are awaited
    std::uint64_t to_fetch_ = 0;      ///< rows of every range that was found to be fetched
    std::uint64_t rows_ = 0;          ///< settled
    Sum sum_{};                       ///< settled
};

}  // namespace holdfast::sync
