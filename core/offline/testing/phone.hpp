#pragma once

#include <ostream>
#include <utility>
#include <vector>

#include "core/offline/status.hpp"

/// For tests only: a status machine with a clock of its own.
namespace holdfast::offline::fixture {

inline constexpr body::OfflinePolicy granted{.granted = true};
inline constexpr body::OfflinePolicy automatic{.granted = true, .automatic = true};

class Phone {
public:
    explicit Phone(Persisted restored = {.policy = granted},
                   DeviceClass device = DeviceClass::mobile,
                   bool keeps = true)
        : machine(device, std::move(restored), keeps) {}

    Phone& tell(const Input& in) {
        machine.handle(now(), in);
        return *this;
    }
    Phone& wait(std::int64_t ms) {
        elapsed_ms += ms;
        return *this;
    }
    Phone& connect() { return tell(input::Connecting{}).tell(input::Connected{server_start}); }
    Phone& complete() { return tell(input::Completed{}); }
    Phone& lose(Cause cause = Cause::no_network) { return tell(input::Lost{.cause = cause}); }

    [[nodiscard]] ErrorCode turn(bool on, SwitchFrom from) {
        const Result<> done = machine.set_offline_mode(on, from);
        return done ? ErrorCode::none : done.error().code;
    }
    [[nodiscard]] Now now() const {
        return {{start.ms + elapsed_ms}, {device_start.ms + elapsed_ms}};
    }
    [[nodiscard]] Status status() const { return machine.status(now().instant); }

    static constexpr Instant start{50'000};
    static constexpr WallTime device_start{1'000'000};  // the device's clock is years late
    static constexpr WallTime server_start{1'700'000'000'000};

    StatusMachine machine;
    std::int64_t elapsed_ms = 0;
};

}  // namespace holdfast::offline::fixture

namespace holdfast {
inline void PrintTo(ErrorCode code, std::ostream* out) {
    *out << error_name(code);
}
}  // namespace holdfast

namespace holdfast::offline {
inline void PrintTo(Cause value, std::ostream* out) {
    *out << to_string(value);
}
inline void PrintTo(ConnectionKind value, std::ostream* out) {
    *out << to_string(value);
}
inline void PrintTo(BarKind value, std::ostream* out) {
    *out << to_string(value);
}
inline void PrintTo(BannerKind value, std::ostream* out) {
    *out << to_string(value);
}
inline void PrintTo(Button value, std::ostream* out) {
    *out << to_string(value);
}
}  // namespace holdfast::offline
