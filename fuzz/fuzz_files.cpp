// What comes from outside about files: headers of tus, links, and bytes whose type is told. Nothing
// is read beyond its end, what is printed reads back as the same, and the same bytes show the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.hpp"
#include "core/files/media.hpp"
#include "server/files/links.hpp"
#include "server/files/tus.hpp"

namespace {

using namespace holdfast;

void check_headers(std::string_view text) {
    if (const auto key = files::parse_upload_key(text)) {
        HF_ASSERT(files::to_string(*key) == text);
    }
    if (const auto length = files::parse_length(text)) {
        HF_ASSERT(*length >= 0);
    }
    if (const auto checksum = files::parse_checksum(text)) {
        HF_ASSERT(!files::matches(*checksum, text));
    }
    if (const auto key = files::parse_metadata(text)) {
        HF_ASSERT(key->channel && key->file);
    }
    // Nobody makes up a link without the secret.
    HF_ASSERT(!files::parse_link("a secret of this fuzzer", text, WallTime{0}));
}

void check_bytes(std::string_view bytes) {
    const files::Media media = files::sniff(bytes);
    HF_ASSERT(files::is_known_type(media.type));
    HF_ASSERT(media.width >= 0 && media.height >= 0);
    HF_ASSERT(files::sniff(bytes) == media);
    HF_ASSERT(files::goes_by(media.type, files::sniff(bytes, "a.csv").type));
    (void)files::check_size(media);
    (void)files::check_thumbnail(bytes);
    const auto decoded = files::from_base64(files::to_base64(bytes));
    HF_ASSERT(decoded == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    check_headers(input);
    check_bytes(input);
    return 0;
}
