#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/wire/frame.hpp"

/// The frames of spec/vectors/valid: one or more of each type, with the values that go wrong first.
namespace holdfast::wire::testing {

struct Sample {
    std::string name;
    Frame frame;
};

inline constexpr std::uint64_t number_max = 0x7fff'ffff'ffff'ffff;
inline constexpr std::uint64_t bits_max = 0xffff'ffff'ffff'ffff;
inline constexpr WallTime noon{1'767'268'800'000};

inline Bucket sample_head() {
    return {.id = {Id::make(server_device, 42).value},
            .kind = BucketKind::timeline,
            .owner = Id::make(server_device, 40),
            .parent = Id::make(server_device, 7),
            .segment = 3,
            .epoch = 77,
            .version = 1200,
            .rows = 1100,
            .bytes = 165'000,
            .sum = {.low = 0x0123'4567'89ab'cdef, .high = 0xfedc'ba98'7654'3210},
            .horizon = 31,
            .active_at = {1'789'776'000'000}};
}

inline Bucket largest_head() {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    return {.id = {number_max},
            .kind = static_cast<BucketKind>(255),
            .owner = {number_max},
            .parent = {number_max},
            .segment = most,
            .epoch = most,
            .version = number_max,
            .rows = most,
            .bytes = number_max,
            .sum = {.low = bits_max, .high = bits_max},
            .horizon = number_max,
            .active_at = {static_cast<std::int64_t>(number_max)}};
}

inline void add_upstream(std::vector<Sample>& samples) {
    Hello first;
    first.token = "first-contact";
    first.device = 1024;
    first.app_version = "0.1.0";
    samples.push_back({"hello_first_contact", first});

    Hello hello = first;
    hello.token = "eyJ.ünïcode.🙂";
    hello.device = device_number_max;
    hello.salt = bits_max;
    hello.device_class = DeviceClass::desktop;
    hello.cursors = {{.bucket = {1}, .epoch = 1, .version = 0, .sum = {}},
                     {.bucket = {number_max},
                      .epoch = 0xffff'ffff,
                      .version = number_max,
                      .sum = {.low = bits_max, .high = 1}}};
    hello.waiting = 12;
    samples.push_back({"hello", hello});

    Hello brief;
    brief.device = 1031;
    brief.app_version = "0.1.0";
    brief.resume = std::string("\x00\x01sealed\xfe\xff", 10);
    brief.digest = Sum{.low = 0x0123'4567'89ab'cdef, .high = 0xfedc'ba98'7654'3210};
    samples.push_back({"hello_brief", brief});

    samples.push_back({"push_empty", Push{}});
    Push push;
    push.intents.push_back({.id = Id::make(5000, 1),
                            .lane = Id::make(server_device, 40),
                            .kind = IntentKind::message_post,
                            .version = 1,
                            .args = R"({"channel":"4294967336","text":"Grüße, 世界 🙂"})",
                            .claimed_at = noon,
                            .elapsed_ms = 90'000});
    push.intents.push_back({.id = Id{number_max},
                            .lane = Id{number_max},
                            .kind = static_cast<IntentKind>(65535),
                            .version = 65535,
                            .args = "",
                            .claimed_at = {std::numeric_limits<std::int64_t>::min()},
                            .elapsed_ms = -1});
    samples.push_back({"push", push});

    samples.push_back({"ping", Ping{.nonce = bits_max}});
}

inline void add_pulls(std::vector<Sample>& samples) {
    samples.push_back(
        {"pull",
         Pull{.wants = {{.bucket = {1}, .mode = PullMode::tail, .epoch = 2, .limit = 200},
                        {.bucket = {2},
                         .mode = PullMode::snapshot,
                         .epoch = 3,
                         .from = 900,
                         .after_kind = RowKind::message,
                         .after_id = Id{12345}},
                        {.bucket = {number_max}, .mode = PullMode::delta, .from = number_max}},
              .bytes = 1024 * 1024}});
    samples.push_back(
        {"pull_of_ranges",
         Pull{.wants = {{.bucket = {42}, .mode = PullMode::sums, .limit = 69},
                        {.bucket = {42},
                         .mode = PullMode::sums,
                         .epoch = 77,
                         .limit = 5,
                         .range = {.after = {RowKind::message, Id{9000}},
                                   .to = {RowKind::message, Id{number_max}}}},
                        {.bucket = {42},
                         .mode = PullMode::range,
                         .epoch = 77,
                         .range = {.after = {RowKind::message, Id{number_max}}, .to = {}}}}}});
}

inline void add_pages(std::vector<Sample>& samples) {
    samples.push_back({"page_empty",
                       Page{.head = {.id = {9}, .kind = BucketKind::user, .epoch = 1},
                            .mode = PullMode::delta,
                            .complete = true}});

    Page tail{.head = sample_head(), .mode = PullMode::tail};
    for (std::uint32_t i = 0; i < 20; ++i) {
        tail.rows.push_back({.kind = RowKind::message,
                             .id = Id::make(5000 + i % 3, 100 + i),
                             .version = 1181 + i,
                             .sort = noon.ms + 1000 * i,
                             .body = R"({"author":"4294967302","text":"Bonjour à tous 👋"})"});
    }
    samples.push_back({"page_tail", tail});

    samples.push_back(
        {"page_delta_with_tombstones",
         Page{.head = sample_head(),
              .mode = PullMode::delta,
              .from = 1190,
              .to = 1200,
              .complete = true,
              .rows = {{RowKind::message, Id{500}, 1191, 10, "{}"},
                       {RowKind::message, Id{400}, 1195, 0, ""},
                       {RowKind::message, Id{450}, 1199, 0, ""},
                       {RowKind::message, Id{501}, 1200, 11, R"({"text":"last"})"}}}});
    samples.push_back({"page_only_tombstones",
                       Page{.head = sample_head(),
                            .mode = PullMode::delta,
                            .from = 1198,
                            .to = 1199,
                            .rows = {{RowKind::member, Id{6}, 1199, 0, ""}}}});
    samples.push_back({"page_snapshot_continues",
                       Page{.head = sample_head(),
                            .mode = PullMode::snapshot,
                            .to = 1200,
                            .after_kind = RowKind::user,
                            .after_id = Id::make(server_device, 3),
                            .rows = {{RowKind::organization, Id{1}, 3, 0, R"({"name":"Ω"})"},
                                     {RowKind::user, Id{2}, 1, 0, "{}"},
                                     {RowKind::user, Id::make(server_device, 3), 2, 0, "{}"}}}});
    samples.push_back({"page_range",
                       Page{.head = sample_head(),
                            .mode = PullMode::range,
                            .rows = {{RowKind::message, Id{9001}, 3, 17, R"({"text":"as it is"})"}},
                            .range = {.after = {RowKind::message, Id{9000}},
                                      .to = {RowKind::message, Id{9100}}}}});
    samples.push_back(
        {"page_extremes",
         Page{.head = largest_head(),
              .mode = PullMode::delta,
              .from = number_max,
              .to = number_max,
              .after_kind = static_cast<RowKind>(255),
              .after_id = Id{number_max},
              .complete = true,
              .rows = {{RowKind::message,
                        Id{number_max},
                        number_max,
                        std::numeric_limits<std::int64_t>::max(),
                        "{}"},
                       {static_cast<RowKind>(255),
                        Id{0},
                        0,
                        std::numeric_limits<std::int64_t>::min(),
                        "{}"},
                       {RowKind::message, Id{number_max}, number_max, -1, R"({"t":"\u0000"})"}}}});
}

inline void add_downstream(std::vector<Sample>& samples) {
    samples.push_back(
        {"welcome_exact", Welcome{.user = Id{2}, .organization = Id{1}, .exact = 30}});
    samples.push_back({"welcome",
                       Welcome{.server_time = noon,
                               .user = Id::make(server_device, 6),
                               .organization = Id::make(server_device, 1),
                               .salt = bits_max,
                               .device = 1025,
                               .policy = R"({"available":true,"note":"hors ligne – 离线"})",
                               .heads = {sample_head(), largest_head()},
                               .exact = 0xffff'ffff,
                               .revoked = {{17}, {number_max}},
                               .resume = std::string("\x00\x01sealed\xfe\xff", 10)}});
    samples.push_back({"again", Again{}});
    samples.push_back({"sums",
                       Sums{.head = sample_head(),
                            .after = {RowKind::message, Id{9000}},
                            .ranges = {{.to = {RowKind::message, Id{9100}},
                                        .rows = 69,
                                        .sum = {.low = bits_max, .high = 1}},
                                       {.to = {}, .rows = 0, .sum = {}}}}});
    samples.push_back({"heads", Heads{.heads = {sample_head()}}});
    samples.push_back({"revoke", Revoke{.buckets = {{1}, {2}, {number_max}}}});
    samples.push_back({"segment",
                       Segment{.bucket = {42},
                               .as_of = 1200,
                               .first = 3,
                               .parts = 9,
                               .address = "/sync/v1/segments/hfs.s1.42.77.1200.99.mac"}});
    samples.push_back({"unwanted", Unwanted{.bucket = {42}, .code = ErrorCode::sync_stale_epoch}});

    Outcomes outcomes;
    outcomes.outcomes.push_back({.intent = Id::make(5000, 1),
                                 .positions = {{.bucket = {42}, .version = 1201},
                                               {.bucket = {number_max}, .version = number_max}},
                                 .at = noon});
    outcomes.outcomes.push_back({.intent = Id::make(5000, 2),
                                 .status = OutcomeStatus::rejected,
                                 .code = ErrorCode::intent_too_long,
                                 .detail = R"({"limit":16384,"word":"Straße"})",
                                 .at = {-1},
                                 .replayed = true});
    outcomes.outcomes.push_back({.intent = Id::make(5000, 3),
                                 .status = OutcomeStatus::later,
                                 .code = static_cast<ErrorCode>(65535),
                                 .retry_after = {0xffff'ffff}});
    samples.push_back({"outcomes", outcomes});
    samples.push_back(
        {"presence",
         Presence{.contacts = {{.user = Id{2}, .state = Contact::online},
                               {.user = Id{3}, .state = Contact::away},
                               {.user = Id{number_max}, .state = Contact::offline}}}});
    samples.push_back({"pong", Pong{.nonce = 1, .server_time = noon}});
    samples.push_back({"go_away",
                       GoAway{.code = ErrorCode::server_draining,
                              .detail = "restart – à bientôt",
                              .retry_after = {1500}}});
}

inline std::vector<Sample> samples() {
    std::vector<Sample> samples;
    add_upstream(samples);
    add_pulls(samples);
    add_downstream(samples);
    add_pages(samples);
    return samples;
}

}  // namespace holdfast::wire::testing
