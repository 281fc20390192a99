#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"
#include "core/base/token_bucket.hpp"

/// What the services take on. Each name says its unit; beside it, what happens beyond it.
namespace holdfast::services::limits {

// --- intents
inline constexpr std::size_t batch_intents_max =
    1000;  // of one transaction; the rest takes the next
inline constexpr std::size_t queue_intents_max = 20'000;       // `later`, server_busy
inline constexpr Millis busy_retry{1'000};                     // with server_busy
inline constexpr Millis storage_retry{2'000};                  // after a failed transaction
inline constexpr Millis unknown_kind_retry{60LL * 60 * 1000};  // until the server has been updated

// --- routines
inline constexpr std::size_t runs_in_flight_max = 64;  // the others wait in the tables
inline constexpr std::size_t batch_stages_max = 256;   // of one transaction; the rest the next
inline constexpr Millis runs_poll_every{500};          // for those that have waited
inline constexpr std::size_t run_context_bytes_max = 1024 * 1024;   // routine_invalid_input
inline constexpr Millis run_wait_max{366LL * 24 * 60 * 60 * 1000};  // of a stage wait: it is cut
inline constexpr Millis evaluator_retry{5'000};                     // after routine_no_evaluator
inline constexpr std::uint32_t request_attempts_max = 6;            // routine_request_failed
inline constexpr Millis request_retry{2'000};  // before the second, then twice as long
inline constexpr Millis runs_kept{7LL * 24 * 60 * 60 * 1000};  // the automation log
inline constexpr Millis runs_dropped_every{60'000};
inline constexpr std::size_t runs_dropped_max = 500;  // at once

// --- pulls and pages
inline constexpr std::uint32_t tail_rows_default = 50;
inline constexpr std::size_t row_bytes =
    16;  // a row counts its body and this: tombstones have no body
inline constexpr std::size_t summed_row_bytes =
    4;  // a row that is summed counts this much of the budget: its bytes are read, not sent
inline constexpr std::size_t sums_rows_min = 1'000;  // summed however little is left of the budget
inline constexpr std::size_t range_bytes = 48;       // of the budget, for a range that was summed
inline constexpr int torn_reads_max =
    3;  // another process wrote meanwhile: then a transaction is used

// --- messages that a phone does not keep
inline constexpr std::size_t older_request_bytes_max = 512;  // request_malformed
inline constexpr std::size_t older_messages_default = 50;
inline constexpr std::size_t older_messages_max = 100;  // of one answer; more is cut to this

// --- live connections
inline constexpr std::size_t connections_max = 50'000;  // closed at once, server_busy
inline constexpr std::size_t connections_per_device_max =
    4;  // the oldest is closed, request_too_many
inline constexpr Millis foreign_poll_every{500};
inline constexpr Millis drain_spread{3'000};  // devices come back spread over this time
inline constexpr Millis full_spread{10'000};  // the same for those beyond connections_max
inline constexpr Millis refused_retry{1'000};

// --- devices that come back; beyond: server_busy, with the moment to come again
inline constexpr Rate resumes{.burst = 2'000, .per_second = 1'000};
inline constexpr Rate bootstraps{.burst = 500, .per_second = 100};  // and pull everything
inline constexpr Millis admission_wait_max{60'000};

// --- choices that other servers have
inline constexpr std::size_t choice_letters_min = 2;                 // request_malformed
inline constexpr std::size_t choice_search_bytes_max = 16UL * 1024;  // the same; with its data
inline constexpr std::size_t choices_shown_max = 50;                 // "more" says that there are

// --- presence
inline constexpr Millis offline_after{5'000};  // a phone that changes networks does not blink
inline constexpr Millis presence_every{1'000};

// --- one device: so many at once, and so many a second for ever; beyond: request_too_many
inline constexpr Rate pulls{.burst = 300, .per_second = 50};
inline constexpr Rate intents{.burst = 10'000, .per_second = 500};  // the burst: a full outbox
inline constexpr Rate frames{.burst = 1'000, .per_second = 100};
inline constexpr Rate choices{.burst = 20, .per_second = 4};       // searches: a fast typist's
inline constexpr Rate older{.burst = 20, .per_second = 2};         // pages that somebody scrolls to
inline constexpr Rate deliveries{.burst = 30, .per_second = 0.1};  // of sealed files
inline constexpr std::size_t devices_metered_max =
    100'000;  // beyond: those that rest are forgotten

inline constexpr std::size_t users_cached_max = 100'000;  // beyond: read again from the tables

}  // namespace holdfast::services::limits
