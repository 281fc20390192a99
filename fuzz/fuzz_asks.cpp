// What a signed-in device asks for over HTTP, pulls and older messages: whatever it asks, the
// answer is frames that the device can read, with rows of buckets that its person may read and of
// no other, or an error.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/assert.hpp"
#include "fuzz/input.hpp"
#include "server/services/older_messages.hpp"
#include "server/services/pull.hpp"
#include "server/services/testing/company.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace {

using namespace holdfast;
using holdfast::testing::Company;
using holdfast::testing::must;

constexpr int messages = 40;
constexpr std::size_t body_bytes = 2'000;  // of a page: several for a channel

/// Two channels with messages, of which the person who asks may read one.
struct Server {
    std::unique_ptr<storage::Storage> storage = *storage::open_sqlite(":memory:");
    Company company{*storage, "acme"};
    services::BucketIndex index{*storage};
    services::Access access{*storage, index};
    services::PullService pulls{*storage, access, {.rows = 7, .body_bytes = body_bytes}};
    Id person = company.ana;
    Id open = company.make_channel(company.yard, false, {company.ana});
    Id secret = company.make_channel(company.yard, true, {company.ben});

    /// What is there, for names that mean something.
    std::vector<std::uint64_t> names{company.directory.value, open.value, secret.value};

    Server() {
        for (const Id channel : {open, secret}) {
            must(storage->begin());
            const BucketId archive =
                company.make_bucket(BucketKind::archive, channel, company.yard, channel == open);
            names.insert(names.end(), {archive.value, company.timeline(channel).value});
            for (int i = 0; i < messages; ++i) {
                const BucketId bucket = i < messages / 2 ? archive : company.timeline(channel);
                const Id id = must(storage->mint_id());
                const std::string text(static_cast<std::size_t>(i) * 10, 'a');
                company.put({bucket, RowKind::message, id},
                            body::encode(body::Message{.author = company.ben, .text = text}),
                            i / 3);
                if (i % 8 == 0) {
                    names.push_back(id.value);
                }
            }
            must(storage->commit());
        }
    }

    std::shared_ptr<const services::Keys> keys() { return *access.keys(person); }
};

/// How many messages an answer has.
std::size_t check(Server& server, std::string_view answer) {
    std::size_t count = 0;
    wire::FrameReader reader(answer);
    for (auto next = reader.next(); next && *next; next = reader.next()) {
        const auto frame = wire::decode(**next);
        HF_ASSERT(frame.has_value());
        if (const auto* page = std::get_if<wire::Page>(&*frame)) {
            HF_ASSERT(*server.access.may_read(server.person, page->head.id));
            count += static_cast<std::size_t>(
                std::ranges::count(page->rows, RowKind::message, &RowRef::kind));
        }
    }
    HF_ASSERT(reader.at_end());
    return count;
}

void ask_older(Server& server, std::string_view body) {
    const auto wanted = services::parse_older_wanted(body);
    if (!wanted) {
        return;
    }
    const auto answer =
        services::older_messages(*server.storage, *server.keys(), *wanted, body_bytes);
    HF_ASSERT(!answer || wanted->channel != server.secret);
    if (answer) {
        HF_ASSERT(check(server, *answer) <= wanted->messages);
    }
}

void pull(Server& server, std::string_view body) {
    if (const auto answer = server.pulls.answer(server.person, body)) {
        (void)check(server, answer->bytes);
    }
}

/// The name of something, a small number, or any.
std::uint64_t number(const Server& server, fuzz::Source& source) {
    const std::uint8_t first = source.byte();
    if (first >= 0x80 && first - 0x80U < server.names.size()) {
        return server.names[first - 0x80U];
    }
    std::uint64_t value = first;
    for (int i = 0; first == 0xff && i < 7; ++i) {
        value = (value << 8U) | source.byte();
    }
    return value;
}

std::string compose_older(const Server& server, fuzz::Source& source) {
    const auto next = [&] { return std::to_string(number(server, source)); };
    std::string text = R"({"channel":")" + next() + R"(","messages":)" + next();
    if (source.byte() % 2 == 0) {
        text += R"(,"before":{"sort":)" + next() + R"(,"id":")" + next() + R"("})";
    }
    return text + "}";
}

wire::Bytes compose_pull(const Server& server, fuzz::Source& source) {
    wire::Pull pull{.wants = {}, .bytes = static_cast<std::uint32_t>(number(server, source))};
    while (!source.empty()) {
        wire::Want want;
        want.bucket = BucketId{number(server, source)};
        want.mode = static_cast<wire::PullMode>(1 + source.byte() % 5);
        want.epoch = source.byte() % 2 == 0 ? 1 : source.byte();
        want.from = number(server, source);
        want.after_kind = static_cast<RowKind>(source.byte() % 32);
        want.after_id = Id{number(server, source)};
        want.limit = static_cast<std::uint32_t>(number(server, source));
        want.range = {
            .after = {static_cast<RowKind>(source.byte() % 32), Id{number(server, source)}},
            .to = {static_cast<RowKind>(source.byte() % 32), Id{number(server, source)}}};
        pull.wants.push_back(want);
    }
    return wire::encode(pull);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static Server server;
    fuzz::Source source(bytes, size);
    switch (source.byte() % 4) {
        case 0:
            ask_older(server, source.rest());
            break;
        case 1:
            ask_older(server, compose_older(server, source));
            break;
        case 2:
            pull(server, source.rest());
            break;
        default:
            pull(server, compose_pull(server, source));
            break;
    }
    return 0;
}
