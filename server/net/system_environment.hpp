#pragma once

#include "server/services/environment.hpp"

namespace holdfast::net {

/// The machine's clocks and its entropy.
class SystemEnvironment final : public Environment {
public:
    [[nodiscard]] Instant now() const override;
    [[nodiscard]] WallTime wall() const override;
    [[nodiscard]] std::int64_t stopwatch_us() const override;
    [[nodiscard]] Result<std::int64_t> offset_at(std::string_view zone, WallTime at) const override;
    void random(void* bytes, std::size_t count) override;
};

}  // namespace holdfast::net
