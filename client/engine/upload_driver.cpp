#include "client/engine/upload_driver.hpp"

#include <utility>
#include <vector>

#include "client/engine/http_answer.hpp"
#include "core/base/sha256.hpp"
#include "core/files/media.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

constexpr std::string_view uploads_path = "/files/v1/uploads";
constexpr std::string_view tus_header = "Tus-Resumable: 1.0.0\n";

std::optional<std::int64_t> offset_in(std::string_view body) {
    const json::Value root = json::parse(body);
    const bool has =
        root.is_object() && root.contains("offset") && root["offset"].is_number_integer();
    return has ? std::optional(root["offset"].get<std::int64_t>()) : std::nullopt;
}

std::string metadata(const Upload& upload) {
    return "channel " + files::to_base64(to_string(upload.channel)) + ",file " +
           files::to_base64(to_string(upload.file));
}

}  // namespace

void UploadDriver::pump() {
    forget_deleted();
    follow_outbox();
    follow_connection();
    if (const auto step = queue_.poll(device_.now)) {
        std::visit([this](const auto& specific) { send(specific); }, *step);
        device_.changes.add(Topic::About::files);
    }
}

void UploadDriver::follow_outbox() {
    std::vector<Id> gone;
    for (const auto& [id, entry] : queue_) {
        const Outbox::File* file = device_.outbox.find_file(id);
        if (file == nullptr || !device_.outbox.may_upload(*file)) {
            gone.push_back(id);
        }
    }
    for (const Id id : gone) {
        queue_.remove(id);
    }
    for (const auto& [id, file] : device_.outbox.files()) {
        if (device_.outbox.may_upload(file) && !queue_.contains(id)) {
            queue_.add({.file = id, .channel = file.channel, .bytes = file.claim.bytes});
        }
    }
    if (!queue_.current()) {
        request_ = 0;
    }
}

void UploadDriver::follow_connection() {
    const bool connected = device_.is_connected() && device_.account();
    if (connected == connected_) {
        return;
    }
    connected_ = connected;
    request_ = 0;
    device_.changes.add(Topic::About::files);
    if (connected) {
        queue_.connected();
    } else {
        queue_.disconnected();
    }
}

// ---------------------------------------------------------------------------- requests

void UploadDriver::send(const UploadQueue::Begin& step) {
    request({.method = "POST",
             .path = std::string(uploads_path),
             .headers = "Upload-Length: " + std::to_string(step.upload.bytes) +
                        "\nUpload-Metadata: " + metadata(step.upload) + "\n"});
}

void UploadDriver::send(const UploadQueue::Send& step) {
    auto bytes =
        device_.outbox.read_file(step.upload.file, step.at, static_cast<std::size_t>(step.bytes));
    if (!bytes) {
        const bool damaged = bytes.error().code == ErrorCode::storage_corrupt;
        // What the disk does not give now it may give later; what is damaged the person is told.
        answered({.code = damaged ? ErrorCode::file_broken : bytes.error().code}, bytes.error());
        return;
    }
    const Upload& upload = step.upload;
    std::string path(uploads_path);
    path += '/';
    path += to_string(upload.channel);
    path += '-';
    path += to_string(upload.file);
    request({.method = "PATCH",
             .path = std::move(path),
             .content_type = "application/offset+octet-stream",
             .body = *std::move(bytes),
             .headers = "Upload-Offset: " + std::to_string(step.at) + "\n"});
}

void UploadDriver::request(HttpRequest request) {
    if (!request.body.empty()) {
        request.headers +=
            "Upload-Checksum: sha256 " + files::to_base64(sha256_of(request.body)) + "\n";
    }
    request.headers += tus_header;
    request.authorization = "Bearer " + device_.account()->access_token;
    request.timeout_ms = limits::upload_time_max.count;
    request_ = device_.request(std::move(request));
}

bool UploadDriver::take(const HttpAnswered& answer) {
    if (request_ == 0 || answer.request != request_) {
        return false;  // one that was given up, too: nobody else takes it
    }
    request_ = 0;
    if (is_success(answer)) {
        answered({.status = answer.status, .offset = offset_in(answer.body)}, Error{});
        return true;
    }
    const Refusal refusal = refusal_of(answer);
    const Error error{code_named(refusal.code, ErrorCode::server_unreachable), {}, refusal.params};
    answered({.status = answer.ours ? answer.status : 0, .code = error.code}, error);
    return true;
}

void UploadDriver::answered(const UploadQueue::Answer& answer, const Error& refusal) {
    const Id file = queue_.current();
    // What the disk does not take now the server says again at the next start.
    switch (queue_.answered(device_.now, answer)) {
        case UploadQueue::Verdict::stored:
            (void)device_.outbox.settle_file(file, Error{});
            break;
        case UploadQueue::Verdict::refused:
            (void)device_.outbox.settle_file(file, Error{answer.code, {}, refusal.params});
            break;
        case UploadQueue::Verdict::unknown:
            judge_unknown(file);
            break;
        case UploadQueue::Verdict::expired:
            device_.renewal_wished = true;
            break;
        case UploadQueue::Verdict::goes_on:
            break;
    }
    device_.files_changed();
    device_.hurry(Device::Urgency::live);
}

// ---------------------------------------------------------------------------- what is named no
// more

UploadDriver::Row UploadDriver::row_of(const Outbox::File& file) const {
    Replica& replica = device_.replica();
    const auto* timeline = replica.bucket(BucketKind::timeline, file.channel);
    if (timeline == nullptr) {
        const bool knows_access = !replica.buckets(BucketKind::user).empty();
        return knows_access ? Row::not_readable : Row::maybe;
    }
    const auto row = replica.find({timeline->head.id, RowKind::file, file.claim.id});
    if (!row) {
        return Row::maybe;
    }
    const bool knows_all = timeline->complete && device_.outbox.find(file.intent) == nullptr;
    return *row ? Row::there : knows_all ? Row::gone : Row::maybe;
}

/// The server does not know what names this file: the message was deleted, or the channel is no
/// longer this person's.
void UploadDriver::judge_unknown(Id id) {
    const Outbox::File* file = device_.outbox.find_file(id);
    if (file == nullptr) {
        return;
    }
    const Row row = row_of(*file);
    if (row == Row::gone) {
        (void)device_.outbox.forget_file(id);
    } else if (row == Row::not_readable) {
        (void)device_.outbox.settle_file(id, Error{ErrorCode::access_forbidden});
    }
}

/// What a deleted message said leaves every device (OM5), the author's too.
void UploadDriver::forget_deleted() {
    TopicSet rows;
    rows.rows_changed({}, RowKind::file);
    if (!device_.changes.meets(rows)) {
        return;
    }
    std::vector<Id> gone;
    for (const auto& [id, file] : device_.outbox.files()) {
        const bool done = file.intent && device_.outbox.find(file.intent) == nullptr;
        const Row row = done ? row_of(file) : Row::maybe;
        const bool kept = file.state == Outbox::FileState::stored;
        if (row == Row::gone || (row == Row::not_readable && kept)) {
            gone.push_back(id);
        }
    }
    for (const Id id : gone) {
        (void)device_.outbox.forget_file(id);
    }
    if (!gone.empty()) {
        device_.files_changed();
    }
}

}  // namespace holdfast::client
