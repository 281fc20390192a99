#include "client/engine/forms/filling_desk.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::client {

FillingDesk::Open& FillingDesk::keep(std::int64_t number, Open filling) {
    if (open_.size() >= limits::fillings_open_max) {
        open_.erase(std::ranges::min_element(
            open_, {}, [](const auto& entry) { return entry.second.used; }));
    }
    filling.used = ++uses_;
    return open_.insert_or_assign(number, std::move(filling)).first->second;
}

Result<std::int64_t> FillingDesk::begin(const Place& place,
                                        Id channel,
                                        Id version,
                                        std::optional<TaskForm> task) {
    HF_TRY(auto form, find_form(place.world, place.organization, version));
    const FillingSpot spot{.channel = channel, .draft = next_number()};
    const FillingMoment at = moment(place, *form, spot);
    HF_TRY(forms::Filling filling, forms::Filling::open(form->filled, at.context()));
    keep(spot.draft,
         {.form = std::move(form),
          .filling = std::move(filling),
          .spot = spot,
          .task = std::move(task)});
    return spot.draft;
}

std::int64_t FillingDesk::next_number() {
    last_number_ = std::max(last_number_ + 1, outbox_.next_draft());
    return last_number_;
}

Result<FillingDesk::Open*> FillingDesk::find(const Place& place, std::int64_t number) {
    HF_TRY(Open * open, hold(place, number));
    const FillingMoment at = moment(place, *open);
    HF_CHECK(open->filling.refresh(at.context()));
    return open;
}

Result<FillingDesk::Open*> FillingDesk::hold(const Place& place, std::int64_t number) {
    if (const auto held = open_.find(number); held != open_.end()) {
        held->second.used = ++uses_;
        return &held->second;
    }
    const auto draft = outbox_.drafts().find(number);
    if (draft == outbox_.drafts().end()) {
        return fail(ErrorCode::outbox_unknown_item, "draft " + std::to_string(number));
    }
    HF_TRY(auto form, find_form(place.world, place.organization, draft->second.version));
    const FillingSpot spot{.channel = draft->second.channel, .draft = number};
    const FillingMoment at = moment(place, *form, spot);
    HF_TRY(forms::Filling filling,
           forms::Filling::resume(form->filled, at.context(), draft->second.answers));
    return &keep(number,
                 {.form = std::move(form),
                  .filling = std::move(filling),
                  .spot = spot,
                  .task = parse_task_form(draft->second.task)});
}

Result<std::vector<forms::ComponentVerdict>> FillingDesk::set(const Place& place,
                                                              std::int64_t number,
                                                              std::string_view path,
                                                              std::string_view json) {
    HF_TRY(Open * open, hold(place, number));
    const FillingMoment at = moment(place, *open);
    HF_TRY(auto changed, open->filling.set(at.context(), path, json));
    HF_CHECK(store(place, *open));
    return changed;
}

Result<> FillingDesk::add(const Place& place,
                          std::int64_t number,
                          std::string_view path,
                          std::string_view form) {
    HF_TRY(Open * open, hold(place, number));
    const FillingMoment at = moment(place, *open);
    HF_CHECK(open->filling.add(at.context(), path, form));
    return store(place, *open);
}

Result<> FillingDesk::move(const Place& place,
                           std::int64_t number,
                           std::string_view path,
                           std::size_t to) {
    HF_TRY(Open * open, hold(place, number));
    HF_CHECK(open->filling.move(path, to));
    return store(place, *open);
}

Result<> FillingDesk::remove(const Place& place, std::int64_t number, std::string_view path) {
    HF_TRY(Open * open, hold(place, number));
    const FillingMoment at = moment(place, *open);
    HF_CHECK(open->filling.remove(at.context(), path));
    return store(place, *open);
}

Result<> FillingDesk::store(const Place& place, const Open& open) {
    return outbox_.save_draft({.number = open.spot.draft,
                               .channel = open.spot.channel,
                               .version = open.form->version,
                               .changed_at = place.person.now,
                               .answers = open.filling.draft(),
                               .task = encode(open.task)});
}

Result<std::vector<forms::Element>> FillingDesk::choices(const Place& place,
                                                         std::int64_t number,
                                                         const Wanted& wanted) {
    HF_TRY(const Open* open, hold(place, number));
    const FillingMoment at = moment(place, *open);
    const auto spot = open->filling.at(wanted.path);
    if (const auto* users =
            spot ? std::get_if<forms::FromUsers>(&spot->component.input) : nullptr) {
        return at.lookup().search_people(
            place.person.user, *users, {.typed = wanted.typed, .found_max = wanted.found_max});
    }
    HF_TRY(const auto from, open->filling.choices(at.context(), wanted.path, wanted.level));
    return at.lookup().search({.collection = from.collection,
                               .parents = from.parents,
                               .typed = wanted.typed,
                               .found_max = wanted.found_max});
}

}  // namespace holdfast::client
