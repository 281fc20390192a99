#include "core/model/body_bots.hpp"

#include <utility>

#include "core/model/json.hpp"

namespace holdfast::body {

Result<Bots> parse_bots(std::string_view text) {
    Bots value;
    json::Reader reader(text);
    const json::Value* list = reader.array("bots");
    if (list == nullptr) {
        return json::finish(reader, std::move(value));
    }
    for (const json::Value& item : *list) {
        Bot bot;
        json::Reader inside = json::Reader::of(item);
        inside.read("code", bot.code)
            .read("name", bot.name)
            .read("command", bot.command)
            .read("hint", bot.hint)
            .read("forms", bot.forms)
            .read("permissions", bot.permissions)
            .read("routine", bot.routine)
            .read("acts", bot.acts);
        HF_CHECK(inside.done());
        value.bots.push_back(std::move(bot));
    }
    return json::finish(reader, std::move(value));
}

std::string encode(const Bots& value) {
    json::Value list;  // null where there are none: what is null is not written
    for (const Bot& bot : value.bots) {
        list.push_back(json::Writer{}
                           .write("code", bot.code)
                           .write("name", bot.name)
                           .write("command", bot.command)
                           .write("hint", bot.hint)
                           .write("forms", bot.forms)
                           .write("permissions", bot.permissions)
                           .write("routine", bot.routine)
                           .write("acts", bot.acts, false)
                           .take());
    }
    return json::Writer{}.write("bots", std::move(list)).text();
}

}  // namespace holdfast::body
