// Drafts of forms: what was typed and not sent yet.

#include <algorithm>
#include <utility>

#include "client/outbox/limits.hpp"
#include "client/outbox/outbox.hpp"
#include "client/outbox/statements.hpp"

namespace holdfast::client {

Result<> Outbox::load_drafts() {
    HF_TRY(auto rows, database_.prepare("SELECT * FROM draft"));
    for (;;) {
        HF_TRY(const bool row, rows.step());
        if (!row) {
            return {};
        }
        Draft draft{.number = rows.integer(0),
                    .channel = Id{rows.unsigned_integer(1)},
                    .version = Id{rows.unsigned_integer(2)},
                    .changed_at = WallTime{rows.integer(3)},
                    .answers = std::string(rows.text(4)),
                    .task = std::string(rows.text(5))};
        drafts_.emplace(draft.number, std::move(draft));
    }
}

Result<> Outbox::write_draft(const Draft& draft) {
    return statements_->write_draft.reset()
        .bind(1, draft.number)
        .bind(2, draft.channel.value)
        .bind(3, draft.version.value)
        .bind(4, draft.changed_at.ms)
        .bind(5, std::string_view(draft.answers))
        .bind(6, std::string_view(draft.task))
        .run();
}

Result<> Outbox::erase_draft(std::int64_t number) {
    return statements_->erase_draft.reset().bind(1, number).run();
}

Result<> Outbox::save_draft(Draft draft) {
    const bool is_new = !drafts_.contains(draft.number);
    if (is_new && drafts_.size() >= limits::drafts_max) {
        return fail_at_limit(ErrorCode::outbox_full, limits::drafts_max);
    }
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    const std::int64_t number = draft.number;
    if (number > last_draft_) {
        HF_CHECK(write_value("draft", std::to_string(number)));
    }
    HF_CHECK(write_draft(draft));
    HF_CHECK(transaction.commit());
    last_draft_ = std::max(last_draft_, number);
    drafts_.insert_or_assign(number, std::move(draft));
    return {};
}

Result<> Outbox::delete_draft(std::int64_t number) {
    // A form that has no answer may have a file that no answer names.
    const bool has_files = std::ranges::any_of(
        files_, [&](const auto& entry) { return entry.second.draft == number; });
    if (!drafts_.contains(number) && !has_files) {
        return {};
    }
    HF_TRY(const Claiming files, claim({.form = number}, {}));
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(erase_draft(number));
    HF_CHECK(erase_files(files.dropped));
    HF_CHECK(transaction.commit());
    drafts_.erase(number);
    drop_files(files.dropped);
    return {};
}

Result<> Outbox::reopen(Id refused, Draft draft) {
    const Item* item = find(refused);
    if (item == nullptr || item->state != State::rejected) {
        return fail(ErrorCode::outbox_unknown_item, to_string(refused));
    }
    std::vector<File> files = files_of(refused);
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(write_value("draft", std::to_string(std::max(last_draft_, draft.number))));
    HF_CHECK(write_draft(draft));
    HF_CHECK(erase(refused));
    for (File& file : files) {
        file.intent = {};
        file.draft = draft.number;
    }
    HF_CHECK(write_files(files));
    HF_CHECK(transaction.commit());
    remember(std::move(files));
    last_draft_ = std::max(last_draft_, draft.number);
    drafts_.insert_or_assign(draft.number, std::move(draft));
    drop(refused);
    return {};
}

}  // namespace holdfast::client
