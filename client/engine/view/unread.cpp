#include "client/engine/view/unread.hpp"

#include "core/model/body.hpp"

namespace holdfast::client {

bool is_unread_message(std::string_view body, Id user) {
    // Members are written in the order of their names, so the author's stands first; and inside a
    // text a quotation mark is never bare, so that these bytes are the member itself.
    constexpr std::string_view author = R"({"author":")";
    if (body.starts_with(author)) {
        const std::string_view rest = body.substr(author.size());
        const auto id = parse_id(rest.substr(0, rest.find('"')));
        return id != user && !body.contains(R"("hidden":true)");
    }
    const auto message = body::parse_message(body);
    return message && message->author != user && !message->hidden;
}

}  // namespace holdfast::client
