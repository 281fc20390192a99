#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "client/engine/device.hpp"
#include "client/engine/view/pictures.hpp"

namespace holdfast::client {

namespace limits {
inline constexpr std::size_t fetches_max = 2'000;              // beyond: at the next wish
inline constexpr std::int64_t fetch_piece_bytes = 512 * 1024;  // of one request
inline constexpr Millis fetch_time_max{60'000};
// What is fetched without being asked for: at each look so much, the rest at the next one.
inline constexpr Millis ahead_every{15 * 60'000};
inline constexpr std::size_t ahead_timelines_max = 200;  // where something happened last
inline constexpr std::size_t ahead_files_max = 100;
inline constexpr std::int64_t ahead_bytes_max = 16 * 1024 * 1024;
}  // namespace limits

/// Brings pictures of others onto this device, one after the other and in pieces: all that are
/// missing when the person prepares for a time without a connection, and the newest by themselves,
/// as the last class of the synchronization (P4), where data may stay here and nobody pays by the
/// byte. What was cut goes on when there is a connection again; what the server does not give is
/// left out. A wish lives as long as the process: asked for again, only what is missing is fetched.
class FetchDriver {
public:
    explicit FetchDriver(Device& device) : device_(device) {}

    /// All missing pictures of a group, or of all groups (0).  Errors  those of Replica.
    [[nodiscard]] Result<> want(Id group);
    /// Asks for what is next, if nothing is under way.
    void pump();
    /// False: not the answer to a request of its own.
    bool take(const HttpAnswered& answer);

    [[nodiscard]] Fetching state() const;
    /// Whether there is another access token now.
    void renewed(bool done);
    /// Somebody has signed out.
    void clear();

private:
    enum class Step : std::uint8_t { idle, link, piece, renewal };

    using Timelines = std::vector<const sync::BucketCursor*>;
    /// Of one wish.
    struct Most {
        std::size_t files = 0;
        std::int64_t bytes = 0;
    };

    [[nodiscard]] Result<> line_up(const Timelines& timelines, const Most& most);
    /// Lines up the newest pictures of where something happened lately, if it is time to look.
    void look_ahead();
    /// Where something happened lately, the last first.
    [[nodiscard]] Timelines active_timelines();
    void ask_link();
    void ask_piece();
    void take_link(const HttpAnswered& answer);
    void take_piece(const HttpAnswered& answer);
    void drop_all();
    /// Leaves the first one as it is, and goes on with the next.
    void drop_first();
    void give_up_first();
    void end();
    void refused(const HttpAnswered& answer);
    void say();

    Device& device_;
    std::deque<Pictures::Missing> queue_;
    Fetching state_{};  ///< without what follows from the queue
    Step step_ = Step::idle;
    std::optional<Instant> looked_at_{};  ///< ahead, for the last time
    std::uint32_t request_ = 0;
    std::string link_{};     ///< opens the bytes of the first one for some minutes. Never logged.
    std::int64_t have_ = 0;  ///< bytes of it
    Instant asked_at_{};
    bool renewed_once_ = false;  ///< for this file
    bool linked_again_ = false;  ///< since its last piece
};

}  // namespace holdfast::client
