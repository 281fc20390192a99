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
#include "sim/tap.hpp"

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

    /// Prints what is delivered as it goes.
    void tell() { ledger_.tells = true; }
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
        std::size_t waiting = 0;  ///< bytes that the server has sent and that have not arrived
    };
    using LinkId = std::uint64_t;

    // --- the network: network.cpp
    void carry_out(Device& device, client::Output output);
    void carry_out(Device& device, client::OpenSocket output);
    void carry_out(Device& device, client::SendSocket output);
    void carry_out(Device& device, client::CloseSocket output);
    void carry_out(Device& device, client::HttpRequest output);
    void arrive_at_server(LinkId link, std::string bytes);
    void arrive_at_device(LinkId link, const Tap::Down& down);
    void serve_http(std::size_t device,
                    std::uint64_t life,
                    const client::HttpRequest& request,
                    bool answer_lost);
    [[nodiscard]] bool endanger(std::size_t device, const client::HttpRequest& request);
    void damage(const client::HttpRequest& request, Server::HttpReply& reply);
    void drain_server();
    void make_segments();
    void arm_server();
    void evaluate();
    void check_queues();
    void send_down(LinkId link, sync::SharedBytes bytes);
    [[nodiscard]] std::size_t weight_of(const Link& link) const;
    void tell_queued(Link& link);
    void cut(LinkId link, bool device_notices, bool server_notices);
    void cut_by_chance(LinkId link);
    void close_at_device(LinkId link, Millis after);
    [[nodiscard]] Millis latency();
    [[nodiscard]] Instant arrival(std::size_t device, Instant& free_at);

    // --- work and nuisances: nuisances.cpp
    void schedule_work(std::size_t device);
    void schedule_nuisances();
    void disturb(std::size_t device);
    void disturb_network(std::size_t device);
    void disturb_server();
    void change_entitlement(bool entitled);
    void note_window();
    void fill_for_a_while(Disk& disk);
    void copy_device(std::size_t device);
    void count(std::string_view fault, std::uint64_t times = 1) { ledger_.faults[fault] += times; }

    // --- life and judgement: world.cpp
    void add_device(std::size_t user);
    void start_server();
    void end_withdrawal();
    void restore_server();
    void stop_server();
    void restart_device(std::size_t device);
    void run_until(Instant end, const std::function<bool()>& done);
    void make_quiet();
    void come_to_rest();
    [[nodiscard]] std::int64_t server_writes();
    [[nodiscard]] bool has_open_runs();
    void insist_on_sign_in(std::size_t device);
    void judge();

    /// What surrounds a device in the network.
    struct Place {
        Instant deaf_until{};  ///< partition
        Instant slow_until{};  ///< what the server sends piles up
        LinkId current = 0;    ///< its newest link
    };

    Random random_;
    Profile profile_;
    Clock clock_;
    Ledger ledger_;
    Tap tap_;
    Server server_;
    std::vector<std::unique_ptr<Device>> devices_;
    std::vector<Place> places_;  ///< by device
    std::map<LinkId, Link> links_;
    std::map<services::ConnectionId, LinkId> by_connection_;
    LinkId next_link_ = 1;
    std::uint64_t server_alarm_ = 0;
    std::uint64_t server_life_ = 0;  ///< which process of the server it is
    bool part_due_ = false;          ///< the next part of a segment has its time
    bool working_ = true;
    bool restoring_ = false;  ///< the next start is from the backup
    bool unnoticed_ = false;  ///< it was, and the server has not been heard of since
};

}  // namespace holdfast::sim
