#include "cli/lan.hpp"

#include <gtest/gtest.h>
#include <qrencode.h>

#include <memory>
#include <vector>

namespace holdfast::cli {
namespace {

constexpr int margin = 4;  // ISO/IEC 18004: four light modules on every side

/// The modules of a drawing, true where dark, two rows a line. `dark_blocks`: its blocks are the
/// dark modules; otherwise the light ones.
std::vector<std::vector<bool>> read_drawing(std::string text, bool dark_blocks) {
    std::vector<std::vector<bool>> rows;
    std::size_t at = 0;
    while (at < text.size()) {
        std::vector<bool> upper;
        std::vector<bool> lower;
        for (; text[at] != '\n';) {
            if (text[at] == '\x1b') {
                at = text.find('m', at) + 1;
                continue;
            }
            const bool is_space = text[at] == ' ';
            const std::string block = text.substr(at, is_space ? 1 : 3);
            at += block.size();
            const bool upper_drawn = block == "█" || block == "▀";
            const bool lower_drawn = block == "█" || block == "▄";
            upper.push_back(upper_drawn == dark_blocks);
            lower.push_back(lower_drawn == dark_blocks);
        }
        ++at;
        rows.push_back(upper);
        rows.push_back(lower);
    }
    return rows;
}

void expect_code_of(const std::string& text, const std::vector<std::vector<bool>>& rows) {
    const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
        QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), QRcode_free);
    ASSERT_GE(static_cast<int>(rows.size()), code->width + 2 * margin);
    for (int y = 0; y < static_cast<int>(rows.size()); ++y) {
        const auto& row = rows[static_cast<std::size_t>(y)];
        ASSERT_EQ(static_cast<int>(row.size()), code->width + 2 * margin);
        for (int x = 0; x < static_cast<int>(row.size()); ++x) {
            const int column = x - margin;
            const int line = y - margin;
            const bool inside =
                column >= 0 && line >= 0 && column < code->width && line < code->width;
            const bool dark = inside && (code->data[line * code->width + column] & 1) != 0;
            ASSERT_EQ(row[static_cast<std::size_t>(x)], dark) << x << "," << y;
        }
    }
}

TEST(Lan, the_drawing_is_the_code_of_the_address_with_its_margin) {
    const std::string url = lan_url("192.168.1.20", 8080);
    EXPECT_EQ(url, "https://192.168.1.20:8080");
    expect_code_of(url, read_drawing(draw_qr_code(url, QrStyle::colored), true));
    expect_code_of(url, read_drawing(draw_qr_code(url, QrStyle::plain), false));
}

TEST(Lan, an_address_that_fits_no_code_is_not_drawn) {
    EXPECT_EQ(draw_qr_code(std::string(5000, 'x'), QrStyle::plain), "");
}

}  // namespace
}  // namespace holdfast::cli
