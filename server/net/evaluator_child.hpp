#pragma once

#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/workflow/journal.hpp"
#include "server/evaluate/process.hpp"

namespace holdfast::net {

/// One process that evaluates expressions (server/evaluate/process.hpp). Asked one thing at a time.
class EvaluatorChild {
public:
    /// @param command  program and arguments.
    /// Errors  routine_no_evaluator.
    [[nodiscard]] static Result<std::unique_ptr<EvaluatorChild>> start(
        const boost::asio::any_io_executor& executor, const std::vector<std::string>& command);
    /// Ends the process, and waits for it.
    ~EvaluatorChild();
    EvaluatorChild(const EvaluatorChild&) = delete;
    EvaluatorChild& operator=(const EvaluatorChild&) = delete;

    /// Errors  those of evaluate::parse_answer · routine_expression_limit: the expression was too
    ///         much, and has ended the process · routine_no_evaluator: it has ended otherwise.
    [[nodiscard]] boost::asio::awaitable<Result<workflow::Inputs>> ask(evaluate::Request request);
    /// Whether the process has ended: nothing can be asked any more.
    [[nodiscard]] bool over() const { return pid_ == 0; }

private:
    EvaluatorChild(const boost::asio::any_io_executor& executor, pid_t pid, int socket, int ended);

    [[nodiscard]] boost::asio::awaitable<bool> exchange(const std::string& request,
                                                        std::string& answer);
    /// Kills what is left of it, and waits until it has gone without keeping anybody else from
    /// work: to give back half a gigabyte takes the system tens of milliseconds.
    /// Why it had ended by itself, if it had.
    [[nodiscard]] boost::asio::awaitable<ErrorCode> end();
    /// The same, and the thread waits.
    [[nodiscard]] ErrorCode reap();

    pid_t pid_;  ///< 0: over
    boost::asio::local::stream_protocol::socket socket_;
    boost::asio::posix::stream_descriptor ended_;  ///< of the process; readable when it has ended
};

}  // namespace holdfast::net
