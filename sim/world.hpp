#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "sim/clock.hpp"
#include "sim/device.hpp"
#include "sim/ledger.hpp"
#include "sim/profile.hpp"
#include "sim/random.hpp"
#include "sim/server.hpp"

namespace holdfast::sim {

/// One server, some devices, and a network between them, in one thread and simulated time. The code
/// of client/ and server/services is the real one; what surrounds it is made of chance from one
/// seed.
///
///     work      people act; connections, processes, disks and clocks fail
///     quiet     the faults stop; everything has `drain_max` to come to rest
///     judgement every device equals the server, every promise was kept (sim/oracles.cpp)
class World {
public:
    explicit World(std::uint64_t seed);

    /// Runs it to the end; the ledger says what came of it.
    const Ledger& run();
    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    /// A WebSocket between a device and the server.
    struct Link {
        std::size_t device = 0;
        std::uint64_t life = 0;
        std::uint32_t socket = 0;
        services::ConnectionId connection = 0;  ///< 0: the server does not know of it
        bool device_open = true;
        bool alive = true;  ///< false: nothing passes any more
        Instant up_free{};  ///< a socket keeps the order of its messages
        Instant down_free{};
    };
    using LinkId = std::uint64_t;

    void carry_out(Device& device, client::Output output);
    void carry_out(Device& device, client::OpenSocket output);
    void carry_out(Device& device, client::SendSocket output);
    void carry_out(Device& device, client::CloseSocket output);
    void carry_out(Device& device, client::HttpRequest output);

    void arrive_at_server(LinkId link, const std::string& bytes);
    void serve_http(std::size_t device,
                    std::uint64_t life,
                    const client::HttpRequest& request,
                    bool answer_lost);
    void drain_server();
    void arm_server();
    void send_down(LinkId link, sync::SharedBytes bytes);
    void cut(LinkId link, bool device_notices, bool server_notices);
    void close_at_device(LinkId link, Millis after);

    void start_server();
    void stop_server();
    void schedule_work(std::size_t device);
    void schedule_nuisances();
    void nuisance(std::size_t device);
    void restart_device(std::size_t device);
    void make_quiet();
    void come_to_rest();
    void insist_on_sign_in(std::size_t device);
    void judge();

    [[nodiscard]] Millis latency();
    [[nodiscard]] Instant arrival(std::size_t device, Instant& free_at);

    Random random_;
    Profile profile_;
    Clock clock_;
    Ledger ledger_;
    Server server_;
    std::vector<std::unique_ptr<Device>> devices_;
    std::vector<std::size_t> users_;   ///< index of its user, by device
    std::vector<Instant> deaf_until_;  ///< partition, by device
    std::map<LinkId, Link> links_;
    std::map<services::ConnectionId, LinkId> by_connection_;
    std::map<std::size_t, LinkId> current_;  ///< newest link of a device
    LinkId next_link_ = 1;
    std::uint64_t server_alarm_ = 0;
    bool working_ = true;
};

}  // namespace holdfast::sim
