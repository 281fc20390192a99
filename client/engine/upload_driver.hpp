#pragma once

#include <cstdint>
#include <optional>

#include "client/engine/device.hpp"
#include "client/engine/uploads/upload_queue.hpp"

namespace holdfast::client {

/// Sends the bytes of attached files, once the server has what they were attached to: carries out
/// what UploadQueue asks for, with bytes from the outbox, and tells the outbox what became of them.
class UploadDriver {
public:
    explicit UploadDriver(Device& device) : device_(device), queue_(device.options.seed + 1) {}

    /// Follows the outbox and the connection, and does what is due.
    void pump();
    /// False: not the answer to a request of its own.
    bool take(const HttpAnswered& answer);
    [[nodiscard]] std::optional<Instant> next_deadline() const { return queue_.next_deadline(); }

    /// Whether there is another access token now.
    void renewed(bool done) { queue_.renewed(device_.now, done); }

    [[nodiscard]] const UploadQueue& queue() const { return queue_; }

private:
    void follow_outbox();
    void follow_connection();
    void send(const UploadQueue::Begin& step);
    void send(const UploadQueue::Send& step);
    void request(HttpRequest request);
    void answered(const UploadQueue::Answer& answer, const Error& refusal);
    void judge_unknown(Id file);
    void forget_deleted();
    /// Whether the row that names a file stands on the server, as far as this device knows.
    enum class Row : std::uint8_t { maybe, there, gone, not_readable };
    [[nodiscard]] Row row_of(const Outbox::File& file) const;

    Device& device_;
    UploadQueue queue_;
    bool connected_ = false;
    std::uint32_t request_ = 0;  ///< under way; 0: none
};

}  // namespace holdfast::client
