// OM24, OM33: device and server give the same verdict on an answer, each with its own lookups:
// random organizations, forms and answers, right ones and broken ones. One that fails says the seed
// that repeats it: HOLDFAST_FORMS_SEED=N build/dev/tests/forms/holdfast_agreement_test

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string_view>

#include "core/base/split_mix.hpp"
#include "tests/forms/both_sides.hpp"

namespace holdfast::forms::agreement {
namespace {

using fixture::Choices;

// Sanitizers make each case many times slower.
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define HF_ORGANIZATIONS 3
#endif
#endif
#ifndef HF_ORGANIZATIONS
#define HF_ORGANIZATIONS 100
#endif
constexpr std::size_t organizations_a_run = HF_ORGANIZATIONS;
constexpr std::size_t forms_each = 100;
constexpr std::size_t answers_each = 10;  // to a form
constexpr std::size_t bytes_a_case = 300;

/// Organizations in which the two sides once disagreed.
constexpr std::array<std::uint64_t, 1> kept_seeds{
    472'206'685,  // the file of another draft
};

/// Empty, or how the two disagree about one answer.
std::string disagreement(bool is_complete,
                         const BothSides::Filled& filled,
                         const Verdict& device,
                         const Verdict& server) {
    if (is_complete && device != server) {
        return "the rules over the replica are not the rules over the tables";
    }
    const bool by_answers = server.accepted || error_name(server.code).starts_with("answer.");
    if (!by_answers) {
        return {};  // the form's filters and the place say no, whatever is answered
    }
    if (filled.can_submit && !server.accepted) {
        return "the device lets it be sent, and the server refuses";
    }
    if (!is_complete || filled.can_submit || filled.first == ErrorCode::none) {
        return {};
    }
    if (server.accepted) {
        return "the device keeps back what the server takes";
    }
    // OM24: offline the device says why it cannot be answered.
    const ErrorCode said = filled.first == ErrorCode::answer_needs_connection
                               ? ErrorCode::answer_required
                               : filled.first;
    return said == server.code ? "" : "the device shows " + std::string(error_name(filled.first));
}

/// What the server said, and how often.
using Tally = std::map<std::string_view, std::size_t>;

/// Half as the app would send it, the rest nearly so, or anything at all.
BothSides::Filled make_answer(BothSides& sides,
                              const BothSides::Version& version,
                              SplitMix& chance) {
    const std::string bytes = fixture::arbitrary_bytes(chance, bytes_a_case);
    Choices choices(bytes);
    switch (choices.below(4)) {
        case 0:
            return {sides.invent(version, choices)};
        case 1: {
            const BothSides::Filled whole = sides.fill_in(version, choices);
            return {sides.spoil(version, whole.intent, choices)};
        }
        default:
            return sides.fill_in(version, choices);
    }
}

void try_form(BothSides& sides, const BothSides::Version& version, SplitMix& chance, Tally& tally) {
    std::vector<BothSides::Filled> filled;
    std::vector<Intent> intents;
    for (std::size_t i = 0; i < answers_each; ++i) {
        filled.push_back(make_answer(sides, version, chance));
        intents.push_back(filled.back().intent);
    }
    const std::vector<Verdict> server = sides.on_server(intents);
    ASSERT_EQ(server.size(), intents.size());
    for (std::size_t i = 0; i < intents.size(); ++i) {
        tally[server[i].accepted ? "accepted" : error_name(server[i].code)] += 1;
        const Verdict device = sides.on_device(intents[i]);
        const std::string found = disagreement(sides.is_complete(), filled[i], device, server[i]);
        ASSERT_EQ(found, "") << "  device: " << words(device) << "\n  server: " << words(server[i])
                             << "\n  form: " << encode(version.definition)
                             << "\n  intent: " << intents[i].args;
    }
}

void try_organization(std::uint64_t seed, Tally& tally) {
    BothSides sides(seed, forms_each);
    SplitMix chance(~seed);
    for (const BothSides::Version& version : sides.versions()) {
        try_form(sides, version, chance, tally);
        if (::testing::Test::HasFatalFailure()) {
            FAIL() << "again with HOLDFAST_FORMS_SEED=" << seed;
        }
    }
}

std::uint64_t first_seed() {
    std::uint64_t seed = 0;
    const char* given = std::getenv("HOLDFAST_FORMS_SEED");
    const std::string_view text = given == nullptr ? "" : given;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seed);
    return !text.empty() && read.ec == std::errc{} ? seed : std::random_device{}();
}

TEST(Agreement, of_device_and_server_on_random_answers_to_random_forms) {
    const std::uint64_t first = first_seed();
    Tally tally;
    for (std::size_t i = 0; i < organizations_a_run; ++i) {
        try_organization(first + i, tally);
        if (HasFatalFailure()) {
            return;
        }
    }
    // Else the two would agree about little.
    EXPECT_GT(tally["accepted"], organizations_a_run * forms_each * answers_each / 10);
    for (const ErrorCode code : {ErrorCode::answer_required,
                                 ErrorCode::answer_hidden,
                                 ErrorCode::answer_not_a_choice,
                                 ErrorCode::answer_file_unknown,
                                 ErrorCode::answer_too_early,
                                 ErrorCode::form_not_here}) {
        EXPECT_GT(tally[error_name(code)], 0U) << error_name(code);
    }
    for (const auto& [said, count] : tally) {
        std::printf("%8zu %.*s\n", count, static_cast<int>(said.size()), said.data());
    }
}

TEST(Agreement, holds_where_it_once_did_not) {
    Tally tally;
    for (const std::uint64_t seed : kept_seeds) {
        try_organization(seed, tally);
    }
}

}  // namespace
}  // namespace holdfast::forms::agreement
