#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/outbox/outbox.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/wire/sealed.hpp"

namespace holdfast::client {

namespace limits {
/// Of the files that go along while the app is closed: the rest goes when it is open.
inline constexpr std::int64_t closed_files_bytes_max = 8 * 1024 * 1024;
}  // namespace limits

/// The outbox's value with what the server gave for sealing: {"key":"<base64>","pass":"…"}. The
/// pass is a secret: never logged. Gone when the person signs out.
inline constexpr std::string_view sealing_name = "sealing";

/// What waits, piece by piece, as a sealed file holds it: whoever asks for the pieces seals each
/// and writes it away, so that no more than one is in the memory.
///
/// What reaches the server while the pieces are asked for is left out of those that come: it is
/// there already.
class Saving {
public:
    /// Whoever carries it: the person, in whose hands it is, or the browser, while the app is
    /// closed. Then it can be taken back (Outbox::lend), and holds few files.
    enum class Carrier : std::uint8_t { person, browser };

    /// Notes of all actions that they may reach the server from now on: none of them can be taken
    /// back any more (Outbox::offer).
    /// Errors  auth_session_expired: nobody is signed in · sealed_no_key · sealed_nothing.
    [[nodiscard]] static Result<Saving> begin(Outbox& outbox, WallTime now, Carrier carrier);

    [[nodiscard]] const std::string& key() const { return key_; }  ///< the server's, bytes
    [[nodiscard]] std::size_t actions() const { return actions_.size(); }
    [[nodiscard]] std::size_t files() const { return files_.size(); }
    /// Of the files that go along.
    [[nodiscard]] std::int64_t file_bytes() const { return file_bytes_; }
    /// Files for which there is no room: they go with the phone itself.
    [[nodiscard]] std::size_t left_out() const { return left_out_; }

    struct Piece {
        wire::Bytes content;
        bool is_last = false;
    };
    /// The next piece.  Errors  those of reading the outbox.
    [[nodiscard]] Result<Piece> next(const Outbox& outbox);

private:
    void choose_files(const Outbox& outbox, std::int64_t bytes_max);
    [[nodiscard]] wire::SealedActions next_actions(const Outbox& outbox);

    std::string key_;
    wire::SealedHead head_;
    std::vector<Id> actions_;
    std::vector<Id> files_;
    std::int64_t file_bytes_ = 0;
    std::size_t left_out_ = 0;
    bool is_begun_ = false;
    std::size_t next_action_ = 0;
    std::size_t next_file_ = 0;
    std::int64_t next_byte_ = 0;  ///< of that file
};

}  // namespace holdfast::client
