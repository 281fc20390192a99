#include "server/files/links.hpp"

#include <array>
#include <charconv>

#include "core/base/hex.hpp"
#include "server/files/digest.hpp"

namespace holdfast::files {

namespace {

std::string sign(std::string_view secret, std::string_view text) {
    return to_hex(mac_of(secret, text));
}

}  // namespace

std::string print(std::string_view secret, const Link& link) {
    const std::string text = holdfast::to_string(link.organization) + "." +
                             holdfast::to_string(link.user) + "." + to_string(link.key) + "." +
                             std::to_string(link.expires_at.ms);
    return text + "." + sign(secret, text);
}

std::optional<Link> parse_link(std::string_view secret, std::string_view text, WallTime now) {
    const std::size_t last = text.rfind('.');
    if (last == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view rest = text.substr(0, last);
    if (!equal_in_constant_time(text.substr(last + 1), sign(secret, rest))) {
        return std::nullopt;
    }
    std::array<std::string_view, 4> parts{};
    for (std::string_view& part : parts) {
        const std::size_t dot = rest.find('.');
        part = rest.substr(0, dot);
        rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
    }
    const auto organization = parse_id(parts[0]);
    const auto user = parse_id(parts[1]);
    const auto key = parse_upload_key(parts[2]);
    std::int64_t expiry = 0;
    const char* const end = parts[3].data() + parts[3].size();
    const auto parsed = std::from_chars(parts[3].data(), end, expiry);
    if (!organization || !user || !key || parsed.ptr != end || expiry <= now.ms) {
        return std::nullopt;
    }
    return Link{*organization, *user, *key, WallTime{expiry}};
}

}  // namespace holdfast::files
