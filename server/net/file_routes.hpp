#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/auth/auth_service.hpp"
#include "server/files/store.hpp"
#include "server/net/body_sink.hpp"
#include "server/net/counters.hpp"
#include "server/net/file_workers.hpp"
#include "server/net/http_message.hpp"
#include "server/net/log.hpp"
#include "server/net/sockets.hpp"
#include "server/net/upload_turns.hpp"
#include "server/services/hub.hpp"

namespace holdfast::net {

/// The addresses under /files/v1/: uploads by tus 1.0, links, and what they lead to.
///
///     device  OPTIONS, POST, HEAD, PATCH, DELETE /files/v1/uploads[/<channel>-<file>]
///             POST /files/v1/links
///     link    GET, HEAD /files/v1/content/<link>
///
/// Who may upload is who attached the file; who may have it is who may read the channel. What is
/// true of a file stands in its row: an upload that is whole changes it, and everybody is told.
class FileRoutes {
public:
    struct Services {
        Environment& environment;
        auth::AuthService& auth;
        services::Hub& hub;
        Sockets& sockets;
        files::FileStore* store;  ///< null: this server keeps no files
        NetCounters& counters;
        const Log& log;
    };
    explicit FileRoutes(Services services);

    using Task = boost::asio::awaitable<Answer>;

    [[nodiscard]] static bool is_path(std::string_view path);
    /// Whether the body goes to what begin_patch() gives.
    [[nodiscard]] static bool is_patch(const Request& request);
    /// A link opens a file: logs hold it without what opens.
    [[nodiscard]] static std::string loggable(const std::string& path);
    /// An answer of tus without a body.
    [[nodiscard]] static Answer make_status(int status);

    /// Everything but a PATCH, whose body is not read into memory.
    [[nodiscard]] Task answer(Request request);

    /// One PATCH: pieces of its body as they come, then its end.
    class Patch;
    /// The upload that a PATCH goes on with, before its body is read; or the answer that refuses.
    [[nodiscard]] boost::asio::awaitable<std::unique_ptr<Patch>> begin_patch(Request request,
                                                                             Answer& refusal);

    /// An upload that somebody else than its author's device goes on with; nothing where all of it
    /// is here.
    /// Errors  file_unknown · file_not_yours · file_upload_busy · request_not_found: this server
    ///         keeps no files · those of FileStore::begin · why it was refused before.
    [[nodiscard]] boost::asio::awaitable<Result<std::unique_ptr<Patch>>> begin_brought(
        Id user, files::UploadKey key);

    /// Drops uploads that nobody goes on with.
    [[nodiscard]] boost::asio::awaitable<void> expire();

private:
    /// An upload that the asking person may go on with.
    struct Allowed {
        files::UploadKey key;
        services::KnownFile known;
        [[nodiscard]] std::int64_t length() const { return known.file.bytes; }
    };
    [[nodiscard]] Result<services::Identity> identify(const Request& request) const;
    [[nodiscard]] Result<Allowed> allow(Id user, const files::UploadKey& key) const;
    [[nodiscard]] Result<Allowed> allow_address(const Request& request) const;
    [[nodiscard]] Result<Allowed> allow_creation(const Request& request) const;
    [[nodiscard]] Task uploads(Request request);
    [[nodiscard]] Task create(Request request);
    [[nodiscard]] Task tell_offset(Request request);
    [[nodiscard]] Task terminate(Request request);
    [[nodiscard]] Task make_link(Request request);
    [[nodiscard]] Task content(Request request);
    template <class Ask>
    [[nodiscard]] boost::asio::awaitable<Result<std::int64_t>> arrived(const Allowed& allowed,
                                                                       Ask ask);
    [[nodiscard]] boost::asio::awaitable<Result<std::int64_t>> finish_if_whole(
        const Allowed& allowed, UploadTurns::Turn& turn, std::int64_t offset);
    [[nodiscard]] boost::asio::awaitable<Result<>> finish(const Allowed& allowed,
                                                          UploadTurns::Turn& turn);
    [[nodiscard]] boost::asio::awaitable<std::string> expires(files::UploadKey key);
    [[nodiscard]] Answer refuse(const Request& request, const Error& error) const;

    Services services_;
    std::string link_secret_;  ///< of this run of the server: older links are asked for again
    UploadTurns turns_;
    FileWorkers workers_;
};

class FileRoutes::Patch final : public BodySink {
public:
    Patch(FileRoutes& routes, Allowed allowed, std::int64_t offset);

    /// Errors  file_upload_busy: a newer request has taken over · request_too_large · those of
    ///         FileStore::append.
    [[nodiscard]] boost::asio::awaitable<Result<>> add(std::string_view piece) override;
    [[nodiscard]] Task end(const Request& request) override;
    [[nodiscard]] Answer refuse(const Request& request, const Error& error) const override;

    /// The same for bytes that know their place: those that are here already are passed over.
    /// Errors  file_wrong_offset: some before them are missing · those of add().
    [[nodiscard]] boost::asio::awaitable<Result<>> bring(std::int64_t at, std::string_view bytes);
    /// Whether all of it is here now, and is what was announced.  Errors  those of finishing.
    [[nodiscard]] boost::asio::awaitable<Result<bool>> finish();

private:
    friend class FileRoutes;
    [[nodiscard]] boost::asio::awaitable<Result<>> write(std::string bytes);
    [[nodiscard]] boost::asio::awaitable<Result<>> write_checked();

    FileRoutes& routes_;
    Allowed allowed_;
    UploadTurns::Turn turn_;
    std::int64_t offset_;
    std::optional<files::Checksum> checksum_;
    std::string collected_;  ///< what a checksum is still to be compared with
};

}  // namespace holdfast::net
