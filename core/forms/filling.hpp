#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/context.hpp"
#include "core/forms/form.hpp"
#include "core/forms/judge.hpp"

namespace holdfast::forms {

class Sheet;
struct Finding;

/// How one component stands. The path is the component's identifier; inside a repetition of a
/// nested form it is "parts/0/serial".
struct ComponentVerdict {
    std::string path{};
    State state{};
};

/// How the whole form stands.
struct FormVerdict {
    std::vector<ComponentVerdict> components{};  ///< in the order of the form
    bool can_submit = false;
    Trouble trouble{};  ///< of the form as a whole: answer_oversized
    /// What nobody can answer here and now: a required, displayed component whose choices need a
    /// connection, or have not arrived. Said before the person fills in the rest (OM24).
    std::vector<std::string> blocked{};
    /// Displayed components that have a trouble, in the order of the form.
    std::vector<std::string> wrong{};
    std::size_t required = 0;  ///< displayed components that are required
    std::size_t answered = 0;  ///< of those, the ones without trouble: how far the person is
};

/// A component where it stands, for whoever shows it. Valid until the filling changes.
struct Spot {
    const Component& component;
    const State& state;
    const Value& value;                ///< none of forms inside
    std::string_view form{};           ///< code of the form, or form inside, that it stands in
    std::vector<std::string> parts{};  ///< forms inside: the code of each repetition
};

/// One person's work on one form: the answers so far, and how each component stands. The same code
/// judges on the device and, through validate_submission(), on the server.
///
/// Every call takes the context of its moment. A call that fails because of the lookup leaves the
/// answers in place and the verdicts stale until refresh().
class Filling {
public:
    /// A new one, with the initial values.
    [[nodiscard]] static Result<Filling> open(std::shared_ptr<const Form> form,
                                              const Context& context);
    /// One that was kept. What does not fit the form is left out; draft() no longer has it.
    /// Errors  answer_malformed: no JSON object.
    [[nodiscard]] static Result<Filling> resume(std::shared_ptr<const Form> form,
                                                const Context& context,
                                                std::string_view draft);

    Filling(Filling&&) noexcept;
    Filling& operator=(Filling&&) noexcept;
    ~Filling();

    /// Takes an answer (JSON; null for none) and judges what depends on it. Returns the components
    /// whose state is new, the component itself always among them.
    /// Errors  answer_unknown_component · answer_wrong_type · answer_read_only · answer_oversized:
    ///         nothing is changed.
    /// Cost    the component and its dependents; not the size of the form.
    [[nodiscard]] Result<std::vector<ComponentVerdict>> set(const Context& context,
                                                            std::string_view path,
                                                            std::string_view json);

    /// Adds an empty repetition of a form inside; `path` is the component's.
    /// Errors  answer_unknown_component · answer_too_many (params: max).
    [[nodiscard]] Result<std::vector<ComponentVerdict>> add(const Context& context,
                                                            std::string_view path,
                                                            std::string_view form);
    /// Removes a repetition; `path` is "parts/0". Those behind it move up.
    /// Errors  answer_unknown_component.
    [[nodiscard]] Result<std::vector<ComponentVerdict>> remove(const Context& context,
                                                               std::string_view path);
    /// Puts a repetition at another place among the others. No verdict depends on their order.
    /// Errors  answer_unknown_component: it is not there, or no repetition stands at `to`.
    [[nodiscard]] Result<> move(std::string_view path, std::size_t to);

    /// Judges everything again: time has passed, the connection came or went, choices arrived.
    [[nodiscard]] Result<> refresh(const Context& context);

    [[nodiscard]] FormVerdict verdict() const;
    [[nodiscard]] bool can_submit() const;
    /// The component at a path; nothing where there is none.
    [[nodiscard]] std::optional<Spot> at(std::string_view path) const;

    /// All answers as they were typed, hidden ones too: what is kept while the person is not done.
    [[nodiscard]] std::string draft() const;
    /// What is sent: displayed answers, in canonical JSON. Meaningful where can_submit().
    [[nodiscard]] std::string submission() const;

    /// Where the choices of a component come from, ready for Lookup::search().
    struct Choices {
        std::string collection{};
        std::optional<std::vector<Id>> parents{};  ///< nothing: all elements
    };
    /// `level` counts from 0 in a choice by levels.
    /// Errors  answer_unknown_component · answer_depends · those of the lookup.
    [[nodiscard]] Result<Choices> choices(const Context& context,
                                          std::string_view path,
                                          std::size_t level) const;

    /// What a search in a component with choices from an API takes along: of each component that
    /// `pass` names, what conditions compare.
    /// Errors  answer_unknown_component: no such component is there · those of the lookup.
    [[nodiscard]] Result<std::map<std::string, std::vector<std::string>>> passed(
        const Context& context, std::string_view path) const;

private:
    friend class Submission;
    explicit Filling(std::shared_ptr<const Form> form);

    /// The sheets from the form down to the one that a path leads into, and the component there.
    struct Place {
        std::vector<std::pair<Sheet*, std::size_t>>
            way{};                            ///< sheet and component, outermost first
        std::optional<std::size_t> number{};  ///< repetition that the path ends with
    };
    [[nodiscard]] std::optional<Place> locate(std::string_view path) const;
    [[nodiscard]] Result<std::vector<ComponentVerdict>> judge_at(const Context& context,
                                                                 const Place& place,
                                                                 std::string_view path);

    /// How many components may still be added with repetitions.
    [[nodiscard]] std::size_t room() const;

    std::shared_ptr<const Form> form_;
    std::unique_ptr<Sheet> sheet_;
};

/// What the server keeps of a submission.
struct CleanAnswers {
    std::string json{};          ///< canonical: the same bytes for the same answers
    std::vector<Id> files{};     ///< pictures, files and signatures, in order of appearance
    std::vector<Id> elements{};  ///< chosen elements, in order of appearance
};

/// Everything that is wrong with answers as they came, in the order of the form; what does not
/// belong to it first. Empty: they are accepted. Errors  answer_malformed · answer_oversized ·
/// those of the lookup.
[[nodiscard]] Result<std::vector<Finding>> find_faults(const std::shared_ptr<const Form>& form,
                                                       std::string_view answers,
                                                       const Context& context);

/// Judges answers that came from a device against the version of the form that the person had.
/// Accepts exactly what Filling::submission() gives where can_submit() holds; nothing is mended
/// silently.
///
/// Errors  answer_*: the first of find_faults(); params: component, and those of the code.
/// Cost    one parse, one judgement of each component, one encoding.
[[nodiscard]] Result<CleanAnswers> validate_submission(const std::shared_ptr<const Form>& form,
                                                       std::string_view answers,
                                                       const Context& context);

}  // namespace holdfast::forms
