#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/engine/forms/filling_moment.hpp"
#include "client/engine/forms/task_form.hpp"
#include "client/outbox/outbox.hpp"
#include "core/forms/filling.hpp"

namespace holdfast::client {

namespace limits {
inline constexpr std::size_t fillings_open_max = 8;  // the one not used for longest is put away
}

/// The forms that are being filled in. Each has the number of its draft; what was typed is in the
/// outbox's file before a call returns, so that a kill costs nothing. One that nobody has typed in
/// is in memory only.
class FillingDesk {
public:
    explicit FillingDesk(Outbox& outbox) : outbox_(outbox) {}

    /// The device as it is at this moment, and who asks.
    struct Place {
        const World& world;
        Replica& replica;
        Id organization;
        FillingPerson person;
    };

    struct Open {
        std::shared_ptr<const KnownForm> form;
        forms::Filling filling;
        FillingSpot spot;
        std::optional<TaskForm> task{};
        std::uint64_t used = 0;
    };

    /// Begins a form in a channel and returns its number. Whether it is offered there is the
    /// caller's to ask.
    /// Errors  intent_gone: the version is not here · outbox_full · those of the lookup.
    [[nodiscard]] Result<std::int64_t> begin(const Place& place,
                                             Id channel,
                                             Id version,
                                             std::optional<TaskForm> task = std::nullopt);

    /// The filling of this number, taken up from its draft where it is not in memory; judged as of
    /// this moment. Valid until the next call.
    /// Errors  outbox_unknown_item: there is none · intent_gone: its form is not here.
    [[nodiscard]] Result<Open*> find(const Place& place, std::int64_t number);
    /// The same, as it was judged last.
    [[nodiscard]] Result<Open*> hold(const Place& place, std::int64_t number);

    /// Takes an answer and stores the draft. Returns the components whose state is new.
    /// Errors  those of Filling::set() and of Outbox::save_draft(); after the latter the answer
    ///         stands in memory.
    [[nodiscard]] Result<std::vector<forms::ComponentVerdict>> set(const Place& place,
                                                                   std::int64_t number,
                                                                   std::string_view path,
                                                                   std::string_view json);

    /// Adds an empty repetition of a form inside, or removes one, and stores the draft.
    /// Errors  those of Filling::add() or remove() · else as set().
    [[nodiscard]] Result<> add(const Place& place,
                               std::int64_t number,
                               std::string_view path,
                               std::string_view form);
    [[nodiscard]] Result<> remove(const Place& place, std::int64_t number, std::string_view path);
    /// Puts one at another place among the others, and stores the draft.
    /// Errors  those of Filling::move() · else as set().
    [[nodiscard]] Result<> move(const Place& place,
                                std::int64_t number,
                                std::string_view path,
                                std::size_t to);

    struct Wanted {
        std::string_view path;
        std::size_t level = 0;
        std::string_view typed;
        std::size_t found_max = 50;
    };
    /// What may be chosen, best first.  Errors  those of Filling::choices().
    [[nodiscard]] Result<std::vector<forms::Element>> choices(const Place& place,
                                                              std::int64_t number,
                                                              const Wanted& wanted);

    /// A number that no filling and no draft has, or had.
    [[nodiscard]] std::int64_t next_number();

    /// Forgets a filling; its draft is the outbox's.
    void close(std::int64_t number) { open_.erase(number); }
    void clear() { open_.clear(); }
    /// The replica is another one: what was read from it is read again.
    void replica_replaced() { indexes_.clear(); }

    /// What the rules of a form look up there.
    [[nodiscard]] FillingMoment moment(const Place& place,
                                       const KnownForm& form,
                                       const FillingSpot& spot) {
        return {FillingSources{place.world, place.replica, indexes_, outbox_},
                form,
                place.person,
                spot};
    }
    [[nodiscard]] FillingMoment moment(const Place& place, const Open& open) {
        return moment(place, *open.form, open.spot);
    }

private:
    Open& keep(std::int64_t number, Open filling);
    [[nodiscard]] Result<> store(const Place& place, const Open& open);

    Outbox& outbox_;
    ElementIndexes indexes_;
    std::map<std::int64_t, Open> open_;
    std::int64_t last_number_ = 0;  ///< given to a filling of this run, stored or not
    std::uint64_t uses_ = 0;
};

}  // namespace holdfast::client
