// Attached files: their bytes until the server has them, and who they belong to.
//
// The bytes are written piece by piece while they come, and count once the row of the file is
// there: pieces without one are of a process that was killed, and go at the next start.

#include <algorithm>
#include <set>
#include <utility>

#include "client/outbox/coming_file.hpp"
#include "client/outbox/limits.hpp"
#include "client/outbox/outbox.hpp"
#include "client/outbox/statements.hpp"
#include "core/base/hex.hpp"
#include "core/files/limits.hpp"
#include "core/files/media.hpp"

namespace holdfast::client {
namespace {

/// What the bytes are, and whether the server will take them: it looks with the same functions.
Result<> describe(const std::string& head, FileClaim& claim) {
    const files::Media media = files::sniff(head, claim.name);
    claim.type = media.type;
    claim.width = 0;
    claim.height = 0;
    if (files::is_picture(media.type)) {
        HF_CHECK(files::check_size(media));
        claim.width = media.width;
        claim.height = media.height;
    }
    return {};
}

}  // namespace

Result<> Outbox::load_files() {
    // Where the disk does not take it, they are in the way and do no harm.
    (void)database_.execute("DELETE FROM piece WHERE content NOT IN (SELECT content FROM file)");
    HF_TRY(auto rows, database_.prepare("SELECT * FROM file"));
    for (;;) {
        HF_TRY(const bool row, rows.step());
        if (!row) {
            return {};
        }
        File file{.claim = {.id = Id{rows.unsigned_integer(0)},
                            .name = std::string(rows.text(8)),
                            .type = std::string(rows.text(9)),
                            .bytes = rows.integer(10),
                            .sha256 = std::string(rows.text(11)),
                            .width = rows.integer(12),
                            .height = rows.integer(13),
                            .thumbnail = std::string(rows.text(14))},
                  .channel = Id{rows.unsigned_integer(1)},
                  .draft = rows.integer(2),
                  .intent = Id{rows.unsigned_integer(3)},
                  .state = static_cast<FileState>(rows.integer(4)),
                  .code = static_cast<ErrorCode>(rows.integer(5)),
                  .detail = std::string(rows.text(6)),
                  .content = Id{rows.unsigned_integer(7)}};
        remember(std::move(file));
    }
}

Result<> Outbox::write_file(const File& file) {
    return statements_->write_file.reset()
        .bind(1, file.claim.id.value)
        .bind(2, file.channel.value)
        .bind(3, file.draft)
        .bind(4, file.intent.value)
        .bind(5, static_cast<int>(file.state))
        .bind(6, static_cast<int>(file.code))
        .bind(7, std::string_view(file.detail))
        .bind(8, file.content.value)
        .bind(9, std::string_view(file.claim.name))
        .bind(10, std::string_view(file.claim.type))
        .bind(11, file.claim.bytes)
        .bind(12, std::string_view(file.claim.sha256))
        .bind(13, file.claim.width)
        .bind(14, file.claim.height)
        .bind(15, std::string_view(file.claim.thumbnail))
        .run();
}

Result<> Outbox::write_files(const std::vector<File>& files) {
    for (const File& file : files) {
        HF_CHECK(write_file(file));
    }
    return {};
}

void Outbox::remember(File file) {
    const Id id = file.claim.id;
    files_.insert_or_assign(id, std::move(file));
}

void Outbox::remember(std::vector<File> files) {
    for (File& file : files) {
        remember(std::move(file));
    }
}

void Outbox::drop_files(const std::vector<Id>& ids) {
    for (const Id id : ids) {
        files_.erase(id);
    }
}

Result<> Outbox::erase_files(const std::vector<Id>& ids) {
    for (const Id id : ids) {
        HF_CHECK(statements_->erase_file.reset().bind(1, id.value).run());
        HF_CHECK(statements_->erase_unused.reset().bind(1, files_.at(id).content.value).run());
    }
    return {};
}

Result<> Outbox::remove_files(const std::vector<Id>& ids) {
    if (ids.empty()) {
        return {};
    }
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(erase_files(ids));
    HF_CHECK(transaction.commit());
    drop_files(ids);
    return {};
}

// ---------------------------------------------------------------------------- taking one

Result<Id> Outbox::begin_file(File file, DeviceNumber device) {
    if (file.claim.bytes > files::limits::bytes_max) {
        return fail_at_limit(ErrorCode::file_too_large, files::limits::bytes_max);
    }
    if (file.claim.bytes <= 0) {
        return fail(ErrorCode::file_broken, "an empty file");
    }
    if (!file.claim.thumbnail.empty()) {
        HF_CHECK(files::check_thumbnail(file.claim.thumbnail));
    }
    HF_CHECK(make_room(file.claim.bytes));
    HF_TRY(const std::uint32_t counter, counter_after(IntentKind::message_post));
    const Id id = next_id(device);
    HF_CHECK(set_value("counter", std::to_string(counter)));  // the next action has another
    counter_ = counter;
    if (coming_.size() >= limits::files_coming_max) {
        drop_coming(std::ranges::min_element(coming_, {}, [](const auto& entry) {
                        return entry.second->begun;
                    })->first);
    }
    file.claim.id = id;
    file.content = id;
    auto coming = std::make_unique<ComingFile>();
    coming->file = std::move(file);
    coming->begun = counter;
    coming_.emplace(id, std::move(coming));
    return id;
}

/// Files that the server has go before a new one is refused.
Result<> Outbox::make_room(std::int64_t bytes) {
    if (files_.size() >= limits::files_max) {
        HF_CHECK(drop_cached());
    }
    if (files_.size() >= limits::files_max) {
        return fail_at_limit(ErrorCode::outbox_full, limits::files_max);
    }
    if (bytes_of_files(false) + bytes > limits::files_bytes_max) {
        return fail_at_limit(ErrorCode::outbox_full, limits::files_bytes_max);
    }
    return {};
}

std::int64_t Outbox::bytes_of_files(bool stored) const {
    std::set<Id> counted;
    std::int64_t bytes = 0;
    for (const auto& [id, file] : files_) {
        if ((file.state == FileState::stored) == stored && counted.insert(file.content).second) {
            bytes += file.claim.bytes;
        }
    }
    return bytes;
}

void Outbox::drop_coming(Id id) {
    const auto found = coming_.find(id);
    if (found == coming_.end()) {
        return;
    }
    if (found->second->pieces > 0) {
        const auto erased = [&]() -> Result<> {
            HF_TRY(auto transaction, begin(sqlite::Durability::normal));
            HF_CHECK(statements_->erase_pieces.reset().bind(1, id.value).run());
            return transaction.commit();
        }();
        (void)erased;  // what the disk does not take now goes at the next start
    }
    coming_.erase(found);
}

Result<std::int64_t> Outbox::add_bytes(Id file, std::string_view bytes) {
    const auto found = coming_.find(file);
    if (found == coming_.end()) {
        return fail(ErrorCode::outbox_unknown_item, "file " + to_string(file));
    }
    ComingFile& coming = *found->second;
    const std::int64_t missing = coming.file.claim.bytes - coming.have;
    const auto taken = [&]() -> Result<std::int64_t> {
        const auto size = static_cast<std::int64_t>(bytes.size());
        if (bytes.empty() || size > missing) {
            return fail(ErrorCode::request_malformed, "bytes of a file");
        }
        const std::size_t wanted = files::limits::sniffed_bytes_max - coming.head.size();
        coming.head += bytes.substr(0, wanted);
        coming.sum.add(bytes);
        coming.held += bytes;
        coming.have += size;
        const bool all = size == missing;
        auto kept = keep_bytes(coming, all);
        const bool is_work = coming.expected.empty();
        if (!kept && is_work && kept.error().code == ErrorCode::storage_full && drop_cached()) {
            kept = keep_bytes(coming, all);
        }
        HF_CHECK(kept);
        return missing - size;
    }();
    if (!taken || *taken == 0) {
        if (taken) {
            coming_.erase(file);
        } else {
            drop_coming(file);
        }
    }
    return taken;
}

Result<> Outbox::keep_bytes(ComingFile& coming, bool all) {
    HF_CHECK(write_pieces(coming, all));
    return all ? finish_file(coming) : Result<>{};
}

/// Not synced: the transaction that makes it a file is.
Result<> Outbox::write_pieces(ComingFile& coming, bool all) {
    const std::size_t least = all ? 1 : limits::piece_bytes;
    if (coming.held.size() < least) {
        return {};
    }
    HF_TRY(auto transaction, begin(sqlite::Durability::normal));
    std::string_view rest = coming.held;
    std::int64_t number = coming.pieces;
    for (; rest.size() >= least; ++number) {
        const std::string_view piece = rest.substr(0, limits::piece_bytes);
        HF_CHECK(statements_->write_piece.reset()
                     .bind(1, coming.file.content.value)
                     .bind(2, number)
                     .bind_blob(3, piece)
                     .run());
        rest.remove_prefix(piece.size());
    }
    HF_CHECK(transaction.commit());
    coming.pieces = number;
    coming.held.erase(0, coming.held.size() - rest.size());
    return {};
}

Result<> Outbox::finish_file(ComingFile& coming) {
    if (coming.file.claim.sha256.empty()) {
        coming.file.claim.sha256 = to_hex(coming.sum.finish());
        if (!coming.expected.empty() && coming.expected != coming.file.claim.sha256) {
            return fail(ErrorCode::file_broken, "other bytes than the server has said");
        }
        HF_CHECK(describe(coming.head, coming.file.claim));
    }
    File file = coming.file;
    const auto same = std::ranges::find(
        files_, file.claim.sha256, [](const auto& entry) { return entry.second.claim.sha256; });
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    if (same != files_.end()) {
        HF_CHECK(statements_->erase_pieces.reset().bind(1, file.content.value).run());
        file.content = same->second.content;
    }
    HF_CHECK(write_file(file));
    HF_CHECK(transaction.commit());
    remember(std::move(file));
    return {};
}

// ---------------------------------------------------------------------------- reading

const Outbox::File* Outbox::find_file(Id id) const {
    const auto found = files_.find(id);
    return found == files_.end() ? nullptr : &found->second;
}

std::vector<FileClaim> Outbox::claims_of(std::int64_t draft) const {
    std::vector<FileClaim> claims;
    for (const auto& [id, file] : files_) {
        if (file.draft == draft && draft != 0) {
            claims.push_back(file.claim);
        }
    }
    return claims;
}

Result<std::string> Outbox::read_file(Id id, std::int64_t at, std::size_t max) const {
    const File* file = find_file(id);
    if (file == nullptr || at < 0) {
        return fail(ErrorCode::outbox_unknown_item, "file " + to_string(id));
    }
    constexpr auto piece_bytes = static_cast<std::int64_t>(limits::piece_bytes);
    std::string bytes;
    for (std::int64_t from = at; from < file->claim.bytes && bytes.size() < max;) {
        auto& piece = statements_->read_piece.reset();
        piece.bind(1, file->content.value).bind(2, from / piece_bytes);
        HF_TRY(const bool row, piece.step());
        const auto inside = static_cast<std::size_t>(from % piece_bytes);
        if (!row || piece.blob(0).size() <= inside) {
            return fail(ErrorCode::storage_corrupt, "a piece of file " + to_string(id));
        }
        bytes += piece.blob(0).substr(inside, max - bytes.size());
        from = at + static_cast<std::int64_t>(bytes.size());
        piece.reset();
    }
    return bytes;
}

bool Outbox::may_upload(const File& file) const {
    if (!file.intent || file.state != FileState::waiting) {
        return false;
    }
    const Item* action = find(file.intent);
    return action == nullptr || action->state == State::applied;
}

std::size_t Outbox::uploads_waiting() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        files_, [this](const auto& entry) { return may_upload(entry.second); }));
}

bool Outbox::holds_work() const {
    return waiting_ + refused_.size() + drafts_.size() > 0 ||
           std::ranges::any_of(
               files_, [](const auto& entry) { return entry.second.state != FileState::stored; });
}

// ---------------------------------------------------------------------------- who has them

std::vector<Outbox::File> Outbox::files_of(Id intent) const {
    std::vector<File> found;
    for (const auto& [id, file] : files_) {
        if (file.intent == intent) {
            found.push_back(file);
        }
    }
    return found;
}

std::vector<Id> Outbox::file_ids_of(std::span<const Id> intents) const {
    std::vector<Id> found;
    for (const auto& [id, file] : files_) {
        if (std::ranges::count(intents, file.intent) != 0) {
            found.push_back(id);
        }
    }
    return found;
}

Result<Outbox::Claiming> Outbox::claim(const Origin& origin, const Intent& intent) const {
    Claiming claiming;
    for (const Id id : origin.files) {
        const File* file = find_file(id);
        if (file == nullptr || file->intent) {
            return fail(ErrorCode::outbox_unknown_item, "file " + to_string(id));
        }
        claiming.claimed.push_back(*file);
        claiming.claimed.back().intent = intent.id;
        claiming.claimed.back().channel = intent.lane;
        claiming.claimed.back().draft = 0;
    }
    for (const auto& [id, file] : files_) {
        const bool is_left = origin.form && file.draft == *origin.form && !file.intent;
        if (is_left && std::ranges::count(origin.files, id) == 0) {
            claiming.dropped.push_back(id);
        }
    }
    return claiming;
}

// ---------------------------------------------------------------------------- the server's word

Result<> Outbox::settle_file(Id id, const Error& verdict) {
    const File* known = find_file(id);
    if (known == nullptr) {
        return {};
    }
    File file = *known;
    const bool stored = verdict.code == ErrorCode::none;
    file.state = stored ? FileState::stored : FileState::refused;
    file.code = verdict.code;
    file.detail = verdict.params;
    remember(file);  // so it is, also where the disk is full
    HF_TRY(auto transaction, begin(sqlite::Durability::normal));
    HF_CHECK(write_file(file));
    HF_CHECK(transaction.commit());
    return trim_cached();
}

Result<> Outbox::trim_cached() {
    while (bytes_of_files(true) > limits::cached_bytes_max) {  // a handful a time
        const auto oldest = std::ranges::find(
            files_, FileState::stored, [](const auto& entry) { return entry.second.state; });
        HF_CHECK(remove_files({oldest->first}));
    }
    return {};
}

Result<> Outbox::retry_file(Id id) {
    const File* known = find_file(id);
    if (known == nullptr || known->state != FileState::refused) {
        return fail(ErrorCode::outbox_unknown_item, "file " + to_string(id));
    }
    File file = *known;
    file.state = FileState::waiting;
    file.code = ErrorCode::none;
    file.detail.clear();
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(write_file(file));
    HF_CHECK(transaction.commit());
    remember(std::move(file));
    return {};
}

Result<> Outbox::drop_file(Id id) {
    if (coming_.contains(id)) {
        drop_coming(id);
        return {};
    }
    const File* file = find_file(id);
    if (file == nullptr) {
        return fail(ErrorCode::outbox_unknown_item, "file " + to_string(id));
    }
    if (file->intent && file->state == FileState::waiting) {
        return fail(ErrorCode::outbox_may_be_sent, "file " + to_string(id));
    }
    return remove_files({id});
}

Result<> Outbox::forget_file(Id id) {
    return files_.contains(id) ? remove_files({id}) : Result<>{};
}

Result<> Outbox::drop_cached(Id channel) {
    std::vector<Id> cached;
    for (const auto& [id, file] : files_) {
        if (file.state == FileState::stored && (!channel || file.channel == channel)) {
            cached.push_back(id);
        }
    }
    return remove_files(cached);
}

}  // namespace holdfast::client
