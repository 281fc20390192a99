#include "client/engine/queries/query.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, Query::Kind>, 17> kinds{{
    {"session", Query::Kind::session},
    {"status", Query::Kind::status},
    {"menu", Query::Kind::menu},
    {"group", Query::Kind::group},
    {"channel", Query::Kind::channel},
    {"messages", Query::Kind::messages},
    {"people", Query::Kind::people},
    {"outbox", Query::Kind::outbox},
    {"settings", Query::Kind::settings},
    {"search", Query::Kind::search},
    {"forms", Query::Kind::forms},
    {"drafts", Query::Kind::drafts},
    {"filling", Query::Kind::filling},
    {"answer", Query::Kind::answer},
    {"tasks", Query::Kind::tasks},
    {"task", Query::Kind::task},
    {"ready", Query::Kind::ready},
}};

std::unexpected<Error> malformed(std::string_view member) {
    return fail(ErrorCode::request_malformed, "query: " + std::string(member));
}

Result<Id> id_of(const Json& object, const char* name) {
    const auto id = parse_id(json::text_in(object, name));
    return id && *id ? Result<Id>(*id) : malformed(name);
}

Result<std::size_t> count_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_unsigned()) {
        return malformed(name);
    }
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(found->get<std::uint64_t>(), limits::window_rows_max));
}

Result<> parse_anchor(const Json& args, Query& query) {
    const auto anchor = args.find("anchor");
    if (anchor == args.end()) {
        return malformed("anchor");
    }
    if (*anchor == "latest") {
        query.anchor = Query::Anchor::latest;
    } else if (*anchor == "unread") {
        query.anchor = Query::Anchor::unread;
    } else {
        const bool is_place = anchor->is_object() && anchor->contains("sort") &&
                              (*anchor)["sort"].is_number_integer();
        if (!is_place) {
            return malformed("anchor");
        }
        query.anchor = Query::Anchor::place;
        query.place.sort = (*anchor)["sort"].get<std::int64_t>();
        HF_TRY(query.place.id, id_of(*anchor, "id"));
    }
    HF_TRY(query.before, count_of(args, "before"));
    HF_TRY(query.after, count_of(args, "after"));
    return {};
}

/// Whether a view asks for what stands in the channels of tasks: lists do not follow that.
bool is_by_messages(const workflow::View& view) {
    const auto is_one = [](const workflow::Criterion& by) {
        return by.field == workflow::Field::unread || by.field == workflow::Field::last_message_at;
    };
    return std::ranges::any_of(view.filters, is_one, &workflow::Filter::by) ||
           std::ranges::any_of(view.orders, is_one, &workflow::Order::by) ||
           std::ranges::any_of(view.groups, is_one);
}

/// The view, and what of it is on the screen. A window of more rows than are shown is cut.
Result<> parse_tasks(const Json& args, Query& query) {
    if (const auto view = args.find("view"); view != args.end() && !view->is_null()) {
        auto read = workflow::parse_view(json::dump(*view));
        if (!read) {
            return malformed("view");
        }
        if (is_by_messages(*read)) {
            return malformed("view");
        }
        query.view = *std::move(read);
    }
    if (args.contains("rows")) {
        HF_TRY(query.rows, count_of(args, "rows"));
    }
    query.month = json::text_in(args, "month");
    const auto windows = args.find("windows");
    if (windows == args.end()) {
        return {};
    }
    if (!windows->is_object() || windows->size() > limits::task_groups_shown_max) {
        return malformed("windows");
    }
    for (auto at = windows->begin(); at != windows->end(); ++at) {
        const bool is_window = at->is_array() && at->size() == 2 && (*at)[0].is_number_unsigned() &&
                               (*at)[1].is_number_unsigned();
        if (!is_window) {
            return malformed("windows");
        }
        query.windows[at.key()] = {
            .from = (*at)[0].get<std::uint32_t>(),
            .count = std::min<std::size_t>((*at)[1].get<std::uint32_t>(), limits::task_cards_max)};
    }
    return {};
}

Result<Json> dispatch(View& view, const Query& query) {
    switch (query.kind) {
        case Query::Kind::session:
            return snapshots::session(view);
        case Query::Kind::status:
            return snapshots::status(view);
        case Query::Kind::menu:
            return snapshots::menu(view);
        case Query::Kind::group:
            return snapshots::group(view, query.target, query.channels);
        case Query::Kind::channel:
            return snapshots::channel(view, query.target);
        case Query::Kind::messages:
            break;  // makes its text itself
        case Query::Kind::people:
            return snapshots::people(view);
        case Query::Kind::outbox:
            return snapshots::outbox(view);
        case Query::Kind::settings:
            return snapshots::settings(view);
        case Query::Kind::search:
            return snapshots::search(view, query.text);
        case Query::Kind::forms:
            return snapshots::forms(view, query.target);
        case Query::Kind::drafts:
            return snapshots::drafts(view);
        case Query::Kind::filling:
            return snapshots::filling(view, query.draft);
        case Query::Kind::answer:
            return snapshots::answer(view, query.target, query.answer);
        case Query::Kind::tasks:
            return snapshots::tasks(view, query);
        case Query::Kind::task:
            return snapshots::task(view, query.group, query.target);
        case Query::Kind::ready:
            return snapshots::ready(view, query.target);
    }
    return malformed("query");
}

}  // namespace

Result<Query> parse_query(std::string_view args) {
    const Json root = json::parse(args);
    if (!root.is_object()) {
        return malformed("args");
    }
    const std::string name = json::text_in(root, "query");
    const auto known = std::ranges::find(kinds, name, [](const auto& kind) { return kind.first; });
    if (known == kinds.end()) {
        return malformed("query");
    }
    Query query{.kind = known->second};
    switch (query.kind) {
        case Query::Kind::group: {
            HF_TRY(query.target, id_of(root, "group"));
            query.channels = root.value("channels", Json(true)) != Json(false);
            break;
        }
        case Query::Kind::ready: {
            if (root.contains("group")) {
                HF_TRY(query.target, id_of(root, "group"));
            }
            break;
        }
        case Query::Kind::tasks: {
            HF_TRY(query.target, id_of(root, "group"));
            HF_CHECK(parse_tasks(root, query));
            break;
        }
        case Query::Kind::task: {
            HF_TRY(query.group, id_of(root, "group"));
            HF_TRY(query.target, id_of(root, "task"));
            break;
        }
        case Query::Kind::channel:
        case Query::Kind::messages:
        case Query::Kind::forms: {
            HF_TRY(query.target, id_of(root, "channel"));
            break;
        }
        case Query::Kind::answer: {
            HF_TRY(query.target, id_of(root, "channel"));
            HF_TRY(query.answer, id_of(root, "answer"));
            break;
        }
        case Query::Kind::filling: {
            const auto draft = root.find("draft");
            if (draft == root.end() || !draft->is_number_integer()) {
                return malformed("draft");
            }
            query.draft = draft->get<std::int64_t>();
            break;
        }
        case Query::Kind::search:
            query.text =
                cards::folded(json::text_in(root, "text").substr(0, limits::search_text_bytes_max));
            break;
        default:
            break;
    }
    if (query.kind == Query::Kind::messages) {
        HF_CHECK(parse_anchor(root, query));
    }
    return query;
}

bool is_data(Query::Kind kind) {
    switch (kind) {
        case Query::Kind::session:
        case Query::Kind::status:
        case Query::Kind::outbox:
        case Query::Kind::settings:
            return false;
        default:
            return true;
    }
}

std::optional<Id> shown_channel(const Query& query) {
    const bool shows = query.kind == Query::Kind::messages || query.kind == Query::Kind::channel;
    return shows ? std::optional<Id>(query.target) : std::nullopt;
}

Result<std::string> make_snapshot(View& view, const Query& query, Pinned& pinned) {
    if (query.kind == Query::Kind::messages) {
        return snapshots::messages(view, query, pinned);
    }
    HF_TRY(const Json snapshot, dispatch(view, query));
    return json::dump(snapshot);
}

}  // namespace holdfast::client
