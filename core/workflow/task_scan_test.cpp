#include "core/workflow/task_scan.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace holdfast::workflow {
namespace {

/// Every member, with values that a body keeps.
Task full_task() {
    Task task{.name = "Fuga en la válvula 7",
              .info = "Behind the wall",
              .serial = 12,
              .group = Id{32},
              .workflow = "work_order",
              .state = "reported",
              .statuses = {"high", "", "north"},
              .asset = "pump_7",
              .channel = Id{751},
              .answers = {Id{9}, Id{10}},
              .assignee = Id{11},
              .created_by = Id{12},
              .owner = "import",
              .editors = {Id{13}},
              .followers = {Id{14}, Id{15}},
              .visibility = {Id{16}},
              .start_date = {-5},
              .end_date = {1'700'000'000'000},
              .closed_at = {1},
              .resolution_at = {2},
              .state_at = {3},
              .state_by = Id{17},
              .state_version = 4'000'000'000,
              .estimated_days = 3,
              .fields = {{"site.floor", "3"}, {"site.room", "B"}},
              .parent = Id{18},
              .children = {Id{19}},
              .weight = 5,
              .active = false};
    return task;
}

TEST(TaskScan, reads_what_this_project_writes) {
    EXPECT_EQ(scan_task(encode(full_task())), full_task());
    EXPECT_EQ(scan_task(encode(Task{})), Task{});
}

TEST(TaskScan, leaves_every_other_form_to_the_reader_of_any_JSON) {
    for (const std::string text : {R"({"name": "a"})",
                                   R"({"name":"a\"b"})",
                                   R"({"state":"a","name":"b"})",
                                   R"({"name":"a","name":"b"})",
                                   R"({"name":"a","new_member":1})",
                                   R"({"serial":1.5})",
                                   R"({"serial":1e3})",
                                   R"({"slas":[]})",
                                   R"({"serial":1}x)",
                                   R"({"name":1})",
                                   R"({"name":"a",})",
                                   R"({"group":"07"})",
                                   R"({"serial":01})",
                                   R"({"serial":99999999999999999999})",
                                   R"({"state_version":-1})",
                                   "{\"name\":\"\xff\"}",
                                   R"({"name":"a)",
                                   R"([])",
                                   ""}) {
        EXPECT_FALSE(scan_task(text)) << text;
    }
}

/// Whatever bytes stand in a body: what the scan reads is what the reader of any JSON reads.
TEST(TaskScan, reads_nothing_that_is_read_otherwise) {
    const std::string good = encode(full_task());
    std::uint32_t seed = 1;
    const auto pick = [&](std::size_t n) {
        seed = seed * 1664525U + 1013904223U;
        return (seed >> 8U) % n;
    };
    std::size_t scanned = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text = good;
        const std::string letters = "\"{}[]:,0123456789-.e\\ a\x80";
        for (std::size_t n = pick(3); n-- > 0;) {
            const std::size_t at = pick(text.size());
            switch (pick(3)) {
                case 0:
                    text[at] = letters[pick(letters.size())];
                    break;
                case 1:
                    text.erase(at, 1 + pick(3));
                    break;
                default:
                    text.insert(at, 1, letters[pick(letters.size())]);
            }
        }
        const auto read = scan_task(text);
        if (!read) {
            continue;
        }
        ++scanned;
        // A blank in front leaves the text to the reader of any JSON.
        const auto other = parse_task(" " + text);
        ASSERT_TRUE(other.has_value()) << text;
        ASSERT_EQ(*read, *other) << text;
    }
    EXPECT_GT(scanned, 5000U);
}

}  // namespace
}  // namespace holdfast::workflow
