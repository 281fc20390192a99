#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/engine/device.hpp"

namespace holdfast::client {

/// What the screen asks and only the server knows: links that open files, choices that another
/// server has. The answer goes to the call as it came.
class Enquiries {
public:
    explicit Enquiries(Device& device) : device_(device) {}

    /// Posts a JSON body to a path of docs/internals/http-api.md, and answers the call with what
    /// comes back.  Errors  offline_no_connection · request_too_many · those of the server.
    void ask(std::int64_t call, std::string_view path, std::string body);
    /// False: not the answer to a request of its own.
    bool take(const HttpAnswered& answer);

    /// Whether there is another access token now.
    void renewed(bool done);
    /// Somebody has signed out.
    void clear();

private:
    struct Asked {
        std::int64_t call = 0;
        std::string path;
        std::string body;
        bool again = false;  ///< with a renewed token
    };
    void send(const Asked& asked);

    Device& device_;
    std::map<std::uint32_t, Asked> pending_;
    std::vector<Asked> waiting_for_token_;
};

}  // namespace holdfast::client
