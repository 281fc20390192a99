#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model/body_forms.hpp"
#include "core/model/world.hpp"
#include "core/workflow/effects.hpp"

/// For core/rules only.
namespace holdfast::rules {

/// Turns the steps of a workflow's action into rows, in their order.
///
/// On a device the buckets of a new channel are left out, and what stands in them: the server makes
/// them.
/// Lifetime  one judgement. Borrows all.
class TaskRows {
public:
    /// Who has not acted has not seen what came of it: a routine's effects move no read mark.
    enum class By : std::uint8_t { person, routine };

    TaskRows(World& world, const Occasion& occasion, BucketId tasks, By by = By::person)
        : world_(world), occasion_(occasion), tasks_(tasks), by_(by) {}

    /// Errors  intent_id_conflict: a row that would be new is there · intent_gone: a channel is not
    ///         here, or a person is not active · those of World.
    [[nodiscard]] Result<Effects> write(const workflow::Effects& effects);

private:
    struct Place {
        Id channel{};
        Id group{};
        BucketId rows{};      ///< the channel's and its members'
        BucketId timeline{};  ///< none where the channel is only made by the server
    };

    [[nodiscard]] Result<> take(const workflow::step::MakeChannel& step);
    [[nodiscard]] Result<> take(const workflow::step::AddMember& step);
    [[nodiscard]] Result<> take(const workflow::step::RemoveMember& step);
    [[nodiscard]] Result<> take(const workflow::step::PostForm& step);
    [[nodiscard]] Result<> take(const workflow::step::StoreAnswer& step);
    [[nodiscard]] Result<> take(const workflow::step::QueueRoutine& step);
    [[nodiscard]] Result<> take(const workflow::step::SetTimer& step);
    [[nodiscard]] Result<> take(const workflow::step::PutTask& step);
    [[nodiscard]] Result<> take(const workflow::step::SetElements& step);
    [[nodiscard]] Result<> take(const workflow::step::PostSystem& step);
    [[nodiscard]] Result<> take(const workflow::step::AddHistory& step);

    /// Where the rows of a channel stand.
    [[nodiscard]] Result<const Place*> place_of(Id channel);
    /// Writes a row that must not be there yet; nothing where it has no bucket on a device.
    [[nodiscard]] Result<> add(RowKey key, std::string body);
    void saw(const Place& place, Id message);
    /// What the run's expressions will see, once all rows are known.
    [[nodiscard]] Result<> queue(const workflow::Effects& effects);
    void put(RowKey key, std::int64_t sort, std::string body);

    World& world_;
    const Occasion& occasion_;
    BucketId tasks_;
    By by_;
    std::map<Id, Place> places_{};  ///< by channel
    Id read_in_{};                  ///< channel of the last message that the person has seen
    Id last_message_{};
    Effects effects_{};
};

}  // namespace holdfast::rules
