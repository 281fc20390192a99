#include "bench/fleet/server_process.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "server/admin/demo/demo.hpp"
#include "server/auth/auth_service.hpp"

namespace holdfast::bench {
namespace {

using Json = nlohmann::json;

/// Signs everybody in, without the price of a password.
Json sign_in_all(storage::Storage& storage, Environment& environment, std::size_t count) {
    const auto auth = must(auth::AuthService::create(storage, environment), "open the accounts");
    Json passes = Json::array();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string address =
            "10." + std::to_string(i >> 8U) + "." + std::to_string(i & 0xffU) + ".1";
        const auto check = must(auth->begin_sign_in(Phone::email(i), address), "begin a sign-in");
        const auto done = must(auth->finish_sign_in(check, true, {.name = "fleet"}), "sign in");
        passes.push_back({done.tokens.access, done.device, done.salt});
    }
    return passes;
}

Id channel_of(storage::Storage& storage) {
    const auto organizations = must(storage.organizations(), "read the organization");
    for (const auto& record : must(storage.buckets_of(organizations.front().id), "read buckets")) {
        if (record.bucket.kind == BucketKind::timeline) {
            return record.bucket.owner;
        }
    }
    give_up("no channel");
}

void serve(const std::string& folder, std::size_t devices, bool tls, int in, int out) {
    net::SystemEnvironment environment;
    const auto storage = must(storage::open_sqlite(folder + "/server.db"), "open storage");
    must(admin::create_bench(*storage,
                             {.password_hash = "!",
                              .users = devices,
                              .channels = 1,
                              .messages = 100,
                              .now = environment.wall()}),
         "make the organization");
    Json hello{{"passes", sign_in_all(*storage, environment, devices)},
               {"channel", to_string(channel_of(*storage))}};
    // As fast as it can, not as fast as it lets devices in.
    const Rate any{.burst = 1e9, .per_second = 1e9};
    net::ServerOptions options{.hub = {.admission = {.resume = any, .bootstrap = any}}};
    if (tls) {
        options.tls =
            must(net::ensure_local_certificate(folder, {"127.0.0.1"}), "make a certificate");
    }
    net::Server server(std::move(options), *storage, environment);
    must(server.start(), "start the server");
    hello["port"] = server.port();
    write_line(out, hello.dump());
    char none = 0;
    while (::read(in, &none, 1) > 0) {
    }
}

}  // namespace

std::string read_line(int from, std::string& buffer) {
    for (;;) {
        const auto end = buffer.find('\n');
        if (end != std::string::npos) {
            std::string line = buffer.substr(0, end);
            buffer.erase(0, end + 1);
            return line;
        }
        char bytes[65536];
        const ssize_t got = ::read(from, bytes, sizeof bytes);
        if (got <= 0) {
            give_up("the other process has ended");
        }
        buffer.append(bytes, static_cast<std::size_t>(got));
    }
}

void write_line(int to, std::string_view line) {
    std::string rest(line);
    rest += '\n';
    while (!rest.empty()) {
        const ssize_t put = ::write(to, rest.data(), rest.size());
        if (put <= 0) {
            give_up("the other process does not read");
        }
        rest.erase(0, static_cast<std::size_t>(put));
    }
}

Child::Child(const std::function<void(int in, int out)>& body) {
    int down[2];
    int up[2];
    if (::pipe(down) != 0 || ::pipe(up) != 0) {
        give_up("no pipe");
    }
    std::fflush(nullptr);
    process_ = ::fork();
    if (process_ < 0) {
        give_up("no process");
    }
    if (process_ == 0) {
        ::close(down[1]);
        ::close(up[0]);
        body(down[0], up[1]);
        ::_exit(0);
    }
    ::close(down[0]);
    ::close(up[1]);
    out_ = down[1];
    in_ = up[0];
}

Child::~Child() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    ::close(out_);
    ::close(in_);
}

std::string Child::read_line() {
    return bench::read_line(in_, read_);
}

void Child::say(std::string_view line) {
    write_line(out_, line);
}

std::uint64_t Child::resident_bytes() const {
    std::ifstream file("/proc/" + std::to_string(process_) + "/statm");
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    file >> all >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

double Child::cpu_seconds() const {
    clockid_t clock = 0;
    timespec time{};
    if (::clock_getcpuclockid(process_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        give_up("no clock of the other process");
    }
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

ServerProcess::ServerProcess(const TempFolder& folder, std::size_t devices, bool tls)
    : child_([&, path = folder.path().string()](int in, int out) {
          serve(path, devices, tls, in, out);
      }) {
    const Json hello = Json::parse(child_.read_line());
    port_ = hello["port"].get<std::uint16_t>();
    channel_ = parse_id(hello["channel"].get<std::string>()).value_or(Id{});
    for (const Json& pass : hello["passes"]) {
        passes_.push_back({pass[0].get<std::string>(),
                           pass[1].get<DeviceNumber>(),
                           pass[2].get<std::uint64_t>()});
    }
}

}  // namespace holdfast::bench
