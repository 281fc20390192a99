#pragma once

#include <cstdint>
#include <set>

#include "server/storage/common/storage.hpp"

namespace holdfast::sim {

/// The server's storage as its services see it. Passes everything on; broken on purpose
/// (sim/breaks.hpp) it confirms commits that have not happened, or forgets what it has judged.
class LyingStorage final : public storage::Storage {
public:
    /// @param truth           outlives it.
    /// @param without_effect  outlives it: gets the intents that were applied and wrote no row.
    LyingStorage(Storage& truth, std::set<Id>& without_effect)
        : truth_(truth), without_effect_(without_effect) {}

    Result<> begin() override;
    Result<> commit() override;
    void rollback() override;
    Result<bool> nested(const std::function<Result<bool>()>& body) override {
        has_written_ = false;  // each intent is judged in one
        return truth_.nested(body);
    }
    Result<> put_organization(const storage::OrganizationRecord& record) override {
        return truth_.put_organization(record);
    }
    Result<std::vector<storage::OrganizationRecord>> organizations() override {
        return truth_.organizations();
    }
    Result<Id> mint_id() override { return truth_.mint_id(); }
    Result<Id> mint_ids(std::uint32_t count) override { return truth_.mint_ids(count); }
    Result<BucketId> create_bucket(const storage::BucketRecord& record) override {
        return truth_.create_bucket(record);
    }
    Result<BucketId> mint_bucket() override { return truth_.mint_bucket(); }
    Result<std::optional<storage::BucketRecord>> find_bucket(BucketId id) override {
        return truth_.find_bucket(id);
    }
    Result<std::optional<storage::BucketRecord>> find_bucket(BucketKind kind, Id owner) override {
        return truth_.find_bucket(kind, owner);
    }
    Result<std::vector<storage::BucketRecord>> buckets_of(Id organization) override {
        return truth_.buckets_of(organization);
    }
    Result<> set_open(BucketId id, bool open) override { return truth_.set_open(id, open); }
    Result<std::optional<Row>> find_row(RowKey key) override { return truth_.find_row(key); }
    Result<std::vector<Position>> write_rows(std::span<const RowChange> changes) override {
        has_written_ = has_written_ || !changes.empty();
        return truth_.write_rows(changes);
    }
    Result<storage::RowPage> rows_after_key(BucketId bucket,
                                            RowKind kind,
                                            Id id,
                                            storage::PageLimits limits) override {
        return truth_.rows_after_key(bucket, kind, id, limits);
    }
    Result<storage::RowPage> rows_in_range(BucketId bucket,
                                           KeyRange range,
                                           storage::PageLimits limits) override {
        return truth_.rows_in_range(bucket, range, limits);
    }
    Result<storage::RangeTotal> sum_range(BucketId bucket,
                                          KeyRange range,
                                          std::size_t rows_max) override {
        return truth_.sum_range(bucket, range, rows_max);
    }
    Result<> renew_epoch(std::uint32_t epoch) override { return truth_.renew_epoch(epoch); }
    Result<std::uint64_t> age() override { return truth_.age(); }
    Result<bool> add_device(const storage::DeviceRecord& record) override {
        return truth_.add_device(record);
    }
    Result<storage::RowPage> rows_after_version(BucketId bucket,
                                                std::uint64_t version,
                                                storage::PageLimits limits) override {
        return truth_.rows_after_version(bucket, version, limits);
    }
    Result<std::vector<Row>> newest_rows(BucketId bucket,
                                         RowKind kind,
                                         std::size_t limit) override {
        return truth_.newest_rows(bucket, kind, limit);
    }
    Result<std::vector<Row>> rows_before(BucketId bucket,
                                         RowKind kind,
                                         SortKey place,
                                         std::size_t limit) override {
        return truth_.rows_before(bucket, kind, place, limit);
    }
    Result<std::vector<Row>> oldest_rows(BucketId bucket,
                                         RowKind kind,
                                         std::int64_t below,
                                         std::size_t limit) override {
        return truth_.oldest_rows(bucket, kind, below, limit);
    }
    Result<std::optional<Outcome>> find_outcome(Id intent) override;
    Result<> put_outcome(const Outcome& outcome, Id user) override;
    Result<> quarantine(const Intent& intent, Id user, ErrorCode why) override {
        return truth_.quarantine(intent, user, why);
    }
    Result<std::vector<storage::QuarantinedIntent>> quarantined() override {
        return truth_.quarantined();
    }
    Result<> drop_quarantined(Id intent, Id user) override {
        return truth_.drop_quarantined(intent, user);
    }
    Result<> put_routine(const storage::RoutineRecord& record) override {
        return truth_.put_routine(record);
    }
    Result<std::optional<storage::RoutineRecord>> find_routine(Id id) override {
        return truth_.find_routine(id);
    }
    Result<std::optional<storage::RoutineRecord>> find_routine(Id organization,
                                                               std::string_view code) override {
        return truth_.find_routine(organization, code);
    }
    Result<std::vector<storage::RoutineRecord>> routines_of(Id organization) override {
        return truth_.routines_of(organization);
    }
    Result<> queue_run(const storage::RunRecord& record) override {
        return truth_.queue_run(record);
    }
    Result<> update_run(const storage::RunRecord& record) override;
    Result<std::optional<storage::RunRecord>> find_run(Id id) override {
        return truth_.find_run(id);
    }
    Result<std::vector<storage::RunRecord>> due_runs(WallTime now, std::size_t limit) override {
        return truth_.due_runs(now, limit);
    }
    Result<std::vector<storage::RunRecord>> runs_of(Id organization,
                                                    std::optional<storage::RunState> state,
                                                    std::size_t limit) override {
        return truth_.runs_of(organization, state, limit);
    }
    Result<> add_run_entry(const storage::RunEntry& entry) override;
    Result<std::vector<storage::RunEntry>> run_entries(Id run) override {
        return truth_.run_entries(run);
    }
    Result<std::size_t> drop_runs(WallTime ended_before, std::size_t limit) override {
        return truth_.drop_runs(ended_before, limit);
    }
    Result<> put_account(const storage::AccountRecord& record) override {
        return truth_.put_account(record);
    }
    Result<std::optional<storage::AccountRecord>> find_account(std::string_view email) override {
        return truth_.find_account(email);
    }
    Result<std::optional<storage::AccountRecord>> find_account(Id user) override {
        return truth_.find_account(user);
    }
    Result<std::optional<storage::DeviceRecord>> find_device(DeviceNumber number) override {
        return truth_.find_device(number);
    }
    Result<> put_device(const storage::DeviceRecord& record) override {
        return truth_.put_device(record);
    }
    Result<> put_session(const storage::SessionRecord& record) override {
        return truth_.put_session(record);
    }
    Result<std::optional<storage::SessionRecord>> find_session(std::string_view id) override {
        return truth_.find_session(id);
    }
    Result<std::vector<storage::SessionRecord>> sessions_of(Id user) override {
        return truth_.sessions_of(user);
    }
    Result<std::optional<std::string>> find_secret(std::string_view name) override {
        return truth_.find_secret(name);
    }
    Result<> put_secret(std::string_view name, std::string_view bytes) override {
        return truth_.put_secret(name, bytes);
    }
    Result<std::uint64_t> foreign_changes() override { return truth_.foreign_changes(); }

private:
    Storage& truth_;
    std::set<Id>& without_effect_;
    bool has_written_ = false;
    std::uint64_t unkept_ = 0;  ///< commits that were confirmed and have not happened
    std::set<Id> ring_again_;   ///< timers whose end was forgotten once
};

}  // namespace holdfast::sim
