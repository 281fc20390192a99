#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::fuzz {

/// The fuzzer's bytes, taken from the front: choices, numbers, and pieces of the rest.
class Source {
public:
    Source(const std::uint8_t* bytes, std::size_t size)
        : rest_(reinterpret_cast<const char*>(bytes), size) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }

    std::uint8_t byte() {
        if (rest_.empty()) {
            return 0;
        }
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }

    /// Up to 64 KiB: two bytes of size, then the piece.
    std::string_view piece() {
        const std::size_t size =
            static_cast<std::size_t>(byte()) | (static_cast<std::size_t>(byte()) << 8U);
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace holdfast::fuzz
