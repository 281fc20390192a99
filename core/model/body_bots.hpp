#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

/// The body of a place's bots, as body.hpp.
namespace holdfast::body {

/// Listens to messages and forms where people write, and begins a routine.
struct Bot {
    std::string code{};       ///< stable name in organization files
    std::string name{};       ///< what its command does, for people
    std::string command{};    ///< "ticket": a message "/ticket …" begins the routine; empty: none
    std::string hint{};       ///< what is written behind the command, for people
    std::vector<Id> forms{};  ///< whose answers begin the routine
    std::vector<std::string> permissions{};  ///< any of which gives the command; empty: everybody
    std::string routine{};                   ///< code
    bool acts = false;  ///< the routine may change the task of the channel that it began in
    bool operator==(const Bot&) const = default;
};

/// All bots of a channel, a group or the organization: with its id, in its bucket (the
/// organization's in the directory). One row, so that the rules get along with point reads.
struct Bots {
    std::vector<Bot> bots{};
    bool operator==(const Bots&) const = default;
};

[[nodiscard]] Result<Bots> parse_bots(std::string_view text);
[[nodiscard]] std::string encode(const Bots& value);

}  // namespace holdfast::body
