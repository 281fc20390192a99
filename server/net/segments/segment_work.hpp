#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "platform/net/signal.hpp"
#include "platform/net/task_group.hpp"
#include "server/auth/auth_service.hpp"
#include "server/files/cache_folder.hpp"
#include "server/net/counters.hpp"
#include "server/net/file_workers.hpp"
#include "server/net/http_message.hpp"
#include "server/net/log.hpp"
#include "server/services/hub.hpp"
#include "server/services/segments/segment_shelf.hpp"

namespace holdfast::net {

/// Makes segments in a folder of its own and serves them (docs/decisions/0039-segments.md). The
/// folder is a cache: it is emptied at the start, and whatever goes wrong with it, devices are
/// served pages. Lives as long as the loop; its task is one of the group.
class SegmentWork final : public services::SegmentOffers {
public:
    struct Options {
        std::string folder;  ///< empty: there are no segments
        services::SegmentShelf::Limits limits{};
    };

    SegmentWork(boost::asio::any_io_executor executor,
                Options options,
                services::Hub& hub,
                auth::AuthService& auth,
                Environment& environment,
                NetCounters& counters,
                const Log& log);

    /// Empties the folder, and has the hub offer what there will be.  Errors  setup_file.
    [[nodiscard]] Result<> start(TaskGroup& tasks);
    void stop();

    [[nodiscard]] std::optional<wire::Segment> offer(const services::Identity& identity,
                                                     const Bucket& head,
                                                     const wire::Want& want) override;

    /// Until when an address is good that is given now: the same for whoever asks soon again, so
    /// that it is known again on another connection.
    [[nodiscard]] static WallTime end_of_address(WallTime now);
    /// Of GET /sync/v1/segments/<token>/<part>.
    [[nodiscard]] static bool is_path(std::string_view path);
    /// The path as it may stand in a log: who knows the token may fetch.
    [[nodiscard]] static std::string loggable(const std::string& path);
    [[nodiscard]] boost::asio::awaitable<Answer> answer(Request request);

private:
    using Name = services::SegmentName;

    [[nodiscard]] boost::asio::awaitable<void> make();
    [[nodiscard]] boost::asio::awaitable<void> make_one(Name name);
    [[nodiscard]] boost::asio::awaitable<bool> write_part(Name name,
                                                          std::uint32_t number,
                                                          services::SnapshotPart part);
    [[nodiscard]] boost::asio::awaitable<void> delete_gone();

    Options options_;
    services::Hub& hub_;
    auth::AuthService& auth_;
    Environment& environment_;
    NetCounters& counters_;
    const Log& log_;
    services::SegmentShelf shelf_;
    std::optional<files::CacheFolder> folder_;  ///< none: there are no segments
    Signal news_;
    bool stopping_ = false;
    FileWorkers workers_;  ///< last: it waits for what is being written
};

}  // namespace holdfast::net
