#include "platform/sealing/sealing.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>

#include "core/base/assert.hpp"

namespace holdfast::sealing {
namespace {

constexpr std::string_view label = "holdfast sealed outbox 1";
constexpr std::size_t nonce_bytes = 12;

template <auto free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        free(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using Derivation = std::unique_ptr<EVP_KDF, Deleter<EVP_KDF_free>>;
using DerivationContext = std::unique_ptr<EVP_KDF_CTX, Deleter<EVP_KDF_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

Key secret_key(std::string_view secret) {
    HF_ASSERT(secret.size() == key_bytes);
    Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, raw(secret), secret.size()));
    HF_ASSERT(key != nullptr);
    return key;
}

/// Nothing where the other's key is one of the few with which nothing is secret.
std::optional<std::string> agree(std::string_view secret, std::string_view other) {
    const Key own = secret_key(secret);
    const Key peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, raw(other), other.size()));
    const KeyContext context(EVP_PKEY_CTX_new(own.get(), nullptr));
    HF_ASSERT(context != nullptr);
    std::string shared(key_bytes, '\0');
    std::size_t size = shared.size();
    if (peer == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
        EVP_PKEY_derive(context.get(), raw(shared), &size) != 1 || size != key_bytes) {
        return std::nullopt;
    }
    return shared;
}

std::string derive(std::string shared, std::string_view preface) {
    std::string info(label);
    info += preface;
    const Derivation hkdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const DerivationContext context(EVP_KDF_CTX_new(hkdf.get()));
    std::string digest = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, shared.data(), shared.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    std::string key(key_bytes, '\0');
    const bool done =
        context != nullptr && EVP_KDF_derive(context.get(), raw(key), key.size(), params) == 1;
    HF_ASSERT(done);
    return key;
}

}  // namespace

std::string public_key(std::string_view secret) {
    std::string open(key_bytes, '\0');
    std::size_t size = open.size();
    const Key key = secret_key(secret);
    const bool done = EVP_PKEY_get_raw_public_key(key.get(), raw(open), &size) == 1;
    HF_ASSERT(done && size == key_bytes);
    return open;
}

std::optional<PieceCipher> PieceCipher::make(std::string_view secret,
                                             std::string_view other,
                                             std::string_view preface) {
    auto shared = agree(secret, other);
    if (!shared) {
        return std::nullopt;
    }
    return PieceCipher(derive(*std::move(shared), preface));
}

std::string PieceCipher::nonce(bool is_last) const {
    std::string bytes(nonce_bytes, '\0');
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[7 + i] = static_cast<char>(static_cast<unsigned char>(next_ >> (24 - 8 * i)));
    }
    bytes.back() = is_last ? 1 : 0;
    return bytes;
}

std::string PieceCipher::seal(std::string_view piece, bool is_last) {
    const CipherContext context(EVP_CIPHER_CTX_new());
    const std::string own_nonce = nonce(is_last);
    std::string sealed(piece.size() + tag_bytes, '\0');
    int size = 0;
    int rest = 0;
    const bool done =
        context != nullptr &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(key_), raw(own_nonce)) ==
            1 &&
        EVP_EncryptUpdate(
            context.get(), raw(sealed), &size, raw(piece), static_cast<int>(piece.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), raw(sealed) + size, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(),
                            EVP_CTRL_GCM_GET_TAG,
                            static_cast<int>(tag_bytes),
                            raw(sealed) + piece.size()) == 1;
    HF_ASSERT(done);
    ++next_;
    return sealed;
}

std::optional<std::string> PieceCipher::open(std::string_view sealed, bool is_last) {
    if (sealed.size() < tag_bytes) {
        return std::nullopt;
    }
    const CipherContext context(EVP_CIPHER_CTX_new());
    const std::string own_nonce = nonce(is_last);
    const std::size_t size = sealed.size() - tag_bytes;
    std::string tag(sealed.substr(size));
    std::string piece(size, '\0');
    int written = 0;
    int rest = 0;
    const bool begun =
        context != nullptr &&
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(key_), raw(own_nonce)) ==
            1 &&
        EVP_CIPHER_CTX_ctrl(
            context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1;
    HF_ASSERT(begun);
    if (EVP_DecryptUpdate(
            context.get(), raw(piece), &written, raw(sealed), static_cast<int>(size)) != 1 ||
        EVP_DecryptFinal_ex(context.get(), raw(piece) + written, &rest) != 1) {
        return std::nullopt;
    }
    ++next_;
    return piece;
}

}  // namespace holdfast::sealing
