#include "client/outbox/positions.hpp"

#include "core/model/json.hpp"

namespace holdfast::client {

std::string encode_positions(const std::vector<Position>& positions) {
    json::Value list = json::Value::array();
    for (const Position& position : positions) {
        list.push_back(json::Value::array(
            {to_string(Id{position.bucket.value}), to_string(Id{position.version})}));
    }
    return list.dump();
}

std::vector<Position> parse_positions(std::string_view text) {
    std::vector<Position> positions;
    const json::Value list = json::Value::parse(text, nullptr, false);
    if (!list.is_array()) {
        return positions;
    }
    for (const json::Value& pair : list) {
        if (!pair.is_array() || pair.size() != 2) {
            continue;
        }
        const auto bucket = json::id_of(pair[0]);
        const auto version = json::id_of(pair[1]);
        if (bucket && version) {
            positions.push_back({BucketId{bucket->value}, version->value});
        }
    }
    return positions;
}

}  // namespace holdfast::client
