#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client/engine/calls.hpp"
#include "client/engine/device.hpp"
#include "client/engine/engine.hpp"
#include "client/engine/enquiries.hpp"
#include "client/engine/fetch_driver.hpp"
#include "client/engine/live_queries.hpp"
#include "client/engine/saving.hpp"
#include "client/engine/session_keeper.hpp"
#include "client/engine/sync_driver.hpp"
#include "client/engine/upload_driver.hpp"

namespace holdfast::client {

/// Joins the parts of the engine: hands each input to the one that it is for, then brings all of
/// them to rest before the next.
class Engine::Parts {
public:
    explicit Parts(std::unique_ptr<Device> opened);

    void take(const Call& input);
    void take(const SocketOpened& input);
    void take(const SocketReceived& input);
    void take(const SocketClosed& input);
    void take(const HttpAnswered& input);
    void take(const TimePassed& input);
    /// Does what is due; what it has for the server stands in the outputs.
    void settle();
    /// Says what has changed on the screen since, if that was not done yet. Behind the outputs of
    /// settle(): what others wait for leaves before snapshots are made.
    void show();

private:
    friend class Engine;

    void take(std::int64_t number, const calls::Start& call);
    void take(std::int64_t number, const calls::SignIn& call);
    void take(std::int64_t number, const calls::SignOut& call);
    void take(std::int64_t number, const calls::ChangePassword& call);
    void take(std::int64_t number, const calls::Submit& call);
    void take(std::int64_t number, const calls::OpenForm& call);
    void take(std::int64_t number, const calls::SetAnswer& call);
    void take(std::int64_t number, const calls::AddPart& call);
    void take(std::int64_t number, const calls::RemovePart& call);
    void take(std::int64_t number, const calls::MovePart& call);
    void take(std::int64_t number, const calls::SearchChoices& call);
    void take(std::int64_t number, const calls::SubmitForm& call);
    void take(std::int64_t number, const calls::ReviewForm& call);
    void take(std::int64_t number, const calls::DiscardDraft& call);
    void take(std::int64_t number, const calls::ReopenAnswer& call);
    void take(std::int64_t number, const calls::AttachAnswer& call);
    void take(std::int64_t number, const calls::Retry& call);
    void take(std::int64_t number, const calls::Discard& call);
    void take(std::int64_t number, const calls::Acknowledge& call);
    void take(std::int64_t number, const calls::BeginFile& call);
    void take(std::int64_t number, const calls::AddBytes& call);
    void take(std::int64_t number, const calls::ReadFile& call);
    void take(std::int64_t number, const calls::DropFile& call);
    void take(std::int64_t number, const calls::RetryFile& call);
    void take(std::int64_t number, const calls::LinkFile& call);
    void take(std::int64_t number, const calls::ShowOlder& call);
    void take(std::int64_t number, const calls::FetchFiles& call);
    void take(std::int64_t number, const calls::BeginSaving& call);
    void take(std::int64_t number, const calls::ReadSaving& call);
    void take(std::int64_t number, const calls::EndSaving& call);
    void take(std::int64_t number, const calls::RecoveryKey& call);
    void take(std::int64_t number, const calls::SetOfflineMode& call);
    void take(std::int64_t number, const calls::DismissBanner& call);
    void take(std::int64_t number, const calls::TryNow& call);
    void take(std::int64_t number, const calls::Platform& call);
    void take(std::int64_t number, calls::Subscribe& call);
    void take(std::int64_t number, const calls::Unsubscribe& call);

    void follow_session();
    void follow(const SessionKeeper::SignedIn& event);
    void follow(const SessionKeeper::SignedOut& event);
    void follow(const SessionKeeper::Renewed& event);
    void follow(const SessionKeeper::RenewFailed& event);
    void follow(const SessionKeeper::Ended& event);
    /// Whether there is another access token now.
    void renewed(bool done);
    void begin_sync();
    void erase();
    void place_replica();
    void mend_replica();
    void replay_waiting();
    /// @param draft  of the form that the intent comes from: gone with it.
    [[nodiscard]] Result<Id> submit(const calls::Submit& call,
                                    std::optional<std::int64_t> draft = std::nullopt);
    /// Puts what is known of the files in the place of their ids.
    [[nodiscard]] Result<calls::Submit> with_claims(calls::Submit call) const;
    [[nodiscard]] Result<Id> begin_file(const calls::BeginFile& call);
    [[nodiscard]] Result<std::int64_t> add_bytes(const calls::AddBytes& call);
    /// Of a call that changes an attached file.
    void answer(std::int64_t number, const Result<>& done);
    [[nodiscard]] Result<std::int64_t> open_form(const calls::OpenForm& call);
    [[nodiscard]] Result<std::string> set_answer(const calls::SetAnswer& call);
    /// Of a call that adds or removes a repetition: the whole form, whose paths are others now.
    void answer_parts(std::int64_t number, std::int64_t draft, const Result<>& done);
    [[nodiscard]] Result<std::string> search_choices(const calls::SearchChoices& call);
    /// What to ask the server where another one has the choices; else nothing.
    [[nodiscard]] Result<std::optional<std::string>> search_outside(
        const calls::SearchChoices& call);
    [[nodiscard]] Result<std::string> review_form(std::int64_t draft);
    [[nodiscard]] Result<Id> submit_form(std::int64_t draft);
    /// What a filled form asks for.
    [[nodiscard]] Result<calls::Submit> sent_form(const FillingDesk::Open& open,
                                                  std::int64_t draft);
    [[nodiscard]] Result<std::int64_t> reopen_answer(Id intent);
    /// What attaches the answer of a refused action to its task (OM34).
    [[nodiscard]] Result<calls::Submit> attaching(Id refused);
    /// What came of a wish for older messages.
    [[nodiscard]] Result<std::string> take_older(Id channel,
                                                 std::int64_t wish,
                                                 Result<std::string_view> answer);
    void older_changed();
    /// Tells what is held of older messages which channels are on the screen.
    void follow_screen();
    void drafts_changed();
    void waiting_changed(Id added = {});

    std::unique_ptr<Device> device;
    SessionKeeper keeper;
    SyncDriver driver;
    UploadDriver uploads;
    Enquiries enquiries;
    FetchDriver fetches;
    LiveQueries live;
    offline::Persisted saved;        ///< what the outbox's file holds of the status
    bool show_due = false;           ///< settled, and nothing was said about it yet
    std::optional<Saving> saving;    ///< what is being saved to a file; a newer one takes its place
    std::int64_t saving_number = 0;  ///< its number
    std::string_view brought;        ///< bytes that came with the call that is being taken
};

}  // namespace holdfast::client
