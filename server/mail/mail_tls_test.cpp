// A mail server with TLS and a sign-in: what is asked for happens, or nothing is sent.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <string>

#include "platform/testing/temp_folder.hpp"
#include "server/mail/testing/mail_server.hpp"

namespace holdfast::mail {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using testing::MailServer;
using ::testing::Not;

/// A certificate for these names that vouches for itself, and its key, in one PEM file.
void make_certificate(const std::string& path, const char* names) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
    X509* one = made.get();
    X509_set_version(one, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(one), 1);
    X509_gmtime_adj(X509_getm_notBefore(one), -3600);
    X509_gmtime_adj(X509_getm_notAfter(one), 3600);
    X509_set_pubkey(one, key.get());
    const auto* name = reinterpret_cast<const unsigned char*>("mail");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(one), "CN", MBSTRING_ASC, name, -1, -1, 0);
    X509_set_issuer_name(one, X509_get_subject_name(one));
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> for_names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names), X509_EXTENSION_free);
    X509_add_ext(one, for_names.get(), -1);
    ASSERT_NE(X509_sign(one, key.get(), EVP_sha256()), 0);
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "we"),
                                                                  std::fclose);
    ASSERT_EQ(PEM_write_X509(file.get(), one), 1);
    ASSERT_EQ(PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr),
              1);
}

class MailOverTls : public ::testing::Test {
protected:
    MailOverTls() {
        make_certificate(own_, "IP:127.0.0.1");
        make_certificate(other_, "IP:127.0.0.1");
        server_.says["STAR"] = "220 go on";
        server_.says["EHLO"] = "250-mail.example\r\n250-STARTTLS\r\n250 AUTH CRAM-MD5 PLAIN LOGIN";
        server_.says["AUTH"] = "235 welcome";
    }

    void serve(MailTls kind, const std::string& certificate) {
        context_.use_certificate_chain_file(certificate);
        context_.use_private_key_file(certificate, asio::ssl::context::pem);
        server_.secure(context_, kind);
        options_.tls = kind;
    }
    Result<services::OutsideReply> send() {
        server_.heard.clear();
        return testing::send_to(loop_, server_, options_, request_);
    }
    [[nodiscard]] auto said(const std::string& line) const {
        return std::ranges::find(server_.heard, line) - server_.heard.begin();
    }
    [[nodiscard]] bool was_said(const std::string& line) const {
        return said(line) < std::ssize(server_.heard);
    }
    /// Nothing was sent, and the error says why, and no password.
    void expect_refused(const std::string& why) {
        const auto reply = send();
        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().code, ErrorCode::routine_mail_failed);
        EXPECT_THAT(reply.error().detail, HasSubstr(why));
        EXPECT_THAT(reply.error().detail + reply.error().params, Not(HasSubstr("horse")));
        EXPECT_FALSE(was_said("DATA"));
    }

    testing_support::TempFolder folder_;
    const std::string own_ = folder_ / "own.pem", other_ = folder_ / "other.pem";
    asio::io_context loop_;
    asio::ssl::context context_{asio::ssl::context::tls_server};
    MailServer server_{loop_};
    MailOptions options_{.host = "127.0.0.1", .from = "routines@plant.example", .trust = own_};
    services::OutsideRequest request_{.headers = {{"to", "ana@plant.example"}}, .key = "7/mail/0"};
};

TEST_F(MailOverTls, is_begun_by_starttls_or_from_the_first_byte) {
    serve(MailTls::starttls, own_);
    const auto begun = send();
    ASSERT_TRUE(begun) << begun.error().detail;
    EXPECT_EQ(begun->status, 250);
    EXPECT_EQ(server_.secured_after, 2U) << "EHLO and STARTTLS came in the clear, and no more";
    EXPECT_EQ(std::ranges::count(server_.heard, "EHLO holdfast"), 2) << "what it offers may differ";
    EXPECT_TRUE(was_said("MAIL FROM:<routines@plant.example>"));
    EXPECT_FALSE(was_said("AUTH PLAIN ")) << "nobody signs in";

    serve(MailTls::implicit, own_);
    const auto from_first = send();
    ASSERT_TRUE(from_first) << from_first.error().detail;
    EXPECT_FALSE(was_said("STARTTLS"));
    EXPECT_TRUE(was_said("DATA"));
}

TEST_F(MailOverTls, is_refused_where_the_server_has_none) {
    options_.tls = MailTls::starttls;
    server_.says["EHLO"] = "250-mail.example\r\n250 AUTH PLAIN";
    expect_refused("offers no TLS");
    server_.says["EHLO"] = "250 STARTTLS";
    server_.says["STAR"] = "454 not now";
    expect_refused("454 not now");
    server_.says["STAR"] = "502 never";
    expect_refused("refuses TLS");
    server_.says["EHLO"] = "250 HELP";
    options_.tls = MailTls::implicit;
    expect_refused("TLS");
}

TEST_F(MailOverTls, is_refused_where_somebody_speaks_before_it) {
    serve(MailTls::starttls, own_);
    server_.says["STAR"] = "220 go on\r\n250 AUTH PLAIN";
    expect_refused("before TLS");
}

TEST_F(MailOverTls, trusts_whom_it_is_told_to_for_their_name_only) {
    serve(MailTls::starttls, other_);
    expect_refused("TLS: ");
    options_.trust.clear();
    expect_refused("TLS: ");  // the system knows neither
    options_.trust = folder_ / "nowhere";
    expect_refused("authorities");

    const std::string named = folder_ / "named.pem";
    make_certificate(named, "DNS:mail.example");
    serve(MailTls::starttls, named);
    options_.trust = named;
    expect_refused("TLS: ");
}

TEST_F(MailOverTls, signs_in_in_the_way_that_is_offered) {
    serve(MailTls::starttls, own_);
    options_.user = "plant";
    options_.password = "correct horse";
    ASSERT_TRUE(send());
    const std::string plain = "AUTH PLAIN AHBsYW50AGNvcnJlY3QgaG9yc2U=";
    EXPECT_TRUE(was_said(plain));
    EXPECT_LT(said(plain), said("MAIL FROM:<routines@plant.example>"));
    EXPECT_GE(said(plain), 2) << "after TLS";

    server_.says["EHLO"] = "250-STARTTLS\r\n250 auth login";
    server_.says["AUTH"] = "334 VXNlcm5hbWU6";
    server_.says["cGxh"] = "334 UGFzc3dvcmQ6";
    server_.says["Y29y"] = "235 welcome";
    ASSERT_TRUE(send());
    EXPECT_TRUE(was_said("AUTH LOGIN"));
    EXPECT_TRUE(was_said("cGxhbnQ="));
    EXPECT_TRUE(was_said("Y29ycmVjdCBob3JzZQ=="));
}

TEST_F(MailOverTls, a_sign_in_that_is_refused_sends_nothing_and_tells_no_password) {
    serve(MailTls::implicit, own_);
    options_.user = "plant";
    options_.password = "correct horse";
    for (const char* word : {"535 5.7.8 correct horse is wrong", "454 correct horse is late"}) {
        server_.says["AUTH"] = word;
        expect_refused("refuses the sign-in");
        EXPECT_EQ(send().error().params,
                  std::string(R"({"status":)") + std::string(word).substr(0, 3) + "}");
    }
    server_.says["AUTH"] = "250 as you like";
    expect_refused("refuses the sign-in");
    server_.says["EHLO"] = "250 AUTH CRAM-MD5";
    expect_refused("no sign-in that is known");
}

TEST_F(MailOverTls, a_reply_has_an_end) {
    serve(MailTls::implicit, own_);
    server_.says["EHLO"].clear();
    for (int i = 0; i < 200; ++i) {
        server_.says["EHLO"] += "250-more\r\n";
    }
    expect_refused("too many lines");
    server_.says["EHLO"] = "250 " + std::string(10'000, 'x');
    EXPECT_FALSE(send());
}

}  // namespace
}  // namespace holdfast::mail
