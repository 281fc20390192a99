#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/model/bucket.hpp"
#include "core/model/range.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"

namespace holdfast::services {

/// A snapshot of a bucket that was made once, for whoever begins the bucket: it never changes.
struct SegmentName {
    BucketId bucket;
    std::uint32_t epoch = 0;
    std::uint64_t as_of = 0;
    auto operator<=>(const SegmentName&) const = default;
};

/// A piece of a segment: pages as a pull would bring them, behind their sizes.
struct SegmentPart {
    RowPlace to;              ///< its last row; open: the end of the bucket
    std::uint64_t bytes = 0;  ///< on the disk
    /// Of the file that is served in each encoding: zstd, gzip.
    std::array<std::uint64_t, 2> sums{};
};

/// Which segments there are, which are to be made, and which are to go. It owns no file.
///
///   wanted ──take_build()──► being made ──finish()──► ready ──least recently used──► evicted
///                                │ abandon()
///                                ▼
///                             nothing
///
/// A segment is wanted once several devices have begun its bucket. However many ask, it is
/// made once: until it is ready they are served pages.
class SegmentShelf {
public:
    struct Limits {
        /// A bucket with fewer rows is not worth a file.
        std::uint64_t rows_min = 4'000;
        /// Made when so many have begun the bucket: one that only one person reads never is.
        std::uint32_t asked_min = 2;
        /// Buckets of which it is known how many have begun them; then all are forgotten.
        std::size_t asked_max = 10'000;
        /// Of all files: the least recently used segment goes.
        std::uint64_t bytes_max = std::uint64_t{2} * 1024 * 1024 * 1024;
        /// Buckets that wait to be made: others are served pages, and ask again another time.
        std::size_t waiting_max = 1'000;
        /// Of one segment: a larger bucket is served pages.
        std::size_t parts_max = 8'000;
        /// Of rows in one part: as much as the largest answer to a pull.
        std::size_t part_bytes = wire::limits::pull_bytes_max;
    };
    explicit SegmentShelf(Limits limits) : limits_(limits) {}

    struct Offer {
        SegmentName name;
        std::uint32_t first = 0;  ///< the part that holds the row behind the want's key
        std::uint32_t parts = 0;
    };
    /// What there is for a want of a snapshot. Where there is none for one that begins, it will be
    /// made.
    [[nodiscard]] std::optional<Offer> offer(const Bucket& head, const wire::Want& want);

    /// The next one to be made; it is being made from then on. One at a time.
    [[nodiscard]] std::optional<SegmentName> take_build();
    /// False: it has too many parts, and is abandoned.
    [[nodiscard]] bool add_part(const SegmentPart& part);
    /// With its last part. What has to make room for it is evicted.
    void finish(std::uint64_t rows);
    void abandon();

    /// A part that is served; null where it is not there any more.
    [[nodiscard]] const SegmentPart* use(const SegmentName& name, std::uint32_t part);
    /// Gives up a segment, of which a file is not what was written.
    void drop(const SegmentName& name);

    struct Gone {
        SegmentName name;
        std::size_t parts = 0;
    };
    /// Whose files are to be deleted.
    [[nodiscard]] std::vector<Gone> take_gone();

    [[nodiscard]] std::size_t size() const { return ready_.size(); }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    struct Segment {
        std::vector<SegmentPart> parts;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
        std::uint64_t used = 0;  ///< by a counter
    };
    struct Making {
        SegmentName name;
        Segment segment;
    };

    void want(const SegmentName& name);
    [[nodiscard]] bool is_fresh(const SegmentName& name,
                                const Segment& segment,
                                const Bucket& head) const;
    void make_room();

    Limits limits_;
    std::map<SegmentName, Segment> ready_;
    std::map<BucketId, std::uint32_t> asked_;
    std::deque<SegmentName> wanted_;  ///< at most one of a bucket
    std::optional<Making> making_;
    std::vector<Gone> gone_;
    std::uint64_t bytes_ = 0;
    std::uint64_t uses_ = 0;
};

}  // namespace holdfast::services
