#include "core/offline/device_class.hpp"

namespace holdfast::offline {

DeviceClass device_class(const PlatformSignals& signals, const DeviceRule& rule) {
    if (rule.desktop_too || signals.mobile_hint) {
        return DeviceClass::mobile;
    }
    const bool touched_first = signals.coarse_pointer && signals.touch_points > 0;
    const bool small = signals.screen_width > 0 && signals.screen_width <= rule.screen_width_max;
    return touched_first && small ? DeviceClass::mobile : DeviceClass::desktop;
}

}  // namespace holdfast::offline
