#include "server/files/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "core/base/assert.hpp"
#include "core/base/hex.hpp"

namespace holdfast::files {

namespace {

std::string digest_of(const EVP_MD* kind, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const int done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, kind, nullptr);
    HF_ASSERT(done == 1);
    return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

struct Sha256::Context {
    Context() : evp(EVP_MD_CTX_new()) { HF_ASSERT(evp != nullptr); }
    ~Context() { EVP_MD_CTX_free(evp); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    EVP_MD_CTX* evp;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    const int done = EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr);
    HF_ASSERT(done == 1);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    const int done = EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
    HF_ASSERT(done == 1);
}

std::string Sha256::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const int done = EVP_DigestFinal_ex(context_->evp, digest.data(), &size);
    HF_ASSERT(done == 1);
    return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string sha1_of(std::string_view bytes) {
    return digest_of(EVP_sha1(), bytes);
}

std::string sha256_of(std::string_view bytes) {
    return digest_of(EVP_sha256(), bytes);
}

std::string mac_of(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    const auto* made = HMAC(EVP_sha256(),
                            key.data(),
                            static_cast<int>(key.size()),
                            reinterpret_cast<const unsigned char*>(bytes.data()),
                            bytes.size(),
                            mac.data(),
                            &size);
    HF_ASSERT(made != nullptr);
    return {reinterpret_cast<const char*>(mac.data()), size};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace holdfast::files
