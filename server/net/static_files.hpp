#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace holdfast::net {

/// One file of the app, ready to be sent: read, and compressed, once, at the start.
struct StaticFile {
    /// What goes out, and its Content-Encoding; empty for none.
    struct Body {
        std::string_view bytes;
        std::string_view encoding;
    };

    std::string type;  ///< of its content
    std::string etag;  ///< quoted; of the uncompressed bytes
    std::string cache_control;
    std::string plain;
    std::string brotli;  ///< made by the build; empty where there is none
    std::string gzip;    ///< empty where it saves nothing

    /// The smallest that a value of Accept-Encoding takes.
    [[nodiscard]] Body body(std::string_view accept_encoding) const;
};

/// The app's folder in memory. A path of a request is looked up in a map, and never reaches the
/// disk: there is no way out of the folder.
class StaticFiles {
public:
    StaticFiles() = default;

    /// Reads a folder. Symbolic links and names that start with a dot are left out. What
    /// `.brotli/DIGEST` holds is the compressed form of the file with that digest, as the build
    /// made it: of a file that was changed since there is none.
    /// Errors  setup_file: no folder, no index.html in it, or it cannot be read ·
    /// request_too_large.
    [[nodiscard]] static Result<StaticFiles> load(const std::string& folder);

    /// The file behind the path of a request ("/assets/x.js"; no query). A path without a file
    /// whose last part has no extension is a screen of the app: index.html. Null: there is nothing.
    [[nodiscard]] const StaticFile* find(std::string_view path) const;

    [[nodiscard]] std::size_t size() const { return files_.size(); }

private:
    std::map<std::string, StaticFile, std::less<>> files_;  ///< by "/" + path in the folder
};

/// "text/html; charset=utf-8" for "index.html"; "application/octet-stream" for what is not known.
[[nodiscard]] std::string_view content_type_of(std::string_view path);

/// Whether a value of If-None-Match names the tag (weakly, as RFC 9110 13.1.2 has it).
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace holdfast::net
