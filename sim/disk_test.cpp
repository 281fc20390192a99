#include "sim/disk.hpp"

#include <gtest/gtest.h>

#include "platform/sqlite/database.hpp"

namespace holdfast::sim {
namespace {

sqlite::OpenOptions options(const Disk& disk) {
    return {.path = "test.db", .vfs = disk.vfs(), .exclusive = true};
}

std::int64_t count(const Disk& disk) {
    auto database = sqlite::Database::open(options(disk));
    EXPECT_TRUE(database.has_value());
    EXPECT_TRUE(database->check().value_or(false));
    auto statement = database->prepare("SELECT count(*) FROM t");
    EXPECT_TRUE(statement.has_value()) << "the table is gone";
    if (!statement) {
        return -1;
    }
    EXPECT_TRUE(statement->step().value_or(false));
    return statement->integer(0);
}

/// Commits rows until the disk kills it or `rows` are in; returns how many commits said yes.
std::int64_t write_rows(Disk& disk, std::int64_t rows) {
    auto database = sqlite::Database::open(options(disk));
    if (!database || !database->execute("CREATE TABLE IF NOT EXISTS t (x TEXT)")) {
        return -1;
    }
    std::int64_t done = 0;
    while (done < rows && database->execute("INSERT INTO t VALUES (hex(zeroblob(300)))")) {
        done += 1;
    }
    disk.kill();  // what closing would write does not happen
    return done;
}

TEST(Disk, a_commit_that_said_yes_survives_a_power_cut_at_any_write) {
    for (std::uint64_t seed = 1; seed <= 120; ++seed) {
        Random random(seed);
        Disk disk("disk-test");
        std::int64_t promised = 0;
        for (int life = 0; life < 4; ++life) {
            disk.restart();
            disk.kill_after_writes(random.below(seed % 3 == 0 ? 6000 : 120));
            const std::int64_t written = write_rows(disk, 3000);
            promised += std::max<std::int64_t>(written, 0);
            disk.lose_power(random);
        }
        disk.restart();
        if (promised > 0) {
            const std::int64_t there = count(disk);
            ASSERT_GE(there, promised) << "seed " << seed;
            ASSERT_LE(there, promised + 4) << "seed " << seed;
        }
    }
}

TEST(Disk, without_power_loss_a_killed_process_loses_nothing_that_it_wrote) {
    Disk disk("disk-test");
    EXPECT_EQ(write_rows(disk, 20), 20);
    disk.restart();
    EXPECT_EQ(count(disk), 20);
}

TEST(Disk, refuses_writes_beyond_its_capacity) {
    Disk disk("disk-test");
    auto database = sqlite::Database::open(options(disk));
    ASSERT_TRUE(database && database->execute("CREATE TABLE t (x TEXT)"));
    disk.set_capacity(disk.bytes() + 4096);
    Result<> written;
    for (int i = 0; i < 100 && written; ++i) {
        written = database->execute("INSERT INTO t VALUES (hex(zeroblob(2000)))");
    }
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::storage_full);
}

}  // namespace
}  // namespace holdfast::sim
