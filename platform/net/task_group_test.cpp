#include "platform/net/task_group.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "platform/net/asio.hpp"
#include "platform/net/signal.hpp"

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

asio::awaitable<void> wait_for(Signal& signal, int& ended) {
    co_await signal.wait();
    ++ended;
}

asio::awaitable<void> wait_for_ever() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_at(asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> fail_at_once() {
    throw std::runtime_error("a bug");
    co_return;
}

asio::awaitable<void> close(TaskGroup& group, bool& closed) {
    co_await group.close();
    closed = true;
}

TEST(TaskGroup, runs_what_it_is_given) {
    asio::io_context loop;
    Signal signal(loop.get_executor());
    TaskGroup group(loop.get_executor());
    int ended = 0;
    group.spawn("a", wait_for(signal, ended));
    group.spawn("b", wait_for(signal, ended));
    loop.poll();
    EXPECT_EQ(group.running(), 2U);
    signal.raise();
    loop.poll();
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(group.running(), 0U);
}

TEST(TaskGroup, ends_its_tasks_and_waits_for_them) {
    asio::io_context loop;
    TaskGroup group(loop.get_executor());
    TaskGroup closer(loop.get_executor());
    bool closed = false;
    for (int i = 0; i < 3; ++i) {
        group.spawn("wait", wait_for_ever());
    }
    loop.poll();
    closer.spawn("close", close(group, closed));
    loop.run();
    EXPECT_TRUE(closed);
    EXPECT_EQ(group.running(), 0U);
    group.spawn("late", wait_for_ever());
    EXPECT_EQ(group.running(), 0U) << "a group that has stopped takes nothing new";
}

TEST(TaskGroup, tells_of_a_failure_and_lets_the_others_go_on) {
    asio::io_context loop;
    Signal signal(loop.get_executor());
    std::string told;
    TaskGroup group(loop.get_executor(), [&](std::string_view task, std::string_view what) {
        told = std::string(task) + ": " + std::string(what);
    });
    int ended = 0;
    group.spawn("good", wait_for(signal, ended));
    group.spawn("bad", fail_at_once());
    loop.poll();
    EXPECT_EQ(told, "bad: a bug");
    signal.raise();
    loop.poll();
    EXPECT_EQ(ended, 1);
}

}  // namespace
}  // namespace holdfast::net
