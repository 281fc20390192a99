#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "client/engine/queries/message_item.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "core/model/args.hpp"
#include "core/model/entitlement.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "core/model/limits.hpp"

namespace holdfast::client::snapshots {
namespace {

/// The rows of the window, oldest first, as the server has them.
struct Window {
    std::vector<Row> rows;
    bool has_before = false;
    bool has_after = false;
};

bool trim_to(std::vector<Row>& rows, std::size_t count) {
    const bool more = rows.size() > count;
    rows.resize(std::min(rows.size(), count));
    return more;
}

Result<Window> latest_window(const View& view, Id channel, std::size_t count) {
    Window window;
    HF_TRY(window.rows, view.newest_messages(channel, count + 1));
    window.has_before = trim_to(window.rows, count);
    std::ranges::reverse(window.rows);
    return window;
}

/// @param place  of a message; where it stands is only a guess as long as it waits.
Result<Window> window_around(const View& view, const Query& query, SortKey place) {
    Window window;
    HF_TRY(auto at, view.stored_message(query.target, place.id));
    if (at) {
        place.sort = at->sort;
    }
    HF_TRY(window.rows, view.before(query.target, place, query.before + 1));
    window.has_before = trim_to(window.rows, query.before);
    std::ranges::reverse(window.rows);
    if (at) {
        window.rows.push_back(*std::move(at));
    }
    HF_TRY(auto after, view.after(query.target, place, query.after + 1));
    window.has_after = trim_to(after, query.after);
    std::ranges::move(after, std::back_inserter(window.rows));
    return window;
}

/// Where the line "new" stands is decided once, when the newest messages are here.
Result<> decide_unread(const View& view, const sync::BucketCursor& timeline, Pinned& pinned) {
    const bool newest_here = timeline.tail_done || timeline.complete || timeline.exact();
    if (pinned.decided || !newest_here) {
        return {};
    }
    HF_TRY(const UnreadCount unread, view.unread(timeline.head.owner));
    pinned.unread_from = unread.first;
    pinned.decided = true;
    return {};
}

Result<Window> window_of(const View& view, const Query& query, const Pinned& pinned) {
    switch (query.anchor) {
        case Query::Anchor::place:
            return window_around(view, query, query.place);
        case Query::Anchor::unread:
            if (pinned.unread_from) {
                return window_around(view, query, *pinned.unread_from);
            }
            break;
        case Query::Anchor::latest:
            break;
    }
    return latest_window(view, query.target, std::max<std::size_t>(query.before, 1));
}

BucketId archive_of(const View& view, Id channel) {
    const auto archive = view.bucket(BucketKind::archive, channel);
    return archive && *archive ? (*archive)->id : BucketId{};
}

/// Makes the items of one snapshot; people are looked up once each.
class ItemMaker {
public:
    ItemMaker(View& view, const Bucket& timeline)
        : view_(view),
          channel_(timeline.owner),
          timeline_(timeline.id),
          archive_(archive_of(view, timeline.owner)),
          self_(view.user()),
          people_(view.directory_sum()),
          may_delete_(!offline::refusal_of(view.status(), IntentKind::message_delete)) {}

    /// An item that stands in the timeline; what waits for it (reactions, deletion) is laid over.
    Result<std::string> stored(const Row& row) {
        const RowChange* waiting = waiting_change(row.id);
        ItemCache& items = view_.sources().items;
        if (waiting == nullptr) {
            const ItemCache::Item* known = items.find(row.id);
            if (known != nullptr && is_current(*known, row)) {
                return known->json;
            }
        }
        const body::Message before = parse(row.body);
        const bool changed = waiting != nullptr && !waiting->deletes();
        const body::Message message = changed ? parse(waiting->body) : before;
        HF_TRY(MessageItem item, common(row.id, row.sort, message));
        HF_TRY(item.reactions, reactions(message, before));
        const bool deletable = is_deletable(message);
        const bool can_delete = deletable && may_delete_at(row.sort);
        item.can_delete = can_delete;
        std::string json = to_json(item);
        // What a card shows of an answer or a file comes from other rows than the message's own.
        const bool alone = message.reply_to.empty() && !message.form && message.files.empty();
        if (waiting == nullptr && people_ && alone) {
            items.put(row.id,
                      {.body = row.body,
                       .sort = row.sort,
                       .self = self_,
                       .people = *people_,
                       .deletable = deletable,
                       .can_delete = can_delete,
                       .json = json});
        }
        return json;
    }

    /// A message of the person that the timeline does not have yet.
    /// @param deleted  by another action that stands in the outbox.
    Result<std::string> waiting(const Outbox::Item& item, bool deleted) {
        // What the rules would write, also where they refuse it here just now.
        body::Message message = cards::message_of(item.intent, self_);
        message.hidden = deleted;
        const Id id = item.intent.id;
        HF_TRY(const auto overlaid, view_.find({timeline_, RowKind::message, id}));
        if (overlaid) {
            message = parse(overlaid->body);
        }
        HF_TRY(MessageItem made, common(id, item.intent.claimed_at.ms, message));
        HF_TRY(made.reactions, reactions(message, body::Message{}));
        made.state = cards::delivery_state(view_, item);
        made.intent = id;
        made.by_routine = view_.runs_routine(id);
        if (item.state == Outbox::State::rejected) {
            made.error = json::dump(cards::error(item.code, item.detail));
        }
        return to_json(made);
    }

private:
    [[nodiscard]] const RowChange* waiting_change(Id id) const {
        const RowChange* change = view_.waiting_change({timeline_, RowKind::message, id});
        return change == nullptr && archive_
                   ? view_.waiting_change({archive_, RowKind::message, id})
                   : change;
    }

    [[nodiscard]] bool is_current(const ItemCache::Item& item, const Row& row) const {
        return people_ && item.people == *people_ && item.self == self_ && item.sort == row.sort &&
               item.can_delete == (item.deletable && may_delete_at(row.sort)) &&
               item.body == row.body;
    }

    static body::Message parse(std::string_view text) {
        auto message = body::parse_message(text);
        return message ? *std::move(message) : body::Message{};
    }

    /// Valid until another is asked for.
    Result<const ItemCache::Author*> author(Id id) {
        auto& known = people_ ? view_.sources().items.authors(*people_) : authors_;
        if (const auto found = known.find(id); found != known.end()) {
            return &found->second;
        }
        HF_TRY(const Json made, cards::author(view_, id));
        ItemCache::Author author{.name = made["name"].get<std::string>(), .json = json::dump(made)};
        return &known.emplace(id, std::move(author)).first->second;
    }

    Result<MessageItem> common(Id id, std::int64_t at, const body::Message& message) {
        MessageItem item{.id = id, .sort = at, .kind = kind_of(message)};
        HF_TRY(const auto* by, author(message.author));
        item.author = by->json;
        item.mine = message.author == self_;
        item.text = message.hidden ? std::string{} : message.text;
        if (!message.system.empty()) {
            Json params = Json::object();
            for (const auto& [name, value] : message.params) {
                params[name] = value;
            }
            item.system = json::dump(Json{{"key", message.system}, {"params", std::move(params)}});
        }
        if (!message.reply_to.empty()) {
            HF_TRY(item.reply_to, quoted(message.reply_to));
        }
        if (message.form) {
            HF_TRY(const Json form, form_cards::card(view_, channel_, id, message.form));
            item.form = json::dump(form);
        }
        if (!message.files.empty()) {
            HF_TRY(const Json files, file_cards::cards(view_, channel_, message.files));
            item.files = json::dump(files);
        }
        return item;
    }

    static std::string_view kind_of(const body::Message& message) {
        if (message.hidden) {
            return "deleted";
        }
        return !message.system.empty() ? "system" : message.form ? "form" : "text";
    }

    /// What is quoted may have left the history window, or stand before what the person may read.
    Result<std::string> quoted(const std::vector<Id>& ids) {
        Json list = Json::array();
        for (const Id id : ids) {
            HF_TRY(const auto row, facts::find_said(view_, channel_, RowKind::message, id));
            Json quote{{"kind", "away"}, {"text", ""}, {"title", nullptr}, {"author", ""}};
            if (row) {
                const body::Message message = parse(row->second.body);
                HF_TRY(const auto* by, author(message.author));
                HF_TRY(
                    quote,
                    cards::gist(
                        view_, channel_, message, {limits::quote_lines, limits::quote_bytes_max}));
                quote["author"] = by->name;
            }
            quote["id"] = to_string(id);
            list.push_back(std::move(quote));
        }
        return json::dump(list);
    }

    [[nodiscard]] static bool includes(const body::Message& message,
                                       const std::string& emoji,
                                       Id user) {
        const auto found = message.reactions.find(emoji);
        return found != message.reactions.end() &&
               std::ranges::find(found->second, user) != found->second.end();
    }

    Result<std::string> reactions(const body::Message& message, const body::Message& before) {
        if (message.reactions.empty()) {
            return "[]";
        }
        Json list = Json::array();
        for (const auto& [emoji, users] : message.reactions) {
            Json names = Json::array();
            for (const Id user : users) {
                if (names.size() == limits::reactors_named_max) {
                    break;
                }
                HF_TRY(const auto* by, author(user));
                names.push_back(by->name);
            }
            const bool mine = includes(message, emoji, self_);
            list.push_back({{"emoji", emoji},
                            {"count", users.size()},
                            {"mine", mine},
                            {"waiting", mine != includes(before, emoji, self_)},
                            {"names", std::move(names)}});
        }
        return json::dump(list);
    }

    [[nodiscard]] bool is_deletable(const body::Message& message) const {
        return message.author == self_ && message.system.empty() && !message.hidden &&
               !message.form;
    }
    [[nodiscard]] bool may_delete_at(std::int64_t sort) const {
        const std::int64_t age = view_.sources().server_now.ms - sort;
        return may_delete_ && age <= holdfast::limits::delete_window_ms;
    }

    View& view_;
    Id channel_;
    BucketId timeline_;
    BucketId archive_;  ///< none where nothing is older than the history window, or nothing is here
    Id self_;
    std::optional<Sum> people_;
    bool may_delete_;
    std::map<Id, ItemCache::Author> authors_;  ///< where people are on their way
};

/// Whether a channel that is not here is one that the person may not read. Until the server has
/// said which buckets there are nothing is known: a replica that found no room begins anew, and
/// what waits is all there is.
bool knows_access(const View& view) {
    return !view.buckets(BucketKind::user).empty();
}

/// Messages of a channel that actions in the outbox delete.
std::set<Id> deleted_in_outbox(const Outbox& outbox, Id channel) {
    std::set<Id> deleted;
    for (const auto& [id, item] : outbox.items()) {
        if (item.intent.kind != IntentKind::message_delete || item.intent.lane != channel ||
            item.state == Outbox::State::rejected) {
            continue;
        }
        if (const auto deletion = args::parse_message_target(item.intent.args)) {
            deleted.insert(deletion->message);
        }
    }
    return deleted;
}

/// Own messages that the timeline does not have yet, in the order in which they were written.
Result<> append_waiting(View& view, Id channel, ItemMaker& maker, std::vector<std::string>& items) {
    const std::set<Id> deleted = deleted_in_outbox(view.outbox(), channel);
    for (const auto& [id, item] : view.outbox().items()) {
        if (!cards::writes_message(item.intent.kind) || item.intent.lane != channel) {
            continue;
        }
        HF_TRY(const auto stored, view.stored_message(channel, id));
        if (stored && item.state != Outbox::State::rejected) {
            continue;  // it stands in the timeline already
        }
        HF_TRY(std::string made, maker.waiting(item, deleted.contains(id)));
        items.push_back(std::move(made));
    }
    return {};
}

/// Where the history window of this phone begins; 0 where nothing is older: on a computer, in a
/// task's channel, and in a channel that is younger.
Result<WallTime> kept_since(const View& view, Id channel, const std::vector<Row>& rows) {
    const std::optional<Account>& account = view.account();
    if (view.sources().device_class != offline::DeviceClass::mobile || !account) {
        return WallTime{};
    }
    const auto oldest =
        rows.empty() ? fail(ErrorCode::none) : body::parse_message(rows.front().body);
    if (oldest && oldest->system == "channel_created") {
        return WallTime{};
    }
    HF_TRY(const auto shown, view.find_channel(channel));
    HF_TRY(const auto tasks, view.bucket(BucketKind::tasks, shown ? shown->group : Id{}));
    if (tasks) {
        HF_TRY(const auto task, view.find({tasks->id, RowKind::task, channel}));
        if (task) {
            return WallTime{};
        }
    }
    HF_TRY(const body::Entitlement terms, entitlement_of(view, account->organization));
    return body::history_begins(terms, view.sources().server_now);
}

std::string_view asking(const View& view, const OlderMessages::Held* held) {
    using Asking = OlderMessages::Asking;
    if (held != nullptr && held->asking == Asking::under_way) {
        return "loading";
    }
    if (view.status().connection.state != offline::ConnectionKind::connected) {
        return "offline";
    }
    if (view.sources().older.is_full()) {
        return "full";
    }
    return held != nullptr && held->asking == Asking::failed ? "failed" : "server";
}

/// Of what is older than all that is here: whether it can be asked for, or why not; null where
/// nothing is.
Result<Json> older(const View& view,
                   Id channel,
                   const std::vector<Row>& rows,
                   const OlderMessages::Held* held) {
    if (held != nullptr && held->complete) {
        return Json(nullptr);
    }
    HF_TRY(const WallTime since, kept_since(view, channel, rows));
    if (since.ms == 0) {
        return Json(nullptr);
    }
    return Json{{"kept_since", since.ms},
                {"state", asking(view, held)},
                {"shown", held == nullptr ? 0 : held->messages.size()}};
}

/// An object's text with one more member.
std::string with_items(const std::vector<std::string>& items, std::string_view object) {
    std::string text = R"({"items":[)";
    for (const std::string& item : items) {
        text += item;
        text += ',';
    }
    if (!items.empty()) {
        text.pop_back();
    }
    text += "],";
    text += object.substr(1);
    return text;
}

}  // namespace

Result<std::string> messages(View& view, const Query& query, Pinned& pinned) {
    Json rest{{"has_before", false},
              {"has_after", false},
              {"unread_from", nullptr},
              {"older", nullptr},
              {"complete", false},
              {"total", 0}};
    std::vector<std::string> items;
    const sync::BucketCursor* timeline = view.timeline(query.target);
    ItemMaker maker(view, timeline == nullptr ? Bucket{.owner = query.target} : timeline->head);
    bool shows_newest = timeline == nullptr && !knows_access(view);
    if (timeline != nullptr) {
        HF_CHECK(decide_unread(view, *timeline, pinned));
        HF_TRY(const auto* held, view.older(query.target));
        HF_TRY(const Window window, window_of(view, query, pinned));
        items.reserve(window.rows.size());
        for (const Row& row : window.rows) {
            HF_TRY(std::string item, maker.stored(row));
            items.push_back(std::move(item));
        }
        shows_newest = !window.has_after;
        rest["has_before"] = window.has_before;
        rest["has_after"] = window.has_after;
        if (pinned.unread_from) {
            rest["unread_from"] = to_string(pinned.unread_from->id);
        }
        const sync::BucketCursor* archive = view.archive(query.target);
        const bool has_old = archive == nullptr || archive->complete || archive->exact();
        rest["complete"] = (timeline->complete || timeline->exact()) && has_old;
        rest["total"] = timeline->rows + (archive == nullptr ? 0 : archive->rows);
        if (!window.has_before) {
            HF_TRY(rest["older"], older(view, query.target, window.rows, held));
        }
    }
    if (shows_newest) {
        HF_CHECK(append_waiting(view, query.target, maker, items));
    }
    return with_items(items, json::dump(rest));
}

}  // namespace holdfast::client::snapshots
