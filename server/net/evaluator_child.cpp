#include "server/net/evaluator_child.hpp"

#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <utility>

#include "platform/net/asio.hpp"
#include "server/net/limits.hpp"

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);

/// Begins the program with one end of the socket for its input and output, no other file, and no
/// environment. Returns 0 where that fails.
pid_t spawn(const std::vector<std::string>& command, int end) {
    std::vector<char*> arguments;
    for (const std::string& each : command) {
        arguments.push_back(const_cast<char*>(each.c_str()));  // posix_spawn does not write there
    }
    arguments.push_back(nullptr);
    char* no_environment[] = {nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, end, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, end, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    pid_t pid = 0;
    const int failed =
        posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), no_environment);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 ? pid : 0;
}

/// A file that can be read when the process has ended; -1 where there is none. (glibc 2.36 declares
/// pidfd_open() as a function of C++.)
int watch(pid_t pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

}  // namespace

EvaluatorChild::EvaluatorChild(const asio::any_io_executor& executor,
                               pid_t pid,
                               int socket,
                               int ended)
    : pid_(pid),
      socket_(executor, asio::local::stream_protocol(), socket),
      ended_(executor, ended) {}

EvaluatorChild::~EvaluatorChild() {
    (void)reap();
}

Result<std::unique_ptr<EvaluatorChild>> EvaluatorChild::start(
    const asio::any_io_executor& executor, const std::vector<std::string>& command) {
    std::array<int, 2> ends{};
    if (command.empty() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail(ErrorCode::routine_no_evaluator, "no program, or no socket");
    }
    const pid_t pid = spawn(command, ends[1]);
    close(ends[1]);
    if (pid == 0) {
        close(ends[0]);
        return fail(ErrorCode::routine_no_evaluator, "cannot start " + command.front());
    }
    const int ended = watch(pid);
    if (ended < 0) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        close(ends[0]);
        return fail(ErrorCode::routine_no_evaluator, "cannot watch " + command.front());
    }
    return std::unique_ptr<EvaluatorChild>(new EvaluatorChild(executor, pid, ends[0], ended));
}

ErrorCode EvaluatorChild::reap() {
    if (over()) {
        return ErrorCode::none;
    }
    boost::system::error_code ignored;
    socket_.close(ignored);
    // One that has ended already keeps the end that it has had.
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const bool too_much =
        signal == SIGPROF || signal == SIGABRT || signal == SIGSEGV || signal == SIGBUS;
    return too_much ? ErrorCode::routine_expression_limit : ErrorCode::none;
}

asio::awaitable<ErrorCode> EvaluatorChild::end() {
    if (over()) {
        co_return ErrorCode::none;
    }
    kill(pid_, SIGKILL);
    (void)co_await ended_.async_wait(asio::posix::descriptor_base::wait_read, as_code);
    co_return reap();
}

asio::awaitable<bool> EvaluatorChild::exchange(const std::string& request, std::string& answer) {
    const auto [sent, written] =
        co_await asio::async_write(socket_, asio::buffer(request), as_code);
    std::array<char, 4> head{};
    const auto [got, read] = co_await asio::async_read(socket_, asio::buffer(head), as_code);
    const std::size_t length = evaluate::frame_length({head.data(), head.size()});
    if (sent || got || length > evaluate::limits::frame_bytes_max) {
        co_return false;
    }
    answer.resize(length);
    const auto [all, rest] = co_await asio::async_read(socket_, asio::buffer(answer), as_code);
    co_return !all;
}

asio::awaitable<Result<workflow::Inputs>> EvaluatorChild::ask(evaluate::Request request) {
    using namespace asio::experimental::awaitable_operators;
    const std::string bytes = evaluate::framed(evaluate::encode(request));
    std::string answer;
    asio::steady_timer deadline(socket_.get_executor(), limits::evaluation_time_max);
    const auto first = co_await (exchange(bytes, answer) || deadline.async_wait(as_code));
    if (first.index() == 0 && std::get<0>(first)) {
        co_return evaluate::parse_answer(answer);
    }
    const bool too_late = first.index() == 1;
    const ErrorCode why = co_await end();
    if (too_late || why == ErrorCode::routine_expression_limit) {
        co_return fail(ErrorCode::routine_expression_limit, too_late ? "time" : "ended");
    }
    co_return fail(ErrorCode::routine_no_evaluator, "it has ended");
}

}  // namespace holdfast::net
