#include "platform/sealing/sealing.hpp"

#include <gtest/gtest.h>

#include "core/base/hex.hpp"

/// OM35: only the server that a file is meant for opens it, and only as it was sealed.
namespace holdfast::sealing {
namespace {

const std::string server_secret(key_bytes, '\x11');
const std::string file_secret(key_bytes, '\x22');
const std::string preface = "the preface";

PieceCipher sealer() {
    return *PieceCipher::make(file_secret, public_key(server_secret), preface);
}
PieceCipher opener(std::string_view before = preface) {
    return *PieceCipher::make(server_secret, public_key(file_secret), before);
}

TEST(Sealing, OM35_opens_piece_by_piece_what_was_sealed) {
    PieceCipher seals = sealer();
    PieceCipher opens = opener();
    const std::string large(300'000, 'x');
    for (const std::string& piece : {std::string("first"), std::string(), large}) {
        const std::string sealed = seals.seal(piece, false);
        EXPECT_EQ(sealed.size(), piece.size() + tag_bytes);
        EXPECT_EQ(opens.open(sealed, false), piece);
    }
    EXPECT_EQ(opens.open(seals.seal("end", true), true), "end");
}

TEST(Sealing, OM35_no_changed_bit_opens) {
    PieceCipher seals = sealer();
    const std::string sealed = seals.seal("pump P-7 leaks", false);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        std::string changed = sealed;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(opener().open(changed, false)) << bit;
    }
    EXPECT_TRUE(opener().open(sealed, false));
}

TEST(Sealing, OM35_a_piece_opens_at_its_place_only) {
    PieceCipher seals = sealer();
    const std::string first = seals.seal("1", false);
    const std::string second = seals.seal("2", true);
    EXPECT_FALSE(opener().open(second, true));  // the first is missing
    EXPECT_FALSE(opener().open(first, true));   // it is not the last
    EXPECT_FALSE(opener("another").open(first, false));
    EXPECT_FALSE(opener().open("short", false));
}

TEST(Sealing, OM35_nobody_elses_key_opens) {
    PieceCipher seals = sealer();
    const std::string sealed = seals.seal("secret", false);
    auto other =
        PieceCipher::make(std::string(key_bytes, '\x33'), public_key(file_secret), preface);
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->open(sealed, false));
    EXPECT_FALSE(PieceCipher::make(server_secret, std::string(key_bytes, '\0'), preface));
    EXPECT_FALSE(PieceCipher::make(server_secret, "short", preface));
}

/// The same file from the browser's cryptography: app/src/bridge/sealing.test.ts.
TEST(Sealing, gives_the_same_bytes_as_the_browser) {
    PieceCipher seals = *PieceCipher::make(
        file_secret, public_key(server_secret), "Holdfast" + public_key(file_secret));
    EXPECT_EQ(to_hex(seals.seal("first", false)), "35f76a4b3d2c45c9744495840c262c164a66b9fa7d");
    EXPECT_EQ(to_hex(seals.seal("", true)), "48662fb05d5da473d49fb53e2d419f45");
}

}  // namespace
}  // namespace holdfast::sealing
