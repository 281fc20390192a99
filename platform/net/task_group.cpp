#include "platform/net/task_group.hpp"

#include <list>
#include <string>

#include "core/base/assert.hpp"
#include "platform/net/asio.hpp"

namespace asio = boost::asio;

namespace holdfast::net {

struct TaskGroup::State {
    asio::any_io_executor executor;
    OnFailure on_failure;
    std::list<asio::cancellation_signal> tasks;
    asio::steady_timer ended;  ///< cancelled when the last task has ended
    bool stopping = false;

    void finished(std::list<asio::cancellation_signal>::iterator task,
                  const std::string& name,
                  const std::exception_ptr& failure) {
        tasks.erase(task);
        if (tasks.empty()) {
            ended.cancel();
        }
        if (failure && on_failure) {
            report(name, failure);
        }
    }

    void report(const std::string& name, const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted) {
                on_failure(name, error.what());
            }
        } catch (const std::exception& error) {
            on_failure(name, error.what());
        }
    }
};

TaskGroup::TaskGroup(asio::any_io_executor executor, OnFailure on_failure)
    : state_(std::make_shared<State>(
          State{executor, std::move(on_failure), {}, asio::steady_timer{executor}, false})) {
    state_->ended.expires_at(asio::steady_timer::time_point::max());
}

TaskGroup::~TaskGroup() {
    state_->on_failure = {};
}

void TaskGroup::spawn(std::string_view name, asio::awaitable<void> task) {
    if (state_->stopping) {
        return;
    }
    const auto at = state_->tasks.emplace(state_->tasks.end());
    asio::co_spawn(state_->executor,
                   std::move(task),
                   asio::bind_cancellation_slot(at->slot(),
                                                [state = state_, at, name = std::string(name)](
                                                    const std::exception_ptr& failure) {
                                                    state->finished(at, name, failure);
                                                }));
}

void TaskGroup::stop() {
    state_->stopping = true;
    // A cancelled task may end, and leave the list, while we walk: by index of a copy instead.
    std::vector<asio::cancellation_signal*> signals;
    for (asio::cancellation_signal& signal : state_->tasks) {
        signals.push_back(&signal);
    }
    for (asio::cancellation_signal* signal : signals) {
        asio::post(state_->executor, [state = state_, signal] {
            for (asio::cancellation_signal& task : state->tasks) {
                if (&task == signal) {
                    task.emit(asio::cancellation_type::terminal);
                    return;
                }
            }
        });
    }
}

bool TaskGroup::stopping() const {
    return state_->stopping;
}

std::size_t TaskGroup::running() const {
    return state_->tasks.size();
}

asio::awaitable<void> TaskGroup::close() {
    const std::shared_ptr<State> state = state_;
    stop();
    while (!state->tasks.empty()) {
        co_await state->ended.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

}  // namespace holdfast::net
