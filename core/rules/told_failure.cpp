#include "core/rules/told_failure.hpp"

#include "core/model/body.hpp"

namespace holdfast {

std::optional<ToldFailure> told_failure(std::string_view body) {
    if (body.find(R"("system":"routine_)") == std::string_view::npos) {
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
