#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "platform/net/signal.hpp"
#include "platform/net/task_group.hpp"
#include "server/mail/mail.hpp"
#include "server/net/counters.hpp"
#include "server/net/log.hpp"
#include "server/net/outside.hpp"
#include "server/net/sockets.hpp"
#include "server/services/hub.hpp"

namespace holdfast::net {

class EvaluatorChild;

/// What runs of routines ask of the shell: expressions, evaluated in processes of their own, and
/// requests to other servers. Lives as long as the loop; its tasks are those of the group.
class RoutineWork {
public:
    struct Options {
        std::vector<std::string> evaluator;  ///< program and arguments; empty: no run goes on
        OutsideOptions outside;
        mail::MailOptions mail_server;
    };

    RoutineWork(boost::asio::any_io_executor executor,
                Options options,
                services::Hub& hub,
                Sockets& sockets,
                NetCounters& counters,
                const Log& log);
    ~RoutineWork();

    /// Begins the tasks that evaluate.
    void start(TaskGroup& tasks);
    /// Takes what the hub asks for. After each turn of the hub.
    void collect();
    /// Ends what waits: at the end of the server.
    void stop();

private:
    [[nodiscard]] boost::asio::awaitable<void> evaluate();
    [[nodiscard]] boost::asio::awaitable<void> ask(services::OutsideRequest request);
    [[nodiscard]] boost::asio::awaitable<Result<workflow::Inputs>> evaluate_by(
        std::unique_ptr<EvaluatorChild>& child, services::Evaluation wanted);

    boost::asio::any_io_executor executor_;
    Options options_;
    services::Hub& hub_;
    Sockets& sockets_;
    NetCounters& counters_;
    const Log& log_;
    std::deque<services::Evaluation> evaluations_;  ///< at most one for each run in flight
    Signal news_;
    TaskGroup* tasks_ = nullptr;
    bool stopping_ = false;
};

}  // namespace holdfast::net
