#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/file_claim.hpp"
#include "core/model/intent.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {

class KeptIntents;
template <class Kind>
class IntentTable;
struct AdjustedIntents;
struct ComingFile;
struct FailedRuns;

/// What an action was made from, and what goes with it.
struct Origin {
    std::optional<std::int64_t> form{};  ///< a draft: gone in the same transaction
    /// A refused action whose answer the server has: gone in the same transaction. Its files stay,
    /// to be sent: nothing holds them up any more.
    Id refused{};
    std::vector<Id> files{};  ///< the action's from now on; what else the draft had is dropped
    bool connected = false;   ///< it will be sent at once: noted as offered
};

/// Who is signed in on this device. Tokens are secrets: never logged, never shown.
struct Account {
    Id user;
    Id organization;
    DeviceNumber device = 0;
    std::uint64_t salt = 0;  ///< what the last Welcome gave
    std::string access_token;
    std::string refresh_token;
    std::string resume{};               ///< sealed by the server, for a short greeting
    ErrorCode ended = ErrorCode::none;  ///< why the session has ended by itself; the work stays
};

/// What people did on this device that the server has not confirmed, with the bytes of what they
/// attached, forms that they are filling in, and who they are: the only data that exists nowhere
/// else. Every change is on the disk before
/// its call returns, save what the server will say again: settle() and forget() are written but not
/// synced. After a loss of power their items may wait once more; they are sent again, and the
/// server repeats its outcome.
///
/// Invariants  An id is given once, whatever happens to the process. An item leaves by settle()
///             with the server's word, by forget() after that, or by discard(): because the person
///             has read why it was refused, or takes back what the server cannot have.
/// Order       by id. The server gives a device a number above the one that it had, so this is the
///             order in which things were done, also across a change of the number.
/// Owner       the engine, one connection. Threads: the owner's only.
/// Errors      of every call that writes: storage_full · storage_failed · storage_busy ·
///             outbox_read_only. Nothing is half-done.
class Outbox {
public:
    struct Options {
        std::string path;
        std::string vfs;                   ///< empty: SQLite's default
        std::string key;                   ///< the file is encrypted with it; empty: it is not
        bool exclusive = false;            ///< one connection only: browser, simulator
        std::uint64_t file_bytes_max = 0;  ///< storage_full beyond; 0: as large as the disk
    };

    /// Opens or creates the file; never replaces one. A file of an older version that cannot be
    /// brought to this one (a full disk apart) is opened for looking only: is_read_only().
    /// Errors  storage_corrupt: it cannot be read, or a newer version of the app has written it ·
    ///         those of bringing it to this version, where it cannot be looked at either.
    [[nodiscard]] static Result<Outbox> open(const Options& options);

    /// Whether its file is of an older version, and stays as it is: it is read, and whatever would
    /// write is refused with outbox_read_only. The next opening tries again.
    [[nodiscard]] bool is_read_only() const { return older_file_ != nullptr; }

    // ------------------------------------------------------------------ account

    [[nodiscard]] const std::optional<Account>& account() const { return account_; }
    [[nodiscard]] Result<> save_account(const Account& account);
    /// The account's session has ended by itself. So it is now, also where the disk is full.
    [[nodiscard]] Result<> end_session(ErrorCode why);
    /// The number that this installation had last, also after signing out; 0: none yet.
    [[nodiscard]] DeviceNumber device() const { return device_; }
    /// The salt that came with it, likewise: it proves that no copy has gone on with the number.
    [[nodiscard]] std::uint64_t salt() const { return salt_; }
    /// Forgets account, items and values. The counter, the device's number and its salt stay.
    [[nodiscard]] Result<> sign_out();

    // ------------------------------------------------------------------ small values (offline,
    // counters)

    [[nodiscard]] std::string value(std::string_view name) const;
    [[nodiscard]] Result<> set_value(std::string_view name, std::string_view text);

    // ------------------------------------------------------------------ items

    enum class State : std::uint8_t {
        waiting = 1,   ///< no outcome yet
        rejected = 2,  ///< the server refused it: it needs the person
        applied = 3,   ///< done; its effects have not reached this device yet
    };

    struct Item {
        Intent intent;
        State state = State::waiting;
        ErrorCode code = ErrorCode::none;
        std::string detail;                 ///< JSON parameters of the code's sentence
        std::vector<Position> positions;    ///< of an applied one
        std::optional<Instant> saved_at{};  ///< nothing after a restart
        /// It was handed out for sending, or made while there was a connection: whatever the
        /// device has heard since, the server may have it.
        bool offered = false;
        bool lent = false;  ///< offered so far in a file only that has not left: lend()
    };

    /// The id that the next add() of this device gives; the same until then.
    [[nodiscard]] Id next_id(DeviceNumber device) const { return Id::make(device, counter_ + 1); }

    /// Stores an action and gives it its id.
    /// @param draft  `id` is ignored, and set in the result.
    /// Errors  outbox_full (params: limit) · outbox_unknown_item: no such file, or it is another
    ///         action's; no such refused action; besides those of the class.
    [[nodiscard]] Result<Intent> add(Intent draft,
                                     DeviceNumber device,
                                     Instant now,
                                     Origin origin = {});

    struct Loaded {
        std::vector<Intent> intents;
        bool more = false;
    };
    /// Waiting items behind `after`, in order; at least one if there is one, however large it is.
    [[nodiscard]] Loaded load(Id after, std::size_t limit, std::size_t bytes, Instant now) const;

    /// Notes, before the first of them is sent, that the server may have these items from now on.
    /// Where the disk is full the note is kept in memory alone, and they are sent all the same: to
    /// deliver work comes before taking it back.
    void offer(std::span<const Intent> intents);
    /// The same of a file that is brought while the app is closed: until end_lending(). On the disk
    /// when it returns.
    [[nodiscard]] Result<> lend(std::span<const Intent> intents);
    /// What became of that file: somebody has taken it, and the server may have all that is in it;
    /// or nobody has, it is gone, and what is not offered otherwise can be taken back again.
    enum class Lent : std::uint8_t { taken, gone };
    [[nodiscard]] Result<> end_lending(Lent what);

    /// Takes the server's word on items. Unknown ones, and those with an outcome, are left alone.
    [[nodiscard]] Result<> settle(std::span<const Outcome> outcomes);

    /// The server may have lost what it had confirmed: items wait again under their old ids. What
    /// the server still knows it answers from memory.
    enum class Again : std::uint8_t {
        unseen,  ///< applied items, whose effects are not here
        all,     ///< and those that have left the outbox lately (limits::kept_intents_max)
    };
    /// @returns how many.
    [[nodiscard]] Result<std::size_t> send_again(Again which);

    /// Removes applied items whose effects have reached this device.
    [[nodiscard]] Result<> forget(std::span<const Id> ids);

    /// Whether discard() would take it: it was refused, or has never been offered (OM35).
    [[nodiscard]] static bool can_discard(const Item& item);
    /// Removes an item for good, and what waits, was never offered either, and names it or another
    /// that goes: what is said about a message goes with the message.
    /// @returns all that went.
    /// Errors  outbox_unknown_item: it is not there; outbox_may_be_sent: the server may have it.
    [[nodiscard]] Result<std::vector<Id>> discard(Id id);
    /// Actions that the server has done otherwise than they were asked for, by id: `code` and
    /// `detail` say how. They are told until the person has read it (limits::adjusted_max).
    [[nodiscard]] const std::map<Id, Item>& adjusted() const;

    struct FailedRoutine {
        std::string name{};
        std::string code{};    ///< of spec/errors.toml, perhaps of a newer one
        std::string detail{};  ///< JSON parameters of the code's sentence, or empty
    };
    /// An action that is done, and behind which routines have failed (OM28).
    struct Failed {
        Item item{};
        std::vector<FailedRoutine> routines{};
        bool is_read = false;  ///< it is told no more, and known: rows may come again
    };
    /// By id of the action, also those that the person has read (limits::failed_runs_max).
    [[nodiscard]] const std::map<Id, Failed>& failed_runs() const;
    /// Notes that a routine has failed.
    /// @param id  of the span of the action that set it off: one that is here, or was lately.
    /// @returns whether it is news of an action of this device.
    [[nodiscard]] Result<bool> note_failed(Id id, const FailedRoutine& routine);
    /// All that is told until the person has read it: done otherwise, or a routine has failed.
    [[nodiscard]] std::vector<const Item*> told() const;
    /// How many that are.
    [[nodiscard]] std::size_t told_count() const;
    /// The person has read it.  Errors  outbox_unknown_item.
    [[nodiscard]] Result<> acknowledge(Id id);
    /// Puts a refused item at the end with a new id, because the old id's outcome stands for ever.
    /// @param connected  as for add().
    [[nodiscard]] Result<Intent> retry(Id id, DeviceNumber device, Instant now, bool connected);

    // ------------------------------------------------------------------ drafts of forms

    /// A form that somebody is filling in.
    struct Draft {
        std::int64_t number = 0;  ///< on this device; never given twice
        Id channel;
        Id version;           ///< of the form, as it was when it was begun
        WallTime changed_at;  ///< device's clock
        std::string answers;  ///< JSON object, as it was typed
        std::string task{};   ///< JSON: what the form does to a task; empty: it is an answer
        bool operator==(const Draft&) const = default;
    };
    [[nodiscard]] const std::map<std::int64_t, Draft>& drafts() const { return drafts_; }
    /// A number above those of all drafts that were ever saved.
    [[nodiscard]] std::int64_t next_draft() const { return last_draft_ + 1; }
    /// Writes a draft, new or changed; on the disk when it returns.
    /// Errors  outbox_full (params: limit): too many drafts.
    [[nodiscard]] Result<> save_draft(Draft draft);
    /// Nothing happens where there is no such draft.
    [[nodiscard]] Result<> delete_draft(std::int64_t number);
    /// Turns a refused answer back into a draft, in one transaction.
    /// Errors  outbox_unknown_item: it is not there, or was not refused.
    [[nodiscard]] Result<> reopen(Id refused, Draft draft);

    // ------------------------------------------------------------------ files

    enum class FileState : std::uint8_t {
        waiting = 1,  ///< the server has not got all of it, or not yet its action
        refused = 2,  ///< the server will not take the bytes: it needs the person
        stored = 3,   ///< the server has it: kept while there is room
    };

    /// A file that was attached on this device. All of its bytes are on the disk.
    struct File {
        FileClaim claim{};
        Id channel{};            ///< where it was attached; its action's lane
        std::int64_t draft = 0;  ///< of the form that it stands in; 0: of none
        Id intent{};             ///< the action that it goes with; none: it is not sent yet
        FileState state = FileState::waiting;
        ErrorCode code = ErrorCode::none;
        std::string detail{};  ///< JSON parameters of the code's sentence
        Id content{};          ///< the file under whose id the bytes lie: the same bytes lie once
    };

    /// Begins to take a file. Its bytes follow by add_bytes().
    /// @param file  its claim with name, type, bytes and thumbnail; channel and draft.
    /// @returns its id.
    /// Errors  file_too_large (params: limit) · file_broken: empty · outbox_full (params: limit).
    [[nodiscard]] Result<Id> begin_file(File file, DeviceNumber device);
    /// Takes the next bytes of a file. With the last of them it is looked at, and is on the disk
    /// when this returns; whatever fails, nothing of it stays.
    /// @returns how many are missing.
    /// Errors  outbox_unknown_item: it was not begun, or dropped for others (files_coming_max) ·
    ///         request_malformed: more than was said · file_broken · file_image_too_large.
    [[nodiscard]] Result<std::int64_t> add_bytes(Id file, std::string_view bytes);
    /// Begins to take a file that the server has, for a time without a connection; its bytes follow
    /// by add_bytes(), which refuses others than its claim says (file_broken). It is kept like
    /// those that were sent from here: while there is room, and as nobody's work.
    /// Errors  outbox_full (params: limit): no room among what is kept · request_too_many: others
    ///         are coming.
    [[nodiscard]] Result<> begin_fetched(FileClaim claim, Id channel);
    /// Bytes for which there is room among what is kept.
    [[nodiscard]] std::int64_t room_for_fetched() const;

    [[nodiscard]] const std::map<Id, File>& files() const { return files_; }
    [[nodiscard]] const File* find_file(Id id) const;
    /// Claims of the files that stand in a form.
    [[nodiscard]] std::vector<FileClaim> claims_of(std::int64_t draft) const;
    /// Up to `max` bytes from `at` on.  Errors  outbox_unknown_item.
    [[nodiscard]] Result<std::string> read_file(Id id, std::int64_t at, std::size_t max) const;
    /// Whether a file's action is done, so that its bytes may be sent.
    [[nodiscard]] bool may_upload(const File& file) const;
    /// Files whose action is done and whose bytes the server has not got.
    [[nodiscard]] std::size_t uploads_waiting() const;

    /// Takes the server's word on a file's bytes. What it has is no work any more, and stays while
    /// there is room.
    [[nodiscard]] Result<> settle_file(Id id, const Error& verdict);
    /// Has a refused file sent again.  Errors  outbox_unknown_item.
    [[nodiscard]] Result<> retry_file(Id id);
    /// Removes a file that is of no action, or was refused; one that is coming too.
    /// Errors  outbox_unknown_item · outbox_may_be_sent: it belongs to an action.
    [[nodiscard]] Result<> drop_file(Id id);
    /// Removes a file that nothing on the server refers to any more.
    [[nodiscard]] Result<> forget_file(Id id);
    /// Removes what is only kept because there is room; of this channel, or of all (0).
    [[nodiscard]] Result<> drop_cached(Id channel = {});

    /// Whether signing out would lose something.
    [[nodiscard]] bool holds_work() const;

    [[nodiscard]] const std::map<Id, Item>& items() const { return items_; }
    [[nodiscard]] const Item* find(Id id) const;
    /// Ids of the applied items.
    [[nodiscard]] const std::set<Id>& applied() const { return applied_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_; }
    /// Ids of those that need the person.
    [[nodiscard]] const std::set<Id>& refused() const { return refused_; }

private:
    struct Statements;

    Outbox(sqlite::Database database, bool exclusive);
    [[nodiscard]] Result<> migrate(std::int64_t version);
    [[nodiscard]] Result<> make_ready();
    /// An outbox of this version in memory, with what stands in the file of this one, which is only
    /// read from now on.
    [[nodiscard]] Result<Outbox> read_only_copy() &&;
    [[nodiscard]] Result<> read_from(sqlite::Database older_file);
    [[nodiscard]] Result<> prepare();
    [[nodiscard]] Result<sqlite::Transaction> begin(sqlite::Durability durability);
    [[nodiscard]] Result<> load_all();
    [[nodiscard]] Result<> load_items();
    [[nodiscard]] Result<> load_drafts();
    [[nodiscard]] Result<> load_files();
    [[nodiscard]] Result<> write_draft(const Draft& draft);
    [[nodiscard]] Result<> erase_draft(std::int64_t number);
    [[nodiscard]] Result<> write_value(std::string_view name, std::string_view text);
    [[nodiscard]] Result<> insert(const Item& item, std::uint32_t counter);
    [[nodiscard]] Result<> write_item(const Item& item);
    [[nodiscard]] Result<> write_offered(std::span<const Id> ids, int how);
    [[nodiscard]] Result<Intent> add_once(const Intent& draft,
                                          DeviceNumber device,
                                          Instant now,
                                          const Origin& origin);
    [[nodiscard]] std::vector<Id> dependents(Id id) const;
    /// The action in whose span an id is, of those that are here or have left lately.
    [[nodiscard]] Result<std::optional<Intent>> find_done(Id id) const;
    [[nodiscard]] bool is_told(const Failed& failed) const;
    [[nodiscard]] Result<> erase(Id id);
    /// The counter once an intent of this kind has its ids.
    [[nodiscard]] Result<std::uint32_t> counter_after(IntentKind kind) const;
    /// Removes rows, and bytes that no row refers to any more; inside a transaction.
    [[nodiscard]] Result<> erase_files(const std::vector<Id>& ids);
    /// A transaction of its own.
    [[nodiscard]] Result<> remove_files(const std::vector<Id>& ids);
    [[nodiscard]] Result<> write_file(const File& file);
    [[nodiscard]] Result<> write_files(const std::vector<File>& files);
    [[nodiscard]] Result<> keep_bytes(ComingFile& coming, bool all);
    [[nodiscard]] Result<> write_pieces(ComingFile& coming, bool all);
    [[nodiscard]] Result<> finish_file(ComingFile& coming);
    [[nodiscard]] Result<> make_room(std::int64_t bytes);
    void drop_coming(Id id);
    [[nodiscard]] Result<> trim_cached();
    [[nodiscard]] std::int64_t bytes_of_files(bool stored) const;
    /// The files of an action, as they are if it becomes another's, or a draft's.
    [[nodiscard]] std::vector<File> files_of(Id intent) const;
    [[nodiscard]] std::vector<Id> file_ids_of(std::span<const Id> intents) const;
    /// What becomes of the files of an action that is made: first those that go with it, then those
    /// that go.
    struct Claiming {
        std::vector<File> claimed;
        std::vector<Id> dropped;
    };
    [[nodiscard]] Result<Claiming> claim(const Origin& origin, const Intent& intent) const;
    void remember(File file);
    void remember(std::vector<File> files);
    void drop_files(const std::vector<Id>& ids);
    void remember(Item item);
    void drop(Id id);

    // --- owned children: the statements end before their connection
    sqlite::Database database_;
    std::unique_ptr<sqlite::Database> older_file_;  ///< where `database_` is a copy in memory
    std::unique_ptr<Statements> statements_;
    sqlite::Durability durability_ = sqlite::Durability::full;  ///< of the next commit
    sqlite::Durability outlives_process_;  ///< of a commit that may go with the power, no sooner
    std::unique_ptr<KeptIntents> kept_;
    std::unique_ptr<IntentTable<AdjustedIntents>> adjusted_;
    std::unique_ptr<IntentTable<FailedRuns>> failed_runs_;

    // --- what the file holds, in memory
    std::optional<Account> account_;
    DeviceNumber device_ = 0;
    std::uint64_t salt_ = 0;
    std::uint32_t counter_ = 0;  ///< last one given
    std::map<std::string, std::string, std::less<>> values_;
    std::map<Id, Item> items_;
    std::map<std::int64_t, Draft> drafts_;
    std::int64_t last_draft_ = 0;  ///< last number that was used
    std::map<Id, File> files_;
    std::map<Id, std::unique_ptr<ComingFile>> coming_;  ///< not all here: nobody counts on them yet
    std::set<Id> applied_;
    std::set<Id> refused_;
    std::size_t waiting_ = 0;
    std::size_t bytes_ = 0;

public:
    Outbox(Outbox&&) noexcept;
    Outbox& operator=(Outbox&&) noexcept;
    ~Outbox();
};

}  // namespace holdfast::client
