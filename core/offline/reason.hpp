#pragma once

#include <array>
#include <string_view>

#include "core/base/error.hpp"
#include "core/model/intent.hpp"

namespace holdfast::offline {

/// Why a control is disabled: keys of the app's catalogue, shown beside the control (OM17, OM30).
namespace reason {
inline constexpr std::string_view not_synchronized = "reason.not_synchronized";
inline constexpr std::string_view no_connection = "reason.no_connection";
inline constexpr std::string_view offline_mode = "reason.offline_mode";
inline constexpr std::string_view offline_messages = "reason.offline_messages";
inline constexpr std::string_view read_only = "reason.read_only";
inline constexpr std::string_view no_permission = "reason.no_permission";
inline constexpr std::string_view gone = "reason.gone";
inline constexpr std::string_view too_late = "reason.too_late";
inline constexpr std::string_view keeps_nothing = "reason.keeps_nothing";
inline constexpr std::string_view action_waiting = "reason.action_waiting";
inline constexpr std::string_view withdrawn = "reason.withdrawn";
inline constexpr std::string_view too_long_offline = "reason.too_long_offline";
inline constexpr std::string_view has_offline = "reason.has_offline";
inline constexpr std::string_view not_upgraded = "reason.not_upgraded";
}  // namespace reason

struct ReasonEntry {
    std::string_view key;
    std::string_view when;  ///< in English, for translators and for the check of the catalogues
};

/// Every reason that the engine can give; the app's catalogues hold a sentence for each.
inline constexpr std::array<ReasonEntry, 14> reasons{{
    {reason::not_synchronized,
     "Offline Mode cannot be turned on here before synchronization has completed once (OM17)."},
    {reason::no_connection, "Online Mode without a connection takes no input (OM20)."},
    {reason::offline_mode, "This cannot be done in Offline Mode (OM30)."},
    {reason::offline_messages, "The organization allows no messages in Offline Mode."},
    {reason::read_only, "The person may only look, or the channel takes no messages."},
    {reason::no_permission, "The person lacks the permission."},
    {reason::gone, "What it is about does not exist any more, or is no longer visible."},
    {reason::too_late, "A message can be deleted for 24 hours only."},
    {reason::keeps_nothing, "The browser keeps no data after it closes: no Offline Mode in it."},
    {reason::action_waiting, "An action upon the task waits to be confirmed (OM27)."},
    {reason::withdrawn, "The organization's Offline Mode was withdrawn (OM14)."},
    {reason::too_long_offline,
     "The phone was without contact for longer than the organization allows: connect once (OM14)."},
    {reason::has_offline, "The organization has Offline Mode already: nothing to ask for."},
    {reason::not_upgraded, "This version of the app can only show what waits (OM38)."},
}};

/// The reason that belongs to a refusal of may_write(), may_manage(), may_submit() and the like;
/// `no_permission` where no better one is known.
[[nodiscard]] std::string_view reason_of(const Error& error);

}  // namespace holdfast::offline
