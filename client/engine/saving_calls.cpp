// The calls that save what waits to a file, and the one that keeps it from being locked up.

#include <utility>

#include "client/engine/parts.hpp"
#include "core/files/media.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {

void Engine::Parts::take(std::int64_t number, const calls::BeginSaving& call) {
    const auto carrier = call.closed ? Saving::Carrier::browser : Saving::Carrier::person;
    auto begun = Saving::begin(device->outbox, device->wall, carrier);
    if (!begun) {
        device->reply_error(number, begun.error());
        return;
    }
    saving = *std::move(begun);
    ++saving_number;
    const auto count = [](std::size_t value) { return json::Value(value); };
    device->reply_ok(number,
                     json::Writer{}
                         .write("saving", json::Value(saving_number))
                         .write("key", json::Value(files::to_base64(saving->key())))
                         .write("actions", count(saving->actions()))
                         .write("files", count(saving->files()))
                         .write("file_bytes", json::Value(saving->file_bytes()))
                         .write("left_out", count(saving->left_out()))
                         .text(),
                     wire::sealed_lead(saving->key()));
    device->outbox_changed();  // nothing of it can be taken back any more
    device->hurry(Device::Urgency::now);
}

void Engine::Parts::take(std::int64_t number, const calls::ReadSaving& call) {
    if (!saving || call.saving != saving_number) {
        device->reply_error(number, Error{ErrorCode::outbox_unknown_item, "saving"});
        return;
    }
    auto piece = saving->next(device->outbox);
    if (!piece) {
        device->reply_error(number, piece.error());
        return;
    }
    if (piece->is_last) {
        saving.reset();
    }
    device->reply_ok(number,
                     piece->is_last ? R"({"last":true})" : R"({"last":false})",
                     std::move(piece->content));
}

void Engine::Parts::take(std::int64_t number, const calls::EndSaving& call) {
    const auto what = call.taken ? Outbox::Lent::taken : Outbox::Lent::gone;
    answer(number, device->outbox.end_lending(what));
}

/// Asked by whoever holds the key of these files, not by the screen (OM39).
void Engine::Parts::take(std::int64_t number, const calls::RecoveryKey& /*call*/) {
    const auto& account = device->account();
    std::string key;
    std::string door;  // a server of before knows none
    const Result<> is_read = json::Reader(device->outbox.value(sealing_name))
                                 .read("recovery", key)
                                 .read("door", door)
                                 .done();
    if (!account || !is_read || key.empty()) {
        device->reply_error(number, Error{ErrorCode::sealed_no_key});
        return;
    }
    device->reply_ok(number,
                     json::Writer{}
                         .write("key", json::Value(key))
                         .write("device", json::Value(account->device))
                         .write("door", json::Value(door))
                         .text());
}

}  // namespace holdfast::client
