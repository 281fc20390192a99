#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/engine/view/view.hpp"

namespace holdfast::client {

/// The figures "since the device was last online" (OM13): they begin anew with each connection and
/// are kept across restarts, so that Settings can show them without one.
class Counters {
public:
    void begin() { figures_ = {}; }
    void sent(std::uint64_t intents) { figures_.sent += intents; }
    void bytes_sent(std::uint64_t bytes) { figures_.bytes_sent += bytes; }
    void received(std::uint64_t rows) { figures_.received += rows; }
    void bytes_received(std::uint64_t bytes) { figures_.bytes_received += bytes; }
    void missing(std::uint64_t rows, bool complete) {
        figures_.expected = figures_.received + rows;
        figures_.complete = complete;
    }

    [[nodiscard]] const Figures& figures() const { return figures_; }

    /// JSON, members in fixed order; what cannot be read is zero.
    [[nodiscard]] std::string encode() const;
    void restore(std::string_view text);

private:
    Figures figures_;
};

}  // namespace holdfast::client
