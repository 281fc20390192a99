#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/engine/forms/task_form.hpp"
#include "client/engine/queries/query.hpp"
#include "core/base/result.hpp"
#include "core/model/intent.hpp"
#include "core/offline/device_class.hpp"

/// The screen's calls as values: `Calls` of app/src/bridge/types.ts.
namespace holdfast::client::calls {

struct Start {
    offline::PlatformSignals signals;
    bool online = true;
    bool visible = true;
    bool persistent_storage = false;
    std::string device_name;
    std::optional<std::int64_t> utc_offset_minutes;  ///< absent: UTC
};
struct SignIn {
    std::string email;
    std::string password;
};
struct SignOut {
    bool discard = false;
};
struct ChangePassword {
    std::string old_password;
    std::string new_password;
};
struct Submit {
    IntentKind kind{};
    std::string args;         ///< JSON object
    std::vector<Id> files{};  ///< attached, that go with it
    Id refused{};             ///< an action in whose place it comes
};
struct OpenForm {
    Id channel;
    Id form;
    std::optional<TaskForm> task{};  ///< what it does to a task; then `channel` is not asked for
};
struct SetAnswer {
    std::int64_t draft = 0;
    std::string path;
    std::string value;  ///< JSON; "null": none
};
struct AddPart {
    std::int64_t draft = 0;
    std::string path;  ///< the component's
    std::string form;  ///< code of a form inside
};
struct RemovePart {
    std::int64_t draft = 0;
    std::string path;  ///< "parts/0"
};
struct MovePart {
    std::int64_t draft = 0;
    std::string path;  ///< "parts/0"
    std::int64_t to = 0;
};
struct SearchChoices {
    std::int64_t draft = 0;
    std::string path;
    std::int64_t level = 0;
    std::string text;
};
struct SubmitForm {
    std::int64_t draft = 0;
};
struct ReviewForm {
    std::int64_t draft = 0;
};
struct DiscardDraft {
    std::int64_t draft = 0;
};
struct ReopenAnswer {
    Id intent;
};
struct AttachAnswer {
    Id intent;
};
struct Retry {
    Id intent;
};
struct Discard {
    Id intent;
};
struct Acknowledge {
    Id intent;
};
struct BeginFile {
    Id channel{};            ///< where a message is being written; or
    std::int64_t draft = 0;  ///< the form that it is for
    std::string name;
    std::int64_t bytes = 0;
    std::string thumbnail{};  ///< base64 of a small picture, or empty
};
struct AddBytes {
    Id file;
};
struct ReadFile {
    Id file;
    std::int64_t at = 0;
};
struct DropFile {
    Id file;
};
struct RetryFile {
    Id file;
};
struct LinkFile {
    Id channel;
    Id file;
};
struct ShowOlder {
    Id channel;
};
struct FetchFiles {
    Id group{};  ///< none: of all groups
};
struct BeginSaving {
    bool closed = false;  ///< for the time when the app is closed
};
struct EndSaving {
    bool taken = false;  ///< the server may have it
};
struct ReadSaving {
    std::int64_t saving = 0;
};
struct RecoveryKey {};
struct SetOfflineMode {
    bool on = false;
};
struct DismissBanner {};
struct TryNow {};
struct Platform {
    bool online = true;
    bool visible = true;
    std::optional<std::int64_t> utc_offset_minutes;  ///< absent: as before
    std::optional<std::int64_t> storage_free;        ///< bytes; absent: as before
    std::optional<bool> unmetered;                   ///< nobody pays by the byte; absent: as before
};
struct Subscribe {
    Query query;
};
struct Unsubscribe {
    std::int64_t subscription = 0;
};
using Args = std::variant<Start,
                          SignIn,
                          SignOut,
                          ChangePassword,
                          Submit,
                          OpenForm,
                          SetAnswer,
                          AddPart,
                          RemovePart,
                          MovePart,
                          SearchChoices,
                          SubmitForm,
                          ReviewForm,
                          DiscardDraft,
                          ReopenAnswer,
                          AttachAnswer,
                          Retry,
                          Discard,
                          Acknowledge,
                          BeginFile,
                          AddBytes,
                          ReadFile,
                          DropFile,
                          RetryFile,
                          LinkFile,
                          ShowOlder,
                          FetchFiles,
                          BeginSaving,
                          ReadSaving,
                          EndSaving,
                          RecoveryKey,
                          SetOfflineMode,
                          DismissBanner,
                          TryNow,
                          Platform,
                          Subscribe,
                          Unsubscribe>;

/// Whether it changes no more than what is shown: it is taken too where the outbox is read only
/// (OM38).
[[nodiscard]] bool only_looks(const Args& args);

/// A call with its number. Where the number can be read the error is for that call; else it is 0.
struct Parsed {
    std::int64_t number = 0;
    Result<Args> args;
};

/// Errors  request_malformed · request_too_large.
[[nodiscard]] Parsed parse(std::string_view json);

}  // namespace holdfast::client::calls
