#include "client/native/address.hpp"

#include <algorithm>

namespace holdfast::client {
namespace {

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host(std::string_view text) {
    return !text.empty() && text.find_first_of(" \t\r\n/?#@\\") == std::string_view::npos;
}

}  // namespace

std::string Address::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

Result<Address> parse_address(std::string_view url) {
    Address address;
    if (url.starts_with("https://")) {
        address.tls = true;
        url.remove_prefix(8);
    } else if (url.starts_with("http://")) {
        url.remove_prefix(7);
    } else {
        return fail(ErrorCode::setup_address, "an address starts with http:// or https://");
    }
    if (url.ends_with('/')) {
        url.remove_suffix(1);
    }
    address.port = address.tls ? "443" : "80";
    const auto bracket = url.rfind(']');
    const auto colon = url.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        address.port = url.substr(colon + 1);
        url = url.substr(0, colon);
    }
    if (url.starts_with('[') && url.ends_with(']')) {
        url = url.substr(1, url.size() - 2);
    }
    address.host = url;
    if (!is_host(address.host) || !is_port(address.port)) {
        return fail(ErrorCode::setup_address, "not a host and a port");
    }
    return address;
}

}  // namespace holdfast::client
