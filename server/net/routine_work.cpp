#include "server/net/routine_work.hpp"

#include <utility>

#include "platform/net/asio.hpp"
#include "server/net/evaluator_child.hpp"
#include "server/net/limits.hpp"
#include "server/net/system_environment.hpp"

namespace asio = boost::asio;

namespace holdfast::net {

RoutineWork::RoutineWork(asio::any_io_executor executor,
                         Options options,
                         services::Hub& hub,
                         Sockets& sockets,
                         NetCounters& counters,
                         const Log& log)
    : executor_(executor),
      options_(std::move(options)),
      hub_(hub),
      sockets_(sockets),
      counters_(counters),
      log_(log),
      news_(executor) {}

RoutineWork::~RoutineWork() = default;

void RoutineWork::start(TaskGroup& tasks) {
    tasks_ = &tasks;
    for (std::size_t i = 0; i < limits::evaluators; ++i) {
        tasks.spawn("evaluate", evaluate());
    }
}

void RoutineWork::stop() {
    stopping_ = true;
    news_.raise();
}

void RoutineWork::collect() {
    for (services::Evaluation& wanted : hub_.routines().poll_evaluations()) {
        evaluations_.push_back(std::move(wanted));
    }
    if (!evaluations_.empty()) {
        news_.raise();
    }
    for (services::OutsideRequest& wanted : hub_.routines().poll_requests()) {
        tasks_->spawn("request", ask(std::move(wanted)));
    }
}

asio::awaitable<void> RoutineWork::evaluate() {
    std::unique_ptr<EvaluatorChild> child;  // begun when it is needed first
    while (!stopping_) {
        if (evaluations_.empty()) {
            co_await news_.wait();
            continue;
        }
        services::Evaluation wanted = std::move(evaluations_.front());
        evaluations_.pop_front();
        const std::uint64_t ticket = wanted.ticket;
        auto values = co_await evaluate_by(child, std::move(wanted));
        if (stopping_) {
            co_return;
        }
        hub_.routines().evaluated(ticket, std::move(values));
        sockets_.schedule();
    }
}

asio::awaitable<Result<workflow::Inputs>> RoutineWork::evaluate_by(
    std::unique_ptr<EvaluatorChild>& child, services::Evaluation wanted) {
    ++counters_.evaluations;
    if (child == nullptr || child->over()) {
        ++counters_.evaluators_started;
        auto begun = EvaluatorChild::start(executor_, options_.evaluator);
        if (!begun) {
            log_.write(Log::Level::error, "no_evaluator", {{"what", begun.error().detail}});
            co_return std::unexpected(std::move(begun).error());
        }
        child = *std::move(begun);
    }
    evaluate::Request request{.expressions = std::move(wanted.expressions),
                              .context = std::move(wanted.context)};
    auto values = co_await child->ask(std::move(request));
    if (child->over()) {
        log_.write(
            Log::Level::warning, "evaluator_ended", {{"code", error_name(values.error().code)}});
    }
    co_return values;
}

asio::awaitable<void> RoutineWork::ask(services::OutsideRequest request) {
    const std::uint64_t ticket = request.ticket;
    Result<services::OutsideReply> reply;
    if (request.mail) {
        reply = co_await mail::send_mail(
            options_.mail_server, std::move(request), SystemEnvironment().wall());
    } else {
        reply = co_await ask_outside(options_.outside, std::move(request));
    }
    ++counters_.outside_requests;
    if (!reply) {
        log_.write(Log::Level::warning,
                   "outside_request_failed",
                   {{"code", error_name(reply.error().code)}, {"what", reply.error().detail}});
    }
    if (!stopping_) {
        hub_.routines().asked(ticket, std::move(reply));
        sockets_.schedule();
    }
}

}  // namespace holdfast::net
