#include "tests/forms/verdicts.hpp"

#include <string_view>

#include "core/base/assert.hpp"
#include "core/base/split_mix.hpp"
#include "core/forms/filling.hpp"
#include "core/forms/testing/arbitrary.hpp"

namespace holdfast::forms::corpus {

namespace {

constexpr std::size_t bytes_each = 400;

/// FNV-1a, 64 bits.
class Digest {
public:
    void add(std::string_view text) {
        for (const char letter : text) {
            step(static_cast<unsigned char>(letter));
        }
        step(0xff);  // in no UTF-8: where one ends and the next begins counts
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    void step(unsigned char byte) { value_ = (value_ ^ byte) * 0x100'0000'01b3; }
    std::uint64_t value_ = 0xcbf2'9ce4'8422'2325;
};

void add_error(const Error& error, Digest& digest) {
    digest.add(error_name(error.code));
    digest.add(error.params);
}

void add_verdict(const FormVerdict& verdict, Digest& digest) {
    for (const auto& [path, state] : verdict.components) {
        digest.add(path);
        digest.add(state.visible ? "shown" : "hidden");
        digest.add(error_name(state.why));
        digest.add(error_name(state.trouble.code));
        digest.add(state.trouble.params);
    }
    for (const std::string& path : verdict.blocked) {
        digest.add(path);
    }
    digest.add(std::to_string(verdict.answered) + "/" + std::to_string(verdict.required));
}

void add_world(std::uint64_t seed, Digest& digest) {
    SplitMix chance(seed);
    const std::string bytes = fixture::arbitrary_bytes(chance, bytes_each);
    fixture::Choices choices(bytes);
    const Context context{.lookup = fixture::arbitrary_lookup(),
                          .user = Id{1},
                          .now = {1'777'896'000'000},
                          .zone = {.offset_minutes = -240},
                          .online = choices.flip()};
    const Definition definition = fixture::arbitrary_definition(choices);
    digest.add(encode(definition));
    const auto form = Form::make(definition);
    HF_ASSERT(form.has_value());
    const std::string answers =
        fixture::arbitrary_answers(choices, definition, fixture::arbitrary_stock());
    const auto clean = validate_submission(*form, answers, context);
    if (clean) {
        digest.add(clean->json);
    } else {
        add_error(clean.error(), digest);
    }
    const auto filling = Filling::resume(*form, context, answers);
    if (!filling) {
        add_error(filling.error(), digest);
        return;
    }
    add_verdict(filling->verdict(), digest);
    digest.add(filling->draft());
    digest.add(filling->submission());
}

}  // namespace

std::string digest_verdicts(std::uint64_t seed, std::size_t count) {
    Digest digest;
    for (std::size_t i = 0; i < count; ++i) {
        add_world(seed + i, digest);
    }
    return std::to_string(digest.value());
}

}  // namespace holdfast::forms::corpus
