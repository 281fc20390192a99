#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/workflow/check.hpp"
#include "core/workflow/conflict.hpp"
#include "core/workflow/overlay.hpp"

/// An organization in memory, for the scenarios and the tests of the workflow's rules.
namespace holdfast::workflow::scenario {

/// Definitions that belong together, as the files under examples/workflows hold them, and what they
/// need of the rest of the organization ("known").
struct Bundle {
    TaskGroup group{};
    std::map<std::string, Workflow, std::less<>> workflows{};
    std::map<std::string, Routine, std::less<>> routines{};
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> forms{};
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> collections{};
    std::set<std::string, std::less<>> permissions{};
};

/// Errors  workflow_malformed.
[[nodiscard]] Result<Bundle> parse_bundle(std::string_view text);

class World final : public Facts, public Catalogue {
public:
    static constexpr Id group_id{900};

    explicit World(Bundle bundle) : bundle_(std::move(bundle)) {}

    // Facts
    Result<std::optional<Person>> person(Id user) const override;
    Result<const TaskGroup*> group(Id group) const override;
    Result<const Workflow*> workflow(std::string_view code) const override;
    Result<FormAccess> form(std::string_view code, const FormPlace& place) const override;
    Result<std::vector<std::string>> channel_forms(Id channel) const override;
    Result<std::vector<Subtask>> subtasks(Id task) const override;
    Result<bool> has_answer(Id task, Id answer) const override;
    Result<std::optional<Waiting>> waiting(Id task) const override;
    bool offline() const override { return is_offline; }

    // Catalogue
    const Workflow* find_workflow(std::string_view code) const override;
    const Routine* routine(std::string_view code) const override;
    bool has_form(std::string_view code) const override;
    bool has_field(std::string_view form, std::string_view field) const override;
    bool has_collection(std::string_view code) const override;
    bool has_element(const Element& element) const override;
    bool is_held(std::string_view permission) const override;

    /// The task and its workflow, for `user`. The workflow must be there.
    [[nodiscard]] Subject subject(Id task, Id user, std::string_view workflow = {}) const;

    /// Writes effects, as storage would.
    void apply(const Effects& effects);

    [[nodiscard]] const Bundle& bundle() const { return bundle_; }

    bool is_offline = false;
    std::map<Id, Person> people{};
    std::map<Id, Task> tasks{};
    std::map<Id, std::vector<History>> history{};
    std::map<std::string, FormAccess, std::less<>> form_access{};  ///< others are offered
    std::map<Id, std::vector<std::string>> forms_of_channels{};
    std::vector<WaitingAction> waiting_actions{};
    std::vector<step::QueueRoutine> queue{};
    std::map<Id, step::StoreAnswer> answers{};
    std::set<Id> channels{};
    std::map<Id, std::set<Id>> messages{};  ///< by channel
    std::map<Id, std::vector<Element>> elements{};
    std::uint32_t stage_counter = 1000;  ///< spans that the server has reserved for stages
    std::int64_t last_serial = 0;
    std::vector<std::string> broken{};  ///< what storage would have refused: an id twice

private:
    void write(const step::MakeChannel& each);
    void write(const step::AddMember&) {}
    void write(const step::RemoveMember&) {}
    void write(const step::PostForm& each);
    void write(const step::StoreAnswer& each);
    void write(const step::QueueRoutine& each);
    void write(const step::SetTimer& /*each*/) {}
    void write(const step::PutTask& each);
    void write(const step::SetElements& each);
    void write(const step::PostSystem& each);
    void write(const step::AddHistory& each);
    void add_message(Id channel, Id message);

    Bundle bundle_;
};

}  // namespace holdfast::workflow::scenario
