#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "client/engine/view/view.hpp"
#include "core/workflow/task_list.hpp"

namespace holdfast::client {

namespace limits {
inline constexpr std::size_t window_rows_max =
    400;  // of messages on each side; more is cut to this
inline constexpr std::size_t members_shown_max = 500;  // of a channel
inline constexpr std::size_t search_hits_max = 50;     // of each kind
inline constexpr std::size_t search_rows_max =
    20'000;  // messages that one search reads, newest first
inline constexpr std::size_t search_text_bytes_max = 200;  // more is cut off
inline constexpr std::size_t quote_lines = 3;              // of a quoted message
inline constexpr std::size_t quote_bytes_max = 400;
inline constexpr std::size_t excerpt_bytes_max = 200;  // of a message in a list
inline constexpr std::size_t reactors_named_max = 20;  // names behind one emoji
inline constexpr std::size_t card_lines = 3;           // of an answer in a channel
inline constexpr std::size_t answer_lines_max = 1000;  // of an answer that is read
inline constexpr std::size_t task_cards_max = 600;     // of one snapshot; beyond: the count alone
inline constexpr std::size_t task_groups_shown_max = 300;  // beyond: how many more there are
inline constexpr std::size_t ready_places_max = 20;  // of a group that are named; beyond: how many
inline constexpr std::size_t ready_forms_max = 500;  // by title; beyond: how many
inline constexpr std::size_t history_shown_max = 100;    // rows of a task's history, newest first
inline constexpr std::size_t task_files_shown_max = 60;  // the newest
}  // namespace limits

/// One subscription of the screen: `Query` of app/src/bridge/types.ts.
struct Query {
    enum class Kind {
        session,
        status,
        menu,
        group,
        channel,
        messages,
        people,
        outbox,
        settings,
        search,
        forms,
        drafts,
        filling,
        answer,
        tasks,
        task,
        ready
    };
    enum class Anchor { latest, unread, place };

    Kind kind = Kind::session;
    Id target{};  ///< group, channel, or task; of `ready` none: all groups
    Id group{};   ///< of the task
    Anchor anchor = Anchor::latest;
    SortKey place{};         ///< Anchor::place
    std::size_t before = 0;  ///< messages
    std::size_t after = 0;
    std::string text{};      ///< search, in lower case
    std::int64_t draft = 0;  ///< filling
    bool channels = true;    ///< of a group
    Id answer{};

    /// What of a group of tasks is on the screen.
    struct Window {
        std::size_t from = 0;
        std::size_t count = 0;
    };
    std::optional<workflow::View> view{};     ///< of tasks; nothing: as their group wants it
    std::map<std::string, Window> windows{};  ///< by the key of a group
    std::size_t rows = 0;                     ///< of each group that has no window
    std::string month{};                      ///< of a calendar: "2026-11"; empty: all days
};

/// What stays as it was when a channel was opened: where the line "new" stands, and the window with
/// it.
struct Pinned {
    std::optional<SortKey> unread_from;
    bool decided = false;
};

/// Errors  request_malformed.
[[nodiscard]] Result<Query> parse_query(std::string_view args);

/// Whether the snapshot holds data of the replica, which Online Mode does not show without a
/// connection (OM20).
[[nodiscard]] bool is_data(Query::Kind kind);

/// The snapshot's JSON; every dependency is noted in the view.
/// Errors  those of Replica.
[[nodiscard]] Result<std::string> make_snapshot(View& view, const Query& query, Pinned& pinned);

/// The channel whose messages a query shows, if it does.
[[nodiscard]] std::optional<Id> shown_channel(const Query& query);

}  // namespace holdfast::client
