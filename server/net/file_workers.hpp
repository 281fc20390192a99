#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <type_traits>
#include <utility>

#include "platform/net/uncancelled.hpp"
#include "server/net/limits.hpp"

namespace holdfast::net {

/// Threads that wait for the disk, so that nobody else has to.
class FileWorkers {
public:
    FileWorkers() : threads_(limits::file_threads) {}
    /// Waits for what is being written.
    ~FileWorkers() { threads_.join(); }
    FileWorkers(const FileWorkers&) = delete;
    FileWorkers& operator=(const FileWorkers&) = delete;

    /// Calls `work` on one of the threads; nothing cancels it. What it refers to lives until then,
    /// even when nobody waits any more: it owns it. Work that owns more than plain values is named
    /// first, then moved in: GCC 12 destroys such a lambda twice where it stands inside what is
    /// awaited.
    template <class Work>
    [[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Work>> run(Work work) {
        co_return co_await boost::asio::co_spawn(threads_, call(std::move(work)), uncancelled());
    }

private:
    template <class Work>
    static boost::asio::awaitable<std::invoke_result_t<Work>> call(Work work) {
        co_return work();
    }

    boost::asio::thread_pool threads_;
};

}  // namespace holdfast::net
