#include "client/engine/http_answer.hpp"

#include <utility>

#include "core/model/json.hpp"

namespace holdfast::client {

bool is_success(const HttpAnswered& answer) {
    return answer.ours && answer.status >= 200 && answer.status < 300;
}

Refusal refusal_of(const HttpAnswered& answer) {
    const json::Value root = answer.ours ? json::parse(answer.body) : json::Value();
    std::string code = json::text_in(root, "code");
    if (answer.status == 0 || code.empty()) {
        return {std::string(error_name(ErrorCode::server_unreachable)), "{}"};
    }
    const auto params = root.find("params");
    return {std::move(code), params == root.end() ? "{}" : json::dump(*params)};
}

ErrorCode code_named(std::string_view name, ErrorCode otherwise) {
    for (const ErrorEntry& entry : error_catalogue) {
        if (entry.code == name) {
            return entry.number;
        }
    }
    return otherwise;
}

}  // namespace holdfast::client
