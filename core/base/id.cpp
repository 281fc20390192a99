#include "core/base/id.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace holdfast {

std::string to_string(Id id) {
    std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), id.value).ptr;
    return {digits.data(), end};
}

std::optional<Id> parse_id(std::string_view text) {
    constexpr auto id_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (text.empty() || (text.front() == '0' && text.size() > 1)) {
        return std::nullopt;
    }
    Id id;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, id.value);
    if (error != std::errc{} || stop != end || id.value > id_max) {
        return std::nullopt;
    }
    return id;
}

}  // namespace holdfast
