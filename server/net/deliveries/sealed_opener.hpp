#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "platform/sealing/sealing.hpp"

namespace holdfast::net {

/// Opens a sealed file (core/wire/sealed.hpp) as it comes. Holds one piece at most.
class SealedOpener {
public:
    /// @param secret, key  the server's; they outlive it.
    SealedOpener(std::string_view secret, std::string_view key) : secret_(secret), key_(key) {}

    void add(std::string_view bytes) { coming_ += bytes; }

    /// The contents of the next piece; nothing while it is not all here.
    /// Errors  sealed_unreadable: no such file · sealed_other_organization: sealed for another
    ///         server · sealed_altered: a piece is not what was sealed at its place.
    [[nodiscard]] Result<std::optional<std::string>> next();
    /// Whether the last piece was opened.
    [[nodiscard]] bool has_ended() const { return has_ended_; }

private:
    [[nodiscard]] Result<bool> read_preface();
    [[nodiscard]] Result<std::string> open(std::string_view sealed);

    std::string_view secret_;
    std::string_view key_;
    std::optional<sealing::PieceCipher> cipher_;
    std::string coming_;
    bool has_ended_ = false;
};

}  // namespace holdfast::net
