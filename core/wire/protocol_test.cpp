#include <gtest/gtest.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "core/wire/frame.hpp"

// Tests run in the project's folder.
namespace holdfast::wire {
namespace {

std::string read_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// XXH3-128 of a schema without its comments and its white space, in hexadecimal.
std::string schema_hash(std::string_view schema) {
    std::string bare;
    for (std::size_t at = 0; at < schema.size(); ++at) {
        if (schema.substr(at, 2) == "//") {
            at = std::min(schema.find('\n', at), schema.size());
        } else if (std::isspace(static_cast<unsigned char>(schema[at])) == 0) {
            bare += schema[at];
        }
    }
    const XXH128_hash_t hash = XXH3_128bits(bare.data(), bare.size());
    std::string hex(33, '\0');
    std::snprintf(hex.data(),
                  hex.size(),
                  "%016llx%016llx",
                  static_cast<unsigned long long>(hash.high64),
                  static_cast<unsigned long long>(hash.low64));
    hex.pop_back();
    return hex;
}

/// The value of the last line `name = value` in spec/protocol.toml, without quotes.
std::optional<std::string> last_value(const std::string& toml, const std::string& name) {
    const auto at = ("\n" + toml).rfind("\n" + name + " = ");
    if (at == std::string::npos) {
        return std::nullopt;
    }
    const auto begin = at + name.size() + 3;
    std::string value = toml.substr(begin, toml.find('\n', begin) - begin);
    std::erase(value, '"');
    return value;
}

TEST(Protocol, has_a_new_version_when_the_schema_has_changed) {
    const std::string hash = schema_hash(read_file("spec/sync.fbs"));
    EXPECT_EQ(last_value(read_file("spec/protocol.toml"), "hash"), hash)
        << "spec/sync.fbs is not the schema of the newest version in spec/protocol.toml.\n"
           "Add a [[version]] with the next number and set protocol_version in\n"
           "core/wire/frame.hpp; only a version that was never released is changed in place.\n"
           "Its line is: hash = \""
        << hash << "\"";
}

TEST(Protocol, has_the_same_numbers_in_the_code_and_in_the_specification) {
    const std::string toml = read_file("spec/protocol.toml");
    EXPECT_EQ(last_value(toml, "number"), std::to_string(protocol_version));
    EXPECT_EQ(last_value(toml, "oldest_accepted"), std::to_string(protocol_oldest_accepted));
}

TEST(Protocol, hashes_what_a_schema_says_and_not_how_it_is_written) {
    const std::string hash = schema_hash("table A { x: int; }");
    EXPECT_EQ(schema_hash("// about A\ntable A\n{\n  x:int; // its x\n}\n"), hash);
    EXPECT_NE(schema_hash("table A { x: long; }"), hash);
}

}  // namespace
}  // namespace holdfast::wire
