#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "client/engine/device.hpp"

namespace holdfast::client {

/// Asks the server for links that open files: each for one file, one person and some minutes.
class FileLinks {
public:
    explicit FileLinks(Device& device) : device_(device) {}

    /// Answers the call when the server has: {"url","expires_in_ms"}.
    /// Errors  offline_no_connection · request_too_many · those of the server: file_on_its_way,
    ///         file_unknown.
    void ask(std::int64_t call, Id channel, Id file);
    /// False: not the answer to a request of its own.
    bool take(const HttpAnswered& answer);

    [[nodiscard]] bool take_renewal_wish();
    /// Whether there is another access token now.
    void renewed(bool done);
    /// Somebody has signed out.
    void clear();

private:
    struct Asked {
        std::int64_t call = 0;
        Id channel;
        Id file;
        bool again = false;  ///< with a renewed token
    };
    void send(const Asked& asked);

    Device& device_;
    std::map<std::uint32_t, Asked> pending_;
    std::vector<Asked> waiting_for_token_;
    bool renewal_wished_ = false;
};

}  // namespace holdfast::client
