#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/time.hpp"
#include "core/wire/frame.hpp"
#include "server/auth/auth_service.hpp"
#include "server/services/segments/segment_shelf.hpp"

/// Where a device fetches a segment: `/sync/v1/segments/TOKEN/PART`. A device adds the part.
namespace holdfast::auth {

inline constexpr std::string_view segments_path = "/sync/v1/segments/";

struct SegmentAddress {
    std::string_view token;  ///< borrows from the path. Secret: never logged.
    std::uint32_t part = 0;
};
[[nodiscard]] bool is_segment_path(std::string_view path);
/// @param path  is_segment_path. Nothing where it names no part.
[[nodiscard]] std::optional<SegmentAddress> parse_segment_path(std::string_view path);

[[nodiscard]] services::SegmentName name_of(const SegmentToken& token);

/// What is offered, at an address for this session alone.
[[nodiscard]] wire::Segment address_segment(const AuthService& auth,
                                            const services::Identity& identity,
                                            const services::SegmentShelf::Offer& offer,
                                            WallTime expires_at);

}  // namespace holdfast::auth
