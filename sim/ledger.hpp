#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/id.hpp"
#include "core/base/time.hpp"

namespace holdfast::sim {

/// What happened in a world: counts for the report, promises for the oracles, the first violation.
struct Ledger {
    /// The device has said "saved on this phone" for this intent (OM37).
    struct Promise {
        std::size_t device = 0;
        std::uint64_t order = 0;  ///< among those of its device
        std::string kind;
        Id lane;                ///< the channel that it is about; none: it has no order to keep
        std::string text;       ///< of a message: unique in the world
        std::string args;       ///< names what it is about
        bool released = false;  ///< refused, and the person decides: nothing is owed any more
        /// Asked to be taken back before it was sent, or about something that was.
        bool taken_back = false;
        bool withdrawn = false;  ///< and the device has said that it is
    };
    /// By device and intent: a device that was copied may use an id twice, with other content.
    std::map<std::pair<std::size_t, Id>, Promise> promises;

    /// Ids that two images of a device have given to two things, as one of them was told, or as was
    /// seen in their outboxes: sending refused work again gives ids too, and promises none.
    std::set<Id> contested;
    std::map<Id, std::string> shown;  ///< what an id was seen to stand for first
    void see(Id intent, const std::string& work) {
        if (shown.emplace(intent, work).first->second != work) {
            contested.insert(intent);
        }
    }

    /// Refused to an image of the device that has written them, and decided on there. Its person
    /// may have sent the same words again, as another message.
    std::set<Id> decided_on_copies;

    /// Devices that cannot know what was sent under their ids: another image of theirs may send it,
    /// or a full disk has kept the note (Outbox::offer) from outliving the process.
    std::set<std::size_t> unsure_devices;

    /// What is older may have left every phone, by the history window; 0: nothing has.
    std::int64_t history_begins = 0;

    std::uint64_t actions = 0;
    std::uint64_t refusals = 0;
    std::map<std::string, std::uint64_t> refused_with;  ///< by call and code
    std::map<std::string_view, std::uint64_t> faults;   ///< by kind
    std::uint64_t kills = 0;
    std::uint64_t segments_made = 0;
    std::uint64_t parts_served = 0;  ///< of segments
    bool restored = false;           ///< the server went back to a backup
    bool unmarked = false;           ///< once without knowing it: it learns of it from its devices
    std::uint64_t checks = 0;
    std::optional<std::string> violation;

    /// Everything that was delivered, in order: two runs of a seed have the same.
    std::uint64_t trace = 0xcbf2'9ce4'8422'2325ULL;

    void expect(bool holds, std::string_view what) {
        checks += 1;
        if (!holds && !violation) {
            violation = what;
        }
    }
    /// The sentence is made only where the expectation fails.
    template <class Sentence>
        requires std::is_invocable_r_v<std::string, Sentence>
    void expect(bool holds, Sentence&& sentence) {
        checks += 1;
        if (!holds && !violation) {
            violation = sentence();
        }
    }

    bool tells = false;  ///< prints the trace as it goes: for a person who reads a failure

    /// Something was delivered: `what` says which way, `who` to or from whom.
    void note(Instant when, std::string_view what, std::uint64_t who, std::string_view bytes) {
        if (tells) {
            print(when, what, who, bytes);
        }
        // FNV-1a (Fowler, Noll, Vo) over eight bytes at a time.
        const auto mix = [this](std::uint64_t word) {
            trace = (trace ^ word) * 0x0000'0100'0000'01b3ULL;
            trace ^= trace >> 32;
        };
        mix(static_cast<std::uint64_t>(when.ms));
        mix(who);
        for (std::size_t at = 0; at < bytes.size(); at += 8) {
            std::uint64_t word = 0;
            bytes.substr(at, 8).copy(reinterpret_cast<char*>(&word), 8);
            mix(word);
        }
    }

private:
    static void print(Instant when,
                      std::string_view what,
                      std::uint64_t who,
                      std::string_view bytes);
};

}  // namespace holdfast::sim
