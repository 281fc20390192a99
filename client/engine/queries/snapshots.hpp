#pragma once

#include <nlohmann/json_fwd.hpp>

#include "client/engine/queries/query.hpp"

/// One function per query, each in its own file. Inside client/engine/queries only.
namespace holdfast::client::snapshots {

using Json = nlohmann::json;

[[nodiscard]] Result<Json> session(View& view);
[[nodiscard]] Result<Json> status(View& view);
[[nodiscard]] Result<Json> menu(View& view);
[[nodiscard]] Result<Json> group(View& view, Id group, bool with_channels);
[[nodiscard]] Result<Json> channel(View& view, Id channel);
/// As text: most of its items are kept from the last snapshot.
[[nodiscard]] Result<std::string> messages(View& view, const Query& query, Pinned& pinned);
[[nodiscard]] Result<Json> people(View& view);
[[nodiscard]] Result<Json> outbox(View& view);
[[nodiscard]] Result<Json> settings(View& view);
[[nodiscard]] Result<Json> entitlement(View& view);
[[nodiscard]] Result<Json> search(View& view, const std::string& text);
[[nodiscard]] Result<Json> forms(View& view, Id channel);
[[nodiscard]] Result<Json> drafts(View& view);
[[nodiscard]] Result<Json> filling(View& view, std::int64_t number);
[[nodiscard]] Result<Json> answer(View& view, Id channel, Id id);
[[nodiscard]] Result<Json> tasks(View& view, const Query& query);
[[nodiscard]] Result<Json> task(View& view, Id group, Id id);
[[nodiscard]] Result<Json> ready(View& view, Id group);

}  // namespace holdfast::client::snapshots
