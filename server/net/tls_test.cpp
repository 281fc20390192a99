#include "server/net/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "platform/testing/temp_folder.hpp"

namespace holdfast::net {
namespace {

std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

using CertificateOwner = std::unique_ptr<X509, decltype(&X509_free)>;

CertificateOwner read_certificate(const std::string& path) {
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "re"),
                                                                  std::fclose);
    return {PEM_read_X509(file.get(), nullptr, nullptr, nullptr), X509_free};
}

class TlsTest : public testing::Test {
protected:
    /// What a client that trusts ca.crt says of a server's certificate for a name: X509_V_….
    int verify(const std::string& certificate, const std::string& name) const {
        std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(),
                                                                      X509_STORE_free);
        EXPECT_EQ(X509_STORE_load_file(store.get(), (folder_ / authority_name).c_str()), 1);
        const CertificateOwner leaf = read_certificate(certificate);
        std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
            X509_STORE_CTX_new(), X509_STORE_CTX_free);
        X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
        X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
        X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER);
        X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_X509_STRICT);
        if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) != 1) {
            X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
        }
        X509_verify_cert(context.get());
        return X509_STORE_CTX_get_error(context.get());
    }
    testing_support::TempFolder folder_;
};

TEST_F(TlsTest, makes_a_certificate_once_and_anew_for_another_name) {
    const TlsFiles files =
        ensure_local_certificate(folder_.path(), {"localhost", "127.0.0.1"}).value();
    ASSERT_TRUE(make_tls_context(files).has_value());
    const std::string first = read(files.certificate);
    const std::string authority = read(folder_ / authority_name);
    ASSERT_TRUE(ensure_local_certificate(folder_.path(), {"127.0.0.1"}).has_value());
    EXPECT_EQ(read(files.certificate), first);
    ASSERT_TRUE(ensure_local_certificate(folder_.path(), {"127.0.0.1", "192.168.7.9"}).has_value());
    EXPECT_NE(read(files.certificate), first);
    EXPECT_TRUE(make_tls_context(files).has_value());
    EXPECT_EQ(read(folder_ / authority_name), authority);  // what phones trust stays
}

TEST_F(TlsTest, whoever_trusts_the_authority_trusts_the_certificate_for_its_names) {
    const std::vector<std::string> names{"192.168.1.20", "localhost", "127.0.0.1"};
    const TlsFiles files = ensure_local_certificate(folder_.path(), names).value();
    for (const std::string& name : names) {
        EXPECT_EQ(verify(files.certificate, name), X509_V_OK) << name;
    }
    EXPECT_EQ(verify(files.certificate, "192.168.1.21"), X509_V_ERR_IP_ADDRESS_MISMATCH);
    EXPECT_EQ(verify(files.certificate, "example.com"), X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_F(TlsTest, the_authority_can_vouch_for_nobody_in_the_internet) {
    ASSERT_TRUE(ensure_local_certificate(folder_.path(), {"192.168.1.20"}));
    const auto authority = read_certificate(folder_ / authority_name);
    const std::unique_ptr<NAME_CONSTRAINTS, decltype(&NAME_CONSTRAINTS_free)> permitted(
        static_cast<NAME_CONSTRAINTS*>(
            X509_get_ext_d2i(authority.get(), NID_name_constraints, nullptr, nullptr)),
        NAME_CONSTRAINTS_free);
    ASSERT_NE(permitted, nullptr);
    const std::filesystem::path other = folder_ / "other";
    std::filesystem::create_directory(other);
    for (const char* name : {"example.com", "8.8.8.8", "11.0.0.1", "172.32.0.1"}) {
        const TlsFiles files = ensure_local_certificate(other, {name}).value();
        const CertificateOwner leaf = read_certificate(files.certificate);
        X509_check_purpose(leaf.get(), -1, 0);  // reads the extensions
        EXPECT_EQ(NAME_CONSTRAINTS_check(leaf.get(), permitted.get()),
                  X509_V_ERR_PERMITTED_VIOLATION)
            << name;
    }
}

TEST_F(TlsTest, a_machine_with_a_public_address_gets_an_authority_for_that_too) {
    ASSERT_TRUE(ensure_local_certificate(folder_.path(), {"localhost"}));
    const std::string before = read(folder_ / authority_name);
    const std::vector<std::string> names{"203.0.113.9", "localhost"};
    const TlsFiles files = ensure_local_certificate(folder_.path(), names).value();
    const std::string after = read(folder_ / authority_name);
    EXPECT_NE(after, before);
    for (const std::string& name : names) {
        EXPECT_EQ(verify(files.certificate, name), X509_V_OK) << name;
    }
    ASSERT_TRUE(ensure_local_certificate(folder_.path(), {"203.0.113.9", "10.0.0.4"}));
    EXPECT_EQ(read(folder_ / authority_name), after);
}

TEST_F(TlsTest, a_certificate_of_another_authority_is_made_anew) {
    const TlsFiles files = ensure_local_certificate(folder_.path(), {"localhost"}).value();
    const std::string first = read(files.certificate);
    std::filesystem::remove(folder_ / authority_name);
    ASSERT_TRUE(ensure_local_certificate(folder_.path(), {"localhost"}).has_value());
    EXPECT_NE(read(files.certificate), first);
    EXPECT_EQ(verify(files.certificate, "localhost"), X509_V_OK);
}

TEST_F(TlsTest, keeps_the_keys_to_their_owner) {
    const TlsFiles files = ensure_local_certificate(folder_.path(), {"localhost"}).value();
    using std::filesystem::perms;
    for (const std::string& key : {files.key, (folder_ / "ca.key").string()}) {
        EXPECT_EQ(std::filesystem::status(key).permissions(),
                  perms::owner_read | perms::owner_write);
    }
}

TEST_F(TlsTest, says_which_file_is_wrong) {
    const auto none = make_tls_context({folder_ / "none.crt", folder_ / "none.key"});
    ASSERT_FALSE(none.has_value());
    EXPECT_NE(none.error().detail.find("none.crt"), std::string::npos);
    EXPECT_FALSE(ensure_local_certificate(folder_ / "none", {"localhost"}).has_value());
}

}  // namespace
}  // namespace holdfast::net
