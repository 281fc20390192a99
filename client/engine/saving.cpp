#include "client/engine/saving.hpp"

#include <utility>

#include "client/outbox/limits.hpp"
#include "core/files/media.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

/// Whether the bytes are the server's business: their action is not refused, and it has not got
/// them.
bool is_to_be_sent(const Outbox& outbox, const Outbox::File& file) {
    if (file.state != Outbox::FileState::waiting || !file.intent) {
        return false;
    }
    const Outbox::Item* item = outbox.find(file.intent);
    return item == nullptr || item->state != Outbox::State::rejected;
}

}  // namespace

Result<Saving> Saving::begin(Outbox& outbox, WallTime now, Carrier carrier) {
    const std::optional<Account>& account = outbox.account();
    if (!account) {
        return fail(ErrorCode::auth_session_expired);
    }
    std::string key;
    std::string pass;
    const Result<> is_read =
        json::Reader(outbox.value(sealing_name)).read("key", key).read("pass", pass).done();
    const auto key_bytes = files::from_base64(key);
    if (!is_read || !key_bytes || key_bytes->size() != wire::sealed_key_bytes) {
        return fail(ErrorCode::sealed_no_key);
    }
    Saving saving;
    saving.key_ = *key_bytes;
    std::vector<Intent> offered;
    for (const auto& [id, item] : outbox.items()) {
        if (item.state == Outbox::State::waiting) {
            saving.actions_.push_back(id);
            offered.push_back(item.intent);
        }
    }
    const bool is_closed = carrier == Carrier::browser;
    saving.choose_files(
        outbox, is_closed ? limits::closed_files_bytes_max : wire::limits::sealed_files_bytes_max);
    if (saving.actions_.empty() && saving.files_.empty()) {
        return fail(ErrorCode::sealed_nothing);
    }
    saving.head_ = {.user = account->user,
                    .organization = account->organization,
                    .device = account->device,
                    .saved_at = now,
                    .actions = static_cast<std::uint32_t>(saving.actions_.size()),
                    .files = static_cast<std::uint32_t>(saving.files_.size()),
                    .pass = pass};
    if (is_closed) {
        HF_CHECK(outbox.lend(offered));
    } else {
        outbox.offer(offered);
    }
    return saving;
}

void Saving::choose_files(const Outbox& outbox, std::int64_t bytes_max) {
    for (const auto& [id, file] : outbox.files()) {
        if (!is_to_be_sent(outbox, file)) {
            continue;
        }
        if (file.claim.bytes > bytes_max - file_bytes_) {
            ++left_out_;
            continue;
        }
        files_.push_back(id);
        file_bytes_ += file.claim.bytes;
    }
}

Result<Saving::Piece> Saving::next(const Outbox& outbox) {
    if (!std::exchange(is_begun_, true)) {
        return Piece{.content = wire::encode_sealed(head_)};
    }
    if (const wire::SealedActions actions = next_actions(outbox); !actions.intents.empty()) {
        return Piece{.content = wire::encode_sealed(actions)};
    }
    while (next_file_ < files_.size()) {
        const Id id = files_[next_file_];
        const Outbox::File* file = outbox.find_file(id);
        if (file == nullptr || next_byte_ >= file->claim.bytes || !is_to_be_sent(outbox, *file)) {
            ++next_file_;
            next_byte_ = 0;
            continue;
        }
        HF_TRY(const std::string bytes, outbox.read_file(id, next_byte_, limits::piece_bytes));
        const wire::SealedBytes part{
            .channel = file->channel, .file = id, .at = next_byte_, .bytes = bytes};
        next_byte_ += static_cast<std::int64_t>(bytes.size());
        return Piece{.content = wire::encode_sealed(part)};
    }
    return Piece{.content = wire::encode_sealed(wire::SealedEnd{}), .is_last = true};
}

/// As many as one push holds. Nobody knows how long they will be carried: how old they are is not
/// said.
wire::SealedActions Saving::next_actions(const Outbox& outbox) {
    wire::SealedActions actions;
    std::size_t bytes = 0;
    for (; next_action_ < actions_.size(); ++next_action_) {
        const Outbox::Item* item = outbox.find(actions_[next_action_]);
        if (item == nullptr || item->state != Outbox::State::waiting) {
            continue;
        }
        bytes += item->intent.args.size();
        const bool is_full = actions.intents.size() >= wire::limits::intents_per_push_max ||
                             bytes > wire::limits::push_bytes_max;
        if (is_full && !actions.intents.empty()) {
            break;
        }
        actions.intents.push_back(item->intent);
    }
    return actions;
}

}  // namespace holdfast::client
