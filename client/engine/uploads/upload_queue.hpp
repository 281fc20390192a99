#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <variant>

#include "client/engine/uploads/limits.hpp"
#include "core/base/error.hpp"
#include "core/base/id.hpp"
#include "core/base/split_mix.hpp"
#include "core/base/time.hpp"

namespace holdfast::client {

/// A file that is to be sent.
struct Upload {
    Id file{};
    Id channel{};
    std::int64_t bytes = 0;
};

namespace upload_step {

/// Asks where the upload stands, and begins it where it was not.
struct Begin {
    Upload upload{};
};
struct Send {
    Upload upload{};
    std::int64_t at = 0;
    std::int64_t bytes = 0;
};

}  // namespace upload_step

/// When which bytes of which file are sent: tus 1.0 with the server's own shortcut, that the
/// creation answers where the upload stands (docs/decisions/0022). It knows no request and no disk:
///
///     while (auto step = queue.poll(now)) carry_out(*step);
///     queue.answered(now, answer);            // each step has one answer, if any
///     wait until next_deadline()
///
/// One step is under way at a time, of the file with the lowest id that may go. Nothing is
/// remembered of an upload but what the server says at its next beginning, so that a kill, a lost
/// answer and a repeated request all end the same way.
class UploadQueue {
public:
    explicit UploadQueue(std::uint64_t seed) : random_(seed) {}

    /// Adds a file; nothing happens where it is there.
    void add(const Upload& upload) { entries_.try_emplace(upload.file, Entry{upload}); }
    /// It is not to be sent any more; the answer to a step of it is ignored.
    void remove(Id file);
    [[nodiscard]] bool contains(Id file) const { return entries_.contains(file); }
    [[nodiscard]] auto begin() const { return entries_.begin(); }
    [[nodiscard]] auto end() const { return entries_.end(); }

    /// The server answers: all that waits is tried at once.
    void connected();
    /// It does not: a step that is under way is given up.
    void disconnected();
    /// Another access token is there, or there will be none for now.
    void renewed(Instant now, bool done);

    using Begin = upload_step::Begin;
    using Send = upload_step::Send;
    using Step = std::variant<Begin, Send>;
    [[nodiscard]] std::optional<Step> poll(Instant now);
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    struct Answer {
        int status = 0;                        ///< 0: none came, or not our server's
        ErrorCode code = ErrorCode::none;      ///< of a refusal
        std::optional<std::int64_t> offset{};  ///< that a creation gives
    };
    enum class Verdict : std::uint8_t {
        goes_on,  ///< by itself, now or later
        expired,  ///< an access token is wanted: renewed()
        unknown,  ///< nothing on the server refers to it; tried again later
        stored,   ///< the server has all of it; it is out of the queue
        refused,  ///< for good, with the answer's code; it is out of the queue
    };
    /// The answer to the step that is under way; without one it is ignored.
    Verdict answered(Instant now, const Answer& answer);

    /// The file that a step is under way for, or is about to be; none without a connection.
    [[nodiscard]] Id current() const;
    /// Bytes that the server is known to have.
    [[nodiscard]] std::int64_t sent(Id file) const;

private:
    struct Entry {
        Upload upload{};
        std::optional<std::int64_t> offset{};  ///< nothing: the server is to be asked
        std::int64_t sent = 0;                 ///< the last offset: what is shown
        int failures = 0;                      ///< in a row
        int wrong_checksums = 0;
        Instant not_before{};
    };

    Verdict succeeded(Entry& entry, const Answer& answer);
    Verdict failed(Instant now, Entry& entry, ErrorCode code);
    Verdict leave(Verdict verdict);
    void rest(Instant now, Entry& entry, Millis longest);
    [[nodiscard]] Millis pause(int failures, Millis longest);

    SplitMix random_;
    std::map<Id, Entry> entries_;
    std::int64_t chunk_bytes_ = limits::chunk_bytes_first;
    bool connected_ = false;
    bool expired_ = false;
    std::optional<Step> under_way_;
    int lost_ = 0;          ///< requests without an answer, in a row
    Instant not_before_{};  ///< of all
};

}  // namespace holdfast::client
