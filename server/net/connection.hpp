#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <list>
#include <string>

#include "platform/net/transport.hpp"
#include "server/net/choice_routes.hpp"
#include "server/net/counters.hpp"
#include "server/net/deliveries/delivery_routes.hpp"
#include "server/net/file_routes.hpp"
#include "server/net/log.hpp"
#include "server/net/rate_limit.hpp"
#include "server/net/routes.hpp"
#include "server/net/segments/segment_work.hpp"
#include "server/net/sockets.hpp"

namespace holdfast::net {

/// What the connections of a server share. Outlives them.
struct Shell {
    Environment& environment;
    Routes& routes;
    SegmentWork& segments;
    FileRoutes& files;
    ChoiceRoutes& choices;
    DeliveryRoutes& deliveries;
    Sockets& sockets;
    RateLimit& rates;
    NetCounters& counters;
    const Log& log;
    bool https_only = false;                ///< browsers are told so (common_headers)
    std::list<std::function<void()>> cuts;  ///< one for each connection: ends it at once
    bool stopping = false;                  ///< connections are not kept open after an answer
};

/// Registers how to cut a connection, for as long as it lives.
class CutGuard {
public:
    CutGuard(Shell& shell, std::function<void()> cut)
        : shell_(shell), at_(shell.cuts.insert(shell.cuts.end(), std::move(cut))) {}
    ~CutGuard() { shell_.cuts.erase(at_); }
    CutGuard(const CutGuard&) = delete;
    CutGuard& operator=(const CutGuard&) = delete;

private:
    Shell& shell_;
    std::list<std::function<void()>>::iterator at_;
};

/// One TCP connection from its first byte: TLS, HTTP/1.1 with keep-alive, or a WebSocket to the
/// end.
[[nodiscard]] boost::asio::awaitable<void> serve_connection(Shell& shell,
                                                            Transport transport,
                                                            std::string address);

}  // namespace holdfast::net
