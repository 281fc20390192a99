#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/model/intent.hpp"
#include "core/sync/server_session.hpp"
#include "core/wire/frame.hpp"
#include "sim/ledger.hpp"
#include "sim/random.hpp"

namespace holdfast::sim {

/// Stands on the wire. It reads the frames that pass for what the oracles have to know, holds the
/// server to its word, and is where some promises are broken on purpose (sim/breaks.hpp).
class Tap {
public:
    Tap(Ledger& ledger, Random random) : ledger_(ledger), random_(random) {}

    /// A message from a device to the server, as it arrives.
    [[nodiscard]] std::string up(std::string bytes);

    /// A message from the server, as it leaves.
    struct Down {
        sync::SharedBytes bytes;  ///< null: it gets lost
        std::vector<BucketId> lost;
        std::vector<BucketId> gained;
        bool welcome = false;
    };
    [[nodiscard]] Down down(std::uint64_t link, sync::SharedBytes bytes);
    void closed(std::uint64_t link) { revoked_.erase(link); }

    /// A pull, as it arrives. Whoever compares its rows with the server's has a reason.
    void asked(std::string_view pull);

    /// The answer to a pull with one letter of one row changed: memory that went bad, somewhere.
    [[nodiscard]] std::string damaged(const std::string& answer);

    /// The last word of the server on an intent that a device has heard.
    [[nodiscard]] const std::map<Id, Outcome>& told() const { return told_; }
    /// The server's history ends here and an older one goes on: its word of before is void.
    void forget_told() { told_.clear(); }

private:
    void hear(const Outcome& outcome);
    void follow_access(std::uint64_t link, const wire::Frame& frame, Down& down);

    Ledger& ledger_;
    Random random_;
    std::map<Id, Outcome> told_;
    std::map<std::uint64_t, std::set<BucketId>> revoked_;  ///< by link
};

}  // namespace holdfast::sim
