#include "tests/forms/both_sides.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/split_mix.hpp"
#include "core/files/testing/pictures.hpp"
#include "core/model/args.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/json.hpp"
#include "core/rules/reduce.hpp"
#include "core/wire/codec.hpp"
#include "server/services/access.hpp"
#include "server/services/bucket_index.hpp"
#include "server/services/pull.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::forms::agreement {

namespace {

using fixture::Choices;
using testing::must;

constexpr WallTime now{1'777'896'000'000};
constexpr std::int64_t offset_minutes = -240;
constexpr std::size_t colleagues = 5;
constexpr std::array<const char*, 2> collection_codes{"a", "b"};
constexpr std::array<const char*, 4> element_codes{"x", "ab", "7", "y"};
constexpr std::size_t organization_bytes = 200;
constexpr std::size_t definition_bytes = 300;
constexpr std::size_t steps_max = 12;
constexpr std::size_t mendings_max = 40;
constexpr std::int64_t draft_of_strangers = 1'000'000;
constexpr std::uint32_t first_intent = 1'000'000;  // the outbox counts its files from 1
constexpr std::uint32_t first_invented_file = 2'000'000;
constexpr std::uint32_t invented_files = 4;
const Id nowhere{42};  // names nothing

/// What a filter asks for: mostly nothing.
std::vector<std::string> sometimes(Choices& choices, const char* right, const char* wrong) {
    switch (choices.below(24)) {
        case 1:
            return {wrong};
        case 2:
            return {wrong, right};
        case 3:
            return {right};
        default:
            return {};
    }
}

Access arbitrary_access(Choices& choices) {
    return {.groups = sometimes(choices, "yard", "elsewhere"),
            .collections = sometimes(choices, "a", "b"),
            .elements = sometimes(choices, "x", "nowhere"),
            .roles = sometimes(choices, "r", "chief"),
            .permissions = sometimes(choices, "message-write", "nobody-has-it")};
}

std::vector<std::string> bodies_of(const Effects& effects) {
    std::vector<std::string> bodies;
    for (const RowChange& row : effects.rows) {
        if (row.key.kind == RowKind::message || row.key.kind == RowKind::answer) {
            bodies.push_back(row.body);
        }
    }
    return bodies;
}

bool is_of_files(const Component& component) {
    return component.kind() == Kind::camera || component.kind() == Kind::attachment ||
           component.kind() == Kind::signature;
}

bool has_files(const Definition& definition) {
    return std::ranges::any_of(definition.form.components, is_of_files) ||
           std::ranges::any_of(definition.inside, [](const Part& part) {
               return std::ranges::any_of(part.components, is_of_files);
           });
}

FileClaim arbitrary_claim(Id id, Choices& choices) {
    const std::array<const char*, 3> types{"image/png", "application/pdf", "text/plain"};
    const bool is_picture = choices.flip();
    return {.id = id,
            .name = "file",
            .type = is_picture ? "image/jpeg" : types[choices.below(types.size())],
            .bytes = choices.below(8) == 1 ? 30'000'000 : 100,
            .sha256 = std::string(64, 'a'),
            .width = 4,
            .height = 4};
}

}  // namespace

std::string words(const Verdict& verdict) {
    std::string text = verdict.accepted
                           ? "accepted"
                           : std::string(error_name(verdict.code)) + " " + verdict.params;
    for (const std::string& row : verdict.rows) {
        text += "\n    " + row;
    }
    return text;
}

BothSides::BothSides(std::uint64_t seed, std::size_t forms)
    : environment_(seed),
      storage_(must(storage::open_sqlite(":memory:"))),
      company_(*storage_, "acme"),
      executor_(*storage_, environment_),
      phone_(company_.make_device(company_.ana)),
      replica_(must(client::Replica::open({.path = ":memory:"}))),
      outbox_(must(client::Outbox::open({.path = ":memory:"}))),
      world_(replica_, older_, overlay_, cache_),
      desk_(outbox_) {
    SplitMix chance(seed);
    const std::string bytes = fixture::arbitrary_bytes(chance, organization_bytes);
    Choices choices(bytes);
    online_ = choices.below(4) != 0;
    complete_ = choices.below(8) != 1;
    make_collections(choices);
    make_place(choices);
    make_people(choices);
    must(storage_->begin());
    company_.make_bucket(BucketKind::forms, company_.id, {}, false);
    for (std::size_t i = 0; i < forms; ++i) {
        const std::string made_of = fixture::arbitrary_bytes(chance, definition_bytes);
        Choices form(made_of);
        make_form(form);
    }
    must(storage_->commit());
    pull();
    strangers_ = attach(draft_of_strangers);
}

/// Elements with the same codes in both, some of them out of use.
void BothSides::make_collections(Choices& choices) {
    must(storage_->begin());
    for (std::size_t i = 0; i < collections_.size(); ++i) {
        collections_[i] = must(storage_->mint_id());
        const BucketId bucket =
            company_.make_bucket(BucketKind::collection, collections_[i], {}, false);
        company_.put({bucket, RowKind::collection, collections_[i]},
                     body::encode(body::Collection{.code = collection_codes[i], .name = "List"}));
        for (const char* code : element_codes) {
            body::Element element{.code = code, .name = code, .active = choices.below(4) != 1};
            for (const Id parent : i == 0 ? std::vector<Id>{} : elements_[0]) {
                if (choices.flip()) {
                    element.parents.push_back(parent);
                }
            }
            const Id id = must(storage_->mint_id());
            company_.put({bucket, RowKind::element, id}, body::encode(element));
            elements_[i].push_back(id);
        }
    }
    must(storage_->commit());
}

std::vector<body::HeldElement> BothSides::some_elements(Choices& choices) const {
    std::vector<body::HeldElement> held;
    for (std::size_t n = choices.below(4); n > 0; --n) {
        const std::size_t list = choices.below(elements_.size());
        const std::size_t index = choices.below(element_codes.size());
        held.push_back({.id = elements_[list][index],
                        .collection = collection_codes[list],
                        .code = element_codes[index]});
    }
    return held;
}

void BothSides::make_place(Choices& choices) {
    const bool is_private = choices.flip();
    channel_ = company_.make_channel(company_.yard, is_private, {company_.ana});
    must(storage_->begin());
    company_.put(
        {company_.bucket(BucketKind::group, company_.yard).id, RowKind::group, company_.yard},
        body::encode(body::Group{.name = "Yard", .code = "yard"}));
    company_.put({company_.bucket(BucketKind::channel, channel_).id, RowKind::channel, channel_},
                 body::encode(body::Channel{.name = "Pumps",
                                            .group = company_.yard,
                                            .is_private = is_private,
                                            .writable = choices.below(8) != 1,
                                            .elements = some_elements(choices)}));
    must(storage_->commit());
}

/// Who reports to whom is drawn for every pair: circles too.
void BothSides::make_people(Choices& choices) {
    must(storage_->begin());
    people_ = {company_.ana};
    for (std::size_t i = 0; i < colleagues; ++i) {
        people_.push_back(company_.make_user("p" + std::to_string(i), {company_.worker}));
    }
    for (const Id id : people_) {
        const bool is_me = id == company_.ana;
        body::User user{.name = "P" + to_string(id),
                        .email = "p" + to_string(id),
                        .job = choices.flip() ? "fitter" : "",
                        .roles = {company_.worker},
                        .read_only = choices.below(32) == 1,
                        .active = is_me || choices.below(4) != 1,
                        .elements = some_elements(choices)};
        for (const Id boss : people_) {
            if (boss != id && choices.below(3) == 1) {
                user.bosses.push_back(boss);
            }
        }
        company_.put({company_.directory, RowKind::user, id}, body::encode(user));
    }
    must(storage_->commit());
}

void BothSides::make_form(Choices& choices) {
    Definition definition = fixture::arbitrary_definition(choices);
    definition.access = arbitrary_access(choices);
    body::FormVersion body{.form = Id{1}, .definition = encode(definition)};
    for (std::size_t i = 0; i < collections_.size(); ++i) {
        if (collections_of(definition).contains(collection_codes[i])) {
            body.collections[collection_codes[i]] = collections_[i];
        }
    }
    const Id id = must(storage_->mint_id());
    const BucketId bucket = company_.bucket(BucketKind::forms, company_.id).id;
    company_.put({bucket, RowKind::form_version, id}, body::encode(body));
    versions_.push_back({id, std::move(definition)});
}

/// What the phone may read, as its session stores it; but for the second collection, where the
/// phone is not complete.
void BothSides::pull() {
    services::BucketIndex index(*storage_);
    services::Access access(*storage_, index);
    services::PullService service(*storage_, access);
    const std::vector<Bucket> heads = must(access.readable(company_.ana));
    must(replica_.store_heads(heads));
    for (const Bucket& head : heads) {
        wire::Want want{.bucket = head.id, .mode = wire::PullMode::snapshot, .epoch = head.epoch};
        want.limit = wire::limits::rows_per_page_max;
        bool more = complete_ || head.owner != collections_[1];
        while (more) {
            const auto answer = must(service.answer(
                company_.ana,
                wire::encode(wire::Pull{.wants = {want}, .bytes = wire::limits::pull_bytes_max})));
            wire::FrameReader reader(answer.bytes);
            while (const auto frame = must(reader.next())) {
                const auto page = std::get<wire::Page>(must(wire::decode(*frame)));
                must(replica_.store_page(page));
                want.from = page.to;
                want.after_kind = page.after_kind;
                want.after_id = page.after_id;
                more = static_cast<bool>(page.after_id);
            }
        }
    }
    must(replica_.flush());
}

fixture::Stock BothSides::stock_with(std::vector<Id> files) const {
    fixture::Stock stock{.first = elements_[0],
                         .second = elements_[1],
                         .people = people_,
                         .files = std::move(files)};
    for (std::vector<Id>* list : {&stock.first, &stock.second, &stock.people, &stock.files}) {
        list->push_back(nowhere);
    }
    return stock;
}

client::FillingDesk::Place BothSides::place() {
    return {
        .world = world_,
        .replica = replica_,
        .organization = company_.id,
        .person = {
            .user = company_.ana, .now = now, .offset_minutes = offset_minutes, .online = online_}};
}

std::vector<Id> BothSides::attach(std::int64_t draft) {
    std::vector<Id> files;
    for (const std::string& bytes :
         {files::testing::png(4, 4), files::testing::jpeg(4, 4), std::string("%PDF-1.7\n%\n")}) {
        files.push_back(must(outbox_.begin_file(
            {.claim = {.name = "file", .bytes = static_cast<std::int64_t>(bytes.size())},
             .channel = channel_,
             .draft = draft},
            phone_)));
        must(outbox_.add_bytes(files.back(), bytes));
    }
    return files;
}

/// One thing that a person does. Where not all has arrived, what takes no input is left alone: an
/// answer to it could not be judged here.
void BothSides::take_step(const Version& version,
                          std::int64_t draft,
                          const fixture::Stock& stock,
                          Choices& choices) {
    const std::vector<Component>& own = version.definition.form.components;
    const Component& component = own[choices.below(own.size())];
    const bool is_nested = component.kind() == Kind::nested;
    if (is_nested && choices.flip()) {
        const std::string first = component.id + "/0";
        switch (choices.below(4)) {
            case 0:
                (void)desk_.remove(place(), draft, first);
                break;
            case 1:
                (void)desk_.move(place(), draft, first, 1);
                break;
            default:
                (void)desk_.add(place(), draft, component.id, "inner");
        }
        return;
    }
    const std::vector<Component>& inside =
        is_nested ? version.definition.inside.front().components : own;
    const Component& target = is_nested ? inside[choices.below(inside.size())] : component;
    const std::string path = is_nested ? component.id + "/0/" + target.id : target.id;
    const auto spot = must(desk_.hold(place(), draft))->filling.at(path);
    if (spot && (complete_ || spot->state.enabled)) {
        (void)desk_.set(place(), draft, path, fixture::arbitrary_json(choices, target, stock));
    }
}

/// Other answers for what is shown as wrong, as somebody who wants to be done would give.
void BothSides::mend(std::int64_t draft, const fixture::Stock& stock, Choices& choices) {
    for (std::size_t tries = 0; tries < mendings_max; ++tries) {
        const auto& filling = must(desk_.find(place(), draft))->filling;
        const FormVerdict verdict = filling.verdict();
        if (verdict.wrong.empty()) {
            return;
        }
        const std::string path = verdict.wrong[choices.below(verdict.wrong.size())];
        const Component& component = filling.at(path)->component;
        if (!complete_ && !filling.at(path)->state.enabled) {
            return;
        }
        if (component.kind() == Kind::nested) {
            (void)desk_.add(place(), draft, path, "inner");
        } else {
            const std::string answer = fixture::arbitrary_json(choices, component, stock);
            (void)desk_.set(place(), draft, path, answer);
        }
    }
}

Intent BothSides::intent_of(const Version& version,
                            std::string answers,
                            std::vector<FileClaim> files) {
    return {.id = Id::make(phone_, first_intent + ++intents_),
            .lane = channel_,
            .kind = IntentKind::answer_submit,
            .args = args::encode(args::AnswerSubmit{.channel = channel_,
                                                    .form = version.id,
                                                    .answers = std::move(answers),
                                                    .offset_minutes = offset_minutes,
                                                    .files = std::move(files)}),
            .claimed_at = now};
}

BothSides::Filled BothSides::fill_in(const Version& version, Choices& choices) {
    const std::int64_t draft = must(desk_.begin(place(), channel_, version.id));
    const bool attaches = has_files(version.definition) && choices.flip();
    const std::vector<Id> attached = attaches ? attach(draft) : std::vector<Id>{};
    const fixture::Stock stock = stock_with(attaches ? attached : strangers_);
    for (std::size_t n = choices.below(steps_max); n > 0; --n) {
        take_step(version, draft, stock, choices);
    }
    if (choices.below(4) != 0) {
        mend(draft, stock, choices);
    }
    const client::FillingDesk::Open* open = must(desk_.find(place(), draft));
    const std::string answers = open->filling.submission();
    std::vector<FileClaim> claims = outbox_.claims_of(draft);
    std::erase_if(claims, [&](const FileClaim& claim) {
        return answers.find('"' + to_string(claim.id) + '"') == std::string::npos;
    });
    Filled filled{.intent = intent_of(version, answers, std::move(claims)),
                  .can_submit = open->filling.can_submit()};
    const FormVerdict verdict = open->filling.verdict();
    if (!verdict.wrong.empty()) {
        filled.first = open->filling.at(verdict.wrong.front())->state.trouble.code;
    }
    desk_.close(draft);
    must(outbox_.delete_draft(draft));
    return filled;
}

Intent BothSides::spoil(const Version& version, const Intent& intent, Choices& choices) {
    args::AnswerSubmit sent = must(args::parse_answer_submit(intent.args));
    json::Value answers = json::parse(sent.answers);
    const std::vector<Component>& components = version.definition.form.components;
    const Component& component = components[choices.below(components.size())];
    if (choices.below(3) == 1) {
        answers.erase(component.id);
    } else {
        std::vector<Id> files = strangers_;
        std::ranges::transform(sent.files, std::back_inserter(files), &FileClaim::id);
        answers[component.id] =
            json::parse(fixture::arbitrary_json(choices, component, stock_with(files)));
    }
    return intent_of(version, answers.dump(), std::move(sent.files));
}

Intent BothSides::invent(const Version& version, Choices& choices) {
    std::vector<Id> files;
    std::vector<FileClaim> claims;
    for (std::uint32_t i = 0; i < invented_files; ++i) {
        files.push_back(Id::make(phone_, first_invented_file + intents_ * invented_files + i));
        if (choices.below(4) == 1) {
            claims.push_back(arbitrary_claim(files.back(), choices));
        }
    }
    const std::string answers =
        fixture::arbitrary_answers(choices, version.definition, stock_with(files));
    std::erase_if(claims, [&](const FileClaim& claim) {
        const bool is_named = answers.find('"' + to_string(claim.id) + '"') != std::string::npos;
        return !is_named && choices.below(4) != 1;
    });
    return intent_of(version, answers, std::move(claims));
}

Verdict BothSides::on_device(const Intent& intent) {
    const Occasion who{
        .user = company_.ana, .organization = company_.id, .now = environment_.wall()};
    const auto effects = reduce(world_, who, intent);
    if (!effects) {
        return {.code = effects.error().code, .params = effects.error().params};
    }
    return {.accepted = true, .rows = bodies_of(*effects)};
}

std::vector<Verdict> BothSides::on_server(std::span<const Intent> intents) {
    for (const Intent& intent : intents) {
        HF_ASSERT(executor_.enqueue({.user = company_.ana,
                                     .organization = company_.id,
                                     .device = phone_,
                                     .intent = intent}));
    }
    std::vector<Verdict> verdicts;
    const BucketId timeline = company_.timeline(channel_);
    while (executor_.queued() > 0) {
        for (const services::JudgedIntent& judged : executor_.run().judged) {
            const Outcome& outcome = judged.outcome;
            Verdict verdict{.accepted = outcome.status == OutcomeStatus::applied,
                            .code = outcome.code,
                            .params = outcome.detail};
            for (const RowKind kind : {RowKind::message, RowKind::answer}) {
                const auto row = must(storage_->find_row({timeline, kind, outcome.intent}));
                if (row) {
                    verdict.rows.push_back(row->body);
                }
            }
            verdicts.push_back(std::move(verdict));
        }
    }
    return verdicts;
}

}  // namespace holdfast::forms::agreement
