#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "client/engine/engine.hpp"
#include "client/engine/testing/fake_server.hpp"
#include "core/base/assert.hpp"
#include "core/base/hex.hpp"
#include "core/base/sha256.hpp"
#include "core/files/media.hpp"

/// The files of a server in memory: tus as docs/internals/http-api.md has it.
namespace holdfast::testing_support {

class FakeUploads {
public:
    explicit FakeUploads(FakeServer& server) : server_(server) {}

    /// Status and body of the answer.
    std::pair<int, std::string> answer(const client::HttpRequest& request) {
        if (!refuse_with.empty()) {
            const auto code = std::exchange(refuse_with, {});
            return problem(code == "auth.session_expired" ? 401 : 422, code);
        }
        if (request.path == "/files/v1/links") {
            return {200, link_to(request)};
        }
        if (request.method == "GET") {
            return content(request);
        }
        HF_ASSERT(header(request, "Tus-Resumable") == "1.0.0");
        const Id file = file_of(request);
        const auto row = server_.file(file);
        if (!row) {
            return problem(404, "file.unknown");
        }
        return request.method == "POST" ? begin(request, file, *row) : send(request, file, *row);
    }

    std::map<Id, std::string> parts;               ///< what has come
    std::map<Id, int> finished;                    ///< how often each was whole
    std::uint64_t bytes_received = 0;              ///< of all requests
    std::string refuse_with;                       ///< code of the next answer
    bool damages = false;                          ///< chunks come as other bytes than were sent
    std::optional<std::uint64_t> timeline_before;  ///< version before a row was changed

    static std::string header(const client::HttpRequest& request, const std::string& name) {
        const std::size_t at = request.headers.find(name + ": ");
        if (at == std::string::npos) {
            return {};
        }
        const std::size_t from = at + name.size() + 2;
        return request.headers.substr(from, request.headers.find('\n', from) - from);
    }

    std::map<Id, std::string> contents;  ///< files of others that the server has

private:
    /// A file that is not among them is opened by "a-link".
    std::string link_to(const client::HttpRequest& request) const {
        const auto wanted = nlohmann::json::parse(request.body, nullptr, false);
        const auto id = parse_id(wanted.value("file", ""));
        const bool here = id && contents.contains(*id);
        return R"({"url":"/files/v1/content/)" + (here ? to_string(*id) : "a-link") +
               R"(","expires_in_ms":300000})";
    }

    /// "Range: bytes=0-99" of a file.
    std::pair<int, std::string> content(const client::HttpRequest& request) const {
        const auto id = parse_id(request.path.substr(request.path.rfind('/') + 1));
        const std::string range = header(request, "Range");
        const std::size_t from = std::stoul(range.substr(range.find('=') + 1));
        const std::size_t last = std::stoul(range.substr(range.find('-') + 1));
        return {206, contents.at(*id).substr(from, last - from + 1)};
    }

    static std::pair<int, std::string> problem(int status, const std::string& code) {
        return {status, R"({"code":")" + code + R"(","params":{}})"};
    }

    static Id file_of(const client::HttpRequest& request) {
        if (request.method == "PATCH") {
            return *parse_id(request.path.substr(request.path.rfind('-') + 1));
        }
        const std::string metadata = header(request, "Upload-Metadata");
        const std::string text = metadata.substr(metadata.find(",file ") + 6);
        return *parse_id(*files::from_base64(text));
    }

    std::pair<int, std::string> begin(const client::HttpRequest& request,
                                      Id file,
                                      const body::File& row) {
        HF_ASSERT(header(request, "Upload-Length") == std::to_string(row.bytes));
        const std::size_t offset =
            row.stored ? static_cast<std::size_t>(row.bytes) : parts[file].size();
        return {201, R"({"offset":)" + std::to_string(offset) + "}"};
    }

    std::pair<int, std::string> send(const client::HttpRequest& request,
                                     Id file,
                                     const body::File& row) {
        bytes_received += request.body.size();
        const auto part = parts.find(file);
        if (part == parts.end()) {
            return problem(410, "file.upload_gone");
        }
        if (row.stored || header(request, "Upload-Offset") != std::to_string(part->second.size())) {
            return problem(409, "file.wrong_offset");
        }
        const std::string sum = "sha256 " + files::to_base64(sha256_of(request.body));
        if (damages || header(request, "Upload-Checksum") != sum) {
            return problem(460, "file.wrong_checksum");
        }
        part->second += request.body;
        if (part->second.size() == static_cast<std::size_t>(row.bytes)) {
            HF_ASSERT(to_hex(sha256_of(part->second)) == row.sha256);
            finished[file] += 1;
            store(file, row);
        }
        return {204, {}};
    }

    void store(Id file, body::File row) {
        row.stored = true;
        const RowKey key{FakeServer::timeline_bucket, RowKind::file, file};
        timeline_before = server_.buckets.at(FakeServer::timeline_bucket).version;
        server_.put(key, server_.rows.at(key).sort, body::encode(row));
    }

    FakeServer& server_;
};

}  // namespace holdfast::testing_support
