#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace holdfast::files {

/// SHA-256 of bytes that come in pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void add(std::string_view bytes);
    /// 64 digits, lower case. Once.
    [[nodiscard]] std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// The digests of whole texts, as bytes.
[[nodiscard]] std::string sha1_of(std::string_view bytes);
[[nodiscard]] std::string sha256_of(std::string_view bytes);
/// HMAC-SHA-256, as bytes.
[[nodiscard]] std::string mac_of(std::string_view key, std::string_view bytes);
/// Takes as long for any two texts of one length.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace holdfast::files
