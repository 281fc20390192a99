#include "server/ops/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/ops/audit.hpp"
#include "server/ops/explain_access.hpp"

namespace holdfast::ops {
namespace {

using storage::FoundRow;
using storage::Inspection;

std::string describe_row(const FoundRow& found, const storage::BucketRecord& record) {
    return fmt::format(
        "{} {} in {}", row_kind_name(found.row.kind), found.row.id.value, describe(record.bucket));
}

/// What the body of a message or channel says about its being shown.
void explain_body(const Row& row, Explanation& explanation) {
    if (row.kind == RowKind::message) {
        const auto message = body::parse_message(row.body);
        if (message && message->hidden) {
            explanation.steps.push_back({true,
                                         "message_hidden",
                                         "Its author has deleted it: its place is shown, its text "
                                         "is gone from everywhere."});
        }
    }
}

Result<Explanation> explain_row(Inspection& inspection, Id user, const FoundRow& found) {
    Explanation explanation;
    HF_TRY(const auto record, inspection.tables().find_bucket(found.bucket));
    if (!record) {
        explanation.verdict = Verdict::hidden;
        explanation.row = fmt::format("{} {}", row_kind_name(found.row.kind), found.row.id.value);
        explanation.steps.push_back(
            {false,
             "no_bucket",
             fmt::format("It stands in bucket {}, which does not exist: run `holdfast doctor`.",
                         found.bucket.value)});
        return explanation;
    }
    explanation.row = describe_row(found, *record);
    if (found.row.body.empty()) {
        explanation.verdict = Verdict::deleted;
        explanation.steps.push_back(
            {false,
             "deleted",
             fmt::format("It was deleted at version {} of its bucket. A device that was away "
                         "removes it when it synchronizes.",
                         found.row.version)});
        return explanation;
    }
    explanation.steps.push_back(
        {true, "row", fmt::format("It is there, at version {}.", found.row.version)});
    explain_body(found.row, explanation);
    HF_CHECK(explain_access(inspection.tables(), user, *record, explanation));
    return explanation;
}

/// There is no such row: what the server knows of the intent that would have made it.
Result<Explanation> explain_absence(Inspection& inspection, Id id) {
    storage::Storage& tables = inspection.tables();
    Explanation explanation{
        .verdict = Verdict::never_made, .row = "row " + to_string(id), .steps = {}};
    const auto add = [&](const char* code, std::string text) {
        explanation.steps.push_back({false, code, std::move(text)});
    };
    HF_TRY(const auto outcome, tables.find_outcome(id));
    if (outcome && outcome->status == OutcomeStatus::rejected) {
        add("intent_rejected",
            fmt::format("The intent of this id was refused: {}. Its author sees it in the outbox.",
                        error_name(outcome->code)));
        return explanation;
    }
    if (outcome) {
        add("intent_applied",
            "The intent of this id was done, and it made no row of its own: it changed others.");
        return explanation;
    }
    HF_TRY(const auto kept, tables.quarantined());
    if (std::ranges::any_of(kept, [id](const auto& one) { return one.intent.id == id; })) {
        add("intent_quarantined",
            "The intent of this id was not understood and waits: see `holdfast quarantine show`.");
        return explanation;
    }
    if (id.device() < server_device_limit) {
        add("never_made", "The server itself gives such ids, and there is no row of this one.");
        return explanation;
    }
    HF_TRY(const auto device, tables.find_device(id.device()));
    if (!device) {
        add("no_device", fmt::format("There is no device {} to have made it.", id.device()));
        return explanation;
    }
    add("not_arrived",
        fmt::format("Device {} of user {} gives such ids, and the server has never had an intent "
                    "of this one: it was never made, or it still waits on the device.",
                    id.device(),
                    device->user.value));
    return explanation;
}

/// Rows that carry the id of what they are about: a user's member rows, a channel's grants.
bool is_about_another(const FoundRow& one) {
    return one.row.kind == RowKind::member || one.row.kind == RowKind::grant ||
           one.row.kind == RowKind::read_mark;
}

bool is_somebody_elses(const storage::BucketRecord& record, Id user) {
    return record.bucket.kind == BucketKind::user && record.bucket.owner != user;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::sees:
            return "sees";
        case Verdict::hidden:
            return "hidden";
        case Verdict::deleted:
            return "deleted";
        case Verdict::never_made:
            break;
    }
    return "never_made";
}

Result<std::vector<Explanation>> explain(Inspection& inspection, Id user, Id row) {
    HF_TRY(std::vector<FoundRow> found, inspection.find_rows(row));
    std::vector<FoundRow> own;
    std::vector<FoundRow> other;
    for (FoundRow& one : found) {
        HF_TRY(const auto record, inspection.tables().find_bucket(one.bucket));
        (record && is_somebody_elses(*record, user) ? other : own).push_back(std::move(one));
    }
    if (!std::ranges::all_of(own, is_about_another)) {
        std::erase_if(own, is_about_another);
    }
    std::vector<Explanation> explanations;
    for (const FoundRow& one : own.empty() ? other : own) {
        HF_TRY(Explanation explanation, explain_row(inspection, user, one));
        explanations.push_back(std::move(explanation));
    }
    if (explanations.empty()) {
        HF_TRY(Explanation explanation, explain_absence(inspection, row));
        explanations.push_back(std::move(explanation));
    }
    return explanations;
}

Result<Id> find_user(storage::Storage& storage, std::string_view text) {
    std::string email(text);
    std::ranges::transform(email, email.begin(), [](unsigned char letter) {
        return static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
    });
    HF_TRY(const auto by_email, storage.find_account(std::string_view(email)));
    if (by_email) {
        return by_email->user;
    }
    if (const auto id = parse_id(text)) {
        HF_TRY(const auto by_id, storage.find_account(*id));
        if (by_id) {
            return *id;
        }
    }
    return fail(ErrorCode::tool_not_found, "no user has this e-mail address or id: " + email);
}

Result<Id> find_row_id(storage::Storage& storage, Id user, std::string_view text) {
    if (const auto id = parse_id(text)) {
        return *id;
    }
    HF_TRY(const auto account, storage.find_account(user));
    if (!account) {
        return fail(ErrorCode::tool_not_found, "no account of user " + to_string(user));
    }
    HF_TRY(const auto buckets, storage.buckets_of(account->organization));
    std::vector<std::string> found;
    Id id;
    for (const storage::BucketRecord& record : buckets) {
        HF_TRY(const auto name, name_of(storage, record));
        if (name && (name->name == text || name->code == text)) {
            id = record.bucket.owner;
            found.push_back(to_string(id));
        }
    }
    if (found.size() == 1) {
        return id;
    }
    const std::string wanted(text);
    return fail(ErrorCode::tool_not_found,
                found.empty()
                    ? "neither an id, nor the code or name of a group or channel: " + wanted
                    : fmt::format("several groups or channels are called {}; give the "
                                  "id: {}",
                                  wanted,
                                  fmt::join(found, ", ")));
}

}  // namespace holdfast::ops
