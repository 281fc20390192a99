#include "server/auth/tokens.hpp"

#include <sodium.h>

#include <array>
#include <charconv>
#include <vector>

#include "core/base/assert.hpp"

namespace holdfast::auth {
namespace {

constexpr std::string_view access_name = "hfa";
constexpr std::string_view refresh_name = "hfr";
constexpr std::string_view pass_name = "hfd";
constexpr std::string_view door_name = "hfb";
constexpr std::string_view segment_name = "hfs";
constexpr std::string_view recovery_name = "hfk";
constexpr std::size_t mac_bytes = 32;

std::string mac_of(const TokenKey& key, std::string_view text) {
    return to_base64(key.derive(text, mac_bytes));
}

template <class Number>
std::string print_with(std::string_view name,
                       const TokenKey& key,
                       const std::string& session,
                       Number number) {
    const std::string text = std::string(name) + "." + session + "." + std::to_string(number);
    return text + "." + mac_of(key, text);
}

/// A token taken apart; its text was ours.
template <class Number>
struct Parts {
    std::string session;
    Number number = 0;
};

template <class Number>
std::optional<Parts<Number>> take_apart(std::string_view name,
                                        const TokenKey& key,
                                        std::string_view text) {
    const std::size_t last = text.rfind('.');
    if (last == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view signed_text = text.substr(0, last);
    const std::string_view given = text.substr(last + 1);
    const std::string mac = mac_of(key, signed_text);
    if (given.size() != mac.size() || sodium_memcmp(given.data(), mac.data(), mac.size()) != 0) {
        return std::nullopt;
    }
    const std::size_t first = signed_text.find('.');
    const std::size_t second = signed_text.rfind('.');
    if (first == std::string_view::npos || first == second ||
        signed_text.substr(0, first) != name) {
        return std::nullopt;
    }
    Parts<Number> parts{.session = std::string(signed_text.substr(first + 1, second - first - 1))};
    const char* const end = signed_text.data() + signed_text.size();
    const auto parsed = std::from_chars(signed_text.data() + second + 1, end, parts.number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        return std::nullopt;
    }
    return parts;
}

}  // namespace

std::string TokenKey::derive(std::string_view text, std::size_t count) const {
    HF_ASSERT(bytes_.size() == bytes_count);
    std::string derived(count, '\0');
    const int failed = crypto_generichash(reinterpret_cast<unsigned char*>(derived.data()),
                                          derived.size(),
                                          reinterpret_cast<const unsigned char*>(text.data()),
                                          text.size(),
                                          reinterpret_cast<const unsigned char*>(bytes_.data()),
                                          bytes_.size());
    HF_ASSERT(failed == 0);
    return derived;
}

std::string to_base64(std::string_view bytes) {
    HF_ASSERT(sodium_init() >= 0);
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(),
                      text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(),
                      variant);
    text.pop_back();  // the terminating zero
    return text;
}

std::string print(const TokenKey& key, const AccessToken& token) {
    return print_with(access_name, key, token.session, token.expires_at.ms);
}

std::string print(const TokenKey& key, const RefreshToken& token) {
    return print_with(refresh_name, key, token.session, token.generation);
}

std::string print(const TokenKey& key, const DevicePass& pass) {
    return print_with(pass_name, key, to_string(pass.user), pass.device);
}

std::string print(const TokenKey& key, const DoorToken& token) {
    return print_with(door_name, key, to_string(token.user), token.device);
}

std::string print(const TokenKey& key, const SegmentToken& token) {
    const std::string subject = token.session + "." + to_string(token.bucket) + "." +
                                std::to_string(token.epoch) + "." + std::to_string(token.as_of);
    return print_with(segment_name, key, subject, token.expires_at.ms);
}

std::string recovery_key(const TokenKey& key, const DevicePass& device) {
    const std::string text = std::string(recovery_name) + "." + to_string(device.user) + ".";
    return mac_of(key, text + std::to_string(device.device));
}

std::optional<AccessToken> parse_access(const TokenKey& key, std::string_view text) {
    auto parts = take_apart<std::int64_t>(access_name, key, text);
    if (!parts) {
        return std::nullopt;
    }
    return AccessToken{std::move(parts->session), WallTime{parts->number}};
}

std::optional<RefreshToken> parse_refresh(const TokenKey& key, std::string_view text) {
    auto parts = take_apart<std::uint32_t>(refresh_name, key, text);
    if (!parts) {
        return std::nullopt;
    }
    return RefreshToken{std::move(parts->session), parts->number};
}

std::optional<SegmentToken> parse_segment(const TokenKey& key, std::string_view text) {
    const auto parts = take_apart<std::int64_t>(segment_name, key, text);
    if (!parts) {
        return std::nullopt;
    }
    // What we have signed is as we print it: four fields, of which the last three are numbers.
    SegmentToken token{.expires_at = {parts->number}};
    std::uint64_t numbers[3] = {};
    std::string_view rest = parts->session;
    for (std::size_t i = std::size(numbers); i-- > 0;) {
        const std::size_t dot = rest.rfind('.');
        HF_ASSERT(dot != std::string_view::npos);
        const char* const end = rest.data() + rest.size();
        HF_ASSERT(std::from_chars(rest.data() + dot + 1, end, numbers[i]).ptr == end);
        rest = rest.substr(0, dot);
    }
    token.session = rest;
    token.bucket = Id{numbers[0]};
    token.epoch = static_cast<std::uint32_t>(numbers[1]);
    token.as_of = numbers[2];
    return token;
}

std::optional<DevicePass> parse_pass(const TokenKey& key, std::string_view text) {
    const auto parts = take_apart<DeviceNumber>(pass_name, key, text);
    const auto user = parts ? parse_id(parts->session) : std::nullopt;
    if (!user) {
        return std::nullopt;
    }
    return DevicePass{*user, parts->number};
}

std::optional<DoorToken> parse_door(const TokenKey& key, std::string_view text) {
    const auto parts = take_apart<DeviceNumber>(door_name, key, text);
    const auto user = parts ? parse_id(parts->session) : std::nullopt;
    if (!user) {
        return std::nullopt;
    }
    return DoorToken{*user, parts->number};
}

}  // namespace holdfast::auth
