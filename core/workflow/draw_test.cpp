#include "core/workflow/draw.hpp"

#include <gtest/gtest.h>

#include "core/workflow/testing/bundles.hpp"

namespace holdfast::workflow {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(Draw, has_a_box_for_each_state_and_an_arrow_for_each_transition) {
    const std::string svg = draw(fixture::sample("work_orders").workflows.at("work_order"));
    EXPECT_EQ(count(svg, "<rect x="), 5U);
    EXPECT_EQ(count(svg, "marker-end"), 5U);
    EXPECT_EQ(count(svg, "stroke-width=\"3\""), 1U) << "the initial state";
    EXPECT_NE(svg.find("acceptance_of_work"), std::string::npos);
    EXPECT_EQ(svg, draw(fixture::sample("work_orders").workflows.at("work_order")));
}

TEST(Draw, a_change_without_a_button_is_dashed) {
    const std::string svg = draw(fixture::sample("notifications").workflows.at("notification"));
    EXPECT_EQ(count(svg, "stroke-dasharray"), 1U);
}

TEST(Draw, names_cannot_leave_their_text) {
    Workflow workflow{.name = "<script>\"&", .initial = "a"};
    workflow.states = {{.code = "a", .name = "</text>\x01", .next = {{.target = "nowhere"}}}};
    const std::string svg = draw(workflow);
    EXPECT_EQ(svg.find("<script>"), std::string::npos);
    EXPECT_NE(svg.find("&lt;script&gt;&quot;&amp;"), std::string::npos);
    EXPECT_NE(svg.find("&lt;/text&gt; "), std::string::npos);
}

TEST(Draw, an_empty_workflow_is_a_picture_too) {
    EXPECT_NE(draw(Workflow{.code = "x"}).find("</svg>"), std::string::npos);
}

}  // namespace
}  // namespace holdfast::workflow
