#include "core/rules/told_failure.hpp"

#include <cstddef>

#include "core/model/body.hpp"

namespace holdfast {
namespace {

constexpr std::string_view of_a_routine = R"("system":"routine_)";

/// Every message that comes in is asked. What people write has quotation marks all over and hardly
/// ever an underscore: that is where to look.
bool may_tell(std::string_view body) {
    constexpr std::size_t mark = of_a_routine.find('_');
    for (std::size_t at = body.find('_'); at != std::string_view::npos;
         at = body.find('_', at + 1)) {
        if (at >= mark && body.substr(at - mark).starts_with(of_a_routine)) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<ToldFailure> told_failure(std::string_view body) {
    if (!may_tell(body)) {
        return std::nullopt;
    }
    const auto message = body::parse_message(body);
    if (!message ||
        (message->system != routine_failed && message->system != routine_made_no_task)) {
        return std::nullopt;
    }
    const auto param = [&](const char* name) {
        const auto found = message->params.find(name);
        return found == message->params.end() ? std::string{} : found->second;
    };
    return ToldFailure{.of = parse_id(param("of")).value_or(Id{}),
                       .routine = param("routine"),
                       .code = param("code"),
                       .detail = param("detail")};
}

}  // namespace holdfast
