#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/engine/device.hpp"
#include "client/engine/http_answer.hpp"
#include "core/base/result.hpp"

namespace holdfast::client {

/// What the screen asks and only the server knows: links that open files, choices that another
/// server has, messages that are not kept here.
class Enquiries {
public:
    explicit Enquiries(Device& device) : device_(device) {}

    /// Takes an answer, or why there is none; what it gives is the answer to the call.
    using Reader = std::function<Result<std::string>(Result<std::string_view> answer)>;

    /// Posts a JSON body to a path of docs/internals/http-api.md, and answers the call with what
    /// comes back; `read`, where there is one, makes that of it, and is told of a failure too.
    /// Errors  offline_no_connection · request_too_many · those of the server and of `read`.
    void ask(std::int64_t call, std::string_view path, std::string body, Reader read = {});
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
        Reader read{};
        bool again = false;  ///< with a renewed token
    };
    void send(const Asked& asked);
    void answer(const Asked& asked, std::string_view body);
    void refuse(const Asked& asked, const Refusal& refusal);
    void refuse(const Asked& asked, const Error& error);

    Device& device_;
    std::map<std::uint32_t, Asked> pending_;
    std::vector<Asked> waiting_for_token_;
};

}  // namespace holdfast::client
