#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>

#include "core/base/split_mix.hpp"
#include "core/forms/check.hpp"
#include "core/forms/filling.hpp"
#include "core/forms/sheet.hpp"
#include "core/forms/testing/arbitrary.hpp"

// Random forms and answers. What holds for each stands in `broken`.

namespace holdfast::forms {
namespace {

using fixture::arbitrary_answers;
using fixture::arbitrary_definition;
using fixture::arbitrary_json;
using fixture::arbitrary_lookup;
using fixture::arbitrary_stock;
using fixture::Choices;

// Sanitizers make each world many times slower; the fuzzers run under them for as long as one
// likes.
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define HF_WORLDS 5'000
#endif
#endif
#ifndef HF_WORLDS
#define HF_WORLDS 100'000
#endif
constexpr int worlds_a_run = HF_WORLDS;
constexpr std::size_t bytes_a_world = 400;

Context context_of(bool online) {
    return {
        .lookup = arbitrary_lookup(), .user = Id{1}, .now = {1'777'896'000'000}, .online = online};
}

bool is_same(const FormVerdict& left, const FormVerdict& right) {
    return left.can_submit == right.can_submit && left.blocked == right.blocked &&
           left.required == right.required && left.answered == right.answered &&
           std::ranges::equal(
               left.components, right.components, [](const auto& one, const auto& other) {
                   return one.path == other.path && one.state == other.state;
               });
}

/// What is sent when the device says that it may be is what the server accepts, and nothing else.
std::string broken_agreement(const std::shared_ptr<const Form>& form,
                             const Filling& filling,
                             const Context& context) {
    const std::string sent = filling.submission();
    const auto clean = validate_submission(form, sent, context);
    if (clean.has_value() != filling.can_submit()) {
        return "device and server disagree";
    }
    if (!clean) {
        return {};
    }
    const auto again = validate_submission(form, clean->json, context);
    if (clean->json != sent || !again || again->json != clean->json) {
        return "the canonical answers are no fixed point";
    }
    return {};
}

/// What came step by step stands as what is judged at once.
std::string broken_increment(const std::shared_ptr<const Form>& form,
                             const Filling& filling,
                             const Context& context) {
    const auto whole = Filling::resume(form, context, filling.draft());
    if (!whole || !is_same(whole->verdict(), filling.verdict())) {
        return "judged step by step is not judged at once";
    }
    return whole->draft() == filling.draft() ? "" : "a draft is no fixed point";
}

/// The answers as they came: accepted where find_faults() finds nothing.
std::string broken_raw(const std::shared_ptr<const Form>& form,
                       const std::string& answers,
                       const Context& context) {
    const auto faults = find_faults(form, answers, context);
    const auto clean = validate_submission(form, answers, context);
    if (!faults || faults->empty() != clean.has_value()) {
        return "find_faults and validate_submission disagree";
    }
    return !clean && find_error(clean.error().code) == nullptr ? "an error without a name" : "";
}

Result<> take_steps(Filling& filling,
                    Choices& choices,
                    const Definition& definition,
                    const Context& context) {
    for (std::size_t n = choices.below(8); n > 0; --n) {
        const Component& component =
            definition.form.components[choices.below(definition.form.components.size())];
        if (component.kind() == Kind::nested && choices.flip()) {
            (void)(choices.flip() ? filling.add(context, component.id, "inner")
                                  : filling.remove(context, component.id + "/0"));
            continue;
        }
        const bool inside = component.kind() == Kind::nested && choices.flip();
        const Component& target =
            inside ? definition.inside.front()
                         .components[choices.below(definition.inside.front().components.size())]
                   : component;
        const std::string path = inside ? component.id + "/0/" + target.id : target.id;
        (void)filling.set(context, path, arbitrary_json(choices, target, arbitrary_stock()));
    }
    return {};
}

/// Empty, or what does not hold in the world that the bytes make.
std::string broken(std::string_view bytes) {
    Choices choices(bytes);
    const Context context = context_of(choices.flip());
    const Definition definition = arbitrary_definition(choices);
    const std::string text = encode(definition);
    const auto parsed = parse_definition(text);
    if (!parsed || encode(*parsed) != text) {
        return "the definition is not read as it was written: " +
               (parsed ? "" : parsed.error().detail);
    }
    const auto form = Form::make(*parsed);
    const std::string answers = arbitrary_answers(choices, definition, arbitrary_stock());
    auto filling =
        choices.flip() ? Filling::open(*form, context) : Filling::resume(*form, context, answers);
    if (!form || !filling || !take_steps(*filling, choices, definition, context)) {
        return "no filling";
    }
    std::string found = broken_raw(*form, answers, context);
    found += broken_agreement(*form, *filling, context);
    found += broken_increment(*form, *filling, context);
    return found.empty() ? found : found + "\n" + text + "\n" + answers + "\n" + filling->draft();
}

TEST(FillingProperty, holds_in_many_random_worlds) {
    const std::uint64_t start =
        (std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}();
    for (int i = 0; i < worlds_a_run; ++i) {
        const std::uint64_t seed = start + static_cast<std::uint64_t>(i) * 1'000'003;
        SplitMix chance(seed);
        ASSERT_EQ(broken(fixture::arbitrary_bytes(chance, bytes_a_world)), "") << "seed " << seed;
    }
}

TEST(FillingProperty, holds_in_worlds_that_shrink) {
    EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& bytes) {
        const std::string text(bytes.begin(), bytes.end());
        const std::string found = broken(text);
        if (!found.empty()) {
            RC_FAIL(found);
        }
    }));
}

}  // namespace
}  // namespace holdfast::forms
