#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/engine/engine.hpp"
#include "client/native/cut_answers.hpp"
#include "client/native/dial.hpp"
#include "platform/net/task_group.hpp"

namespace holdfast::client {

/// What came of a request: HttpAnswered with bytes of its own.
struct HttpAnswer {
    std::uint32_t request = 0;
    int status = 0;
    bool ours = false;
    std::string body;
};

/// Requests over at most two connections, which are kept open between them. A GET that was cut goes
/// on at its byte when it is asked for again.
///
/// Owners of the shared pointer: the client, and the coroutines that carry requests out. stop()
/// cuts their connections and keeps them from calling back, so that they may end after the client.
class HttpPool {
public:
    using OnAnswer = std::function<void(const HttpAnswer&)>;

    HttpPool(std::shared_ptr<const Route> route, OnAnswer on_answer);
    ~HttpPool();
    HttpPool(const HttpPool&) = delete;
    HttpPool& operator=(const HttpPool&) = delete;

    static void send(const std::shared_ptr<HttpPool>& pool,
                     net::TaskGroup& tasks,
                     HttpRequest request);
    void stop();

private:
    struct Connection;

    [[nodiscard]] static boost::asio::awaitable<void> run(std::shared_ptr<HttpPool> pool);
    [[nodiscard]] static boost::asio::awaitable<HttpAnswer> exchange(std::shared_ptr<HttpPool> pool,
                                                                     HttpRequest request);
    [[nodiscard]] std::unique_ptr<Connection> take_idle();

    // constant after construction
    std::shared_ptr<const Route> route_;
    OnAnswer on_answer_;
    // changing
    bool stopped_ = false;
    std::deque<HttpRequest> waiting_;
    CutAnswers cuts_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::vector<Connection*> busy_;
    std::size_t running_ = 0;
};

}  // namespace holdfast::client
