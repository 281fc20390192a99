#include "server/net/counters.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

namespace holdfast::net {
namespace {

using ::testing::HasSubstr;

/// "| `holdfast_x` | counter | What it counts. |" for each metric that the server gives.
std::set<std::string> given_rows() {
    std::istringstream text(format_metrics({}, {}));
    std::set<std::string> rows;
    std::string help;
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with("# HELP ")) {
            help = line.substr(7);
        } else if (line.starts_with("# TYPE ")) {
            const auto name_end = help.find(' ');
            const std::string name = help.substr(0, name_end);
            EXPECT_TRUE(line.starts_with("# TYPE " + name + " ")) << line;
            const std::string type = line.substr(8 + name.size());
            EXPECT_TRUE(
                rows.insert("| `" + name + "` | " + type + " | " + help.substr(name_end + 1) + " |")
                    .second)
                << name << " is given twice";
        }
    }
    return rows;
}

TEST(Counters, the_page_lists_every_metric_with_its_type_and_meaning_and_no_other) {
    std::ifstream page("docs/internals/metrics.md");
    ASSERT_TRUE(page.is_open());
    std::set<std::string> listed;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("| `holdfast_")) {
            listed.insert(line);
        }
    }
    EXPECT_EQ(listed, given_rows());
}

TEST(Counters, a_histogram_counts_upwards_and_sums_seconds) {
    services::Counters hub;
    hub.commit_time.add(90);
    hub.commit_time.add(250);
    hub.commit_time.add(2'000'000);
    hub.commit_time.add(60'000'000);
    const std::string text = format_metrics(hub, {});
    EXPECT_THAT(text,
                HasSubstr("# TYPE holdfast_commit_seconds histogram\n"
                          "holdfast_commit_seconds_bucket{le=\"0.0001\"} 1\n"
                          "holdfast_commit_seconds_bucket{le=\"0.00025\"} 2\n"));
    EXPECT_THAT(text,
                HasSubstr("holdfast_commit_seconds_bucket{le=\"1\"} 2\n"
                          "holdfast_commit_seconds_bucket{le=\"5\"} 3\n"
                          "holdfast_commit_seconds_bucket{le=\"30\"} 3\n"
                          "holdfast_commit_seconds_bucket{le=\"+Inf\"} 4\n"
                          "holdfast_commit_seconds_sum 62.00034\n"
                          "holdfast_commit_seconds_count 4\n"));
}

TEST(Counters, refusals_are_counted_by_their_code) {
    services::Counters hub;
    hub.intents_by_code[ErrorCode::intent_gone] = 3;
    EXPECT_THAT(format_metrics(hub, {}),
                HasSubstr("holdfast_intents_by_code_total{code=\"intent.gone\"} 3\n"));
}

TEST(Counters, a_clock_that_goes_back_measures_nothing) {
    services::Histogram histogram;
    histogram.add(-5);
    EXPECT_EQ(histogram.counts().front(), 1U);
    EXPECT_EQ(histogram.sum_us(), 0U);
}

}  // namespace
}  // namespace holdfast::net
