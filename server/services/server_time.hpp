#pragma once

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "server/services/environment.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// The time that things are stored with. Messages are ordered by it, so it never goes back.
class ServerTime {
public:
    explicit ServerTime(const Environment& environment) : environment_(environment) {}

    /// The clock of the machine may have been set back while the server was down: it goes on from
    /// the newest message, and from the newest run, which would wait for the clock otherwise.
    /// Cost  once: a look into each timeline and archive; then nothing.
    [[nodiscard]] Result<> learn(storage::Storage& storage);
    /// Behind a clock that was set back it goes on as time passes, and at least a millisecond a
    /// call: what comes later stands later, and what waits for its time does not wait for the
    /// clock.
    [[nodiscard]] WallTime now();

private:
    const Environment& environment_;
    WallTime last_{};
    Instant seen_{};      ///< when it was asked last
    bool known_ = false;  ///< `last_` is not below that of any message
};

}  // namespace holdfast::services
