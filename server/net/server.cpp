#include "server/net/server.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

#include "core/base/assert.hpp"
#include "platform/net/asio.hpp"
#include "platform/net/task_group.hpp"
#include "server/auth/auth_service.hpp"
#include "server/files/store.hpp"
#include "server/net/connection.hpp"
#include "server/net/file_routes.hpp"
#include "server/net/history_file.hpp"
#include "server/net/limits.hpp"
#include "server/net/routine_work.hpp"
#include "server/net/segments/segment_work.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace holdfast::net {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);

/// What needs the tables to exist; made by start().
struct Running {
    Running(asio::io_context& loop,
            storage::Storage& storage,
            Environment& environment,
            std::unique_ptr<auth::AuthService> authenticator,
            const ServerOptions& options,
            const StaticFiles& files,
            const std::string& authority,
            files::FileStore* store,
            NetCounters& counters,
            const Log& log)
        : auth(std::move(authenticator)),
          hub(storage, environment, *auth, options.hub),
          sockets(loop.get_executor(), hub, environment, counters, log),
          routes({environment, *auth, hub, sockets, passwords, files, authority, counters, log}),
          file_routes({environment, *auth, hub, sockets, store, counters, log}),
          delivery_routes(
              {environment, *auth, hub, sockets, file_routes, counters, log, options.files_folder}),
          choice_routes({environment, *auth, hub, counters, log},
                        {.hosts = options.choice_hosts,
                         .base = options.choice_base,
                         .outside = {.private_addresses = options.private_requests}}),
          routine_work(loop.get_executor(),
                       {options.evaluator,
                        {.private_addresses = options.private_requests},
                        options.mail_server},
                       hub,
                       sockets,
                       counters,
                       log),
          segments(loop.get_executor(),
                   {options.segments_folder, options.segments},
                   hub,
                   *auth,
                   environment,
                   counters,
                   log),
          shell{environment,
                routes,
                segments,
                file_routes,
                choice_routes,
                delivery_routes,
                sockets,
                rates,
                counters,
                log,
                false,
                {},
                false} {}

    std::unique_ptr<auth::AuthService> auth;
    services::Hub hub;
    Sockets sockets;
    PasswordWorkers passwords;
    Routes routes;
    FileRoutes file_routes;
    DeliveryRoutes delivery_routes;
    ChoiceRoutes choice_routes;
    RoutineWork routine_work;
    SegmentWork segments;
    RateLimit rates;
    Shell shell;
};

Result<std::string> read_authority(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad() || text.empty()) {
        return fail(ErrorCode::setup_tls, "cannot read " + path);
    }
    return text;
}

}  // namespace

class Server::Parts {
public:
    Parts(ServerOptions options, storage::Storage& storage, Environment& environment)
        : options_(std::move(options)),
          storage_(storage),
          environment_(environment),
          log_(options_.logger),
          acceptor_(loop_),
          tick_(loop_),
          drained_(loop_),
          tasks_(loop_.get_executor(), [this](std::string_view task, std::string_view what) {
              ++counters_.task_failures;
              log_.write(Log::Level::error, "task_failed", {{"task", task}, {"what", what}});
          }) {}

    Result<> start();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    void stop(bool gracefully);

private:
    Result<> listen();
    asio::awaitable<void> accept();
    void admit(tcp::socket socket);
    asio::awaitable<void> serve(Transport transport, std::string address);
    asio::awaitable<void> tick();
    asio::awaitable<void> expire_uploads();
    asio::awaitable<void> end(bool gracefully);
    asio::awaitable<void> drain();

    // constant after construction
    ServerOptions options_;
    storage::Storage& storage_;
    Environment& environment_;
    Log log_;
    // constant after start()
    StaticFiles files_;
    std::string authority_;
    std::shared_ptr<asio::ssl::context> tls_;
    std::uint16_t port_ = 0;
    // owned children
    NetCounters counters_;
    asio::io_context loop_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer tick_;
    asio::steady_timer drained_;
    std::optional<HistoryFile> history_;
    std::unique_ptr<files::FileStore> store_;
    std::unique_ptr<Running> running_;
    std::thread thread_;
    // tasks (last)
    TaskGroup tasks_;
};

Result<> Server::Parts::listen() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options_.listen_address, error);
    if (error) {
        return fail(ErrorCode::setup_address, "not an IP address: " + options_.listen_address);
    }
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) {
        acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        acceptor_.bind(endpoint, error);
    }
    if (!error) {
        acceptor_.listen(limits::listen_backlog, error);
    }
    if (error) {
        const bool in_use = error == asio::error::address_in_use;
        return fail(in_use ? ErrorCode::setup_address_in_use : ErrorCode::setup_address,
                    "cannot listen on " + options_.listen_address + ":" +
                        std::to_string(options_.port) + ": " + error.message());
    }
    port_ = acceptor_.local_endpoint().port();
    return {};
}

Result<> Server::Parts::start() {
    if (!options_.app_folder.empty()) {
        HF_TRY(files_, StaticFiles::load(options_.app_folder));
    }
    if (!options_.tls.certificate.empty()) {
        HF_TRY(tls_, make_tls_context(options_.tls));
    }
    if (!options_.authority_file.empty()) {
        HF_TRY(authority_, read_authority(options_.authority_file));
    }
    if (!options_.history_file.empty()) {
        history_.emplace(options_.history_file, storage_, environment_, log_);
        HF_CHECK(history_->check());
    }
    if (!options_.files_folder.empty()) {
        HF_TRY(store_, files::FileStore::open(options_.files_folder));
    }
    HF_TRY(auto authenticator, auth::AuthService::create(storage_, environment_));
    HF_CHECK(listen());
    running_ = std::make_unique<Running>(loop_,
                                         storage_,
                                         environment_,
                                         std::move(authenticator),
                                         options_,
                                         files_,
                                         authority_,
                                         store_.get(),
                                         counters_,
                                         log_);
    running_->shell.https_only = tls_ && authority_.empty();
    HF_CHECK(running_->segments.start(tasks_));
    tasks_.spawn("accept", accept());
    tasks_.spawn("tick", tick());
    tasks_.spawn("expire", expire_uploads());
    if (!options_.evaluator.empty()) {
        running_->routine_work.start(tasks_);
        running_->sockets.after_turn([this] { running_->routine_work.collect(); });
    }
    thread_ = std::thread([this] { loop_.run(); });
    log_.write(Log::Level::info,
               "started",
               {{"address", options_.listen_address},
                {"port", port_},
                {"tls", tls_ ? 1 : 0},
                {"app_files", static_cast<std::int64_t>(files_.size())}});
    return {};
}

asio::awaitable<void> Server::Parts::accept() {
    while (!tasks_.stopping() && acceptor_.is_open()) {
        auto [error, socket] = co_await acceptor_.async_accept(as_code);
        if (!error) {
            admit(std::move(socket));
        } else if (acceptor_.is_open() && !tasks_.stopping()) {
            log_.write(Log::Level::warning, "accept_failed", {{"what", error.message()}});
            asio::steady_timer pause(loop_, limits::accept_pause);
            co_await pause.async_wait(as_code);
        }
    }
}

void Server::Parts::admit(tcp::socket socket) {
    boost::system::error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) {
        return;
    }
    const std::string address = remote.address().to_string();
    const bool is_full = counters_.connections_open >= limits::connections_max;
    if (is_full || !running_->rates.connect(environment_.now(), address).admitted) {
        ++counters_.connections_refused;
        return;
    }
    socket.set_option(tcp::no_delay(true), error);
    ++counters_.connections_accepted;
    ++counters_.connections_open;
    Transport::Tcp tcp(std::move(socket));
    tasks_.spawn(
        "connection",
        serve(tls_ ? Transport(std::move(tcp), *tls_) : Transport(std::move(tcp)), address));
}

asio::awaitable<void> Server::Parts::serve(Transport transport, std::string address) {
    struct Leave {
        Parts& parts;
        const std::string& address;
        ~Leave() {
            --parts.counters_.connections_open;
            parts.running_->rates.disconnected(address);
        }
    };
    const Leave leave{*this, address};
    co_await serve_connection(running_->shell, std::move(transport), address);
}

asio::awaitable<void> Server::Parts::tick() {
    while (!tasks_.stopping()) {
        tick_.expires_after(limits::tick_every);
        co_await tick_.async_wait(as_code);
        running_->hub.tick();
        running_->sockets.schedule();
        if (history_) {
            history_->keep(running_->hub.counters().batches);
        }
    }
}

/// Apart from the tick: it waits for the disk.
asio::awaitable<void> Server::Parts::expire_uploads() {
    asio::steady_timer pause(loop_);
    while (!tasks_.stopping()) {
        co_await running_->file_routes.expire();
        pause.expires_after(limits::expire_every);
        co_await pause.async_wait(as_code);
    }
}

/// Waits until no socket is left, at most for the drain's time; then lets running answers finish.
asio::awaitable<void> Server::Parts::drain() {
    using namespace asio::experimental::awaitable_operators;
    running_->shell.stopping = true;
    running_->hub.drain();
    running_->sockets.schedule();
    drained_.expires_after(limits::drain_time + limits::drain_rest);
    bool in_time = true;
    while (running_->sockets.size() > 0 && in_time) {
        const auto first =
            co_await (running_->sockets.emptied().wait() || drained_.async_wait(as_code));
        in_time = first.index() == 0;
    }
}

asio::awaitable<void> Server::Parts::end(bool gracefully) {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    if (gracefully) {
        log_.write(Log::Level::info,
                   "draining",
                   {{"sockets", static_cast<std::int64_t>(running_->sockets.size())}});
        co_await drain();
    }
    running_->shell.stopping = true;
    if (history_) {
        history_->write();
    }
    running_->routine_work.stop();
    running_->segments.stop();
    const std::list<std::function<void()>> cuts = running_->shell.cuts;
    for (const auto& cut : cuts) {
        cut();
    }
    co_await tasks_.close();
}

void Server::Parts::stop(bool gracefully) {
    if (!thread_.joinable()) {
        return;
    }
    asio::co_spawn(
        loop_, end(gracefully), [](const std::exception_ptr& failure) { HF_ASSERT(!failure); });
    thread_.join();
    log_.write(Log::Level::info, "stopped");
}

Server::Server(ServerOptions options, storage::Storage& storage, Environment& environment)
    : parts_(std::make_unique<Parts>(std::move(options), storage, environment)) {}

Server::~Server() {
    parts_->stop(false);
}

Result<> Server::start() {
    return parts_->start();
}

std::uint16_t Server::port() const {
    return parts_->port();
}

void Server::stop() {
    parts_->stop(true);
}

}  // namespace holdfast::net
