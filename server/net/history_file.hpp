#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/time.hpp"
#include "server/net/log.hpp"
#include "server/services/environment.hpp"
#include "server/services/history.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::net {

/// Keeps the mark beside the database by which a restored backup is noticed (services/history.hpp).
///
/// The file is replaced, never changed; it is not synced, because one that is older than it could
/// be notices less and claims nothing. A file that cannot be written is logged and tried again.
class HistoryFile {
public:
    static constexpr Millis write_every{5'000};

    HistoryFile(std::string path,
                storage::Storage& storage,
                Environment& environment,
                const Log& log)
        : path_(std::move(path)), storage_(storage), environment_(environment), log_(log) {}

    /// Compares the database with the mark that is there; before anything is served.
    [[nodiscard]] Result<> check();

    /// Writes the mark if that is due and `changes`, which counts up, has moved.
    void keep(std::uint64_t changes);
    /// Writes it as it is now.
    void write();

private:
    [[nodiscard]] std::optional<services::HistoryMark> read() const;
    void replace();

    std::string path_;
    storage::Storage& storage_;
    Environment& environment_;
    const Log& log_;
    services::HistoryMark mark_;
    std::uint64_t changes_ = 0;
    Instant next_{};
};

}  // namespace holdfast::net
