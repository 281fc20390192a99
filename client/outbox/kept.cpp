// What is kept for a server that forgets, and how it becomes something to be sent again.

#include "client/outbox/kept.hpp"

#include <algorithm>
#include <utility>

#include "client/outbox/intent_columns.hpp"
#include "client/outbox/statements.hpp"

namespace holdfast::client {

Result<KeptIntents> KeptIntents::open(sqlite::Database& database) {
    KeptIntents kept;
    HF_TRY(kept.put_,
           database.prepare("INSERT OR REPLACE INTO kept VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    HF_TRY(kept.total_, database.prepare("SELECT count(*), sum(length(args)) FROM kept"));
    HF_TRY(kept.oldest_, database.prepare("SELECT id, length(args) FROM kept ORDER BY id LIMIT 1"));
    HF_TRY(kept.not_above_,
           database.prepare("SELECT * FROM kept WHERE id <= ?1 ORDER BY id DESC LIMIT 1"));
    HF_TRY(kept.erase_, database.prepare("DELETE FROM kept WHERE id = ?1"));
    HF_TRY(kept.erase_all_, database.prepare("DELETE FROM kept"));
    HF_TRY(kept.all_, database.prepare("SELECT * FROM kept ORDER BY id"));
    HF_CHECK(kept.count());
    return kept;
}

Result<> KeptIntents::count() {
    HF_TRY(const bool row, total_.reset().step());
    intents_ = row ? total_.unsigned_integer(0) : 0;
    bytes_ = row ? total_.unsigned_integer(1) : 0;
    total_.reset();
    return {};
}

Result<> KeptIntents::keep(const Intent& intent) {
    if (intent.kind == IntentKind::channel_read) {
        return {};  // nobody misses a read mark
    }
    HF_CHECK(bind_intent(put_.reset(), intent).run());
    intents_ += 1;
    bytes_ += intent.args.size();
    while (intents_ > limits::kept_intents_max || bytes_ > limits::kept_bytes_max) {
        HF_CHECK(drop_oldest());
    }
    return {};
}

Result<> KeptIntents::drop_oldest() {
    HF_TRY(const bool found, oldest_.reset().step());
    if (!found) {
        return count();
    }
    const std::uint64_t id = oldest_.unsigned_integer(0);
    const std::uint64_t size = oldest_.unsigned_integer(1);
    oldest_.reset();
    intents_ -= 1;
    bytes_ -= std::min(bytes_, size);
    return erase_.reset().bind(1, id).run();
}

Result<std::optional<Intent>> KeptIntents::find_not_above(Id id) {
    HF_TRY(const bool found, not_above_.reset().bind(1, id.value).step());
    std::optional<Intent> intent;
    if (found) {
        intent = read_intent(not_above_);
    }
    not_above_.reset();
    return intent;
}

Result<std::vector<Intent>> KeptIntents::take_all() {
    std::vector<Intent> intents;
    all_.reset();
    for (;;) {
        HF_TRY(const bool row, all_.step());
        if (!row) {
            break;
        }
        intents.push_back(read_intent(all_));
    }
    all_.reset();
    HF_CHECK(clear());
    return intents;
}

Result<> KeptIntents::clear() {
    intents_ = 0;
    bytes_ = 0;
    return erase_all_.reset().run();
}

// ---------------------------------------------------------------------------- the outbox's door

Result<std::size_t> Outbox::send_again(Again which) {
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    std::vector<Intent> intents;
    if (which == Again::all) {
        HF_TRY(intents, kept_->take_all());
    }
    std::vector<Item> again;
    for (const Intent& intent : intents) {
        if (items_.contains(intent.id)) {
            continue;
        }
        again.push_back({.intent = intent, .offered = true});
        HF_CHECK(write_item(again.back()));
    }
    for (const Id id : applied_) {
        HF_CHECK(statements_->settle.reset()
                     .bind(1, id.value)
                     .bind(2, static_cast<int>(State::waiting))
                     .bind(3, 0)
                     .bind(4, std::string_view())
                     .bind(5, std::string_view())
                     .run());
    }
    std::vector<File> files;
    for (const auto& [id, file] : files_) {
        const bool is_again =
            applied_.contains(file.intent) || std::ranges::any_of(again, [&](const Item& item) {
                return item.intent.id == file.intent;
            });
        if (is_again && file.state == FileState::stored) {  // the server may have lost it too
            files.push_back(file);
            files.back().state = FileState::waiting;
        }
    }
    HF_CHECK(write_files(files));
    HF_CHECK(transaction.commit());
    remember(std::move(files));
    const std::size_t count = again.size() + applied_.size();
    for (const Id id : std::exchange(applied_, {})) {
        Item& item = items_.at(id);
        item.state = State::waiting;
        item.positions.clear();
        waiting_ += 1;
    }
    for (Item& item : again) {
        remember(std::move(item));
    }
    return count;
}

}  // namespace holdfast::client
