#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/engine/device.hpp"
#include "core/base/sum.hpp"
#include "core/sync/client_session.hpp"

namespace holdfast::client {

/// Carries out what sync::ClientSession asks for: rows and cursors into the replica, outcomes into
/// the outbox, bytes to the shell; and says to the status what has become of the connection.
class SyncDriver {
public:
    explicit SyncDriver(Device& device) : device_(device) {}

    /// Begins, or begins anew, with the account and the replica as they are.
    void begin();
    void end();

    void take(const SocketOpened& input);
    void take(const SocketReceived& input);
    void take(const SocketClosed& input);
    /// False: not the answer to a pull.
    bool take(const HttpAnswered& answer);
    /// Stores the next slice of what has come, if there is one.
    void go_on();
    /// Whether there is a next slice: it is wanted at once.
    [[nodiscard]] bool turn_is_over() const { return rows_in_turn_ >= device_.options.slice_rows; }
    void tell(const sync::ClientSession::Input& input);
    /// Does what is due by the clock.
    void pass_time();
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    /// The channel that a screen shows is pulled first.
    void raise(Id channel);

    /// Removes applied actions whose effects the replica has: their rows are in the base now.
    void forget_seen();

    /// Has the replica keep what came: before it is shown, given up, or told to the server. False:
    /// the disk did not take it, and it is as if it had never come.
    bool keep();

    [[nodiscard]] bool is_in_flight(Id intent) const;

    /// Why the session is not this device's any more, once.
    [[nodiscard]] std::optional<ErrorCode> take_lost_session();

private:
    using Session = sync::ClientSession;

    /// Carries out what the session wants, until enough rows are stored for this turn.
    void pump();
    /// Keeps bytes until the session has no output left that borrows from them.
    [[nodiscard]] std::string_view lend(std::string bytes);
    void carry_out(const Session::OpenSocket& output);
    void carry_out(const Session::CloseSocket& output);
    void carry_out(Session::Send& output);
    void carry_out(Session::SendPull& output);
    void carry_out(const Session::StorePage& output);
    void carry_out(const Session::BeginRepair& output);
    void carry_out(const Session::SumRanges& output);
    void carry_out(const Session::ReplaceRange& output);
    void carry_out(const Session::EndRepair& output);
    void carry_out(const Session::StoreHeads& output);
    void carry_out(const Session::DropBuckets& output);
    void carry_out(const Session::StoreOutcomes& output);
    void carry_out(const Session::LoadIntents& output);
    void carry_out(const Session::Renew& output);
    void carry_out(const Session::LoseSession& output);
    void carry_out(Session::Greeted& output);
    void carry_out(const Session::ContactsChanged& output);
    void carry_out(const Session::StatusChanged& output);

    void report_connection();
    void report_waiting(const Session::Waiting& waiting);
    void report_progress();
    [[nodiscard]] bool choose_journal(const sync::Progress& progress);
    void note_entitlement(const wire::Page& page);
    void note_failed_routine(const RowRef& message);
    /// @param removed  rows that were here and that the page, which covers their place, has not.
    void note_page(const wire::Page& page, std::span<const RowKey> removed);
    void note_all_rows(const Bucket& head);
    void doubt_confirmed();
    void send_again();
    bool ask_again(Outbox::Again which);
    void sum_some();
    void failed(const Error& error);
    void restored();
    void note_undone();
    void sweep();
    [[nodiscard]] std::vector<Id> seen() const;
    void adopt(const Intent& intent);
    [[nodiscard]] bool has_passed(const Position& position) const;

    Device& device_;
    std::optional<Session> session_;
    std::map<std::uint32_t, std::uint32_t> pulls_;  ///< request → pull
    std::uint32_t socket_ = 0;                      ///< the newest; older ones are ignored
    bool socket_open_ = false;
    bool bulk_ = false;  ///< what is handled now is the answer to a pull

    // --- what the status was told last
    enum class Told { nothing, trying, connected, waiting, stopped };
    Told told_ = Told::nothing;
    Instant told_until_{};
    bool told_complete_ = false;
    bool in_bulk_ = false;  ///< outlives a connection, as the replica's journal does

    /// Ranges of a repair that are added up, some thousand rows at a time.
    struct Summing {
        std::uint32_t repair = 0;
        BucketId bucket;
        std::vector<KeyRange> ranges;
        std::vector<RangeSum> sums;
    };
    std::deque<Summing> summing_;

    std::optional<ErrorCode> lost_session_;
    std::optional<Instant> storage_retry_at_;
    Sum heeded_{};  ///< of the entitlement's row that was heeded last, and its history
    std::optional<Instant> sweep_again_at_;  ///< after a slice that the disk did not take
    bool sent_again_ = false;                ///< on this connection: what was confirmed
    bool send_again_due_ = false;            ///< a full disk: before any row is mended
    /// The disk did not take outcomes, or rows, that the session knows of: it begins anew.
    bool disk_is_behind_ = false;
    std::optional<Instant> keep_at_;  ///< where nothing that is shown asks for it before
    bool pumping_ = false;

    // --- storing in slices
    /// The answer to a pull that waits until the one before it is stored.
    struct Answer {
        std::uint32_t pull = 0;
        int status = 0;
        std::string bytes;
        Instant arrived;
    };
    std::deque<Answer> answers_;  ///< at most one for each pull in flight
    std::deque<std::string> lent_;
    std::size_t rows_in_turn_ = 0;
};

}  // namespace holdfast::client
