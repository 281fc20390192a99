#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "client/engine/forms/filling_desk.hpp"
#include "client/engine/view/device_world.hpp"
#include "core/forms/testing/arbitrary.hpp"
#include "server/services/executor.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"

namespace holdfast::forms::agreement {

/// What a side says of an answer.
struct Verdict {
    bool accepted = false;
    ErrorCode code = ErrorCode::none;
    std::string params{};             ///< of the code's sentence, with the component
    std::vector<std::string> rows{};  ///< bodies of message and answer, where accepted
    bool operator==(const Verdict&) const = default;
};
[[nodiscard]] std::string words(const Verdict& verdict);

/// A random organization on a server, and on a phone of one of its people: people with bosses and
/// jobs, two collections, a channel and a user that carry elements, forms. The server judges with
/// its executor over its tables, the phone with its desk over its replica, which it has pulled;
/// nothing is shared but the rules.
class BothSides {
public:
    /// @param forms  so many random versions.
    BothSides(std::uint64_t seed, std::size_t forms);

    struct Version {
        Id id{};
        Definition definition{};
    };
    [[nodiscard]] const std::vector<Version>& versions() const { return versions_; }
    /// Whether the phone has pulled everything. Else one of the collections has not arrived.
    [[nodiscard]] bool is_complete() const { return complete_; }

    struct Filled {
        Intent intent{};
        bool can_submit = false;
        ErrorCode first = ErrorCode::none;  ///< of the troubles that the person is shown
    };
    /// Fills in a form on the phone, step by step: answering, clearing, adding, moving and removing
    /// repetitions, attaching files, mending what is shown as wrong; and what the app would send
    /// then.
    [[nodiscard]] Filled fill_in(const Version& version, fixture::Choices& choices);

    /// The same with one answer changed, taken out or put in. The intent itself is not sent then.
    [[nodiscard]] Intent spoil(const Version& version,
                               const Intent& intent,
                               fixture::Choices& choices);

    /// What no app of ours would send: any answers, with claims of any files.
    [[nodiscard]] Intent invent(const Version& version, fixture::Choices& choices);

    /// What the phone says of an intent before it is kept.
    [[nodiscard]] Verdict on_device(const Intent& intent);
    /// What the server says of each, in order.
    [[nodiscard]] std::vector<Verdict> on_server(std::span<const Intent> intents);

private:
    void make_collections(fixture::Choices& choices);
    void make_people(fixture::Choices& choices);
    void make_place(fixture::Choices& choices);
    void make_form(fixture::Choices& choices);
    void pull();
    [[nodiscard]] std::vector<body::HeldElement> some_elements(fixture::Choices& choices) const;
    [[nodiscard]] fixture::Stock stock_with(std::vector<Id> files) const;
    [[nodiscard]] client::FillingDesk::Place place();
    [[nodiscard]] std::vector<Id> attach(std::int64_t draft);
    void take_step(const Version& version,
                   std::int64_t draft,
                   const fixture::Stock& stock,
                   fixture::Choices& choices);
    void mend(std::int64_t draft, const fixture::Stock& stock, fixture::Choices& choices);
    [[nodiscard]] Intent intent_of(const Version& version,
                                   std::string answers,
                                   std::vector<FileClaim> files);

    // --- the server
    testing::FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_;
    testing::Company company_;
    services::Executor executor_;
    std::array<Id, 2> collections_{};  ///< a, and b with children of a's elements
    std::array<std::vector<Id>, 2> elements_;
    std::vector<Id> people_;
    Id channel_;
    std::vector<Version> versions_;

    // --- the phone
    bool online_ = true;
    bool complete_ = true;
    DeviceNumber phone_;
    client::Replica replica_;
    client::Outbox outbox_;
    client::OlderMessages older_;
    client::Overlay overlay_;
    FormCache cache_;
    client::DeviceWorld world_;
    client::FillingDesk desk_;
    std::vector<Id> strangers_;  ///< files of another draft
    std::uint32_t intents_ = 0;
};

}  // namespace holdfast::forms::agreement
