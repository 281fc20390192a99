#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/sum.hpp"
#include "core/model/body.hpp"
#include "core/model/body_files.hpp"
#include "core/model/json.hpp"
#include "core/model/row_sum.hpp"
#include "core/rules/reduce.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"

/// A server in memory for tests of the device: the real rules and the real wire, no sockets.
namespace holdfast::testing_support {

class FakeServer final : public World {
public:
    static constexpr Id organization{5};
    static constexpr Id ana{Id::make(1, 10)};
    static constexpr Id ben{Id::make(1, 11)};
    static constexpr Id role{Id::make(1, 12)};
    static constexpr Id group{Id::make(1, 20)};
    static constexpr Id channel{Id::make(1, 30)};
    static constexpr BucketId directory_bucket{101};
    static constexpr BucketId ana_bucket{102};
    static constexpr BucketId group_bucket{103};
    static constexpr BucketId channel_bucket{104};
    static constexpr BucketId timeline_bucket{105};

    FakeServer() {
        add_bucket(directory_bucket, BucketKind::directory, organization, {});
        add_bucket(ana_bucket, BucketKind::user, ana, {});
        add_bucket(group_bucket, BucketKind::group, group, {});
        add_bucket(channel_bucket, BucketKind::channel, channel, group);
        add_bucket(timeline_bucket, BucketKind::timeline, channel, group);
        body::Organization org;
        org.name = "Acme";
        put({directory_bucket, RowKind::organization, organization}, 0, body::encode(org));
        body::Role worker;
        worker.name = "Worker";
        worker.permissions = {"message-write"};
        put({directory_bucket, RowKind::role, role}, 0, body::encode(worker));
        add_user(ana, "Ana", "Rojas");
        add_user(ben, "Ben", "Lee");
        put({ana_bucket, RowKind::grant, group}, 0, body::encode(body::Grant{.channel = false}));
        body::Group works;
        works.name = "Works";
        put({group_bucket, RowKind::group, group}, 0, body::encode(works));
        body::Channel site;
        site.name = "Site 4";
        site.group = group;
        put({channel_bucket, RowKind::channel, channel}, 0, body::encode(site));
        put({channel_bucket, RowKind::member, ana}, 0, body::encode(body::Member{}));
    }

    void add_user(Id id, std::string name, std::string last_name) {
        body::User user;
        user.name = std::move(name);
        user.last_name = std::move(last_name);
        user.roles = {role};
        put({directory_bucket, RowKind::user, id}, 0, body::encode(user));
    }

    void add_bucket(BucketId id, BucketKind kind, Id owner, Id parent) {
        buckets[id] = Bucket{.id = id, .kind = kind, .owner = owner, .parent = parent, .epoch = 1};
    }

    Id post(Id author, std::string text) {
        const Id id = Id::make(1, next_id_++);
        body::Message message;
        message.author = author;
        message.text = std::move(text);
        put({timeline_bucket, RowKind::message, id}, clock += 1000, body::encode(message));
        return id;
    }

    /// A file's row in the timeline, if it stands there.
    [[nodiscard]] std::optional<body::File> file(Id id) const {
        const auto found = find({timeline_bucket, RowKind::file, id});
        return *found ? std::optional(*body::parse_file((*found)->body)) : std::nullopt;
    }

    // ------------------------------------------------------------------ World

    Result<std::optional<Row>> find(RowKey key) const override {
        const auto found = rows.find(key);
        const bool there = found != rows.end() && !found->second.body.empty();
        return there ? std::optional<Row>(found->second) : std::nullopt;
    }
    Result<std::optional<Bucket>> bucket(BucketKind kind, Id owner) const override {
        for (const auto& [id, head] : buckets) {
            if (head.kind == kind && head.owner == owner) {
                return head;
            }
        }
        return std::nullopt;
    }
    Result<BucketId> directory() const override { return directory_bucket; }
    Result<std::vector<Row>> newest(BucketId bucket,
                                    RowKind kind,
                                    std::size_t count) const override {
        std::vector<Row> found;
        for (const auto& [key, row] : rows) {
            if (key.bucket == bucket && key.kind == kind && !row.body.empty()) {
                found.push_back(row);
            }
        }
        std::ranges::sort(found, std::ranges::greater{}, [](const Row& row) {
            return std::pair(row.sort, row.id);
        });
        found.resize(std::min(found.size(), count));
        return found;
    }
    Result<BucketId> mint_bucket() override { return BucketId{next_bucket_++}; }

    // ------------------------------------------------------------------ the conversation

    /// What the server says to one WebSocket message.
    std::vector<std::string> answer(std::string_view bytes) {
        const auto frame = wire::decode(bytes);
        if (!frame) {
            return {};
        }
        if (const auto* hello = std::get_if<wire::Hello>(&*frame)) {
            return {welcome(*hello)};
        }
        if (const auto* push = std::get_if<wire::Push>(&*frame)) {
            return judge(*push);
        }
        if (const auto* ping = std::get_if<wire::Ping>(&*frame)) {
            return {wire::encode(wire::Pong{ping->nonce, WallTime{clock}})};
        }
        return {};
    }

    std::string answer_pull(std::string_view bytes) {
        const auto frame = wire::decode(bytes);
        std::string stream;
        for (const wire::Want& want : std::get<wire::Pull>(*frame).wants) {
            wire::append_framed(stream, answer_want(want));
        }
        return stream;
    }

    /// Of a channel's timeline and archive; with each message its answer and its files.
    std::string answer_older(std::string_view body) const {
        const json::Value wish = json::parse(body);
        const auto wanted = parse_id(wish["channel"].get<std::string>());
        std::pair before{std::numeric_limits<std::int64_t>::max(), Id{}};
        if (wish.contains("before")) {
            before = {wish["before"]["sort"].get<std::int64_t>(),
                      *parse_id(wish["before"]["id"].get<std::string>())};
        }
        std::map<std::pair<std::int64_t, Id>, RowKey> found;
        for (const auto& [key, row] : rows) {
            const bool is_here = buckets.at(key.bucket).owner == wanted && !row.body.empty();
            if (is_here && key.kind == RowKind::message && std::pair(row.sort, row.id) < before) {
                found[{row.sort, row.id}] = key;
            }
        }
        std::map<BucketId, wire::Page> pages;
        std::size_t left = wish["messages"].get<std::size_t>();
        for (auto at = found.rbegin(); at != found.rend() && left > 0; ++at, --left) {
            add_said(pages, at->second);
        }
        if (pages.empty()) {
            add_head(pages, timeline_bucket);
        }
        pages.rbegin()->second.complete = found.size() <= wish["messages"].get<std::size_t>();
        std::string stream;
        for (const auto& [id, page] : pages) {
            wire::append_framed(stream, wire::encode(page));
        }
        return stream;
    }

    std::string live_page(BucketId bucket, std::uint64_t from) {
        return wire::encode(page({.bucket = bucket, .mode = wire::PullMode::delta, .from = from}));
    }

    std::string refresh_answer() const {
        return R"({"access_token":"access2","access_expires_in_ms":1000,)"
               R"("refresh_token":"refresh2","sealing":)" +
               sealing + "}";
    }
    std::string sign_in_answer(Id user = ana) const {
        return R"({"access_token":"access","access_expires_in_ms":1000,"refresh_token":"refresh",)"
               R"("user":")" +
               to_string(user) + R"(","organization":")" + to_string(organization) +
               R"(","device":2000,"salt":"18446744073709551615","sealing":)" + sealing +
               R"(,"policy":)" + body::encode(policy) + "}";
    }

    std::int64_t clock = 1'700'000'000'000;
    body::OfflinePolicy policy{.granted = true};
    /// A key of 32 bytes, and a pass.
    std::string sealing =
        R"({"key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","pass":"p2000"})";
    std::map<BucketId, Bucket> buckets;
    std::map<RowKey, Row> rows;
    std::map<Id, Outcome> outcomes;
    std::map<Id, int> effects;    ///< how often each intent has had its effect
    std::set<Id> refuse;          ///< channel whose intents are refused
    std::string adjust_with;      ///< what is done is said to be otherwise than asked: parameters
    std::set<BucketId> unserved;  ///< buckets that are not for phones
    std::size_t rows_per_page = 2000;
    bool hold_pages = false;     ///< live pages of pushes are kept back
    bool hold_outcomes = false;  ///< pushes take effect, but nothing is answered

    void put(RowKey key, std::int64_t sort, std::string body) {
        Bucket& head = buckets.at(key.bucket);
        if (const auto old = rows.find(key); old != rows.end() && !old->second.body.empty()) {
            head.sum -= row_sum(old->second);
            head.rows -= 1;
        }
        head.version += 1;
        Row row{key.kind, key.id, head.version, sort, std::move(body)};
        if (!row.body.empty()) {
            head.sum += row_sum(row);
            head.rows += 1;
        }
        rows[key] = std::move(row);
    }

private:
    wire::Page& add_head(std::map<BucketId, wire::Page>& pages, BucketId bucket) const {
        return pages
            .try_emplace(bucket,
                         wire::Page{.head = buckets.at(bucket), .mode = wire::PullMode::tail})
            .first->second;
    }
    void add_said(std::map<BucketId, wire::Page>& pages, RowKey message) const {
        const auto add = [&](RowKey key) {
            const auto row = rows.find(key);
            if (row != rows.end()) {
                const Row& is = row->second;
                add_head(pages, key.bucket)
                    .rows.push_back({is.kind, is.id, is.version, is.sort, is.body});
            }
        };
        add(message);
        add({message.bucket, RowKind::answer, message.id});
        const auto said = body::parse_message(rows.at(message).body);
        for (const Id file : said->files) {
            add({message.bucket, RowKind::file, file});
        }
    }

    wire::Bytes answer_want(const wire::Want& want) {
        if (!buckets.contains(want.bucket) || unserved.contains(want.bucket)) {
            return wire::encode(wire::Unwanted{want.bucket, ErrorCode::access_forbidden});
        }
        return want.mode == wire::PullMode::sums ? wire::encode(sums(want))
                                                 : wire::encode(page(want));
    }

    std::string welcome(const wire::Hello& hello) {
        wire::Welcome frame;
        frame.server_time = WallTime{clock};
        frame.user = ana;
        frame.organization = organization;
        frame.salt = 77;
        frame.device = hello.device;
        frame.policy = body::encode(policy);
        for (const auto& [id, head] : buckets) {
            if (unserved.contains(id)) {
                continue;
            }
            const auto held = std::ranges::find(hello.cursors, id, &wire::Cursor::bucket);
            if (held == hello.cursors.end() || held->version != head.version ||
                held->epoch != head.epoch || !(held->sum == head.sum)) {
                frame.heads.push_back(head);
            }
        }
        return wire::encode(frame);
    }

    wire::Page page(const wire::Want& want) {
        wire::Page page;
        page.head = buckets.at(want.bucket);
        page.mode = want.mode;
        page.from = want.from;
        page.range = want.range;
        page.to =
            want.mode == wire::PullMode::snapshot && want.from != 0 ? want.from : page.head.version;
        std::vector<const Row*> found;
        for (const auto& [key, row] : rows) {
            if (key.bucket == want.bucket && wanted(want, row)) {
                found.push_back(&row);
            }
        }
        if (want.mode == wire::PullMode::tail) {
            std::ranges::sort(found, [](const Row* a, const Row* b) { return a->sort > b->sort; });
            found.resize(std::min<std::size_t>(found.size(), want.limit));
        } else if (want.mode == wire::PullMode::range) {
            page.to = 0;
        } else if (want.mode == wire::PullMode::delta) {
            std::ranges::sort(found, {}, &Row::version);
        } else if (found.size() > rows_per_page) {
            found.resize(rows_per_page);
            page.after_kind = found.back()->kind;
            page.after_id = found.back()->id;
        }
        for (const Row* row : found) {
            page.rows.push_back({row->kind, row->id, row->version, row->sort, row->body});
        }
        page.complete = !page.after_id && page.to == page.head.version;
        return page;
    }

    static bool wanted(const wire::Want& want, const Row& row) {
        switch (want.mode) {
            case wire::PullMode::tail:
                return row.kind == RowKind::message && !row.body.empty();
            case wire::PullMode::snapshot:
                return !row.body.empty() &&
                       std::pair(row.kind, row.id) > std::pair(want.after_kind, want.after_id);
            case wire::PullMode::delta:
                return row.version > want.from;
            case wire::PullMode::sums:
            case wire::PullMode::range:
                return !row.body.empty() && want.range.contains({row.kind, row.id});
        }
        return false;
    }

    wire::Sums sums(const wire::Want& want) {
        wire::Sums sums{.head = buckets.at(want.bucket), .after = want.range.after};
        RangeSum part{.to = want.range.to};
        RowPlace last;
        for (const auto& [key, row] : rows) {
            if (key.bucket != want.bucket || !wanted(want, row)) {
                continue;
            }
            if (part.rows == want.limit) {
                part.to = last;
                sums.ranges.push_back(part);
                part = RangeSum{.to = want.range.to};
            }
            last = {row.kind, row.id};
            part.rows += 1;
            part.sum += row_sum(row);
        }
        sums.ranges.push_back(part);
        return sums;
    }

    std::vector<std::string> judge(const wire::Push& push) {
        std::map<BucketId, std::uint64_t> before;
        for (const auto& [id, head] : buckets) {
            before[id] = head.version;
        }
        wire::Outcomes said;
        for (const Intent& intent : push.intents) {
            said.outcomes.push_back(judge_one(intent));
        }
        std::vector<std::string> answers;
        if (!hold_outcomes) {
            answers.push_back(wire::encode(said));
        }
        for (const auto& [id, version] : before) {
            if (!hold_pages && !unserved.contains(id) && buckets.at(id).version != version) {
                answers.push_back(live_page(id, version));
            }
        }
        return answers;
    }

    Outcome judge_one(const Intent& intent) {
        if (const auto known = outcomes.find(intent.id); known != outcomes.end()) {
            Outcome again = known->second;
            again.replayed = true;
            return again;
        }
        Outcome outcome;
        outcome.intent = intent.id;
        auto done = refuse.contains(intent.lane)
                        ? Result<Effects>(fail(ErrorCode::access_forbidden))
                        : reduce(*this, {ana, organization, WallTime{clock += 10}}, intent);
        if (!done) {
            outcome.status = OutcomeStatus::rejected;
            outcome.code = done.error().code;
            outcome.detail = done.error().params;
        } else {
            effects[intent.id] += 1;
            outcome.status = done->status;
            outcome.code = done->code;
            outcome.detail = done->params;
            if (!adjust_with.empty()) {
                outcome.status = OutcomeStatus::adjusted;
                outcome.code = ErrorCode::task_reassigned;
                outcome.detail = adjust_with;
            }
            std::set<BucketId> touched;
            for (RowChange& change : done->rows) {
                touched.insert(change.key.bucket);
                put(change.key, change.sort, std::move(change.body));
            }
            for (const BucketId id : touched) {
                outcome.positions.push_back({id, buckets.at(id).version});
            }
        }
        outcomes[intent.id] = outcome;
        return outcome;
    }

    std::uint32_t next_id_ = 1000;
    std::uint64_t next_bucket_ = 500;
};

}  // namespace holdfast::testing_support
