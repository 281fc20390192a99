#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace holdfast::net {

/// The coroutines of one owner: nothing runs on that nobody can end and wait for.
///
/// Last member of its owner. What the tasks refer to has to live until close() has returned.
/// Threads  those of the executor, which is one thread at a time.
class TaskGroup {
public:
    /// Told of an exception that reached the root of a task: a bug. Only that task has ended.
    using OnFailure = std::function<void(std::string_view task, std::string_view what)>;

    explicit TaskGroup(boost::asio::any_io_executor executor, OnFailure on_failure = {});
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// Starts a task; refuses, and destroys it unstarted, when the group is closing.
    void spawn(std::string_view name, boost::asio::awaitable<void> task);

    /// Cancels every task once. Tasks started something anew look at stopping() first (Asio's
    /// cancellation reaches only what waits now).
    void stop();
    [[nodiscard]] bool stopping() const;
    [[nodiscard]] std::size_t running() const;

    /// Stops, and returns when the last task has ended.
    [[nodiscard]] boost::asio::awaitable<void> close();

private:
    struct State;
    std::shared_ptr<State> state_;  ///< owners: this and the completion handlers of its tasks
};

}  // namespace holdfast::net
