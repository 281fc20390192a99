#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/auth_service.hpp"
#include "server/net/counters.hpp"
#include "server/net/http_message.hpp"
#include "server/net/log.hpp"
#include "server/net/outside.hpp"
#include "server/services/hub.hpp"

namespace holdfast::net {

/// From where forms may take their choices: what the operator allows.
struct ChoiceOptions {
    std::vector<std::string> hosts{};  ///< of https sources: "parts.example", lower case
    /// What stands before sources that are paths ("/parts"): "https://erp.example", or the address
    /// of a server of the operator's own, which may be private. Empty: none is asked.
    std::string base{};
    OutsideOptions outside{};
};

/// POST /forms/v1/choices: the server asks on behalf of a device, so that the other server's
/// address and what it takes to reach it stay here.
///
/// Bounds  so many at once, so long, so large (limits.hpp); answers are kept for a minute, by what
///         was asked and not by who: the other server is not told who asks.
class ChoiceRoutes {
public:
    struct Services {
        Environment& environment;
        auth::AuthService& auth;
        services::Hub& hub;
        NetCounters& counters;
        const Log& log;
    };
    ChoiceRoutes(Services services, ChoiceOptions options)
        : services_(services), options_(std::move(options)) {}

    static constexpr std::string_view path = "/forms/v1/choices";

    [[nodiscard]] boost::asio::awaitable<Answer> answer(Request request);

private:
    struct Kept {
        std::string choices;
        Instant until;
    };
    struct Place {
        std::string url;
        OutsideOptions outside;
    };
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> search(const Request& request);
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> ask(Place place, std::string body);
    /// Errors  choices_forbidden.
    [[nodiscard]] Result<Place> place_of(const std::string& source) const;
    [[nodiscard]] const std::string* find_kept(const std::string& asked);
    void keep(const std::string& asked, const std::string& choices);

    Services services_;
    ChoiceOptions options_;
    std::map<std::string, Kept> kept_;
    std::deque<std::string> oldest_;  ///< keys of kept_, in the order in which they came
    std::size_t asked_ = 0;           ///< now
};

}  // namespace holdfast::net
