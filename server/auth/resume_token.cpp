#include "server/auth/resume_token.hpp"

#include <sodium.h>

#include "core/base/assert.hpp"

namespace holdfast::auth {
namespace {

static_assert(ResumeSeal::nonce_bytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);

constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view purpose =
    "holdfast resume 1";  // and what the seal authenticates besides
constexpr char layout = 1;
constexpr std::size_t fixed_bytes = 1 + 4 + 8 + 8;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

void put(std::string& to, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
        to.push_back(static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
    }
}

std::uint64_t take(std::string_view& from, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
    }
    from.remove_prefix(bytes);
    return value;
}

}  // namespace

ResumeSeal::ResumeSeal(const TokenKey& key) {
    HF_ASSERT(sodium_init() >= 0);
    key_ = key.derive(purpose, crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
}

std::string ResumeSeal::seal(const ResumeToken& token, std::string_view nonce) const {
    HF_ASSERT(nonce.size() == nonce_bytes);
    std::string plain(1, layout);
    put(plain, token.device, 4);
    put(plain, token.salt, 8);
    put(plain, static_cast<std::uint64_t>(token.issued_at.ms), 8);
    plain += token.session;

    std::string sealed(nonce);
    sealed.resize(nonce_bytes + plain.size() + tag_bytes);
    const int failed = crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + nonce_bytes,
                                                                  nullptr,
                                                                  raw(plain),
                                                                  plain.size(),
                                                                  raw(purpose),
                                                                  purpose.size(),
                                                                  nullptr,
                                                                  raw(nonce),
                                                                  raw(key_));
    HF_ASSERT(failed == 0);
    return sealed;
}

std::optional<ResumeToken> ResumeSeal::open(std::string_view sealed) const {
    if (sealed.size() < nonce_bytes + fixed_bytes + tag_bytes) {
        return std::nullopt;
    }
    const std::string_view nonce = sealed.substr(0, nonce_bytes);
    const std::string_view box = sealed.substr(nonce_bytes);
    std::string plain(box.size() - tag_bytes, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain),
                                                   nullptr,
                                                   nullptr,
                                                   raw(box),
                                                   box.size(),
                                                   raw(purpose),
                                                   purpose.size(),
                                                   raw(nonce),
                                                   raw(key_)) != 0 ||
        plain[0] != layout) {
        return std::nullopt;
    }
    std::string_view rest = std::string_view(plain).substr(1);
    ResumeToken token;
    token.device = static_cast<DeviceNumber>(take(rest, 4));
    token.salt = take(rest, 8);
    token.issued_at.ms = static_cast<std::int64_t>(take(rest, 8));
    token.session = rest;
    return token;
}

}  // namespace holdfast::auth
