#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/storage/common/storage.hpp"

namespace holdfast::testing {

/// A storage whose writes and commits fail when told to; the rest passes through.
class FaultyStorage final : public storage::Storage {
public:
    explicit FaultyStorage(storage::Storage& real) : real_(real) {}

    std::optional<ErrorCode> commit_fails;
    /// Asked before each write of rows.
    std::function<std::optional<ErrorCode>(std::span<const RowChange>)> write_fails;
    /// Every call, reads and transactions alike.
    std::uint64_t calls = 0;
    /// Called after a bucket was read: another process that comes between two reads.
    std::function<void()> after_read;

    Result<> begin() override { return real().begin(); }
    Result<> commit() override { return commit_fails ? fail(*commit_fails) : real().commit(); }
    void rollback() override { real().rollback(); }
    Result<bool> nested(const std::function<Result<bool>()>& body) override {
        return real().nested(body);
    }
    Result<> put_organization(const storage::OrganizationRecord& record) override {
        return real().put_organization(record);
    }
    Result<std::vector<storage::OrganizationRecord>> organizations() override {
        return real().organizations();
    }
    Result<Id> mint_id() override { return real().mint_id(); }
    Result<Id> mint_ids(std::uint32_t count) override { return real().mint_ids(count); }
    Result<BucketId> create_bucket(const storage::BucketRecord& record) override {
        return real().create_bucket(record);
    }
    Result<BucketId> mint_bucket() override { return real().mint_bucket(); }
    Result<std::optional<storage::BucketRecord>> find_bucket(BucketId id) override {
        auto found = real().find_bucket(id);
        if (after_read) {
            after_read();
        }
        return found;
    }
    Result<std::optional<storage::BucketRecord>> find_bucket(BucketKind kind, Id owner) override {
        return real().find_bucket(kind, owner);
    }
    Result<std::vector<storage::BucketRecord>> buckets_of(Id organization) override {
        return real().buckets_of(organization);
    }
    Result<> set_open(BucketId id, bool open) override { return real().set_open(id, open); }
    Result<std::optional<Row>> find_row(RowKey key) override { return real().find_row(key); }
    Result<std::vector<Position>> write_rows(std::span<const RowChange> changes) override {
        if (const auto code = write_fails ? write_fails(changes) : std::nullopt) {
            return fail(*code);
        }
        return real().write_rows(changes);
    }
    Result<storage::RowPage> rows_after_key(BucketId bucket,
                                            RowKind kind,
                                            Id id,
                                            storage::PageLimits limits) override {
        return real().rows_after_key(bucket, kind, id, limits);
    }
    Result<storage::RowPage> rows_in_range(BucketId bucket,
                                           KeyRange range,
                                           storage::PageLimits limits) override {
        return real().rows_in_range(bucket, range, limits);
    }
    Result<storage::RangeTotal> sum_range(BucketId bucket,
                                          KeyRange range,
                                          std::size_t rows_max) override {
        return real().sum_range(bucket, range, rows_max);
    }
    Result<> renew_epoch(std::uint32_t epoch) override { return real().renew_epoch(epoch); }
    Result<std::uint64_t> age() override { return real().age(); }
    Result<storage::RowPage> rows_after_version(BucketId bucket,
                                                std::uint64_t version,
                                                storage::PageLimits limits) override {
        return real().rows_after_version(bucket, version, limits);
    }
    Result<std::vector<Row>> newest_rows(BucketId bucket,
                                         RowKind kind,
                                         std::size_t limit) override {
        return real().newest_rows(bucket, kind, limit);
    }
    Result<std::vector<Row>> rows_before(BucketId bucket,
                                         RowKind kind,
                                         SortKey place,
                                         std::size_t limit) override {
        return real().rows_before(bucket, kind, place, limit);
    }
    Result<std::vector<Row>> oldest_rows(BucketId bucket,
                                         RowKind kind,
                                         std::int64_t below,
                                         std::size_t limit) override {
        return real().oldest_rows(bucket, kind, below, limit);
    }
    Result<std::optional<Outcome>> find_outcome(Id intent) override {
        return real().find_outcome(intent);
    }
    Result<> put_outcome(const Outcome& outcome, Id user) override {
        return real().put_outcome(outcome, user);
    }
    Result<> quarantine(const Intent& intent, Id user, ErrorCode why) override {
        return real().quarantine(intent, user, why);
    }
    Result<std::vector<storage::QuarantinedIntent>> quarantined() override {
        return real().quarantined();
    }
    Result<> drop_quarantined(Id intent, Id user) override {
        return real().drop_quarantined(intent, user);
    }
    Result<> put_routine(const storage::RoutineRecord& record) override {
        return real().put_routine(record);
    }
    Result<std::optional<storage::RoutineRecord>> find_routine(Id id) override {
        return real().find_routine(id);
    }
    Result<std::optional<storage::RoutineRecord>> find_routine(Id organization,
                                                               std::string_view code) override {
        return real().find_routine(organization, code);
    }
    Result<std::vector<storage::RoutineRecord>> routines_of(Id organization) override {
        return real().routines_of(organization);
    }
    Result<> queue_run(const storage::RunRecord& record) override {
        return real().queue_run(record);
    }
    Result<> update_run(const storage::RunRecord& record) override {
        return real().update_run(record);
    }
    Result<std::optional<storage::RunRecord>> find_run(Id id) override {
        return real().find_run(id);
    }
    Result<std::vector<storage::RunRecord>> due_runs(WallTime now, std::size_t limit) override {
        return real().due_runs(now, limit);
    }
    Result<std::vector<storage::RunRecord>> runs_of(Id organization,
                                                    std::optional<storage::RunState> state,
                                                    std::size_t limit) override {
        return real().runs_of(organization, state, limit);
    }
    Result<> add_run_entry(const storage::RunEntry& entry) override {
        return real().add_run_entry(entry);
    }
    Result<std::vector<storage::RunEntry>> run_entries(Id run) override {
        return real().run_entries(run);
    }
    Result<std::size_t> drop_runs(WallTime ended_before, std::size_t limit) override {
        return real().drop_runs(ended_before, limit);
    }
    Result<> put_account(const storage::AccountRecord& record) override {
        return real().put_account(record);
    }
    Result<std::optional<storage::AccountRecord>> find_account(std::string_view email) override {
        return real().find_account(email);
    }
    Result<std::optional<storage::AccountRecord>> find_account(Id user) override {
        return real().find_account(user);
    }
    Result<bool> add_device(const storage::DeviceRecord& record) override {
        return real().add_device(record);
    }
    Result<std::optional<storage::DeviceRecord>> find_device(DeviceNumber number) override {
        return real().find_device(number);
    }
    Result<> put_device(const storage::DeviceRecord& record) override {
        return real().put_device(record);
    }
    Result<> put_session(const storage::SessionRecord& record) override {
        return real().put_session(record);
    }
    Result<std::optional<storage::SessionRecord>> find_session(std::string_view id) override {
        return real().find_session(id);
    }
    Result<std::vector<storage::SessionRecord>> sessions_of(Id user) override {
        return real().sessions_of(user);
    }
    Result<std::optional<std::string>> find_secret(std::string_view name) override {
        return real().find_secret(name);
    }
    Result<> put_secret(std::string_view name, std::string_view bytes) override {
        return real().put_secret(name, bytes);
    }
    Result<std::uint64_t> foreign_changes() override { return real().foreign_changes(); }

private:
    storage::Storage& real() {
        ++calls;
        return real_;
    }

    storage::Storage& real_;
};

}  // namespace holdfast::testing
