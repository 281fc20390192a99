#include "server/ops/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/model/body.hpp"
#include "server/ops/audit.hpp"
#include "server/services/grants.hpp"

namespace holdfast::ops {
namespace {

constexpr Millis clock_behind_max{5LL * 60 * 1000};

/// Collects the faults of one check, and says in the end how it went.
class Check {
public:
    Check(Findings& findings, std::string name) : findings_(findings), name_(std::move(name)) {}

    void fault(Grade grade, std::string text) {
        if (++faults_ <= told_faults_max) {
            findings_.push_back({grade, name_, std::move(text)});
        }
    }
    void fault(std::string text) { fault(Grade::bad, std::move(text)); }

    /// @param result  whether the check could be made at all.
    void finish(const Result<>& result, std::string good) {
        if (!result) {
            findings_.push_back({Grade::bad,
                                 name_,
                                 fmt::format("This could not be read: {}: {}.",
                                             error_name(result.error().code),
                                             result.error().detail)});
        } else if (faults_ == 0) {
            findings_.push_back({Grade::good, name_, std::move(good)});
        } else if (faults_ > told_faults_max) {
            findings_.push_back(
                {Grade::warning,
                 name_,
                 fmt::format("{} more are not listed.", faults_ - told_faults_max)});
        }
    }

private:
    Findings& findings_;
    std::string name_;
    std::size_t faults_ = 0;
};

using storage::BucketRecord;
using storage::Inspection;

/// Every bucket of every organization.
Result<std::vector<BucketRecord>> all_buckets(Inspection& inspection) {
    HF_TRY(const auto organizations, inspection.tables().organizations());
    std::vector<BucketRecord> all;
    for (const auto& organization : organizations) {
        HF_TRY(const auto buckets, inspection.tables().buckets_of(organization.id));
        all.insert(all.end(), buckets.begin(), buckets.end());
    }
    return all;
}

Result<> check_sentences(Check& check, Result<std::vector<std::string>> sentences) {
    if (!sentences) {
        return std::unexpected(std::move(sentences).error());
    }
    for (std::string& sentence : *sentences) {
        check.fault(std::move(sentence));
    }
    return {};
}

void check_buckets(Findings& findings, Inspection& inspection) {
    Check check(findings, "buckets");
    std::size_t count = 0;
    std::uint64_t rows = 0;
    const auto done = [&]() -> Result<> {
        HF_TRY(const auto buckets, all_buckets(inspection));
        for (const BucketRecord& record : buckets) {
            HF_TRY(const BucketAudit audit, audit_bucket(inspection.tables(), record));
            ++count;
            rows += audit.counted.rows;
            for (const std::string& fault : audit.faults) {
                check.fault(describe(record.bucket) + ": " + fault);
            }
        }
        return {};
    }();
    check.finish(done,
                 fmt::format("{} buckets with {} rows: their versions, counts and sums are those "
                             "of their rows.",
                             count,
                             rows));
}

void check_strays(Findings& findings, Inspection& inspection) {
    Check check(findings, "references");
    const auto done = [&]() -> Result<> {
        HF_TRY(const auto strays, inspection.find_strays());
        for (const storage::Stray& stray : strays) {
            check.fault(fmt::format("There are {} {}.", stray.count, stray.what));
        }
        return {};
    }();
    check.finish(done, "Whatever refers to something refers to something that is there.");
}

using Heads = std::map<BucketId, std::uint64_t>;

void check_outcome(Check& check, const Heads& heads, const Outcome& outcome) {
    for (const Position& position : outcome.positions) {
        const auto head = heads.find(position.bucket);
        if (head == heads.end()) {
            check.fault(fmt::format("The outcome of intent {} names bucket {}, which is not there.",
                                    outcome.intent.value,
                                    position.bucket.value));
        } else if (position.version > head->second) {
            check.fault(
                fmt::format("The outcome of intent {} names version {} of bucket {}, which "
                            "stands at {}.",
                            outcome.intent.value,
                            position.version,
                            position.bucket.value,
                            head->second));
        }
    }
}

/// Refused intents have a receipt, so that every device of the user learns of it.
Result<> check_receipt(Check& check, Inspection& inspection, const Outcome& outcome, Id user) {
    if (outcome.status != OutcomeStatus::rejected) {
        return {};
    }
    HF_TRY(const auto own, inspection.tables().find_bucket(BucketKind::user, user));
    if (!own) {
        return {};  // told by the check of references
    }
    HF_TRY(const auto receipt,
           inspection.tables().find_row({own->bucket.id, RowKind::receipt, outcome.intent}));
    if (!receipt) {
        check.fault(Grade::warning,
                    fmt::format("Intent {} of user {} was refused, and there is no receipt of it.",
                                outcome.intent.value,
                                user.value));
    }
    return {};
}

/// Returns the time of the newest outcome.
WallTime check_outcomes(Findings& findings, Inspection& inspection) {
    Check check(findings, "outcomes");
    std::size_t count = 0;
    WallTime newest{};
    const auto done = [&]() -> Result<> {
        HF_TRY(const auto buckets, all_buckets(inspection));
        Heads heads;
        for (const BucketRecord& record : buckets) {
            heads[record.bucket.id] = record.bucket.version;
        }
        Result<> receipts;
        HF_CHECK(inspection.visit_outcomes([&](const Outcome& outcome, Id user) {
            ++count;
            newest = std::max(newest, outcome.at);
            check_outcome(check, heads, outcome);
            if (receipts) {
                receipts = check_receipt(check, inspection, outcome, user);
            }
        }));
        return receipts;
    }();
    check.finish(done, fmt::format("{} outcomes agree with the buckets they name.", count));
    return newest;
}

/// Grants of channels: the channel is there, and the user is a member.
Result<> check_channel_grants(Check& check, Inspection& inspection, const BucketRecord& own) {
    storage::Storage& tables = inspection.tables();
    Id after;
    for (bool more = true; more;) {
        HF_TRY(const auto page, tables.rows_after_key(own.bucket.id, RowKind::grant, after, {}));
        more = page.more;
        for (const Row& row : page.rows) {
            if (row.kind != RowKind::grant) {
                return {};
            }
            after = row.id;
            const auto grant = body::parse_grant(row.body);
            if (!grant || !grant->channel) {
                continue;
            }
            HF_TRY(const auto channel, tables.find_bucket(BucketKind::channel, row.id));
            if (!channel) {
                check.fault(fmt::format("User {} has a grant for channel {}, which is not there.",
                                        own.bucket.owner.value,
                                        row.id.value));
                continue;
            }
            HF_TRY(const auto member,
                   tables.find_row({channel->bucket.id, RowKind::member, own.bucket.owner}));
            if (!member) {
                check.fault(
                    fmt::format("User {} has a grant for channel {} and is no member of it.",
                                own.bucket.owner.value,
                                row.id.value));
            }
        }
    }
    return {};
}

/// Members of a private channel: each has a grant for it.
Result<> check_members(Check& check, Inspection& inspection, const BucketRecord& channel) {
    storage::Storage& tables = inspection.tables();
    Id after;
    for (bool more = !channel.open; more;) {
        HF_TRY(const auto page,
               tables.rows_after_key(channel.bucket.id, RowKind::member, after, {}));
        more = page.more;
        for (const Row& row : page.rows) {
            if (row.kind != RowKind::member) {
                return {};
            }
            after = row.id;
            HF_TRY(const auto own, tables.find_bucket(BucketKind::user, row.id));
            if (!own) {
                check.fault(fmt::format("Channel {} has the member {}, who is not there.",
                                        channel.bucket.owner.value,
                                        row.id.value));
                continue;
            }
            HF_TRY(const auto grant,
                   tables.find_row({own->bucket.id, RowKind::grant, channel.bucket.owner}));
            if (!grant) {
                check.fault(fmt::format(
                    "User {} is a member of the private channel {} and has no grant for it.",
                    row.id.value,
                    channel.bucket.owner.value));
            }
        }
    }
    return {};
}

Result<> check_grants_of(Check& check, Inspection& inspection, Id organization) {
    HF_TRY(const auto differences, services::compare_all_grants(inspection.tables(), organization));
    for (const auto& difference : differences) {
        for (const Id group : difference.missing) {
            check.fault(fmt::format("User {} should see group {} and has no grant for it.",
                                    difference.user.value,
                                    group.value));
        }
        for (const Id group : difference.surplus) {
            check.fault(fmt::format("User {} has a grant for group {} and should not see it.",
                                    difference.user.value,
                                    group.value));
        }
    }
    HF_TRY(const auto buckets, inspection.tables().buckets_of(organization));
    for (const BucketRecord& record : buckets) {
        if (record.bucket.kind == BucketKind::user) {
            HF_CHECK(check_channel_grants(check, inspection, record));
        } else if (record.bucket.kind == BucketKind::channel) {
            HF_CHECK(check_members(check, inspection, record));
        }
    }
    return {};
}

void check_grants(Findings& findings, Inspection& inspection) {
    Check check(findings, "grants");
    const auto done = [&]() -> Result<> {
        HF_TRY(const auto organizations, inspection.tables().organizations());
        for (const auto& organization : organizations) {
            HF_CHECK(check_grants_of(check, inspection, organization.id));
        }
        return {};
    }();
    check.finish(done, "Grants are what roles, groups and members ask for.");
}

void check_quarantine(Findings& findings, Inspection& inspection) {
    Check check(findings, "quarantine");
    const auto done = [&]() -> Result<> {
        HF_TRY(const auto kept, inspection.tables().quarantined());
        if (!kept.empty()) {
            check.fault(Grade::warning,
                        fmt::format("{} intents wait in quarantine: see `holdfast quarantine "
                                    "list`.",
                                    kept.size()));
        }
        return {};
    }();
    check.finish(done, "No intent waits in quarantine.");
}

void check_clock(Findings& findings, WallTime newest, WallTime now) {
    const Millis behind = newest - now;
    if (behind > clock_behind_max) {
        findings.push_back({Grade::bad,
                            "clock",
                            fmt::format("This machine's clock is {} minutes behind the newest "
                                        "outcome: set it before the server starts, because "
                                        "messages are ordered by it.",
                                        behind.count / 60'000)});
    } else {
        findings.push_back(
            {Grade::good, "clock", "The clock is not behind what has been written."});
    }
}

}  // namespace

bool is_sound(const Findings& findings) {
    return std::ranges::none_of(findings,
                                [](const Finding& one) { return one.grade == Grade::bad; });
}

Findings examine_database(storage::Inspection& inspection, WallTime now) {
    Findings findings;
    Check file(findings, "file");
    file.finish(check_sentences(file, inspection.check_file()), "The file passes its own check.");
    Check schema(findings, "schema");
    schema.finish(check_sentences(schema, inspection.check_schema()),
                  "The tables are those of this program.");
    check_buckets(findings, inspection);
    check_strays(findings, inspection);
    const WallTime newest = check_outcomes(findings, inspection);
    check_grants(findings, inspection);
    check_quarantine(findings, inspection);
    check_clock(findings, newest, now);
    return findings;
}

}  // namespace holdfast::ops
