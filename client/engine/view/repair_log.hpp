#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "core/sync/repair.hpp"

namespace holdfast::client {

/// What repairs have found on this device (OM6): totals since the installation, and the latest
/// records, for the diagnostics. Kept across restarts.
class RepairLog {
public:
    static constexpr std::size_t records_max = 20;  // beyond: the oldest is forgotten

    struct Entry {
        WallTime at{};
        sync::RepairRecord record;
    };

    void begun(sync::RepairCause cause);
    void ended(WallTime at, const sync::RepairRecord& record);

    [[nodiscard]] std::uint64_t begun_count() const { return begun_; }
    [[nodiscard]] std::uint64_t ended_count() const { return ended_; }
    [[nodiscard]] std::uint64_t mismatches() const { return mismatches_; }
    [[nodiscard]] const std::deque<Entry>& latest() const { return latest_; }

    /// JSON; what cannot be read is as if nothing had happened.
    [[nodiscard]] std::string encode() const;
    void restore(std::string_view text);

private:
    std::uint64_t begun_ = 0;
    std::uint64_t ended_ = 0;
    std::uint64_t mismatches_ = 0;  ///< begun because the sums differed
    std::deque<Entry> latest_;      ///< the newest first
};

}  // namespace holdfast::client
