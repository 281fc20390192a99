#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/scenarios/workflow/world.hpp"

/// For tests: the sample workflows, as values.
namespace holdfast::workflow::fixture {

inline scenario::Bundle sample(const std::string& name) {
    std::ifstream file("examples/workflows/" + name + ".json", std::ios::binary);
    EXPECT_TRUE(file) << name;
    const std::string text(std::istreambuf_iterator<char>(file), {});
    auto bundle = scenario::parse_bundle(text);
    EXPECT_TRUE(bundle) << name;
    return bundle ? *std::move(bundle) : scenario::Bundle{};
}

}  // namespace holdfast::workflow::fixture

namespace holdfast {
/// Names instead of numbers in the messages of failed tests.
inline void PrintTo(ErrorCode code, std::ostream* out) {
    *out << error_name(code);
}
}  // namespace holdfast
