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

/// A server's context: TLS 1.2 and newer.
/// Errors  setup_tls: a file is missing, is no PEM, or they do not belong together.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(
    const TlsFiles& files);

/// Name of the file, in the folder of ensure_local_certificate(), that a phone installs so that it
/// trusts the server.
inline constexpr const char* authority_name = "ca.crt";

/// A certificate for `names` (host names and IP addresses), and in ca.crt the authority that has
/// signed it, both in `folder`: for trying out in one's own network. Whoever trusts the authority
/// trusts the certificates of other days and addresses too. Whoever gets hold of its key can vouch
/// for private addresses, localhost and names under .local only; where `names` has others, the
/// authority is made anew for these too.
///
/// A certificate that is there is kept while it is valid for a week more and has all the names; the
/// authority while it is valid for a year more.
/// Errors  setup_file: the folder cannot be written.
[[nodiscard]] Result<TlsFiles> ensure_local_certificate(const std::string& folder,
                                                        const std::vector<std::string>& names);

}  // namespace holdfast::net
