#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/time.hpp"
#include "server/files/descriptor.hpp"

namespace holdfast::net {

/// What tus 1.0 says in headers, as it came.
struct TusHeaders {
    std::string resumable;        ///< Tus-Resumable
    std::string offset;           ///< Upload-Offset
    std::string length;           ///< Upload-Length
    std::string metadata;         ///< Upload-Metadata
    std::string checksum;         ///< Upload-Checksum
    std::string method_override;  ///< X-HTTP-Method-Override: for who can only GET and POST
};

/// A request as the routes see it. Fields hold nothing where the header was not sent.
struct Request {
    std::string method;
    std::string path;           ///< without what stands behind "?"
    std::string address;        ///< of the other end of the connection
    std::string authorization;  ///< secret: never logged
    std::string accept_encoding;
    std::string content_type;
    std::string if_none_match;
    std::string range;
    std::string if_range;
    TusHeaders tus;
    std::string body;        ///< may hold secrets: never logged
    bool forwarded = false;  ///< a proxy says that it speaks for somebody else

    [[nodiscard]] std::string_view upload_method() const {
        return tus.method_override.empty() ? method : tus.method_override;
    }
};

/// A piece of a file, sent as it is read.
struct FileBody {
    files::Descriptor file;
    std::int64_t begin = 0;
    std::int64_t end = 0;  ///< behind the last byte
};

/// What is sent back. Headers that every answer has are added by the connection.
struct Answer {
    int status = 200;
    std::string content_type{};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    std::string_view borrowed{};       ///< instead of `body`: bytes that live as long as the server
    std::unique_ptr<FileBody> file{};  ///< instead of both
    bool body_omitted = false;         ///< HEAD: the length is told, the bytes are not

    [[nodiscard]] std::string_view bytes() const { return borrowed.empty() ? body : borrowed; }
};

/// Problem details of RFC 9457, with the status and the sentence of the catalogue.
/// `retry_after` above 0 is told as Retry-After, rounded up to seconds.
[[nodiscard]] Answer make_problem(ErrorCode code,
                                  std::string_view params = {},
                                  Millis retry_after = {});

/// How long the services ask to wait, where they do (params: retry_after_ms).
[[nodiscard]] Millis retry_after_of(const Error& error);

/// 405 with the methods that the address does answer to ("GET, HEAD").
[[nodiscard]] Answer make_method_refused(std::string_view allow);

/// What every answer carries beside its own headers: our mark, and what the browser may not do.
/// @param https_only  the browser shall never again come to this host without TLS. Not for the
///                    demonstration: on localhost it would lock out what runs there without.
[[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>& common_headers(
    bool https_only);

/// Whether an Origin ("https://host:port") is the host that the request was sent to. No Origin: not
/// a browser.
[[nodiscard]] bool is_same_origin(std::string_view origin, std::string_view host);

/// The token of "Bearer <token>"; empty for anything else.
[[nodiscard]] std::string_view bearer_token(std::string_view authorization);

}  // namespace holdfast::net
