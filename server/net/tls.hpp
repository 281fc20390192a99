#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace boost::asio::ssl {
class context;
}

namespace holdfast::net {

/// PEM files: the certificate with its chain, and its private key.
struct TlsFiles {
    std::string certificate;
    std::string key;
};

/// A server's context: TLS 1.2 and newer. Errors  request_not_found · request_malformed (the files
/// do not fit).
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(
    const TlsFiles& files);

/// A certificate signed by itself in `folder`, for `names` (host names and IP addresses). The one
/// that is there is kept while it is valid for a week more and has all the names. For trying out in
/// one's own network: browsers ask whether to trust it. Errors  storage_failed.
[[nodiscard]] Result<TlsFiles> ensure_self_signed(const std::string& folder,
                                                  const std::vector<std::string>& names);

}  // namespace holdfast::net
