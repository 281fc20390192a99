#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

#include "server/admin/importing/import.hpp"
#include "server/admin/testing/storages.hpp"

namespace holdfast::admin::testing {

inline std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.is_open()) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

inline ImportMap read_map(const std::string& path) {
    Problems problems;
    ImportMap map = read_import_map(read_file(path), path, problems);
    EXPECT_TRUE(problems.empty()) << as_error(ErrorCode::import_invalid, problems).detail;
    return map;
}

inline ImportProgress run_import(storage::Storage& storage,
                                 const ImportMap& map,
                                 const std::string& csv,
                                 ImportOptions options = {}) {
    std::istringstream in(csv);
    Problems problems;
    return must(import_table(storage, map, in, options, problems));
}

/// The requests of New York, where a copy of them is at hand.
inline std::optional<std::string> real_table() {
    const char* named = std::getenv("HOLDFAST_SAMPLE_CSV");
    // tidy: outside-path: the table is no part of the project; only tests with real data read it
    const std::string path = named != nullptr ? named : "../shared/data/nyc-311-sample.csv";
    return std::filesystem::exists(path) ? std::optional(read_file(path)) : std::nullopt;
}

/// "03/01/2011 02:27:57 PM" in New York as Unix milliseconds, by the rule of the years from 2007 on
/// and by nothing of what is tested.
inline std::int64_t new_york(const std::string& text) {
    namespace chrono = std::chrono;
    using chrono::hours, chrono::minutes, chrono::seconds, chrono::sys_days;
    int month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0;
    char half = 0;
    EXPECT_EQ(std::sscanf(text.c_str(),
                          "%d/%d/%d %d:%d:%d %cM",
                          &month,
                          &day,
                          &year,
                          &hour,
                          &minute,
                          &second,
                          &half),
              7)
        << text;
    const auto local = sys_days(chrono::year(year) / month / day) +
                       hours(hour % 12 + (half == 'P' ? 12 : 0)) + minutes(minute) +
                       seconds(second);
    const auto begin = sys_days(chrono::year(year) / chrono::March / chrono::Sunday[2]) + hours(2);
    const auto end = sys_days(chrono::year(year) / chrono::November / chrono::Sunday[1]) + hours(2);
    const auto utc = local + hours(local >= begin && local < end ? 4 : 5);
    return chrono::duration_cast<chrono::milliseconds>(utc.time_since_epoch()).count();
}

}  // namespace holdfast::admin::testing
