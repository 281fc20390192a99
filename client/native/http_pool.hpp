#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
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
/// Threads  one of its own receives, decrypts and decompresses, while the device's stores what came
///          before: a first synchronization is the faster for it (docs/performance.md). Everything
///          here is called on the device's.
class HttpPool {
public:
    using OnAnswer = std::function<void(const HttpAnswer&)>;

    /// Answers come on `device`, which lives longer than the pool and has work as long as one is
    /// expected.
    HttpPool(std::shared_ptr<const Route> route,
             boost::asio::any_io_executor device,
             OnAnswer on_answer);
    /// Cuts the connections. An answer that is on its way to `device` still comes.
    ~HttpPool();
    HttpPool(const HttpPool&) = delete;
    HttpPool& operator=(const HttpPool&) = delete;

    void send(HttpRequest request);

private:
    struct Asked;
    struct Connection;

    // on the pool's thread
    [[nodiscard]] boost::asio::awaitable<void> run();
    [[nodiscard]] boost::asio::awaitable<HttpAnswer> exchange(HttpRequest request);
    [[nodiscard]] std::unique_ptr<Connection> take_idle();
    void answer(HttpAnswer answer);

    // constant after construction
    std::shared_ptr<const Route> route_;
    boost::asio::any_io_executor device_;
    OnAnswer on_answer_;
    // changing, on the pool's thread
    boost::asio::io_context loop_{1};
    std::deque<Asked> waiting_;
    CutAnswers cuts_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::size_t running_ = 0;
    // tasks (last)
    net::TaskGroup tasks_{loop_.get_executor()};
    std::thread thread_;
};

}  // namespace holdfast::client
