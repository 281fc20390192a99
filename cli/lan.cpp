#include "cli/lan.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <qrencode.h>

#include <array>
#include <memory>

namespace holdfast::cli {
namespace {

constexpr int quiet_modules = 4;  // light margin around the code, as its standard asks

struct FreeAddresses {
    void operator()(ifaddrs* list) const { freeifaddrs(list); }
};
struct FreeCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

bool is_dark(const QRcode& code, int x, int y) {
    if (x < 0 || y < 0 || x >= code.width || y >= code.width) {
        return false;
    }
    return (code.data[y * code.width + x] & 1) != 0;
}

}  // namespace

std::vector<std::string> lan_addresses() {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) {
        return {};
    }
    const std::unique_ptr<ifaddrs, FreeAddresses> owner(first);
    std::vector<std::string> addresses;
    for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
        const bool is_usable = each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET &&
                               (each->ifa_flags & IFF_UP) != 0 &&
                               (each->ifa_flags & IFF_LOOPBACK) == 0;
        if (!is_usable) {
            continue;
        }
        std::array<char, INET_ADDRSTRLEN> text{};
        const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
        inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
        addresses.emplace_back(text.data());
    }
    return addresses;
}

std::string lan_url(const std::string& address, std::uint16_t port) {
    return "https://" + address + ":" + std::to_string(port);
}

std::string draw_qr_code(const std::string& text, QrStyle style) {
    const std::unique_ptr<QRcode, FreeCode> code(
        QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1));
    if (!code) {
        return {};
    }
    // By upper module and lower module: light, upper dark, lower dark, both dark. Plain ones draw
    // the light modules, as terminals are dark more often than not.
    using Blocks = std::array<const char*, 4>;
    constexpr Blocks drawing_light{"█", "▄", "▀", " "};
    constexpr Blocks drawing_dark{" ", "▀", "▄", "█"};
    const bool colored = style == QrStyle::colored;
    const Blocks& blocks = colored ? drawing_dark : drawing_light;
    std::string drawing;
    for (int y = -quiet_modules; y < code->width + quiet_modules; y += 2) {
        drawing += colored ? "\x1b[30;107m" : "";  // black on bright white
        for (int x = -quiet_modules; x < code->width + quiet_modules; ++x) {
            const std::size_t upper = is_dark(*code, x, y) ? 1 : 0;
            const std::size_t lower = is_dark(*code, x, y + 1) ? 2 : 0;
            drawing += blocks.at(upper | lower);
        }
        drawing += colored ? "\x1b[0m\n" : "\n";
    }
    return drawing;
}

}  // namespace holdfast::cli
