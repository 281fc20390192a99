#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "server/auth/auth_service.hpp"
#include "server/net/body_sink.hpp"
#include "server/net/counters.hpp"
#include "server/net/file_routes.hpp"
#include "server/net/file_workers.hpp"
#include "server/net/http_message.hpp"
#include "server/net/log.hpp"
#include "server/net/sockets.hpp"
#include "server/services/hub.hpp"

namespace holdfast::net {

/// POST /sync/v1/deliver: a sealed file (core/wire/sealed.hpp), from whoever has it (OM35). It
/// proves itself: no token comes with the request.
///
/// It is opened twice. The first time as it comes, to the disk, where it stays sealed: whose it is,
/// and whether all of it is as it was saved. Only then it is carried out, piece by piece, each
/// action by the ordinary executor, which knows those that it had before.
///
/// Bounds  sealed_bytes_max for one, deliveries_max at once, services::limits::deliveries for a
///         device. Of one that is not yet known to be a device of ours, a piece is read at most.
class DeliveryRoutes {
public:
    struct Services {
        Environment& environment;
        auth::AuthService& auth;
        services::Hub& hub;
        Sockets& sockets;
        FileRoutes& files;
        NetCounters& counters;
        const Log& log;
        std::string folder;  ///< of the disk that a file waits on; empty: none are taken
    };
    explicit DeliveryRoutes(Services services) : services_(std::move(services)) {}

    static constexpr std::string_view path = "/sync/v1/deliver";
    [[nodiscard]] static bool is_delivery(const Request& request) {
        return request.path == path && request.method == "POST";
    }

    /// Takes one file; null: the answer that refuses.
    [[nodiscard]] std::unique_ptr<BodySink> begin(Answer& refusal);

private:
    class Delivery;

    Services services_;
    FileWorkers workers_;
    std::size_t taken_ = 0;  ///< now, of devices that are known
};

}  // namespace holdfast::net
