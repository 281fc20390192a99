// A sealed file from anybody (OM35): its bytes are opened or refused in whatever steps they come,
// and what a piece holds is a piece or an error. The first byte chooses: even for a piece, odd for
// a file.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/assert.hpp"
#include "core/wire/sealed.hpp"
#include "platform/sealing/sealing.hpp"
#include "server/net/deliveries/sealed_opener.hpp"

namespace {

using namespace holdfast;

/// The key of the corpus.
const std::string secret(sealing::key_bytes, '\x11');
const std::string key = sealing::public_key(secret);

void read_piece(std::string_view bytes) {
    const auto piece = wire::decode_sealed(bytes);
    if (!piece) {
        HF_ASSERT(piece.error().code == ErrorCode::sealed_unreadable);
        return;
    }
    const wire::Bytes once = wire::encode_sealed(*piece);
    const auto again = wire::decode_sealed(once);
    HF_ASSERT(again.has_value());
    HF_ASSERT(wire::encode_sealed(*again) == once);
}

/// What comes out, and how it ends.
std::string open_file(std::string_view bytes, std::size_t step) {
    net::SealedOpener opener(secret, key);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        opener.add(bytes.substr(at, step));
        for (;;) {
            const auto content = opener.next();
            if (!content) {
                return out + std::string(error_name(content.error().code));
            }
            if (!*content) {
                break;
            }
            read_piece(**content);
            out += **content;
        }
    }
    return out + (opener.has_ended() ? "ended" : "cut");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    if (bytes[0] % 2 == 0) {
        read_piece(rest);
    } else {
        HF_ASSERT(open_file(rest, 1 + bytes[0]) == open_file(rest, 65'536));
    }
    return 0;
}
