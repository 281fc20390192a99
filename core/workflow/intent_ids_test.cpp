#include "core/workflow/intent_ids.hpp"

#include <gtest/gtest.h>

#include "core/workflow/limits.hpp"

namespace holdfast::workflow {
namespace {

TEST(IntentIds, each_kind_counts_from_the_intent) {
    IntentIds ids = IntentIds::make(Id::make(5000, 7), 2).value();
    EXPECT_EQ(ids.row(), Id::make(5000, 7));
    EXPECT_EQ(ids.next_message(), Id::make(5000, 7));
    EXPECT_EQ(ids.next_message(), Id::make(5000, 8));
    EXPECT_EQ(ids.next_history(), Id::make(5000, 7));
    EXPECT_EQ(ids.next_run(), Id::make(5000, 7));
}

TEST(IntentIds, a_span_ends_where_the_next_begins) {
    const std::uint32_t reserved = ids_reserved(3);
    IntentIds ids = IntentIds::make(Id::make(5000, 100), 3).value();
    Id last{};
    for (std::uint32_t i = 0; i < reserved; ++i) {
        last = ids.next_message();
    }
    EXPECT_EQ(last, Id::make(5000, 100 + reserved - 1));
    EXPECT_DEATH((void)ids.next_message(), "assertion failed");
}

TEST(IntentIds, a_span_does_not_leave_the_counter_of_its_device) {
    EXPECT_FALSE(IntentIds::make(Id::make(5000, 0xffff'fff8), 0));
    EXPECT_FALSE(IntentIds::make(Id{}, 0));
    EXPECT_FALSE(IntentIds::make(Id::make(5000, 1), limits::form_parts_max + 1));
    EXPECT_TRUE(IntentIds::make(Id::make(5000, 1), limits::form_parts_max));
}

}  // namespace
}  // namespace holdfast::workflow
