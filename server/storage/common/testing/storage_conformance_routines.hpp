#pragma once

#include "server/storage/common/testing/storage_conformance_fixture.hpp"

namespace holdfast::storage {

TEST_P(StorageConformance, gives_ids_that_follow_each_other) {
    commit([&] {
        Id last;
        for (int i = 0; i < 200; ++i) {
            const Id first = must(storage_->mint_ids(17));
            EXPECT_GT(first, last);
            const Id alone = must(storage_->mint_id());
            EXPECT_GE(alone.value, first.value + 17);
            last = alone;
        }
        EXPECT_FALSE(storage_->mint_ids(0));
        EXPECT_FALSE(storage_->mint_ids(100'000));
    });
}

TEST_P(StorageConformance, keeps_every_version_of_a_routine_and_finds_the_current_one) {
    const RoutineRecord first{
        .id = Id{5}, .organization = Id{1}, .code = "close", .definition = R"({"a":1})"};
    RoutineRecord second = first;
    second.id = Id{9};
    second.definition = R"({"a":2})";
    commit([&] {
        must(storage_->put_routine(first));
        must(storage_->put_routine({.id = Id{6}, .organization = Id{2}, .code = "close"}));
        must(storage_->put_routine({.id = Id{7}, .organization = Id{1}, .code = "begin"}));
    });
    EXPECT_EQ(must(storage_->find_routine(Id{1}, "close"))->id, Id{5});
    commit([&] {
        RoutineRecord former = first;
        former.current = false;
        must(storage_->put_routine(former));
        must(storage_->put_routine(second));
    });
    reopen();
    EXPECT_EQ(must(storage_->find_routine(Id{1}, "close"))->definition, second.definition);
    const auto old = must(storage_->find_routine(Id{5}));
    ASSERT_TRUE(old);
    EXPECT_FALSE(old->current);
    EXPECT_EQ(old->definition, first.definition);
    const auto all = must(storage_->routines_of(Id{1}));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].code, "begin");
    EXPECT_EQ(all[1].id, Id{9});
    EXPECT_FALSE(must(storage_->find_routine(Id{1}, "open")));
    EXPECT_FALSE(must(storage_->find_routine(Id{99})));
}

namespace runs {

inline RunRecord run(std::uint64_t id, std::int64_t due) {
    return {.id = Id{id},
            .organization = Id{1},
            .routine = "close",
            .definition = Id{9},
            .user = Id{3},
            .task = Id{70},
            .channel = Id{71},
            .context = R"({"meta":{}})",
            .queued_at = WallTime{due - 1},
            .due_at = WallTime{due}};
}

inline std::vector<Id> ids(const std::vector<RunRecord>& records) {
    std::vector<Id> all;
    for (const RunRecord& record : records) {
        all.push_back(record.id);
    }
    return all;
}

}  // namespace runs

TEST_P(StorageConformance, a_run_is_queued_once) {
    RunRecord record = runs::run(40, 100);
    record.again = Id{39};
    commit([&] { must(storage_->queue_run(record)); });
    must(storage_->begin());
    EXPECT_FALSE(storage_->queue_run(record));
    storage_->rollback();
    reopen();
    const auto found = must(storage_->find_run(Id{40}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->organization, Id{1});
    EXPECT_EQ(found->routine, "close");
    EXPECT_EQ(found->definition, Id{9});
    EXPECT_EQ(found->user, Id{3});
    EXPECT_EQ(found->task, Id{70});
    EXPECT_EQ(found->channel, Id{71});
    EXPECT_EQ(found->context, record.context);
    EXPECT_EQ(found->state, RunState::open);
    EXPECT_EQ(found->queued_at, WallTime{99});
    EXPECT_EQ(found->due_at, WallTime{100});
    EXPECT_EQ(found->again, Id{39});
    EXPECT_FALSE(must(storage_->find_run(Id{41})));
}

TEST_P(StorageConformance, finds_open_runs_by_when_they_are_due) {
    commit([&] {
        must(storage_->queue_run(runs::run(3, 100)));
        must(storage_->queue_run(runs::run(2, 300)));
        must(storage_->queue_run(runs::run(1, 200)));
        must(storage_->queue_run(runs::run(4, 100)));
    });
    EXPECT_EQ(runs::ids(must(storage_->due_runs(WallTime{200}, 10))),
              (std::vector{Id{3}, Id{4}, Id{1}}));
    EXPECT_EQ(runs::ids(must(storage_->due_runs(WallTime{200}, 2))), (std::vector{Id{3}, Id{4}}));
    commit([&] {
        RunRecord later = runs::run(3, 500);
        later.attempts = 2;
        must(storage_->update_run(later));
        RunRecord over = runs::run(4, 100);
        over.state = RunState::failed;
        over.ended_at = WallTime{150};
        over.stage = "mail";
        over.code = ErrorCode::routine_expression;
        over.detail = R"({"input":"to"})";
        must(storage_->update_run(over));
    });
    reopen();
    EXPECT_EQ(runs::ids(must(storage_->due_runs(WallTime{200}, 10))), (std::vector{Id{1}}));
    EXPECT_EQ(must(storage_->find_run(Id{3}))->attempts, 2U);
    const auto over = must(storage_->find_run(Id{4}));
    EXPECT_EQ(over->state, RunState::failed);
    EXPECT_EQ(over->ended_at, WallTime{150});
    EXPECT_EQ(over->stage, "mail");
    EXPECT_EQ(over->code, ErrorCode::routine_expression);
    EXPECT_EQ(over->detail, R"({"input":"to"})");
    EXPECT_EQ(runs::ids(must(storage_->runs_of(Id{1}, std::nullopt, 3))),
              (std::vector{Id{2}, Id{1}, Id{4}}));
    EXPECT_EQ(runs::ids(must(storage_->runs_of(Id{1}, RunState::failed, 3))), (std::vector{Id{4}}));
    EXPECT_TRUE(must(storage_->runs_of(Id{2}, std::nullopt, 3)).empty());
}

TEST_P(StorageConformance, an_entry_of_a_run_is_written_once) {
    const RunEntry second{.run = Id{40},
                          .position = 2,
                          .at = WallTime{7},
                          .entry = R"({"stage":"b"})",
                          .code = ErrorCode::intent_gone,
                          .detail = "{}"};
    commit([&] {
        must(storage_->add_run_entry(second));
        must(storage_->add_run_entry({.run = Id{40}, .position = 1, .entry = "{}"}));
        must(storage_->add_run_entry({.run = Id{41}, .position = 1, .entry = "{}"}));
    });
    must(storage_->begin());
    EXPECT_FALSE(storage_->add_run_entry(second));
    storage_->rollback();
    reopen();
    const auto entries = must(storage_->run_entries(Id{40}));
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].position, 1U);
    EXPECT_EQ(entries[1].at, WallTime{7});
    EXPECT_EQ(entries[1].entry, second.entry);
    EXPECT_EQ(entries[1].code, ErrorCode::intent_gone);
    EXPECT_EQ(entries[1].detail, "{}");
}

TEST_P(StorageConformance, forgets_runs_that_ended_long_ago_with_their_entries) {
    const auto ended = [](std::uint64_t id, std::int64_t at) {
        RunRecord record = runs::run(id, 1);
        record.state = RunState::done;
        record.ended_at = WallTime{at};
        return record;
    };
    commit([&] {
        must(storage_->queue_run(runs::run(1, 1)));
        for (const auto& record : {ended(2, 10), ended(3, 30), ended(4, 20), ended(5, 40)}) {
            must(storage_->queue_run(record));
            must(storage_->add_run_entry({.run = record.id, .position = 1, .entry = "{}"}));
        }
    });
    commit([&] { EXPECT_EQ(must(storage_->drop_runs(WallTime{40}, 2)), 2U); });
    EXPECT_FALSE(must(storage_->find_run(Id{2})));
    EXPECT_FALSE(must(storage_->find_run(Id{4})));
    EXPECT_TRUE(must(storage_->run_entries(Id{4})).empty());
    EXPECT_TRUE(must(storage_->find_run(Id{3})));
    commit([&] { EXPECT_EQ(must(storage_->drop_runs(WallTime{40}, 2)), 1U); });
    EXPECT_TRUE(must(storage_->find_run(Id{1}))) << "an open one stays, however old it is";
    EXPECT_TRUE(must(storage_->find_run(Id{5})));
    EXPECT_EQ(must(storage_->run_entries(Id{5})).size(), 1U);
}

}  // namespace holdfast::storage
