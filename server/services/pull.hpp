#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"
#include "server/services/access.hpp"
#include "server/services/limits.hpp"
#include "server/services/segments/segment_shelf.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// The page that brings a device from version `from` to the bucket's head, encoded; nothing where
/// that takes more than one page, or tombstones that are gone.
[[nodiscard]] Result<std::optional<wire::Bytes>> delta_page(storage::Storage& storage,
                                                            const Bucket& head,
                                                            std::uint64_t from,
                                                            storage::PageLimits limits);

/// A piece of a segment, as it is made.
struct SnapshotPart {
    wire::Bytes frames;  ///< pages, each behind its size
    RowPlace to;         ///< the last row; open: the end of the bucket
    std::uint64_t rows = 0;
};

/// Answers pulls: the rows that a device asks for, page by page, until the answer is full.
///
/// tail      the newest messages, newest first. from, to: 0. Never complete: history follows.
/// snapshot  live rows by key. `to` is the version that it is as of: the head when it began; the
///           device passes it back as `from`, with the key of the last row. The last page has no
///           key (after_id 0): the device then holds the bucket as of `to`, but for rows that moved
///           meanwhile, and goes on with deltas from there, where those come again.
/// delta     rows and tombstones after `from`, by version, up to `to`; not below the horizon.
/// sums      what the rows of neighbouring ranges add up to, `limit` rows each; ends where the
/// budget
///           does, and then leaves the rest of the range over.
/// range     live rows of a range by key; each page says which keys it answers for.
/// complete  with this page the device stands exactly at `head`: its sum has to match.
///
/// Head and rows of a page are of one moment. In this process nothing runs between the reads; that
/// no other process has written between them is seen from the head, which is read before and after.
/// A page that was torn is read again, at last in a transaction. One for each page would cost more
/// and hold up writers.
class PullService {
public:
    PullService(storage::Storage& storage, Access& access, storage::PageLimits page = {})
        : storage_(storage), access_(access), page_limits_(page) {}

    using Offer =
        std::function<std::optional<wire::Segment>(const Bucket& head, const wire::Want& want)>;

    struct Answer {
        wire::Bytes bytes;  ///< frames, each behind its size
        std::size_t pages = 0;
        std::size_t rows = 0;
        std::size_t unwanted = 0;
    };

    /// Wants are answered in order, each until it has all, until its rows reach the budget; at
    /// least one page is sent. Wants left over have no answer: the device asks again.
    ///
    /// A want is Unwanted with access_forbidden (also where there is no such bucket) or with
    /// sync_stale_epoch (another epoch, or a version that this history has not reached).
    /// Errors  request_malformed · request_too_large · access_forbidden · those of storage.
    ///
    /// @param offer  of what was made before: it may take the place of a snapshot's pages.
    [[nodiscard]] Result<Answer> answer(Id user,
                                        std::string_view body,
                                        Reach reach = Reach::all,
                                        const Offer& offer = {});

    /// Pages of a snapshot from a place on, for whoever it may be served to: at least one, and
    /// until they have `bytes_max` of rows. Errors  sync_stale_epoch: the bucket has begun another
    /// history, or has forgotten deletions
    ///         since `as_of` · those of storage.
    [[nodiscard]] Result<SnapshotPart> read_part(const SegmentName& name,
                                                 RowPlace after,
                                                 std::size_t bytes_max);

private:
    /// A page and the rows that its RowRefs borrow from; or why there is none.
    struct Read {
        ErrorCode unwanted = ErrorCode::none;
        wire::Page page;
        std::vector<Row> rows;
        wire::Sums sums;                       ///< in place of a page, where they were asked for
        std::optional<wire::Segment> segment;  ///< in place of a page
        std::size_t bytes = 0;                 ///< of the budget
        bool torn = false;
    };

    /// A user's pull.
    struct Asked {
        const Keys& keys;
        const Offer& offer;
        std::size_t budget = 0;
        std::size_t spent = 0;
    };
    [[nodiscard]] Result<> serve(Asked& asked, wire::Want want, Answer& answer);
    [[nodiscard]] Result<Read> read(const Asked& asked,
                                    const wire::Want& want,
                                    storage::PageLimits limits);
    [[nodiscard]] Result<Read> read_once(const Asked& asked,
                                         const wire::Want& want,
                                         storage::PageLimits limits);
    [[nodiscard]] Result<> read_tail(const wire::Want& want,
                                     storage::PageLimits limits,
                                     Read& read);
    [[nodiscard]] Result<> read_snapshot(const wire::Want& want,
                                         storage::PageLimits limits,
                                         Read& read);
    [[nodiscard]] Result<> read_delta(const wire::Want& want,
                                      storage::PageLimits limits,
                                      Read& read);

    [[nodiscard]] Result<> read_range(const wire::Want& want,
                                      storage::PageLimits limits,
                                      Read& read);
    [[nodiscard]] Result<> read_sums(const wire::Want& want,
                                     storage::PageLimits limits,
                                     Read& read);

    storage::Storage& storage_;
    Access& access_;
    storage::PageLimits page_limits_;
};

}  // namespace holdfast::services
