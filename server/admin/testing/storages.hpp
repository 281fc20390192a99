#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/admin/demo/demo.hpp"
#include "server/admin/org_apply.hpp"
#include "server/admin/org_state.hpp"
#include "server/auth/passwords.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::admin::testing {

inline void must(const Result<>& result) {
    ASSERT_TRUE(result) << error_name(result.error().code) << " " << result.error().detail;
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        ADD_FAILURE() << error_name(result.error().code) << " " << result.error().detail;
        std::abort();
    }
    return *std::move(result);
}

inline std::unique_ptr<storage::Storage> empty_storage() {
    return must(storage::open_sqlite(":memory:"));
}

/// The demonstration with a tenth of its tasks.
inline std::unique_ptr<storage::Storage> demo_storage() {
    auto storage = empty_storage();
    must(create_demo(
        *storage, {.password_hash = "!", .now = {1'750'000'000'000}, .assets = 400, .tasks = 300}));
    return storage;
}

/// The file with one place of it changed.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

inline OrgState state_of(storage::Storage& storage, std::string_view code) {
    auto state = must(load_organization(storage, code));
    if (!state) {
        ADD_FAILURE() << "no organization " << code;
        std::abort();
    }
    return *std::move(state);
}

inline Result<Applied> try_apply(storage::Storage& storage,
                                 std::string_view file,
                                 Problems& problems,
                                 bool dry_run = false) {
    holdfast::testing::FakeEnvironment environment;
    return apply_organization(
        storage, environment, file, {.dry_run = dry_run, .cost = auth::minimum_cost()}, problems);
}

inline Applied apply_file(storage::Storage& storage, std::string_view file, bool dry_run = false) {
    Problems problems;
    return must(try_apply(storage, file, problems, dry_run));
}

/// Messages of a timeline in the order of their keys.
inline std::vector<std::pair<std::int64_t, body::Message>> messages_of(storage::Storage& storage,
                                                                       BucketId timeline) {
    std::vector<std::pair<std::int64_t, body::Message>> messages;
    Id after;
    for (bool more = true; more;) {
        const auto page = must(storage.rows_after_key(timeline, RowKind::message, after, {}));
        for (const Row& row : page.rows) {
            messages.emplace_back(row.sort, must(body::parse_message(row.body)));
            after = row.id;
        }
        more = page.more;
    }
    return messages;
}

}  // namespace holdfast::admin::testing
