#pragma once

#include <cstdint>

namespace holdfast::offline {

/// Offline Mode exists on mobile devices only (OM15). Numbers as in spec/sync.fbs.
enum class DeviceClass : std::uint8_t { mobile = 1, desktop = 2 };

/// What the platform says about itself: `Platform` of app/src/bridge/types.ts.
struct PlatformSignals {
    bool mobile_hint = false;
    bool coarse_pointer = false;
    std::int32_t touch_points = 0;
    std::int32_t screen_width = 0;  ///< CSS pixels, the shorter side of the screen
};

/// What the operator may widen.
struct DeviceRule {
    /// The largest tablets have 1032 CSS pixels on the shorter side; laptops that can be folded
    /// into one have less than 1100 too, and count as tablets while they are folded.
    std::int32_t screen_width_max = 1100;
    bool desktop_too = false;  ///< every device counts as mobile
};

/// The one place where the class of a device is decided (OM15). Tablets count as mobile, also those
/// whose browser claims to be a desktop's: their first pointer is a finger.
[[nodiscard]] DeviceClass device_class(const PlatformSignals& signals, const DeviceRule& rule = {});

}  // namespace holdfast::offline
