#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

/// Routines as values: what happens on the server after a form, a change of state, a time. The
/// machine that walks through one is core/workflow/journal.hpp; what a stage does is the server's.
namespace holdfast::workflow {

enum class StageKind : std::uint8_t {
    create_task = 1,
    change_state = 2,
    update_task = 3,
    add_people = 4,
    remove_people = 5,
    post_message = 6,
    create_channel = 7,
    create_element = 8,
    update_element = 9,
    send_form = 10,
    http_request = 11,
    email = 12,
    wait = 13,
    if_else = 14,
    switch_one = 15,  ///< "switch"
    for_each = 16,
};

struct Stage {
    std::string key{};
    StageKind kind{};
    std::map<std::string, std::string> inputs{};  ///< name: expression (jq), opaque here
    std::map<std::string, std::string> next{};    ///< outcome: key of the next stage
    bool operator==(const Stage&) const = default;
};

/// When a routine begins by itself.
struct Schedule {
    std::string cron{};        ///< core/workflow/schedule.hpp
    std::string zone = "UTC";  ///< whose clock: "America/Santiago"
    std::string as{};          ///< e-mail: in whose name
    bool operator==(const Schedule&) const = default;
};

struct Routine {
    std::string code{};
    std::string name{};
    std::string start{};               ///< key of the first stage
    std::uint32_t max_iterations = 0;  ///< stages of one run; 0: limits::iterations_default
    std::optional<Schedule> schedule{};
    std::vector<Stage> stages{};
    bool operator==(const Routine&) const = default;
};

/// What is known about a kind of stage.
struct StageRule {
    StageKind kind{};
    std::string_view name{};
    std::span<const std::string_view> required{};
    std::span<const std::string_view> optional{};
    std::span<const std::string_view> outcomes{};
    bool flow = false;           ///< decides where to go, and does nothing
    bool changes_task = false;   ///< what it does counts as a change of the task
    bool leaves_server = false;  ///< may be done twice by the outside: carries an idempotency key
};
[[nodiscard]] const StageRule& rule_of(StageKind kind);
[[nodiscard]] std::span<const StageRule> stage_rules();

[[nodiscard]] const Stage* find_stage(const Routine& routine, std::string_view key);

/// Stages that a run of this routine may get to, from its start on.
[[nodiscard]] std::vector<const Stage*> reachable_stages(const Routine& routine);
/// Whether a run may get to a stage of this kind.
[[nodiscard]] bool reaches(const Routine& routine, StageKind kind);

/// Fields of the answer that an expression names: `.answer.fields.NAME`, `.answer.fields["NAME"]`,
/// and the same behind `$`. Looks at the text, not at what it means: what stands in a string
/// counts, what stands in a comment does not, a computed name is not seen. In order of first use,
/// each once.
[[nodiscard]] std::vector<std::string> answer_fields_of(std::string_view expression);

// As in core/workflow/definition.hpp: unknown members ignored, `workflow_malformed`.
[[nodiscard]] Result<Routine> parse_routine(std::string_view text);
[[nodiscard]] std::string encode(const Routine& value);

}  // namespace holdfast::workflow
