#pragma once

#include <cstdint>
#include <cstring>

#include "server/services/environment.hpp"

namespace holdfast::testing {

/// An environment whose clock stands still until it is moved; its bytes follow from the seed.
class FakeEnvironment final : public Environment {
public:
    explicit FakeEnvironment(std::uint64_t seed = 1) : state_(seed) {}

    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] WallTime wall() const override { return wall_; }

    void random(void* bytes, std::size_t count) override {
        auto* out = static_cast<unsigned char*>(bytes);
        for (std::size_t i = 0; i < count; ++i) {
            state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
            out[i] = static_cast<unsigned char>(state_ >> 56U);
        }
    }

    void advance(Millis span) {
        now_ = now_ + span;
        wall_ = wall_ + span;
    }

    /// Somebody sets the machine's clock; what waits does not notice.
    void set_clock(Millis by) { wall_ = wall_ + by; }

private:
    std::uint64_t state_;
    Instant now_{1'000};
    WallTime wall_{1'700'000'000'000};
};

}  // namespace holdfast::testing
