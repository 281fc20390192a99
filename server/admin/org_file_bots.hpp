#pragma once

#include "server/admin/org_file.hpp"
#include "server/admin/yaml/yaml_tree.hpp"

/// Bots as an organization file writes them. Inside server/admin only.
namespace holdfast::admin {

[[nodiscard]] BotEntry read_bot(const YamlNode& node, Problems& problems);

}  // namespace holdfast::admin
