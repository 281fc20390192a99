// The screen's calls about attached files.

#include <algorithm>
#include <utility>

#include "client/engine/limits.hpp"
#include "client/engine/parts.hpp"
#include "core/files/limits.hpp"
#include "core/files/media.hpp"
#include "core/model/file_claim_json.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
/// Taken in every mode, as answers are: what somebody has photographed must not be lost.
Result<Id> Engine::Parts::begin_file(const calls::BeginFile& call) {
    const auto& account = device->account();
    if (!account) {
        return fail(ErrorCode::auth_session_expired);
    }
    const body::OfflinePolicy& policy = device->status.persisted().policy;
    const std::int64_t limit = policy.granted ? policy.attachment_bytes_max : 0;
    if (limit > 0 && call.bytes > limit) {
        return fail_at_limit(ErrorCode::file_too_large, limit);
    }
    Id channel = call.channel;
    if (call.draft != 0) {
        HF_TRY(const FillingDesk::Open* open,
               device->fillings.hold(device->filling_place(), call.draft));
        channel = open->spot.channel;
    } else {
        const auto is_beside = [&](const auto& entry) {
            const Outbox::File& file = entry.second;
            return file.channel == channel && file.draft == 0 && !file.intent;
        };
        if (std::ranges::count_if(device->outbox.files(), is_beside) >=
            static_cast<std::ptrdiff_t>(files::limits::per_message_max)) {
            return fail_at_limit(ErrorCode::intent_too_long, files::limits::per_message_max);
        }
    }
    return device->outbox.begin_file(
        {.claim = {.name = call.name, .bytes = call.bytes, .thumbnail = call.thumbnail},
         .channel = channel,
         .draft = call.draft},
        account->device);
}

void Engine::Parts::take(std::int64_t number, const calls::BeginFile& call) {
    const auto begun = begin_file(call);
    if (!begun) {
        device->reply_error(number, begun.error());
        return;
    }
    device->reply_ok(number, R"({"file":")" + to_string(*begun) + R"("})");
}

Result<std::int64_t> Engine::Parts::add_bytes(const calls::AddBytes& call) {
    if (brought.size() > limits::call_data_bytes_max) {
        return fail_at_limit(ErrorCode::request_too_large, limits::call_data_bytes_max);
    }
    return device->outbox.add_bytes(call.file, brought);
}

void Engine::Parts::take(std::int64_t number, const calls::AddBytes& call) {
    const auto missing = add_bytes(call);
    if (!missing) {
        device->reply_error(number, missing.error());
        return;
    }
    device->reply_ok(number, R"({"missing":)" + std::to_string(*missing) + "}");
    if (*missing == 0) {
        device->files_changed();
        device->hurry(Device::Urgency::now);
    }
}

void Engine::Parts::take(std::int64_t number, const calls::ReadFile& call) {
    auto bytes = device->outbox.read_file(call.file, call.at, limits::read_bytes_max);
    if (!bytes) {
        device->reply_error(number, bytes.error());
        return;
    }
    const Outbox::File& file = *device->outbox.find_file(call.file);
    device->reply_ok(number,
                     json::Writer{}
                         .write("type", json::Value(file.claim.type))
                         .write("bytes", json::Value(file.claim.bytes))
                         .text(),
                     *std::move(bytes));
}

void Engine::Parts::answer(std::int64_t number, const Result<>& done) {
    if (!done) {
        device->reply_error(number, done.error());
        return;
    }
    device->reply_ok(number);
    device->files_changed();
    device->hurry(Device::Urgency::now);
}

void Engine::Parts::take(std::int64_t number, const calls::DropFile& call) {
    answer(number, device->outbox.drop_file(call.file));
}

void Engine::Parts::take(std::int64_t number, const calls::RetryFile& call) {
    answer(number, device->outbox.retry_file(call.file));
}

void Engine::Parts::take(std::int64_t number, const calls::LinkFile& call) {
    enquiries.ask(number,
                  "/files/v1/links",
                  json::Writer{}.write("channel", call.channel).write("file", call.file).text());
}

void Engine::Parts::take(std::int64_t number, const calls::FetchFiles& call) {
    if (!device->is_connected()) {
        device->reply_error(number, Error{ErrorCode::offline_no_connection});
        return;
    }
    answer(number, fetches.want(call.group));
}

Result<calls::Submit> Engine::Parts::with_claims(calls::Submit call) const {
    json::Value args = json::parse(call.args);
    const auto ids = args.is_object() ? args.find("files") : args.end();
    if (!args.is_object() || ids == args.end()) {
        return call;
    }
    if (call.kind != IntentKind::message_post || !ids->is_array()) {
        return fail(ErrorCode::intent_malformed, "files");
    }
    std::vector<FileClaim> claims;
    for (const json::Value& item : *ids) {
        const auto id = json::id_of(item);
        const Outbox::File* file = id ? device->outbox.find_file(*id) : nullptr;
        if (file == nullptr || file->intent) {
            return fail(ErrorCode::outbox_unknown_item, "file");
        }
        claims.push_back(file->claim);
    }
    call.files = ids_of(claims);
    if (claims.empty()) {
        args.erase("files");
    } else {
        args["files"] = args::files_value(claims);
    }
    call.args = json::dump(args);
    return call;
}

}  // namespace holdfast::client
