#include "core/offline/device_class.hpp"

#include <gtest/gtest.h>

namespace holdfast::offline {
namespace {

TEST(DeviceClass, OM15_phones_and_tablets_are_mobile) {
    const PlatformSignals phone{
        .mobile_hint = true, .coarse_pointer = true, .touch_points = 5, .screen_width = 390};
    const PlatformSignals tablet_that_claims_to_be_a_desktop{
        .coarse_pointer = true, .touch_points = 5, .screen_width = 1032};
    const PlatformSignals phone_with_a_mouse{.mobile_hint = true, .screen_width = 412};
    EXPECT_EQ(device_class(phone), DeviceClass::mobile);
    EXPECT_EQ(device_class(tablet_that_claims_to_be_a_desktop), DeviceClass::mobile);
    EXPECT_EQ(device_class(phone_with_a_mouse), DeviceClass::mobile);
}

TEST(DeviceClass, OM15_desktops_are_not) {
    const PlatformSignals desktop{.screen_width = 1080};
    const PlatformSignals laptop_with_a_touch_screen{.touch_points = 10, .screen_width = 864};
    const PlatformSignals wall_with_a_touch_screen{
        .coarse_pointer = true, .touch_points = 10, .screen_width = 1440};
    const PlatformSignals television{.coarse_pointer = true, .screen_width = 1080};
    for (const PlatformSignals& signals : {desktop,
                                           laptop_with_a_touch_screen,
                                           wall_with_a_touch_screen,
                                           television,
                                           PlatformSignals{}}) {
        EXPECT_EQ(device_class(signals), DeviceClass::desktop);
    }
}

TEST(DeviceClass, OM15_the_operator_may_widen_it) {
    const PlatformSignals wall{.coarse_pointer = true, .touch_points = 10, .screen_width = 1440};
    EXPECT_EQ(device_class(wall, {.screen_width_max = 1440}), DeviceClass::mobile);
    EXPECT_EQ(device_class({.screen_width = 1080}, {.desktop_too = true}), DeviceClass::mobile);
}

}  // namespace
}  // namespace holdfast::offline
