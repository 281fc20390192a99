#include <memory>
#include <utility>

#include "platform/net/asio.hpp"
#include "server/files/limits.hpp"
#include "server/net/file_routes.hpp"

/// PATCH: bytes for an upload, written as they come, so that what arrived before a cut is kept.
namespace asio = boost::asio;

namespace holdfast::net {
namespace {

Result<> check_headers(const Request& request) {
    if (request.tus.resumable != files::tus_version) {
        return fail(ErrorCode::protocol_unsupported, "Tus-Resumable");
    }
    if (request.content_type != "application/offset+octet-stream") {
        return fail(ErrorCode::request_malformed, "Content-Type");
    }
    return {};
}

/// What the protocol wants instead of the catalogue's status.
void put_protocol_status(Answer& answer, ErrorCode code, const Request& request) {
    if (code == ErrorCode::protocol_unsupported) {
        answer.status = 412;
        answer.headers.emplace_back("Tus-Version", files::tus_version);
    } else if (code == ErrorCode::request_malformed &&
               request.content_type != "application/offset+octet-stream") {
        answer.status = 415;
    }
}

}  // namespace

asio::awaitable<std::unique_ptr<FileRoutes::Patch>> FileRoutes::begin_patch(Request request,
                                                                            Answer& refusal) {
    if (services_.store == nullptr) {
        refusal = make_problem(ErrorCode::request_not_found);
        co_return nullptr;
    }
    const auto refused = [&](const Error& error) {
        refusal = refuse(request, error);
        put_protocol_status(refusal, error.code, request);
        return nullptr;
    };
    auto allowed = allow_address(request);
    if (!allowed) {
        co_return refused(allowed.error());
    }
    if (const auto good = check_headers(request); !good) {
        co_return refused(good.error());
    }
    const auto wanted = files::parse_length(request.tus.offset);
    if (!wanted) {
        co_return refused(wanted.error());
    }
    auto patch = std::make_unique<Patch>(*this, *std::move(allowed), *wanted);
    if (!request.tus.checksum.empty()) {
        auto checksum = files::parse_checksum(request.tus.checksum);
        if (!checksum) {
            co_return refused(checksum.error());
        }
        patch->checksum_ = *std::move(checksum);
    }
    if (!patch->turn_.granted()) {
        co_return refused(Error{ErrorCode::file_upload_busy, {}, {}});
    }
    if (patch->allowed_.known.file.stored) {
        co_return refused(Error{ErrorCode::file_wrong_offset, "it is whole", {}});
    }
    const auto offset = co_await workers_.run(
        [store = services_.store, key = patch->allowed_.key] { return store->offset(key); });
    if (!offset || *offset != *wanted) {
        co_return refused(offset ? Error{ErrorCode::file_wrong_offset, std::to_string(*offset), {}}
                                 : offset.error());
    }
    co_return patch;
}

FileRoutes::Patch::Patch(FileRoutes& routes, Allowed allowed, std::int64_t offset)
    : routes_(routes),
      allowed_(std::move(allowed)),
      turn_(routes.turns_, allowed_.key),
      offset_(offset) {}

asio::awaitable<Result<>> FileRoutes::Patch::add(std::string_view piece) {
    const auto room = static_cast<std::uint64_t>(allowed_.length() - offset_);
    if (collected_.size() + piece.size() > room) {
        co_return fail(ErrorCode::request_too_large,
                       "more than the upload's length",
                       R"({"limit":)" + std::to_string(room) + "}");
    }
    if (!checksum_) {
        co_return co_await write(std::string(piece));
    }
    if (collected_.size() + piece.size() > files::limits::checked_chunk_bytes_max) {
        co_return fail(
            ErrorCode::request_too_large,
            "a chunk with a checksum",
            R"({"limit":)" + std::to_string(files::limits::checked_chunk_bytes_max) + "}");
    }
    collected_ += piece;
    co_return Result<>{};
}

asio::awaitable<Result<>> FileRoutes::Patch::write(std::string bytes) {
    if (!turn_.is_newest()) {
        co_return fail(ErrorCode::file_upload_busy, "a newer request has taken over");
    }
    const UploadTurns::Turn::Writing writing(turn_);
    const auto size = static_cast<std::int64_t>(bytes.size());
    auto work = [store = routes_.services_.store,
                 key = allowed_.key,
                 at = offset_,
                 text = std::move(bytes)] { return store->append(key, at, text); };
    auto written = co_await routes_.workers_.run(std::move(work));
    if (written) {
        offset_ += size;
        routes_.services_.counters.file_bytes_received += static_cast<std::uint64_t>(size);
    }
    co_return written;
}

asio::awaitable<Result<>> FileRoutes::Patch::write_checked() {
    if (checksum_ && !files::matches(*checksum_, collected_)) {
        co_return fail(ErrorCode::file_wrong_checksum, "of a chunk");
    }
    if (collected_.empty()) {
        co_return Result<>{};
    }
    co_return co_await write(std::exchange(collected_, {}));
}

FileRoutes::Task FileRoutes::Patch::end(const Request& request) {
    if (const auto written = co_await write_checked(); !written) {
        co_return refuse(request, written.error());
    }
    const auto offset = co_await routes_.workers_.run(
        [store = routes_.services_.store, key = allowed_.key] { return store->offset(key); });
    if (!offset) {
        co_return refuse(request, offset.error());
    }
    if (!turn_.is_newest()) {
        co_return refuse(request, Error{ErrorCode::file_upload_busy, {}, {}});
    }
    const auto done = co_await routes_.finish_if_whole(allowed_, turn_, *offset);
    if (!done) {
        co_return refuse(request, done.error());
    }
    Answer answer = make_status(204);
    answer.headers.emplace_back("Upload-Offset", std::to_string(*done));
    answer.headers.emplace_back("Upload-Expires", co_await routes_.expires(allowed_.key));
    co_return answer;
}

asio::awaitable<Result<std::unique_ptr<FileRoutes::Patch>>> FileRoutes::begin_brought(
    Id user, files::UploadKey key) {
    if (services_.store == nullptr) {
        co_return fail(ErrorCode::request_not_found, "no files are kept");
    }
    auto allowed = allow(user, key);
    if (!allowed) {
        co_return std::unexpected(std::move(allowed).error());
    }
    if (allowed->known.file.stored) {
        co_return nullptr;
    }
    auto patch = std::make_unique<Patch>(*this, *std::move(allowed), 0);
    if (!patch->turn_.granted()) {
        co_return fail(ErrorCode::file_upload_busy);
    }
    const auto offset = co_await workers_.run(
        [store = services_.store, key, user] { return store->begin(key, user); });
    if (!offset) {
        co_return std::unexpected(offset.error());
    }
    patch->offset_ = *offset;
    co_return patch;
}

asio::awaitable<Result<>> FileRoutes::Patch::bring(std::int64_t at, std::string_view bytes) {
    if (at > offset_) {
        co_return fail(ErrorCode::file_wrong_offset, std::to_string(offset_));
    }
    const auto known = static_cast<std::size_t>(offset_ - at);
    if (known >= bytes.size()) {
        co_return Result<>{};
    }
    co_return co_await add(bytes.substr(known));
}

asio::awaitable<Result<bool>> FileRoutes::Patch::finish() {
    if (!turn_.is_newest()) {
        co_return fail(ErrorCode::file_upload_busy, "a newer request has taken over");
    }
    const auto offset = co_await routes_.workers_.run(
        [store = routes_.services_.store, key = allowed_.key] { return store->offset(key); });
    if (!offset) {
        co_return std::unexpected(offset.error());
    }
    const auto done = co_await routes_.finish_if_whole(allowed_, turn_, *offset);
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return *done >= allowed_.length();
}

Answer FileRoutes::Patch::refuse(const Request& request, const Error& error) const {
    return routes_.refuse(request, error);
}

}  // namespace holdfast::net
