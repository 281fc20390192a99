#include "server/net/tls.hpp"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdio>
#include <utility>

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

constexpr long day_seconds = 24L * 3600;
constexpr long valid_seconds = 397 * day_seconds;  // browsers take no longer-lived ones
constexpr time_t renew_seconds = 7 * day_seconds;
constexpr long authority_valid_seconds = 10 * 365 * day_seconds;
constexpr time_t authority_renew_seconds = 365 * day_seconds;

/// Who gets hold of the authority's key can still pretend to be nobody in the internet.
constexpr const char* private_names =
    "critical,permitted;DNS:localhost,permitted;DNS:local,permitted;IP:127.0.0.0/255.0.0.0,"
    "permitted;IP:10.0.0.0/255.0.0.0,permitted;IP:172.16.0.0/255.240.0.0,"
    "permitted;IP:192.168.0.0/255.255.0.0,permitted;IP:169.254.0.0/255.255.0.0,"
    "permitted;IP:100.64.0.0/255.192.0.0";

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using File = std::unique_ptr<std::FILE, Deleter<std::fclose>>;

bool is_address(const std::string& name) {
    boost::system::error_code error;
    asio::ip::make_address(name, error);
    return !error;
}

bool covers(X509* certificate, const std::string& name) {
    return is_address(name) ? X509_check_ip_asc(certificate, name.c_str(), 0) == 1
                            : X509_check_host(certificate, name.c_str(), 0, 0, nullptr) == 1;
}

Certificate read_certificate(const std::string& path) {
    const File file(std::fopen(path.c_str(), "re"));
    return Certificate(file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

Key read_key(const std::string& path) {
    const File file(std::fopen(path.c_str(), "re"));
    return Key(file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

bool is_valid_for(X509* certificate, time_t seconds) {
    time_t until = time(nullptr) + seconds;
    return X509_cmp_time(X509_get0_notAfter(certificate), &until) > 0;
}

/// A certificate and its key.
struct Pair {
    Key key;
    Certificate certificate;
    explicit operator bool() const { return key && certificate; }
};

/// Who signs a certificate; the certificate itself where there is nobody.
struct Signer {
    X509* certificate;
    EVP_PKEY* key;
};

bool add_extension(X509* certificate, X509* issuer, int number, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, number, value.c_str());
    const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

using Extensions = std::vector<std::pair<int, std::string>>;

/// @param signer  null: it signs itself.
Pair make_pair(const char* name, long seconds, const Extensions& extensions, const Signer* signer) {
    Pair pair{Key(EVP_EC_gen("P-256")), Certificate(X509_new())};
    if (!pair) {
        return {};
    }
    X509* certificate = pair.certificate.get();
    const Signer self{certificate, pair.key.get()};
    const Signer& by = signer != nullptr ? *signer : self;
    std::uint64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
    X509_set_pubkey(certificate, pair.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate),
                               "CN",
                               MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name),
                               -1,
                               -1,
                               0);
    X509_set_issuer_name(certificate, X509_get_subject_name(by.certificate));
    for (const auto& [number, value] : extensions) {
        if (!add_extension(certificate, by.certificate, number, value)) {
            return {};
        }
    }
    return X509_sign(certificate, by.key, EVP_sha256()) != 0 ? std::move(pair) : Pair{};
}

/// @param names  that it can vouch for beside the private ones; IPv4 addresses or host names.
Pair make_authority(const std::vector<std::string>& names) {
    // The name says which machine's it is: a phone may trust several.
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    std::string permitted = private_names;
    for (const std::string& name : names) {
        permitted += is_address(name) ? ",permitted;IP:" + name + "/255.255.255.255"
                                      : ",permitted;DNS:" + name;
    }
    const std::string name = std::string("Holdfast on ").append(host.data()).substr(0, 64);
    return make_pair(name.c_str(),
                     authority_valid_seconds,
                     {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                      {NID_key_usage, "critical,keyCertSign,cRLSign"},
                      {NID_name_constraints, permitted},
                      {NID_subject_key_identifier, "hash"}},
                     nullptr);
}

Pair make_server_pair(const Pair& authority, const std::vector<std::string>& names) {
    std::string alternatives;
    for (const std::string& name : names) {
        alternatives += (alternatives.empty() ? "" : ",") +
                        std::string(is_address(name) ? "IP:" : "DNS:") + name;
    }
    const Signer signer{authority.certificate.get(), authority.key.get()};
    return make_pair("Holdfast",
                     valid_seconds,
                     {{NID_subject_alt_name, alternatives},
                      {NID_basic_constraints, "critical,CA:FALSE"},
                      {NID_key_usage, "critical,digitalSignature"},
                      {NID_ext_key_usage, "serverAuth"},
                      {NID_subject_key_identifier, "hash"},
                      {NID_authority_key_identifier, "keyid"}},
                     &signer);
}

/// A file that only its owner can read.
File create(const std::string& path) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return File(descriptor < 0 ? nullptr : fdopen(descriptor, "w"));
}

}  // namespace

Result<std::shared_ptr<asio::ssl::context>> make_tls_context(const TlsFiles& files) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    // Who comes back brings what it needs in its ticket.
    SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
    boost::system::error_code error;
    context->use_certificate_chain_file(files.certificate, error);
    if (error) {
        return fail(ErrorCode::setup_tls, files.certificate + ": " + error.message());
    }
    context->use_private_key_file(files.key, asio::ssl::context::pem, error);
    if (error) {
        return fail(ErrorCode::setup_tls, files.key + ": " + error.message());
    }
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
        return fail(ErrorCode::setup_tls, "the key does not belong to the certificate");
    }
    return context;
}

namespace {

/// Writes a key, and its certificate with those behind it in the chain.
Result<> write(const TlsFiles& files, const Pair& pair, X509* issuer) {
    const File key(create(files.key));
    const File certificate(create(files.certificate));
    const bool written =
        key && certificate &&
        PEM_write_PrivateKey(key.get(), pair.key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
            1 &&
        PEM_write_X509(certificate.get(), pair.certificate.get()) == 1 &&
        (issuer == nullptr || PEM_write_X509(certificate.get(), issuer) == 1) &&
        std::fflush(key.get()) == 0 && std::fflush(certificate.get()) == 0;
    if (!written) {
        return fail(ErrorCode::setup_file,
                    "cannot write " + files.certificate + " and " + files.key);
    }
    return {};
}

TlsFiles authority_files(const std::string& folder) {
    return {folder + "/" + authority_name, folder + "/ca.key"};
}

Result<Pair> renew_authority(const std::string& folder, const std::vector<std::string>& names) {
    Pair made = make_authority(names);
    if (!made) {
        return fail(ErrorCode::setup_tls, "no authority could be made");
    }
    HF_CHECK(write(authority_files(folder), made, nullptr));
    return made;
}

Result<Pair> ensure_authority(const std::string& folder) {
    const TlsFiles files = authority_files(folder);
    Pair kept{read_key(files.key), read_certificate(files.certificate)};
    if (kept && is_valid_for(kept.certificate.get(), authority_renew_seconds) &&
        X509_check_private_key(kept.certificate.get(), kept.key.get()) == 1) {
        return kept;
    }
    return renew_authority(folder, {});
}

/// Whether the names of a certificate are such that the authority can vouch for.
bool vouches(const Pair& authority, const Pair& pair) {
    // Makes OpenSSL read the extensions: without that it finds no names and refuses none.
    X509_check_purpose(pair.certificate.get(), -1, 0);
    const std::unique_ptr<NAME_CONSTRAINTS, Deleter<NAME_CONSTRAINTS_free>> permitted(
        static_cast<NAME_CONSTRAINTS*>(
            X509_get_ext_d2i(authority.certificate.get(), NID_name_constraints, nullptr, nullptr)));
    return permitted &&
           NAME_CONSTRAINTS_check(pair.certificate.get(), permitted.get()) == X509_V_OK;
}

bool is_good(const TlsFiles& files, const Pair& authority, const std::vector<std::string>& names) {
    const Pair kept{read_key(files.key), read_certificate(files.certificate)};
    return kept && is_valid_for(kept.certificate.get(), renew_seconds) &&
           X509_check_private_key(kept.certificate.get(), kept.key.get()) == 1 &&
           X509_verify(kept.certificate.get(), authority.key.get()) == 1 &&
           std::ranges::all_of(names, [&](const std::string& name) {
               return covers(kept.certificate.get(), name);
           });
}

}  // namespace

Result<TlsFiles> ensure_local_certificate(const std::string& folder,
                                          const std::vector<std::string>& names) {
    HF_TRY(Pair authority, ensure_authority(folder));
    TlsFiles files{folder + "/tls.crt", folder + "/tls.key"};
    if (is_good(files, authority, names)) {
        return files;
    }
    Pair made = make_server_pair(authority, names);
    if (made && !vouches(authority, made)) {
        HF_TRY(authority, renew_authority(folder, names));
        made = make_server_pair(authority, names);
    }
    if (!made) {
        return fail(ErrorCode::setup_tls, "no certificate could be made");
    }
    HF_CHECK(write(files, made, authority.certificate.get()));
    return files;
}

}  // namespace holdfast::net
