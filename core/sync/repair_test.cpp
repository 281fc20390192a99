#include "core/sync/repair.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <string>

#include "core/base/split_mix.hpp"
#include "core/model/row_sum.hpp"
#include "core/wire/codec.hpp"

namespace holdfast::sync {
namespace {

struct Body {
    std::uint64_t version = 0;
    std::string text;
    bool operator==(const Body&) const = default;
};
using Rows = std::map<RowPlace, Body>;

RowRef refer(const Rows::value_type& row) {
    return {.kind = row.first.kind,
            .id = row.first.id,
            .version = row.second.version,
            .sort = 0,
            .body = row.second.text};
}

Sum sum_of(const Rows::value_type& row) {
    return row_sum(refer(row));
}

RangeSum sum_of(const Rows& rows, const KeyRange& range) {
    RangeSum sum{.to = range.to};
    for (auto row = rows.upper_bound(range.after); row != rows.end() && range.contains(row->first);
         ++row) {
        sum.rows += 1;
        sum.sum += sum_of(*row);
    }
    return sum;
}

/// A server that keeps one bucket, and answers as server/services/pull.hpp says.
class Server {
public:
    Rows rows;
    std::uint64_t version = 1;
    std::size_t rows_per_page = 50;
    std::size_t ranges_per_answer = 5;

    [[nodiscard]] Bucket head() const {
        const RangeSum all = sum_of(rows, {});
        return {.id = BucketId{9},
                .kind = BucketKind::timeline,
                .epoch = 3,
                .version = version,
                .rows = all.rows,
                .sum = all.sum};
    }

    [[nodiscard]] wire::Sums sums(const wire::Want& want) const {
        wire::Sums answer{.head = head(), .after = want.range.after};
        RangeSum part{.to = want.range.to};
        for (auto row = rows.upper_bound(want.range.after);
             row != rows.end() && want.range.contains(row->first);
             ++row) {
            if (part.rows == want.limit) {
                part.to = std::prev(row)->first;
                answer.ranges.push_back(part);
                if (answer.ranges.size() == ranges_per_answer) {
                    return answer;  // the rest is asked for again
                }
                part = RangeSum{.to = want.range.to};
            }
            part.rows += 1;
            part.sum += sum_of(*row);
        }
        answer.ranges.push_back(part);
        return answer;
    }

    [[nodiscard]] wire::Page page(const wire::Want& want) const {
        wire::Page page{.head = head(), .mode = wire::PullMode::range, .range = want.range};
        for (auto row = rows.upper_bound(want.range.after);
             row != rows.end() && want.range.contains(row->first);
             ++row) {
            if (page.rows.size() == rows_per_page) {
                page.range.to = std::prev(row)->first;
                return page;
            }
            page.rows.push_back(refer(*row));
        }
        return page;
    }
};

struct Cost {
    std::size_t rounds = 0;
    std::size_t bytes = 0;
};

void replace(Rows& rows, const wire::Page& page) {
    const auto end = page.range.to.is_open() ? rows.end() : rows.upper_bound(page.range.to);
    rows.erase(rows.upper_bound(page.range.after), end);
    for (const RowRef& row : page.rows) {
        rows[{row.kind, row.id}] = {row.version, std::string(row.body)};
    }
}

/// A few pages, as a budget allows.
void serve_range(Repair& repair, const Server& server, Rows& device, wire::Want want, Cost& cost) {
    constexpr int pages_max = 8;
    for (int pages = 0; pages < pages_max; ++pages) {
        const wire::Page page = server.page(want);
        cost.bytes += wire::encode(page).size();
        EXPECT_TRUE(repair.take(page));
        replace(device, page);
        if (page.range.to == want.range.to) {
            return;
        }
        want.range.after = page.range.to;
    }
}

/// Runs a repair to its end; `between` is called after each round.
template <class Between>
Cost run(Repair& repair, const Server& server, Rows& device, Between between) {
    Cost cost;
    while (!repair.done()) {
        const auto wants = repair.take_wants(wire::limits::wants_per_pull_max);
        if (wants.empty() || cost.rounds == 200) {
            ADD_FAILURE() << "the repair stands still";
            return cost;
        }
        cost.rounds += 1;
        repair.pull_ended();
        for (const wire::Want& want : wants) {
            if (want.mode == wire::PullMode::sums) {
                const wire::Sums sums = server.sums(want);
                cost.bytes += wire::encode(sums).size();
                EXPECT_TRUE(repair.take(sums));
            } else {
                serve_range(repair, server, device, want, cost);
            }
        }
        for (auto ranges = repair.take_sums(); !ranges.empty(); ranges = repair.take_sums()) {
            std::vector<RangeSum> sums;
            for (const KeyRange& range : ranges) {
                sums.push_back(sum_of(device, range));
            }
            repair.compare(sums);
        }
        between();
    }
    return cost;
}
Cost run(Repair& repair, const Server& server, Rows& device) {
    return run(repair, server, device, [] {});
}

Rows random_rows(SplitMix& chance, std::size_t count) {
    Rows rows;
    while (rows.size() < count) {
        const RowPlace place{static_cast<RowKind>(1 + chance.next() % 10),
                             Id{1 + chance.next() % (count * 4)}};
        rows[place] = {1 + chance.next() % 1000, std::string(chance.next() % 40, 'x') + "{}"};
    }
    return rows;
}

void damage(SplitMix& chance, Rows& rows, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
        const RowPlace place{static_cast<RowKind>(1 + chance.next() % 10),
                             Id{1 + chance.next() % (rows.size() * 4 + 8)}};
        auto row = rows.lower_bound(place);
        switch (chance.next() % 4) {
            case 0:
                rows[place] = {chance.next() % 5000, "invented"};
                break;
            case 1:
                if (row != rows.end()) {
                    rows.erase(row);
                }
                break;
            case 2:
                if (row != rows.end()) {
                    row->second.version += 1;
                }
                break;
            default:
                if (row != rows.end()) {
                    row->second.text = "rotten";
                }
        }
    }
}

TEST(Repair, OM6_makes_any_two_sets_of_rows_equal) {
    EXPECT_TRUE(rc::check([](std::uint64_t seed) {
        SplitMix chance(seed);
        Server server;
        server.rows = random_rows(chance, chance.next() % 600);
        server.rows_per_page = 1 + chance.next() % 60;
        server.ranges_per_answer = 1 + chance.next() % 20;
        Rows device = chance.next() % 5 == 0 ? Rows{} : server.rows;
        damage(chance, device, chance.next() % 100);
        Repair repair(server.head(), RepairCause::sum);
        run(repair, server, device);
        RC_ASSERT(device == server.rows);
        RC_ASSERT(repair.rows() == server.head().rows);
        RC_ASSERT(repair.sum() == server.head().sum);
    }));
}

TEST(Repair, what_moves_meanwhile_is_left_to_the_delta_behind_it) {
    EXPECT_TRUE(rc::check([](std::uint64_t seed) {
        SplitMix chance(seed);
        Server server;
        server.rows = random_rows(chance, 300);
        server.version = 2000;
        Rows device = server.rows;
        damage(chance, device, 30);
        std::map<RowPlace, std::uint64_t> moved;  // the feed: place → version
        Repair repair(server.head(), RepairCause::sum);
        run(repair, server, device, [&] {
            for (int i = 0; i < 5; ++i) {
                const RowPlace place{RowKind::message, Id{chance.next() % 100}};
                moved[place] = ++server.version;
                if (chance.next() % 3 == 0) {
                    server.rows.erase(place);
                } else {
                    server.rows[place] = {server.version, "moved"};
                }
            }
        });
        RC_ASSERT(repair.as_of() == 2000U);
        for (const auto& [place, version] : moved) {  // as a replica stores a delta
            const auto row = server.rows.find(place);
            if (row == server.rows.end()) {
                device.erase(place);
            } else {
                device[place] = row->second;
            }
        }
        RC_ASSERT(device == server.rows);
    }));
}

TEST(Repair, OM6_ten_wrong_rows_of_a_hundred_thousand_cost_little) {
    SplitMix chance(7);
    Server server;
    server.ranges_per_answer = wire::limits::ranges_per_sums_max;
    server.rows_per_page = 2000;
    const std::string body(100, 'b');
    for (std::uint64_t id = 1; id <= 100'000; ++id) {
        server.rows[{RowKind::message, Id{id * 3}}] = {id, body};
    }
    Rows device = server.rows;
    for (int i = 0; i < 10; ++i) {
        device[{RowKind::message, Id{3 + 3 * (chance.next() % 100'000)}}].text = "rotten";
    }
    Repair repair(server.head(), RepairCause::sum);
    const Cost cost = run(repair, server, device);
    EXPECT_EQ(device, server.rows);
    EXPECT_LE(cost.rounds, 5U);
    EXPECT_LE(cost.bytes, 80'000U) << "of about 12 MB";
    EXPECT_LE(repair.record.fetched, 10 * limits::repair_leaf_rows);
}

TEST(Repair, bytes_grow_with_the_difference) {
    std::size_t before = 0;
    for (const std::size_t wrong : {1U, 10U, 100U, 1000U}) {
        SplitMix chance(wrong);
        Server server;
        server.ranges_per_answer = wire::limits::ranges_per_sums_max;
        server.rows_per_page = 2000;
        server.rows = random_rows(chance, 20'000);
        Rows device = server.rows;
        damage(chance, device, wrong);
        Repair repair(server.head(), RepairCause::sum);
        const Cost cost = run(repair, server, device);
        EXPECT_EQ(device, server.rows);
        EXPECT_LE(cost.bytes, 6000 + wrong * 6000);
        EXPECT_GT(cost.bytes, before);
        before = cost.bytes;
    }
}

TEST(Repair, fetches_everything_where_much_is_wrong_without_looking_into_all_of_it) {
    SplitMix chance(3);
    Server server;
    server.ranges_per_answer = wire::limits::ranges_per_sums_max;
    server.rows_per_page = 2000;
    server.rows = random_rows(chance, 20'000);
    Rows device;
    Repair repair(server.head(), RepairCause::history);
    const Cost cost = run(repair, server, device);
    EXPECT_EQ(device, server.rows);
    EXPECT_LE(cost.rounds, 12U);
    EXPECT_EQ(repair.record.fetched, 20'000U);
}

TEST(Repair, does_not_take_what_does_not_belong_to_it) {
    SplitMix chance(1);
    Server server;
    server.rows = random_rows(chance, 200);
    Repair repair(server.head(), RepairCause::sum);
    (void)repair.take_wants(10);
    wire::Sums stranger = server.sums({.limit = 20});
    stranger.after = {RowKind::message, Id{5}};
    EXPECT_FALSE(repair.take(stranger)) << "a range that was not asked for";
    wire::Sums backwards = server.sums({.limit = 20});
    std::swap(backwards.ranges[0], backwards.ranges[1]);
    EXPECT_FALSE(repair.take(backwards));
    EXPECT_FALSE(repair.take(server.page({}))) << "rows before the sums";
    EXPECT_TRUE(repair.take(server.sums({.limit = 20})));
    wire::Sums later = server.sums({.limit = 20});
    later.head.epoch += 1;
    EXPECT_FALSE(repair.take(later)) << "another history";
}

}  // namespace
}  // namespace holdfast::sync
