// Forms: what a person waits for, and how many submissions the server judges and stores.

#include <string>
#include <utility>
#include <vector>

#include "bench/benchmarks.hpp"
#include "bench/stage.hpp"
#include "core/forms/fold.hpp"
#include "core/model/args.hpp"
#include "core/model/body_forms.hpp"
#include "platform/sqlite/database.hpp"
#include "server/services/executor.hpp"
#include "tests/forms/work.hpp"

namespace holdfast::bench {
namespace {

constexpr int rounds = 20;
constexpr std::size_t presses = 3'000;
constexpr std::size_t submissions = 10'000;
constexpr std::size_t shown = 50;      // of what a search finds
constexpr DeviceNumber device = 5000;  // one of the user's own; it never signs in

/// The same elements in a full-text index of SQLite.
class FullText {
public:
    explicit FullText(const std::string& file)
        : database_(must(sqlite::Database::open({.path = file}), "open a database")) {
        must(database_.execute("CREATE VIRTUAL TABLE element USING fts5(name, code, "
                               "tokenize = 'unicode61 remove_diacritics 2')"),
             "make the index");
        must(database_.execute("BEGIN"), "begin");
        auto insert =
            must(database_.prepare("INSERT INTO element(rowid, name, code) VALUES (?1, ?2, ?3)"),
                 "prepare");
        for (const auto& [element, parents] : forms::work::assets()) {
            must(insert.reset()
                     .bind(1, element.id.value)
                     .bind(2, std::string_view(element.name))
                     .bind(3, std::string_view(element.code))
                     .run(),
                 "insert");
        }
        must(database_.execute("COMMIT"), "commit");
        select_.emplace(
            must(database_.prepare(
                     "SELECT rowid, name, code FROM element WHERE element MATCH ?1 LIMIT 50"),
                 "prepare"));
    }

    std::size_t search(const std::string& typed) {
        std::string match;
        for (const std::string& word : forms::search_words(typed)) {
            match += (match.empty() ? "\"" : " \"") + word + "\"*";
        }
        select_->reset().bind(1, std::string_view(match));
        std::size_t found = 0;
        while (must(select_->step(), "search")) {
            found += select_->text(1).empty() ? 0 : 1;
        }
        return found;
    }

private:
    sqlite::Database database_;
    std::optional<sqlite::Statement> select_;
};

/// Milliseconds of one keystroke, over all that is typed.
template <class Search>
double search_time(const Search& search) {
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        const Stopwatch watch;
        for (const std::string& typed : forms::work::typed_texts()) {
            if ((search(typed) == 0) != (typed == "zzz")) {
                give_up("forms: a search has found nothing, or something");
            }
        }
        times.push_back(watch.milliseconds() /
                        static_cast<double>(forms::work::typed_texts().size()));
    }
    return median(times);
}

Figure measure_search() {
    const TempFolder folder;
    FullText theirs(folder / "fts.db");
    const forms::ElementIndex ours(forms::work::assets());
    const double own = search_time([&](const std::string& typed) {
        return ours.search({.collection = "asset", .typed = typed, .found_max = shown}).size();
    });
    const double other =
        search_time([&](const std::string& typed) { return theirs.search(typed); });
    return {"forms", own, "ms", other, "a keystroke in 50,000 elements, against FTS5; at most 1.5"};
}

std::vector<Figure> measure_filling() {
    forms::work::Desk desk;
    std::vector<double> opened;
    for (int round = 0; round < rounds; ++round) {
        const Stopwatch watch;
        if (!desk.open()) {
            give_up("forms: it does not open");
        }
        opened.push_back(watch.milliseconds());
    }
    std::vector<double> pressed;
    for (std::size_t number = 0; number < presses; ++number) {
        const Stopwatch watch;
        if (desk.press(number) == 0) {
            give_up("forms: a keystroke without a verdict");
        }
        pressed.push_back(watch.milliseconds());
    }
    return {
        {"forms", median(opened), "ms", 100, "open 500 components, 100 conditions; at most 1"},
        {"forms", percentile(pressed, 0.99), "ms", 0.2, "p99, keystroke to verdict; at most 1"}};
}

struct Counter {
    std::unique_ptr<storage::Storage> storage;
    Id user;
    Id organization;
    Id channel;
    Id version;
};

Counter make_counter(const std::string& file) {
    Counter counter{.storage = make_storage(file, {.channels = 1, .messages = 1'000}),
                    .user = {},
                    .organization = {},
                    .channel = {},
                    .version = {}};
    storage::Storage& storage = *counter.storage;
    const auto account = must(storage.find_account(Phone::email(0)), "find the account");
    if (!account) {
        give_up("forms: no account");
    }
    counter.user = account->user;
    counter.organization = account->organization;
    for (const auto& record : must(storage.buckets_of(counter.organization), "read buckets")) {
        if (record.bucket.kind == BucketKind::channel) {
            counter.channel = record.bucket.owner;
        }
    }
    must(storage.begin(), "begin");
    counter.version = must(storage.mint_id(), "mint an id");
    const auto held = must(storage.find_bucket(BucketKind::forms, counter.organization), "look");
    const BucketId forms =
        held ? held->bucket.id
             : must(storage.create_bucket(
                        {.bucket = {.kind = BucketKind::forms, .owner = counter.organization},
                         .organization = counter.organization}),
                    "make a bucket");
    const RowChange row{
        .key = {forms, RowKind::form_version, counter.version},
        .body = body::encode(body::FormVersion{.form = must(storage.mint_id(), "mint an id"),
                                               .definition = forms::work::small_form()})};
    must(storage.write_rows({&row, 1}), "write the form");
    must(storage.commit(), "commit");
    return counter;
}

/// Submissions a second, each of them judged and on the disk.
Figure measure_submissions() {
    const TempFolder folder;
    net::SystemEnvironment environment;
    const Counter counter = make_counter(folder / "server.db");
    services::Executor executor(*counter.storage, environment);
    const std::string args =
        args::encode(args::AnswerSubmit{.channel = counter.channel,
                                        .form = counter.version,
                                        .answers = forms::work::small_answers()});
    std::uint32_t number = 0;
    std::vector<double> rates;
    for (int round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < submissions; ++i) {
            services::IntentJob job{.user = counter.user,
                                    .organization = counter.organization,
                                    .device = device,
                                    .intent = {}};
            job.intent.id = Id::make(device, ++number);
            job.intent.lane = counter.channel;
            job.intent.kind = IntentKind::answer_submit;
            job.intent.claimed_at = environment.wall();
            job.intent.args = args;
            if (!executor.enqueue(std::move(job))) {
                give_up("forms: the queue is full");
            }
        }
        const Stopwatch watch;
        const std::size_t applied = work_off(executor);
        rates.push_back(static_cast<double>(submissions) / watch.seconds());
        if (applied != submissions) {
            give_up("forms: " + std::to_string(applied) + " applied");
        }
    }
    return {"forms", median(rates), "answers/s", 3'000, "of 30 components, durable; at least 1"};
}

}  // namespace

std::vector<Figure> forms() {
    std::vector<Figure> figures = measure_filling();
    figures.push_back(measure_search());
    figures.push_back(measure_submissions());
    return figures;
}

}  // namespace holdfast::bench
