#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/id.hpp"
#include "core/wire/utf8.hpp"

namespace holdfast::wire {

/// The checks of one frame's values. The first that fails is remembered, and what is read from then
/// on is thrown away with the frame: so readers of frames stay free of error paths.
class Checks {
public:
    /// @param frame_bytes  no honest frame holds more text than this in all, so that texts that
    ///                     overlap in the frame cannot make a large value of it.
    explicit Checks(std::size_t frame_bytes) : text_bytes_left_(frame_bytes) {}

    void malformed(std::string_view what) { fail(ErrorCode::request_malformed, what); }

    void at_most(std::size_t count, std::size_t max, std::string_view what) {
        if (count > max) {
            fail(ErrorCode::request_too_large, what);
        }
    }

    /// Ids, versions and sizes are kept in signed 64-bit columns.
    std::uint64_t number(std::uint64_t value, std::string_view what) {
        if (value > number_max) {
            malformed(what);
        }
        return value;
    }
    Id id(std::uint64_t value, std::string_view what) { return Id{number(value, what)}; }
    BucketId bucket(std::uint64_t value, std::string_view what) {
        return BucketId{number(value, what)};
    }
    DeviceNumber device(std::uint32_t value, std::string_view what) {
        if (value > device_number_max) {
            malformed(what);
        }
        return value;
    }

    /// An enumerator of a closed list, [1..last].
    template <class E>
    E enumerator(std::uint8_t value, E last, std::string_view what) {
        if (value == 0 || value > static_cast<std::uint8_t>(last)) {
            malformed(what);
        }
        return static_cast<E>(value);
    }

    /// Text that is UTF-8. Nothing is copied once a check has failed.
    std::string text(std::string_view value, std::string_view what) {
        if (!spend(value.size(), what)) {
            return {};
        }
        if (!is_utf8(value)) {
            malformed(what);
        }
        return std::string(value);
    }

    /// Counts bytes that are about to be copied; false when they must not be.
    [[nodiscard]] bool spend(std::size_t bytes, std::string_view what) {
        if (bytes > text_bytes_left_) {
            malformed(what);
        }
        if (error_) {
            return false;
        }
        text_bytes_left_ -= bytes;
        return true;
    }

    [[nodiscard]] bool failed() const { return error_.has_value(); }

    /// The first check that failed.
    [[nodiscard]] std::optional<Error> take_error() && { return std::move(error_); }

private:
    static constexpr auto number_max =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

    void fail(ErrorCode code, std::string_view what) {
        if (!error_) {
            error_ = Error{.code = code, .detail = std::string(what)};
        }
    }

    std::size_t text_bytes_left_;
    std::optional<Error> error_;
};

}  // namespace holdfast::wire
