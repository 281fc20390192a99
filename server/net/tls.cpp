#include "server/net/tls.hpp"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdio>
#include <filesystem>

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

constexpr long valid_seconds = 397L * 24 * 3600;  // browsers take no longer-lived ones
constexpr time_t renew_seconds = 7L * 24 * 3600;

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

bool is_good(const std::string& path, const std::vector<std::string>& names) {
    const File file(std::fopen(path.c_str(), "re"));
    const Certificate certificate(file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr)
                                       : nullptr);
    if (!certificate) {
        return false;
    }
    time_t renew_at = time(nullptr) + renew_seconds;
    if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &renew_at) <= 0) {
        return false;
    }
    return std::ranges::all_of(
        names, [&](const std::string& name) { return covers(certificate.get(), name); });
}

bool add_extension(X509* certificate, int number, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, number, value.c_str());
    const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

Certificate make_certificate(EVP_PKEY* key, const std::vector<std::string>& names) {
    Certificate made(X509_new());
    X509* certificate = made.get();
    std::uint64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Holdfast"), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    std::string alternatives;
    for (const std::string& name : names) {
        alternatives += (alternatives.empty() ? "" : ",") +
                        std::string(is_address(name) ? "IP:" : "DNS:") + name;
    }
    const bool complete = add_extension(certificate, NID_subject_alt_name, alternatives) &&
                          add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
                          add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
                          X509_sign(certificate, key, EVP_sha256()) != 0;
    return complete ? std::move(made) : nullptr;
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
    SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
    boost::system::error_code error;
    context->use_certificate_chain_file(files.certificate, error);
    if (error) {
        return fail(ErrorCode::request_not_found, files.certificate + ": " + error.message());
    }
    context->use_private_key_file(files.key, asio::ssl::context::pem, error);
    if (error) {
        return fail(ErrorCode::request_not_found, files.key + ": " + error.message());
    }
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
        return fail(ErrorCode::request_malformed, "the key does not belong to the certificate");
    }
    return context;
}

Result<TlsFiles> ensure_self_signed(const std::string& folder,
                                    const std::vector<std::string>& names) {
    const TlsFiles files{folder + "/tls.crt", folder + "/tls.key"};
    if (is_good(files.certificate, names) && std::filesystem::exists(files.key)) {
        return files;
    }
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate = key ? make_certificate(key.get(), names) : nullptr;
    if (!certificate) {
        return fail(ErrorCode::storage_failed, "no certificate could be made");
    }
    const File key_file = create(files.key);
    const File certificate_file = create(files.certificate);
    const bool written =
        key_file && certificate_file &&
        PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
            1 &&
        PEM_write_X509(certificate_file.get(), certificate.get()) == 1 &&
        std::fflush(key_file.get()) == 0 && std::fflush(certificate_file.get()) == 0;
    if (!written) {
        return fail(ErrorCode::storage_failed, "cannot write to " + folder);
    }
    return files;
}

}  // namespace holdfast::net
