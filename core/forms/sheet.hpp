#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/context.hpp"
#include "core/forms/form.hpp"
#include "core/forms/judge.hpp"
#include "core/model/json.hpp"

namespace holdfast::forms {

/// Something found at a component: "parts/0/serial".
struct Finding {
    std::string path{};
    Trouble trouble{};
    bool operator==(const Finding&) const = default;
};

/// One filling of one list of components: the form itself, or one repetition of a form inside it.
/// For filling.cpp and submission.cpp only.
class Sheet {
public:
    /// What keeps a form from being sent, and how large it is; hidden components count for nothing.
    struct Tally {
        std::size_t troubles = 0;
        std::size_t bytes = 0;
    };
    struct Slot {
        Value value{};  ///< of all but nested forms
        std::vector<std::unique_ptr<Sheet>> nested{};
        State state{};
        Tally tally{};
    };

    Sheet(const Form& form, std::size_t plan)
        : form_(&form), plan_(plan), slots_(components().size()) {}

    [[nodiscard]] const std::vector<Component>& components() const {
        return form_->plan(plan_).part->components;
    }
    [[nodiscard]] const Component& component(std::size_t index) const {
        return components()[index];
    }
    [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }
    [[nodiscard]] const Tally& tally() const { return tally_; }
    [[nodiscard]] std::size_t plan() const { return plan_; }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const {
        return form_->plan(plan_).graph.find(id);
    }

    /// Puts the values in that a new filling begins with; judges nothing.
    void begin(const Context& context);
    /// What answers are put in with: where faults go, and how many components there may still be.
    struct Loading {
        std::vector<Finding>& findings;
        std::size_t room;
    };
    /// Puts answers in as far as they fit; what does not goes to the findings. Judges nothing.
    void load(const json::Value& answers, const std::string& path, Loading& loading);
    /// The same for one component. Returns whether the value fits.
    bool load(std::size_t index,
              const json::Value& json,
              const std::string& path,
              Loading& loading);

    /// Judges everything, also in the forms inside.
    [[nodiscard]] Result<> judge_all(const Context& context);
    /// Judges a component whose answer is new, and all that depends on it. Appends the indexes of
    /// those whose state is new, in the order of judging.
    [[nodiscard]] Result<> judge_from(std::size_t index,
                                      const Context& context,
                                      std::vector<std::size_t>& changed);
    /// Components here and in all repetitions inside.
    [[nodiscard]] std::size_t size() const;

    /// Counts a component again after something inside it was judged.
    void count(std::size_t index);

    [[nodiscard]] Sheet* nested(std::size_t index, std::size_t number);
    /// A new repetition, with its initial values, not judged yet.
    Sheet& add_nested(std::size_t index, std::size_t plan, const Context& context);
    void remove_nested(std::size_t index, std::size_t number);
    /// Those between the two places move by one.
    void move_nested(std::size_t index, std::size_t from, std::size_t to);

    /// Chosen elements whose children a component offers.
    [[nodiscard]] std::vector<Id> source(std::size_t index) const;

    /// What is told of a component's answer (comparable()); nothing of one that is not displayed.
    [[nodiscard]] Result<std::vector<std::string>> told(std::size_t index,
                                                        const Context& context) const;

    /// The answers: all of them, or those that are displayed, in the form in which they are sent.
    enum class Extent : bool { everything, sent };
    [[nodiscard]] Answers answers(Extent extent) const;

    /// Calls `visit(path, sheet, index)` for each component, forms inside behind their component.
    template <class Visit>
    void for_each(const std::string& path, const Visit& visit) const {
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            const std::string own = path + component(i).id;
            visit(own, *this, i);
            for (std::size_t n = 0; n < slots_[i].nested.size(); ++n) {
                slots_[i].nested[n]->for_each(own + "/" + std::to_string(n) + "/", visit);
            }
        }
    }

private:
    [[nodiscard]] const Form::Plan& own_plan() const { return form_->plan(plan_); }
    [[nodiscard]] Subject subject(std::size_t index) const;
    [[nodiscard]] Result<bool> is_displayed(std::size_t index, const Context& context) const;
    [[nodiscard]] Result<bool> judge_one(std::size_t index, const Context& context);
    bool load_nested(std::size_t index,
                     const json::Value& json,
                     const std::string& path,
                     Loading& loading);

    const Form* form_;  // owned by the filling
    std::size_t plan_;
    std::vector<Slot> slots_;
    Tally tally_;
};

}  // namespace holdfast::forms
