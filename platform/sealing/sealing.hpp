#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Seals what only the owner of a key can open: X25519, HKDF-SHA-256 and AES-256-GCM, piece by
/// piece. Every browser has these three too (app/src/bridge/sealing.ts does the same there).
///
///     key    HKDF(X25519(own secret, other's public), no salt,
///                 "holdfast sealed outbox 1" + preface)
///     nonce  seven zeros, the piece's number (32 bits, big endian), 1 for the last piece, else 0
///
/// A key is used for one file. Pieces that are changed, exchanged, left out or put behind the last
/// do not open.
namespace holdfast::sealing {

inline constexpr std::size_t key_bytes = 32;
inline constexpr std::size_t tag_bytes = 16;  // that a sealed piece is longer

/// The public part of a secret of key_bytes random bytes.
[[nodiscard]] std::string public_key(std::string_view secret);

/// Pieces of one file, in their order.
/// Threads  one at a time.
class PieceCipher {
public:
    /// @param preface  what stands before the pieces: they open under no other.
    /// Nothing where the other's public key is none.
    [[nodiscard]] static std::optional<PieceCipher> make(std::string_view secret,
                                                         std::string_view other,
                                                         std::string_view preface);

    [[nodiscard]] std::string seal(std::string_view piece, bool is_last);
    /// Nothing where it is not the piece that comes next, as it was sealed.
    [[nodiscard]] std::optional<std::string> open(std::string_view sealed, bool is_last);

private:
    explicit PieceCipher(std::string key) : key_(std::move(key)) {}
    [[nodiscard]] std::string nonce(bool is_last) const;

    std::string key_;
    std::uint32_t next_ = 0;
};

}  // namespace holdfast::sealing
