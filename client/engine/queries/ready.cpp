// Whether a person may leave the coverage: what is on this device, what is missing, and why.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "client/engine/forms/filling_desk.hpp"
#include "client/engine/forms/filling_json.hpp"
#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "client/engine/view/pictures.hpp"
#include "core/rules/answers.hpp"

namespace holdfast::client::snapshots {
namespace {

/// Rows of buckets: here, of how many, and about how many bytes are to come.
struct Arrived {
    std::uint64_t have = 0;
    std::uint64_t expected = 0;
    std::uint64_t bytes = 0;
    bool is_whole = true;

    void add(const sync::BucketCursor& cursor) {
        const std::uint64_t here = std::min(cursor.rows, cursor.head.rows);
        have += here;
        expected += cursor.head.rows;
        is_whole = is_whole && cursor.exact();
        if (cursor.head.rows > 0) {
            bytes += cursor.head.bytes / cursor.head.rows * (cursor.head.rows - here);
        }
    }
    void add(const Arrived& other) {
        have += other.have;
        expected += other.expected;
        bytes += other.bytes;
        is_whole = is_whole && other.is_whole;
    }
    [[nodiscard]] Json json() const {
        return {{"have", have}, {"expected", expected}, {"bytes", bytes}, {"whole", is_whole}};
    }
};

struct Shown {
    std::size_t have = 0;
    std::size_t missing = 0;
    std::int64_t bytes = 0;
    std::size_t too_large = 0;

    void add(const Shown& other) {
        have += other.have;
        missing += other.missing;
        bytes += other.bytes;
        too_large += other.too_large;
    }
    [[nodiscard]] Json json() const {
        return {{"have", have}, {"missing", missing}, {"bytes", bytes}, {"too_large", too_large}};
    }
};

/// What of a group is here.
struct Place {
    Arrived rows;
    Shown pictures;
    Json named = Json::array();  ///< channels and tasks of which something is missing
    std::size_t more = 0;
};

/// A channel, or the task that it is of, of which something is missing. By name where it has one.
Result<> name_place(View& view, Id channel, bool has_tasks, const Json& missing, Place& place) {
    if (place.named.size() >= limits::ready_places_max) {
        place.more += 1;
        return {};
    }
    HF_TRY(const auto found, view.find_channel(channel));
    if (!found) {
        return {};  // it is not known by name, or no longer open: counted among the rows
    }
    Json one = missing;
    one["id"] = to_string(channel);
    one["name"] = found->name;
    one["is_task"] = has_tasks;
    place.named.push_back(std::move(one));
    return {};
}

Result<> look_at_timelines(View& view, Id group, bool has_tasks, Place& place) {
    Replica& replica = view.sources().replica;
    for (const sync::BucketCursor* timeline : replica.children(BucketKind::timeline, group)) {
        place.rows.add(*timeline);
    }
    for (const sync::BucketCursor* timeline : newest_timelines(replica, group)) {
        HF_TRY(const Pictures found, pictures_of(replica, view.files(), *timeline));
        const Shown pictures{.have = found.have,
                             .missing = found.missing.size(),
                             .bytes = found.bytes,
                             .too_large = found.too_large};
        place.pictures.add(pictures);
        Arrived rows;
        rows.add(*timeline);
        if (!rows.is_whole || pictures.missing + pictures.too_large > 0) {
            const Json missing{{"rows", rows.json()}, {"pictures", pictures.json()}};
            HF_CHECK(name_place(view, timeline->head.owner, has_tasks, missing, place));
        }
    }
    return {};
}

Result<Place> look_at(View& view, Id group) {
    const Replica& replica = view.sources().replica;
    Place place;
    for (const BucketKind kind : {BucketKind::group, BucketKind::tasks}) {
        if (const sync::BucketCursor* cursor = replica.bucket(kind, group)) {
            place.rows.add(*cursor);
        }
    }
    for (const sync::BucketCursor* channel : replica.children(BucketKind::channel, group)) {
        place.rows.add(*channel);
    }
    const bool has_tasks = replica.bucket(BucketKind::tasks, group) != nullptr;
    HF_CHECK(look_at_timelines(view, group, has_tasks, place));
    return place;
}

// ---------------------------------------------------------------------------- forms

/// A collection that a form chooses from, and which is not all here; null: it is.
Result<Json> missing_list(const View& view, const std::string& code, Id id) {
    const sync::BucketCursor* cursor = view.sources().replica.bucket(BucketKind::collection, id);
    if (cursor != nullptr && cursor->complete) {
        return Json(nullptr);
    }
    Json one{{"why", "list"}, {"name", code}, {"have", 0}, {"expected", nullptr}};
    if (cursor != nullptr) {
        HF_TRY(const auto row, view.find({cursor->head.id, RowKind::collection, id}));
        const auto read = row ? body::parse_collection(row->body) : fail(ErrorCode::none);
        one["name"] = read ? read->name : code;
        one["have"] = cursor->rows;
        one["expected"] = cursor->head.rows;
    }
    return one;
}

/// Components whose choices another server has: not without a connection.
void add_outside(const forms::Part& part, Json& why) {
    for (const forms::Component& component : part.components) {
        if (component.kind() == forms::Kind::api) {
            why.push_back({{"why", "connection"},
                           {"label", texts_json(component.label)},
                           {"required", component.required}});
        }
    }
}

/// Whether a new filling could not be sent without a connection (OM24).
Result<bool> is_blocked(View& view, const KnownForm& form) {
    FillingPerson person = form_cards::person(view);
    person.online = false;
    const FillingDesk::Place place{.world = view,
                                   .replica = view.sources().replica,
                                   .organization = form_cards::organization(view),
                                   .person = person};
    const FillingMoment moment = view.sources().fillings.moment(place, form, {});
    HF_TRY(const auto filling, forms::Filling::open(form.filled, moment.context()));
    return !filling.verdict().blocked.empty();
}

Result<Json> form_json(View& view, Id id, const KnownForm& form) {
    Json why = Json::array();
    for (const auto& [code, collection] : form.collections) {
        HF_TRY(Json missing, missing_list(view, code, collection));
        if (!missing.is_null()) {
            why.push_back(std::move(missing));
        }
    }
    const forms::Definition& definition = form.filled->definition();
    add_outside(definition.form, why);
    for (const forms::Part& part : definition.inside) {
        add_outside(part, why);
    }
    HF_TRY(const bool blocked, is_blocked(view, form));
    return Json{{"form", to_string(id)},
                {"title", form_cards::title(form)},
                {"blocked", blocked},
                {"why", std::move(why)}};
}

/// Whether the person may fill it in somewhere; in this group, where there is one.
bool is_for(const forms::Access& access, const forms::Offer& offer, bool in_group) {
    return forms::may_fill_in({.groups = in_group ? access.groups : std::vector<std::string>{},
                               .roles = access.roles,
                               .permissions = access.permissions},
                              offer)
        .has_value();
}

/// By title. A version that is not here yet has none.
Result<Json> forms_json(View& view, Id group) {
    Json list = Json::array();
    const auto offer = offer_to(view, view.user(), group);
    HF_TRY(const auto rows, view.forms());
    for (const View::NamedForm& row : rows) {
        if (!row.form.active || !offer || list.size() >= limits::ready_forms_max) {
            continue;
        }
        const auto form = form_cards::find(view, row.form.current);
        if (!form) {
            list.push_back({{"form", to_string(row.id)},
                            {"title", {{"en", row.form.code}}},
                            {"blocked", true},
                            {"why", Json::array({{{"why", "form"}}})}});
        } else if (is_for((*form)->filled->definition().access, *offer, bool(group))) {
            HF_TRY(Json one, form_json(view, row.id, **form));
            list.push_back(std::move(one));
        }
    }
    return list;
}

// ---------------------------------------------------------------------------- all of it

/// The groups that the person sees, as the menu has them; or one.
Result<std::vector<View::NamedGroup>> groups_of(View& view, Id only) {
    HF_TRY(auto groups, view.groups());
    HF_TRY(const Permissions held, permissions_of(view, view.user()));
    std::erase_if(groups, [&](const View::NamedGroup& named) {
        const auto kind = named.group.kind;
        const bool holds = kind == body::GroupKind::standard || kind == body::GroupKind::workflow;
        return !holds || !cards::is_visible(named.group, held) || (only && named.id != only);
    });
    std::ranges::sort(groups, cards::stands_before);
    return groups;
}

Json fetching_json(const Fetching& fetching, std::int64_t room) {
    const bool is_known = fetching.files > 0 && fetching.bytes_per_second > 0;
    return {{"files", fetching.files},
            {"bytes", fetching.bytes},
            {"seconds_left",
             is_known ? Json(fetching.bytes / fetching.bytes_per_second + 1) : Json(nullptr)},
            {"full", fetching.is_full},
            {"room", room}};
}

/// Whether something of a form is to come: what needs a connection never is here.
bool is_incomplete(const Json& form) {
    return std::ranges::any_of(form["why"],
                               [](const Json& why) { return why["why"] != "connection"; });
}

/// Its rows are many: it looks again where buckets stand elsewhere, files have come, or the status
/// is another.
void depend(const View& view) {
    for (const BucketKind kind : {BucketKind::user,
                                  BucketKind::directory,
                                  BucketKind::channel,
                                  BucketKind::timeline,
                                  BucketKind::tasks,
                                  BucketKind::forms,
                                  BucketKind::collection}) {
        (void)view.buckets(kind);
    }
}

}  // namespace

Result<Json> ready(View& view, Id group) {
    depend(view);
    HF_TRY(const auto groups, groups_of(view, group));
    Arrived rows;
    Shown pictures;
    Json list = Json::array();
    for (const View::NamedGroup& named : groups) {
        HF_TRY(Place place, look_at(view, named.id));
        rows.add(place.rows);
        pictures.add(place.pictures);
        list.push_back({{"id", to_string(named.id)},
                        {"name", named.group.name},
                        {"rows", place.rows.json()},
                        {"pictures", place.pictures.json()},
                        {"missing", std::move(place.named)},
                        {"more", place.more}});
    }
    HF_TRY(Json forms, forms_json(view, group));
    const bool has_forms = std::ranges::none_of(forms, is_incomplete);
    const offline::Status& status = view.status();
    const auto& left = status.bar.seconds_left;
    return Json{
        {"ready", !groups.empty() && rows.is_whole && pictures.missing == 0 && has_forms},
        {"can_fetch", status.connection.state == offline::ConnectionKind::connected},
        {"rows", rows.json()},
        {"seconds_left", left && !rows.is_whole ? Json(*left) : Json(nullptr)},
        {"pictures", pictures.json()},
        {"fetching", fetching_json(view.sources().fetching, view.outbox().room_for_fetched())},
        {"groups", std::move(list)},
        {"forms", std::move(forms)}};
}

}  // namespace holdfast::client::snapshots
