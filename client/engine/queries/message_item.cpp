#include "client/engine/queries/message_item.hpp"

#include <algorithm>

#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

/// Most texts stand as they are; where something is to be escaped, or is more than ASCII, the
/// library knows how.
void append_text(std::string& to, std::string_view text) {
    const bool is_plain = std::ranges::all_of(text, [](char letter) {
        return letter >= 0x20 && static_cast<unsigned char>(letter) < 0x80 && letter != '"' &&
               letter != '\\';
    });
    if (is_plain) {
        to += '"';
        to += text;
        to += '"';
    } else {
        to += json::dump(text);
    }
}

std::string_view name_of(bool value) {
    return value ? "true" : "false";
}

}  // namespace

std::string to_json(const MessageItem& item) {
    std::string json;
    json.reserve(512 + item.text.size());
    const auto add = [&json](std::string_view name, std::string_view value) {
        json += name;
        json += value;
    };
    const std::string sort = std::to_string(item.sort);
    add(R"({"at":)", sort);
    add(R"(,"author":)", item.author);
    add(R"(,"by_routine":)", name_of(item.by_routine));
    add(R"(,"can_delete":)", name_of(item.can_delete));
    add(R"(,"error":)", item.error);
    add(R"(,"files":)", item.files);
    add(R"(,"form":)", item.form);
    add(R"(,"id":")", to_string(item.id));
    if (item.intent) {
        add(R"(","intent":")", to_string(item.intent));
        add(R"(","kind":")", item.kind);
    } else {
        add(R"(","intent":null,"kind":")", item.kind);
    }
    add(R"(","mine":)", name_of(item.mine));
    add(R"(,"reactions":)", item.reactions);
    add(R"(,"reply_to":)", item.reply_to);
    add(R"(,"sort":)", sort);
    add(R"(,"state":")", item.state);
    add(R"(","system":)", item.system);
    json += R"(,"text":)";
    append_text(json, item.text);
    json += '}';
    return json;
}

}  // namespace holdfast::client
