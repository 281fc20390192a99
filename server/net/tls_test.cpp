#include "server/net/tls.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace holdfast::net {
namespace {

std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

class TlsTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) / ("tls_" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_;
};

TEST_F(TlsTest, makes_a_certificate_once_and_anew_for_another_name) {
    const TlsFiles files = ensure_self_signed(folder_, {"localhost", "127.0.0.1"}).value();
    ASSERT_TRUE(make_tls_context(files).has_value());
    const std::string first = read(files.certificate);
    ASSERT_TRUE(ensure_self_signed(folder_, {"127.0.0.1"}).has_value());
    EXPECT_EQ(read(files.certificate), first);
    ASSERT_TRUE(ensure_self_signed(folder_, {"127.0.0.1", "192.0.2.9"}).has_value());
    EXPECT_NE(read(files.certificate), first);
    EXPECT_TRUE(make_tls_context(files).has_value());
}

TEST_F(TlsTest, keeps_the_key_to_its_owner) {
    const TlsFiles files = ensure_self_signed(folder_, {"localhost"}).value();
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(files.key).permissions(),
              perms::owner_read | perms::owner_write);
}

TEST_F(TlsTest, says_which_file_is_wrong) {
    const auto none = make_tls_context({folder_ / "none.crt", folder_ / "none.key"});
    ASSERT_FALSE(none.has_value());
    EXPECT_NE(none.error().detail.find("none.crt"), std::string::npos);
    EXPECT_FALSE(ensure_self_signed(folder_ / "none", {"localhost"}).has_value());
}

}  // namespace
}  // namespace holdfast::net
