// One message to all who follow a channel, against a loop that only writes the same bytes.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "bench/benchmarks.hpp"
#include "bench/fleet/fleet.hpp"
#include "core/model/args.hpp"
#include "core/wire/codec.hpp"

namespace holdfast::bench {
namespace {

constexpr int rounds_count = 15;
constexpr std::size_t files_beside = 100;  // that a process needs for other things

struct Round {
    double write_ms = 0;  ///< what the bare loop took to write
    double last_ms = 0;   ///< until the last one had it
    double cpu_us = 0;    ///< of the server's process, a follower
};

std::string mark_of(int round) {
    return "fanout " + std::to_string(round) + ": " + std::string(80, 'x');
}

std::string push_of(const ServerProcess& server, int round) {
    const Id id = Id::make(server.passes().front().device, static_cast<std::uint32_t>(round) + 1);
    return wire::encode(
        wire::Push{.intents = {{.id = id,
                                .lane = server.channel(),
                                .kind = IntentKind::message_post,
                                .args = args::encode(args::MessagePost{.channel = server.channel(),
                                                                       .text = mark_of(round)})}}});
}

Round median_of(const std::vector<Round>& rounds) {
    const auto of = [&](double Round::* member) {
        std::vector<double> values;
        for (const Round& round : rounds) {
            values.push_back(round.*member);
        }
        return median(std::move(values));
    };
    return {of(&Round::write_ms), of(&Round::last_ms), of(&Round::cpu_us)};
}

/// Writes lines that it is told to every one of `count` connections.
void write_only(std::size_t count, int in, int out) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener, 1024) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        give_up("no listener");
    }
    write_line(out, std::to_string(ntohs(address.sin_port)));
    std::vector<int> sockets;
    while (sockets.size() < count) {
        const int accepted = ::accept(listener, nullptr, nullptr);
        const int on = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockets.push_back(accepted);
    }
    for (std::string buffer;;) {
        const std::string bytes = read_line(in, buffer);
        const Stopwatch watch;
        for (const int socket : sockets) {
            if (::send(socket, bytes.data(), bytes.size(), 0) !=
                static_cast<ssize_t>(bytes.size())) {
                give_up("a socket takes no bytes");
            }
        }
        write_line(out, std::to_string(watch.milliseconds()));
    }
}

Round served(std::size_t followers, std::size_t& frame_bytes) {
    const TempFolder folder;
    const ServerProcess server(folder, followers, false);
    Fleet fleet(server.port(), false);
    fleet.greet(server.passes());
    fleet.run_for(std::chrono::milliseconds(3000));  // everybody has heard who else is there
    std::vector<Round> rounds;
    for (int i = 0; i < rounds_count; ++i) {
        const double before = server.child().cpu_seconds();
        const Stopwatch watch;
        fleet.send(push_of(server, i));
        fleet.wait_until_all_have(mark_of(i));
        const double last = watch.milliseconds();
        const double used = server.child().cpu_seconds() - before;
        rounds.push_back({.write_ms = 0,
                          .last_ms = last,
                          .cpu_us = used * 1e6 / static_cast<double>(followers)});
    }
    frame_bytes = fleet.frame_bytes();
    return median_of(rounds);
}

Round written(std::size_t followers, std::size_t frame_bytes) {
    Child child([followers](int in, int out) { write_only(followers, in, out); });
    Fleet fleet(static_cast<std::uint16_t>(std::stoul(child.read_line())), false);
    fleet.connect_only(followers);
    std::vector<Round> rounds;
    for (int i = 0; i < rounds_count; ++i) {
        const double before = child.cpu_seconds();
        std::string bytes = mark_of(i);
        bytes.resize(std::max(frame_bytes, bytes.size()), '.');
        const Stopwatch watch;
        child.say(bytes);
        fleet.wait_until_all_have(mark_of(i));
        const double last = watch.milliseconds();
        const double write = std::stod(child.read_line());
        const double used = child.cpu_seconds() - before;
        rounds.push_back({.write_ms = write,
                          .last_ms = last,
                          .cpu_us = used * 1e6 / static_cast<double>(followers)});
    }
    return median_of(rounds);
}

}  // namespace

std::vector<Figure> fanout() {
    const std::size_t most = raise_file_limit() - files_beside;
    std::vector<Figure> figures;
    for (const std::size_t wanted : {std::size_t{2'000}, std::size_t{10'000}}) {
        const std::size_t followers = std::min(wanted, most);
        std::size_t frame_bytes = 0;
        const Round ours = served(followers, frame_bytes);
        const Round bare = written(followers, frame_bytes);
        const std::string who = std::to_string(followers) + " followers, " +
                                std::to_string(frame_bytes) + " bytes each";
        figures.push_back({"fanout",
                           ours.last_ms,
                           "ms",
                           bare.write_ms,
                           who + ", to the last; the bare loop's last had it after " +
                               std::to_string(bare.last_ms) + " ms; at most 5"});
        figures.push_back({"fanout",
                           ours.cpu_us,
                           "us",
                           bare.cpu_us,
                           who + ", time of the server's process for each; bare loop"});
    }
    return figures;
}

}  // namespace holdfast::bench
