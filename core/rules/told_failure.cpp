#include "core/rules/told_failure.hpp"

#include <algorithm>
#include <functional>

#include "core/model/body.hpp"

namespace holdfast {
namespace {

constexpr std::string_view of_a_routine = R"("system":"routine_)";

/// Every message that comes in is asked. string_view::find() stops at each quotation mark.
bool may_tell(std::string_view body) {
    static const std::boyer_moore_horspool_searcher search(of_a_routine.begin(),
                                                           of_a_routine.end());
    return std::search(body.begin(), body.end(), search) != body.end();
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
