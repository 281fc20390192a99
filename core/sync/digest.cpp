#include "core/sync/digest.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace holdfast::sync {

Sum digest_of(BucketId bucket, std::uint32_t epoch, std::uint64_t version, Sum sum) {
    std::array<char, 16> body{};
    for (std::size_t i = 0; i < 8; ++i) {
        body[i] = static_cast<char>(static_cast<unsigned char>(sum.low >> (8 * i)));
        body[8 + i] = static_cast<char>(static_cast<unsigned char>(sum.high >> (8 * i)));
    }
    return row_sum(0,
                   Id{bucket.value},
                   version,
                   static_cast<std::int64_t>(epoch),
                   std::string_view(body.data(), body.size()));
}

}  // namespace holdfast::sync
