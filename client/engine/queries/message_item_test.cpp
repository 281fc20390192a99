#include "client/engine/queries/message_item.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace holdfast::client {
namespace {

using Json = nlohmann::json;

/// The same bytes as the library would write: a snapshot is compared with the one before it.
TEST(MessageItem, is_written_as_the_library_would) {
    for (const std::string& text : {std::string("plain, as most are"),
                                    std::string("\"quoted\" \\ and\nbroken\x01"),
                                    std::string("¿Qué? 🙂"),
                                    std::string("not \xff UTF-8"),
                                    std::string("\x7f"),
                                    std::string()}) {
        for (const bool waits : {false, true}) {
            MessageItem item{.id = Id{17}, .sort = -5, .kind = "text", .text = text};
            item.author = R"({"id":"3"})";
            item.intent = waits ? Id{17} : Id{};
            item.mine = waits;
            const Json expected{{"id", "17"},
                                {"sort", -5},
                                {"at", -5},
                                {"kind", "text"},
                                {"author", {{"id", "3"}}},
                                {"mine", waits},
                                {"text", text},
                                {"system", nullptr},
                                {"reply_to", Json::array()},
                                {"reactions", Json::array()},
                                {"state", "done"},
                                {"intent", waits ? Json("17") : Json(nullptr)},
                                {"by_routine", false},
                                {"error", nullptr},
                                {"can_delete", false},
                                {"form", nullptr},
                                {"files", Json::array()}};
            EXPECT_EQ(to_json(item), expected.dump(-1, ' ', false, Json::error_handler_t::replace));
        }
    }
}

}  // namespace
}  // namespace holdfast::client
