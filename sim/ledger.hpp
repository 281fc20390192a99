#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/id.hpp"

namespace holdfast::sim {

/// What happened in a world: counts for the report, promises for the oracles, the first violation.
struct Ledger {
    /// The device has said "saved on this phone" for this intent (OM37).
    struct Promise {
        std::size_t device = 0;
        std::string kind;
        std::string text;  ///< of a message: unique in the world
    };
    std::map<Id, Promise> promises;

    std::uint64_t actions = 0;
    std::uint64_t refusals = 0;
    std::map<std::string, std::uint64_t> refused_with;  ///< by code
    std::uint64_t kills = 0;
    std::uint64_t faults = 0;
    std::uint64_t checks = 0;
    std::optional<std::string> violation;

    void expect(bool holds, const std::string& what) {
        checks += 1;
        if (!holds && !violation) {
            violation = what;
        }
    }
};

}  // namespace holdfast::sim
