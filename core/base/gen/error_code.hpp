#pragma once

// Made by tools/gen_errors.py from spec/errors.toml. Do not edit.

#include <array>
#include <cstdint>
#include <string_view>

namespace holdfast {

enum class ErrorCode : std::uint16_t {
    none = 0,
    request_malformed = 1,
    request_too_large = 2,
    request_too_many = 3,
    request_not_found = 4,
    request_method = 5,
    protocol_unsupported = 10,
    protocol_unexpected = 11,
    auth_wrong_password = 20,
    auth_session_expired = 21,
    auth_session_revoked = 22,
    auth_wrong_device = 23,
    auth_too_many_tries = 24,
    auth_password_too_short = 25,
    access_forbidden = 30,
    access_read_only = 31,
    intent_malformed = 40,
    intent_unknown_kind = 41,
    intent_gone = 42,
    intent_too_late = 43,
    intent_empty = 44,
    intent_too_long = 45,
    intent_id_conflict = 46,
    intent_needs_connection = 47,
    offline_no_connection = 50,
    offline_not_ready = 51,
    offline_not_available = 52,
    outbox_full = 60,
    outbox_not_empty = 61,
    outbox_unknown_item = 62,
    storage_full = 70,
    storage_failed = 71,
    storage_corrupt = 72,
    storage_busy = 73,
    sync_stale_epoch = 80,
    sync_sum_mismatch = 81,
    server_draining = 90,
    server_busy = 91,
    server_unreachable = 92,
    org_invalid = 100,
    import_invalid = 101,
};

enum class Retry : std::uint8_t { never, later, signed_in };

struct ErrorEntry {
    ErrorCode number;
    std::string_view code;
    std::uint16_t http;
    Retry retry;
    std::string_view sentence;
    std::string_view action;
};

inline constexpr std::array<ErrorEntry, 40> error_catalogue{{
    {ErrorCode::request_malformed, "request.malformed", 400, Retry::never,
     "The bytes are not a frame, or not a valid JSON body.",
     "Update the app; if it is up to date, report the log line."},
    {ErrorCode::request_too_large, "request.too_large", 413, Retry::never,
     "A body, frame or intent is larger than its limit.",
     "Make it smaller; the limit is in the parameters."},
    {ErrorCode::request_too_many, "request.too_many", 429, Retry::later,
     "Too many requests from one device or address.",
     "Wait as long as Retry-After says."},
    {ErrorCode::request_not_found, "request.not_found", 404, Retry::never,
     "There is nothing at this address.",
     "Check the address."},
    {ErrorCode::request_method, "request.method", 405, Retry::never,
     "The address does not answer to this method.",
     "Use the method named in Allow."},
    {ErrorCode::protocol_unsupported, "protocol.unsupported", 426, Retry::never,
     "The device speaks a version of the protocol that this server does not.",
     "Update the app; work that waits is kept."},
    {ErrorCode::protocol_unexpected, "protocol.unexpected", 400, Retry::never,
     "A frame came that has no place at this point of the conversation.",
     "Update the app; if it is up to date, report the log line."},
    {ErrorCode::auth_wrong_password, "auth.wrong_password", 401, Retry::never,
     "The e-mail address or the password is wrong.",
     "Check both and sign in again."},
    {ErrorCode::auth_session_expired, "auth.session_expired", 401, Retry::signed_in,
     "The access token has expired, or is not one of ours.",
     "The app renews it by itself; sign in again if it asks for it. Work that waits is kept."},
    {ErrorCode::auth_session_revoked, "auth.session_revoked", 401, Retry::signed_in,
     "The session was ended: signed out elsewhere, revoked by an administrator, or its token was used twice.",
     "Sign in again. Work that waits is kept."},
    {ErrorCode::auth_wrong_device, "auth.wrong_device", 401, Retry::signed_in,
     "The token belongs to another device.",
     "Sign in on this device."},
    {ErrorCode::auth_too_many_tries, "auth.too_many_tries", 429, Retry::later,
     "Too many wrong passwords for this account or from this address.",
     "Wait as long as Retry-After says, then try again."},
    {ErrorCode::auth_password_too_short, "auth.password_too_short", 422, Retry::never,
     "The new password has fewer than 10 characters.",
     "Choose a longer one."},
    {ErrorCode::access_forbidden, "access.forbidden", 403, Retry::never,
     "The user may not do this, or may not see what it is about. The server does not tell which.",
     "Ask an administrator of the organization for the permission."},
    {ErrorCode::access_read_only, "access.read_only", 403, Retry::never,
     "The user may look but not change anything, or the channel takes no messages.",
     "Ask an administrator of the organization."},
    {ErrorCode::intent_malformed, "intent.malformed", 422, Retry::never,
     "An intent's arguments do not have the shape of its kind.",
     "Update the app; the content stays in the outbox."},
    {ErrorCode::intent_unknown_kind, "intent.unknown_kind", 422, Retry::later,
     "The server does not know this kind of intent yet.",
     "It is kept; it goes on when the server has been updated."},
    {ErrorCode::intent_gone, "intent.gone", 409, Retry::never,
     "What the intent is about does not exist any more.",
     "Copy the content if it is still needed, then discard it."},
    {ErrorCode::intent_too_late, "intent.too_late", 409, Retry::never,
     "A message can be deleted by its author for 24 hours only.",
     "Discard the request."},
    {ErrorCode::intent_empty, "intent.empty", 422, Retry::never,
     "A text or a name is empty, or only white space.",
     "Write something."},
    {ErrorCode::intent_too_long, "intent.too_long", 422, Retry::never,
     "A text is longer than its limit.",
     "Shorten it; the limit is in the parameters."},
    {ErrorCode::intent_id_conflict, "intent.id_conflict", 409, Retry::never,
     "The id is already used by something else: the device's image was copied or restored.",
     "Send it again: the app gives it a new id."},
    {ErrorCode::intent_needs_connection, "intent.needs_connection", 409, Retry::later,
     "This action cannot be done without a connection.",
     "Do it when the connection is back."},
    {ErrorCode::offline_no_connection, "offline.no_connection", 409, Retry::later,
     "Online Mode takes no input while there is no connection.",
     "Turn Offline Mode on, or wait for the connection."},
    {ErrorCode::offline_not_ready, "offline.not_ready", 409, Retry::later,
     "Offline Mode cannot be turned on in Settings before the first synchronization has completed.",
     "Wait until the bar is green; without a connection use the button of the banner."},
    {ErrorCode::offline_not_available, "offline.not_available", 403, Retry::never,
     "The organization has not been granted Offline Mode, or the device is not a mobile device.",
     "Ask an administrator of the organization."},
    {ErrorCode::outbox_full, "outbox.full", 507, Retry::later,
     "The outbox holds as many actions or bytes as it may.",
     "Connect so that it can be sent; nothing that it holds is lost."},
    {ErrorCode::outbox_not_empty, "outbox.not_empty", 409, Retry::later,
     "Work waits to be sent, and signing out would lose it.",
     "Connect and wait until everything is sent, or confirm that it may be discarded."},
    {ErrorCode::outbox_unknown_item, "outbox.unknown_item", 404, Retry::never,
     "The outbox has no such item; it may have been delivered meanwhile.",
     "Look at the list again."},
    {ErrorCode::storage_full, "storage.full", 507, Retry::later,
     "The disk, or the browser's share of it, is full. Nothing was half-done.",
     "Free some space and try again."},
    {ErrorCode::storage_failed, "storage.failed", 500, Retry::later,
     "The database could not be read or written.",
     "Look at the log; run `holdfast doctor`."},
    {ErrorCode::storage_corrupt, "storage.corrupt", 500, Retry::never,
     "A database failed its check.",
     "A device rebuilds its replica by itself and keeps the outbox; a server is restored from its backup."},
    {ErrorCode::storage_busy, "storage.busy", 503, Retry::later,
     "Another process holds the database for too long.",
     "Try again; end the other process if it hangs."},
    {ErrorCode::sync_stale_epoch, "sync.stale_epoch", 409, Retry::later,
     "The device's copy of a bucket belongs to a history that the server no longer has.",
     "The app fetches the bucket again by itself."},
    {ErrorCode::sync_sum_mismatch, "sync.sum_mismatch", 409, Retry::later,
     "The checksum of a bucket on the device differs from the server's.",
     "The app repairs it by itself; the diagnostics count it."},
    {ErrorCode::server_draining, "server.draining", 503, Retry::later,
     "The server is about to stop or to restart.",
     "The app connects again by itself."},
    {ErrorCode::server_busy, "server.busy", 503, Retry::later,
     "The server has as much work as it can take.",
     "The app tries again by itself, as Retry-After says."},
    {ErrorCode::server_unreachable, "server.unreachable", 503, Retry::later,
     "No answer came from the server, or something else answered in its place.",
     "Check the network; the app keeps trying."},
    {ErrorCode::org_invalid, "org.invalid", 422, Retry::never,
     "An organization file has an error; the line is in the parameters.",
     "Correct the line and apply the file again. Nothing was changed."},
    {ErrorCode::import_invalid, "import.invalid", 422, Retry::never,
     "A CSV or map file has an error; the line is in the parameters.",
     "Correct the line and import again. Rows that were imported are not imported twice."},
}};

/// The entry of a code; null for `none` and for numbers that are not in the catalogue.
constexpr const ErrorEntry* find_error(ErrorCode code) {
    for (const ErrorEntry& entry : error_catalogue) {
        if (entry.number == code) {
            return &entry;
        }
    }
    return nullptr;
}

/// "auth.wrong_password"; "none" where there is no entry.
constexpr std::string_view error_name(ErrorCode code) {
    const ErrorEntry* entry = find_error(code);
    return entry == nullptr ? std::string_view{"none"} : entry->code;
}

}  // namespace holdfast
