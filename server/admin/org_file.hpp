#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/definition.hpp"
#include "core/model/body.hpp"
#include "core/workflow/check.hpp"
#include "server/admin/yaml/problem.hpp"
#include "server/admin/yaml/yaml_json.hpp"
#include "server/admin/yaml/yaml_map.hpp"

/// An organization as a file that people keep: docs/guide/organization-file.md.
namespace holdfast::admin {

// A key that the file does not have is nothing here: what it stands for is left as it is.

struct OrganizationEntry {
    Text code{};
    std::optional<std::string> name{};
    bool has_name = false;  ///< the key is there, be it with a text or not
    std::optional<std::string> language{};
    std::optional<bool> granted{};
    std::optional<bool> automatic{};
    std::optional<bool> allow_messages{};
};

struct RoleEntry {
    Text name{};
    std::optional<std::vector<std::string>> permissions{};
};

struct UserEntry {
    Text email{};  ///< lower case
    std::optional<std::string> name{};
    bool has_name = false;  ///< the key is there, be it with a text or not
    std::optional<std::string> last_name{};
    std::optional<std::string> phone{};
    std::optional<std::string> job{};
    std::optional<std::vector<Text>> roles{};
    std::optional<std::vector<Text>> bosses{};    ///< e-mail addresses, lower case
    std::optional<std::vector<Text>> elements{};  ///< "collection/code"
    std::optional<bool> read_only{};
    std::optional<bool> active{};
    std::optional<std::string> password{};
};

/// How a workflow group works with tasks.
struct TasksEntry {
    std::optional<workflow::TaskGroup> definition{};  ///< read and right in itself
    LinedJson source{};
};

struct GroupEntry {
    Text code{};
    std::optional<std::string> name{};
    bool has_name = false;  ///< the key is there, be it with a text or not
    std::optional<body::GroupKind> kind{};
    std::optional<std::string> icon{};
    std::optional<std::string> color{};
    std::optional<std::int64_t> weight{};
    std::optional<Text> parent{};    ///< a code; empty: none
    std::optional<Text> category{};  ///< a code; empty: none
    std::optional<std::vector<std::string>> view{};
    std::optional<std::vector<std::string>> create_channels{};
    std::optional<std::string> url{};
    std::optional<TasksEntry> tasks{};
    std::size_t tasks_line = 0;
    std::optional<bool> active{};
};

struct MemberEntry {
    Text email{};  ///< lower case
    bool admin = false;
};

struct ChannelEntry {
    Text code{};
    std::optional<Text> group{};
    std::optional<std::string> name{};
    bool has_name = false;  ///< the key is there, be it with a text or not
    std::optional<bool> is_private{};
    std::optional<bool> writable{};
    std::optional<bool> active{};
    std::optional<std::vector<MemberEntry>> members{};
    std::optional<std::vector<Text>> elements{};  ///< "collection/code"
};

struct ElementEntry {
    Text code{};
    std::optional<std::string> name{};
    bool has_name = false;                       ///< the key is there, be it with a text or not
    std::optional<std::vector<Text>> parents{};  ///< "code" or "collection/code"
    std::optional<std::map<std::string, std::string>> columns{};
    std::optional<bool> active{};
};

struct CollectionEntry {
    Text code{};
    std::optional<std::string> name{};
    bool has_name = false;                       ///< the key is there, be it with a text or not
    std::optional<std::vector<Text>> parents{};  ///< codes of collections
    std::optional<bool> active{};
    std::optional<std::vector<ElementEntry>> elements{};
};

struct FormEntry {
    Text code{};
    std::optional<bool> active{};
    std::optional<std::int64_t> version{};  ///< else the number behind the present one
    std::size_t version_line = 0;
    /// The rest of the keys, read and right in itself; nothing where there are none.
    std::optional<forms::Definition> definition{};
    LinedJson source{};
};

struct WorkflowEntry {
    Text code{};
    Text group{};                                    ///< its address
    std::optional<workflow::Workflow> definition{};  ///< read and right in itself
    LinedJson source{};
};

struct RoutineEntry {
    Text code{};
    std::optional<workflow::Routine> definition{};  ///< read and right in itself
    LinedJson source{};
};

/// Written whole: a key that is left out is empty.
struct BotEntry {
    static constexpr std::size_t forms_max = 50;

    Text code{};
    std::optional<std::string> name{};
    std::optional<Text> group{};    ///< its address; without either the organization's
    std::optional<Text> channel{};  ///< its address
    std::optional<Text> command{};
    std::optional<std::string> hint{};
    std::vector<Text> forms{};
    std::optional<std::vector<std::string>> permissions{};
    Text routine{};
};

struct OrgFile {
    OrganizationEntry organization{};
    bool prune = false;
    std::optional<std::vector<RoleEntry>> roles{};
    std::optional<std::vector<UserEntry>> users{};
    std::optional<std::vector<GroupEntry>> groups{};
    std::optional<std::vector<ChannelEntry>> channels{};
    std::optional<std::vector<CollectionEntry>> collections{};
    std::optional<std::vector<FormEntry>> forms{};
    std::optional<std::vector<WorkflowEntry>> workflows{};
    std::optional<std::vector<RoutineEntry>> routines{};
    std::optional<std::vector<BotEntry>> bots{};
};

/// The entries of a section; none where the file does not have it.
template <class Entry>
const std::vector<Entry>& entries(const std::optional<std::vector<Entry>>& section) {
    static const std::vector<Entry> none;
    return section ? *section : none;
}

/// Reads a file. What can be told from the file alone is checked: keys, types, texts, doubles.
/// Never throws; what is wrong is in `problems`, which stays empty for a good file.
[[nodiscard]] OrgFile read_org_file(std::string_view text, Problems& problems);

}  // namespace holdfast::admin
