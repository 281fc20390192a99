#include "server/auth/segment_addresses.hpp"

#include <charconv>
#include <string>

namespace holdfast::auth {

bool is_segment_path(std::string_view path) {
    return path.starts_with(segments_path);
}

std::optional<SegmentAddress> parse_segment_path(std::string_view path) {
    path.remove_prefix(segments_path.size());
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    SegmentAddress address{.token = path.substr(0, slash)};
    const std::string_view number = path.substr(slash + 1);
    const char* const end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, address.part);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        return std::nullopt;
    }
    return address;
}

services::SegmentName name_of(const SegmentToken& token) {
    return {{token.bucket.value}, token.epoch, token.as_of};
}

wire::Segment address_segment(const AuthService& auth,
                              const services::Identity& identity,
                              const services::SegmentShelf::Offer& offer,
                              WallTime expires_at) {
    const services::SegmentName& name = offer.name;
    return {.bucket = name.bucket,
            .as_of = name.as_of,
            .first = offer.first,
            .parts = offer.parts,
            .address = std::string(segments_path) +
                       auth.make_segment_token({.session = identity.session,
                                                .bucket = Id{name.bucket.value},
                                                .epoch = name.epoch,
                                                .as_of = name.as_of,
                                                .expires_at = expires_at})};
}

}  // namespace holdfast::auth
