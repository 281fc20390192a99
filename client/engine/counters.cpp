#include "client/engine/counters.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::client {

std::string Counters::encode() const {
    return nlohmann::json{{"sent", figures_.sent},
                          {"bytes_sent", figures_.bytes_sent},
                          {"received", figures_.received},
                          {"expected", figures_.expected},
                          {"bytes_received", figures_.bytes_received},
                          {"complete", figures_.complete}}
        .dump();
}

void Counters::restore(std::string_view text) {
    const nlohmann::json root = nlohmann::json::parse(text, nullptr, false);
    const auto number = [&](const char* name) -> std::uint64_t {
        const bool there = root.is_object() && root.contains(name);
        return there && root[name].is_number_unsigned() ? root[name].get<std::uint64_t>() : 0;
    };
    figures_ = {.sent = number("sent"),
                .bytes_sent = number("bytes_sent"),
                .received = number("received"),
                .expected = number("expected"),
                .bytes_received = number("bytes_received"),
                .complete = root.is_object() && root.value("complete", false)};
}

}  // namespace holdfast::client
