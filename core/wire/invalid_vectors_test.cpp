#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/wire/codec.hpp"
#include "core/wire/testing/describe.hpp"
#include "core/wire/testing/golden.hpp"
#include "core/wire/testing/raw.hpp"
#include "core/wire/testing/samples.hpp"

// spec/vectors/README.md says what the files are.
namespace holdfast::wire {
namespace {

using testing::Builder;
using testing::Json;
using testing::number_max;
using testing::raw_frame;
using testing::raw_page;
using testing::RawRows;

struct Invalid {
    std::string name;
    std::string
        layer;  ///< "structure": found by a FlatBuffers verifier; "content": by our own rules
    ErrorCode code;
    Bytes bytes;
};

using List = std::vector<Invalid>;

void malformed(List& list, std::string name, Bytes bytes) {
    list.push_back({std::move(name), "content", ErrorCode::request_malformed, std::move(bytes)});
}

void too_large(List& list, std::string name, Bytes bytes) {
    list.push_back({std::move(name), "content", ErrorCode::request_too_large, std::move(bytes)});
}

void broken(List& list, std::string name, Bytes bytes) {
    list.push_back({std::move(name), "structure", ErrorCode::request_malformed, std::move(bytes)});
}

Bytes with_columns(void (*change)(RawRows&)) {
    RawRows rows;
    change(rows);
    return raw_page(rows);
}

void add_structure(List& list) {
    const Bytes ping = encode(Ping{.nonce = 1});
    Bytes other = ping;
    other[7] = '2';
    broken(list, "nothing", "");
    broken(list, "text", "{\"frame\":\"Ping\"}");
    broken(list, "wrong_identifier", other);
    broken(list, "cut", encode(testing::samples().front().frame).substr(0, 60));
    Bytes far = ping;
    far[2] = '\x7f';
    broken(list, "root_far_away", far);

    Bytes long_text = encode(GoAway{.detail = "0123456789"});
    long_text[long_text.find("0123456789") - 2] = '\x7f';
    broken(list, "text_longer_than_the_frame", long_text);

    // One table named 10,000 times: a small frame that a careless reader makes large.
    broken(list, "one_table_many_times", raw_frame([](Builder& fbb) {
               const std::vector<flatbuffers::Offset<fb::Head>> heads(10'000,
                                                                      testing::raw_head(fbb));
               const auto vector = fbb.CreateVector(heads);
               return fb::CreateHeads(fbb, vector);
           }));
}

void add_envelope(List& list) {
    malformed(list, "no_body", raw_frame([](Builder&) { return flatbuffers::Offset<fb::Ping>{}; }));
    for (const std::uint8_t type : {std::uint8_t{0}, std::uint8_t{16}}) {
        Builder fbb;
        const auto ping = fb::CreatePing(fbb, 1);
        fb::FinishFrameBuffer(fbb, fb::CreateFrame(fbb, static_cast<fb::Body>(type), ping.Union()));
        malformed(list,
                  type == 0 ? "body_without_type" : "unknown_type",
                  {reinterpret_cast<const char*>(fbb.GetBufferPointer()), fbb.GetSize()});
    }
    malformed(
        list, "sums_without_head", raw_frame([](Builder& fbb) { return fb::CreateSums(fbb); }));
    malformed(
        list, "page_without_head", raw_frame([](Builder& fbb) { return fb::CreatePage(fbb); }));
}

void add_columns(List& list) {
    malformed(list, "count_above_columns", with_columns([](RawRows& rows) { rows.count = 4; }));
    malformed(list, "count_below_columns", with_columns([](RawRows& rows) { rows.count = 2; }));
    malformed(list, "kinds_too_short", with_columns([](RawRows& rows) { rows.kinds.pop_back(); }));
    malformed(list, "kind_zero", with_columns([](RawRows& rows) { rows.kinds[1] = 0; }));
    malformed(list, "ids_too_short", with_columns([](RawRows& rows) { rows.ids.pop_back(); }));
    malformed(
        list, "versions_too_long", with_columns([](RawRows& rows) { rows.versions.push_back(0); }));
    malformed(list, "sorts_empty", with_columns([](RawRows& rows) { rows.sorts.clear(); }));
    malformed(
        list, "sizes_too_long", with_columns([](RawRows& rows) { rows.body_sizes.push_back(0); }));
    malformed(
        list, "bodies_too_short", with_columns([](RawRows& rows) { rows.bodies.pop_back(); }));
    malformed(
        list, "bodies_too_long", with_columns([](RawRows& rows) { rows.bodies.push_back('x'); }));
    malformed(list, "varint_cut", with_columns([](RawRows& rows) { rows.ids.back() = 0x80; }));
    malformed(list, "varint_not_shortest", with_columns([](RawRows& rows) {
                  rows.ids = {2, 2, 0x82, 0x00};
              }));
    malformed(list, "varint_above_64_bits", with_columns([](RawRows& rows) {
                  rows.sorts = {0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02};
              }));
    malformed(list, "row_id_negative", with_columns([](RawRows& rows) { rows.ids[0] = 1; }));
    malformed(
        list, "row_version_negative", with_columns([](RawRows& rows) { rows.versions[2] = 5; }));
    malformed(list, "body_size_huge", with_columns([](RawRows& rows) {
                  rows.body_sizes = {
                      2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 2};
              }));
}

void add_values(List& list) {
    malformed(list, "bucket_above_63_bits", encode(Unwanted{.bucket = {number_max + 1}}));
    malformed(
        list,
        "intent_id_above_63_bits",
        encode(Push{.intents = {{.id = Id{number_max + 1}, .kind = IntentKind::channel_read}}}));
    malformed(list, "revoked_above_63_bits", encode(Revoke{.buckets = {{1}, {number_max + 1}}}));
    malformed(list, "device_above_31_bits", encode(Hello{.device = device_number_max + 1}));
    malformed(
        list, "device_class_unknown", encode(Hello{.device_class = static_cast<DeviceClass>(3)}));
    malformed(list, "head_kind_zero", encode(Heads{.heads = {{.id = {1}}}}));
    malformed(list,
              "page_mode_unknown",
              encode(Page{.head = testing::sample_head(), .mode = static_cast<PullMode>(6)}));
    malformed(list,
              "range_that_ends_before_it_begins",
              encode(Pull{.wants = {{.mode = PullMode::range,
                                     .range = {.after = {RowKind::message, Id{2}},
                                               .to = {RowKind::message, Id{2}}}}}}));
    malformed(list, "want_mode_zero", encode(Pull{.wants = {{.mode = PullMode{}}}}));
    malformed(list, "intent_kind_zero", encode(Push{.intents = {{.id = Id{1}}}}));
    malformed(list,
              "elapsed_below_unknown",
              encode(Push{.intents = {{.kind = IntentKind::channel_read, .elapsed_ms = -2}}}));
    malformed(list,
              "outcome_status_unknown",
              encode(Outcomes{.outcomes = {{.status = static_cast<OutcomeStatus>(5)}}}));
    malformed(list, "contact_state_zero", encode(Presence{.contacts = {{.state = Contact{}}}}));
    malformed(list, "token_not_utf8", encode(Hello{.token = "caf\xe9"}));
    malformed(list, "detail_with_surrogate", encode(GoAway{.detail = "\xed\xa0\x80"}));
}

void add_limits(List& list) {
    Page page{.head = testing::sample_head()};
    page.rows.resize(limits::rows_per_page_max + 1, {RowKind::message, Id{1}, 1, 0, ""});
    too_large(list, "too_many_rows", encode(page));
    Push push;
    push.intents.resize(limits::intents_per_push_max + 1, {.kind = IntentKind::channel_read});
    too_large(list, "too_many_intents", encode(push));
    Pull pull;
    pull.wants.resize(limits::wants_per_pull_max + 1);
    too_large(list, "too_many_wants", encode(pull));
    too_large(list, "pull_of_too_many_bytes", encode(Pull{.bytes = limits::pull_bytes_max + 1}));
    too_large(
        list,
        "tail_of_too_many_rows",
        encode(Pull{.wants = {{.mode = PullMode::tail, .limit = limits::tail_rows_max + 1}}}));
    Sums sums{.head = testing::sample_head()};
    sums.ranges.resize(limits::ranges_per_sums_max + 1);
    too_large(list, "too_many_ranges", encode(sums));
    too_large(list,
              "resume_of_too_many_bytes",
              encode(Hello{.resume = Bytes(limits::resume_bytes_max + 1, 'x')}));
}

List invalid_vectors() {
    List list;
    add_structure(list);
    add_envelope(list);
    add_columns(list);
    add_values(list);
    add_limits(list);
    return list;
}

TEST(InvalidVectors, are_refused_with_the_code_that_the_index_names) {
    Json index = Json::array();
    for (const Invalid& invalid : invalid_vectors()) {
        const std::string file = invalid.name + ".bin";
        testing::expect_vector("invalid/" + file, invalid.bytes);
        const auto frame = decode(invalid.bytes);
        ASSERT_FALSE(frame.has_value()) << invalid.name;
        EXPECT_EQ(error_name(frame.error().code), error_name(invalid.code)) << invalid.name;
        EXPECT_EQ(frame.error().detail == "not a frame", invalid.layer == "structure")
            << invalid.name;
        index.push_back({{"file", file},
                         {"layer", invalid.layer},
                         {"code", std::string(error_name(invalid.code))}});
    }
    testing::expect_vector("invalid/index.json", index.dump(2) + "\n");
}

TEST(InvalidVectors, have_no_file_that_the_list_does_not_make) {
    std::set<std::string> expected{"index.json"};
    for (const Invalid& invalid : invalid_vectors()) {
        EXPECT_TRUE(expected.insert(invalid.name + ".bin").second)
            << invalid.name << " is there twice";
    }
    for (const auto& entry :
         std::filesystem::directory_iterator(testing::vectors_folder + "invalid")) {
        EXPECT_TRUE(expected.contains(entry.path().filename().string())) << entry.path();
    }
}

TEST(InvalidVectors, differ_from_a_valid_page_in_one_place) {
    const auto frame = decode(raw_page({}));
    ASSERT_TRUE(frame.has_value()) << frame.error().detail;
}

}  // namespace
}  // namespace holdfast::wire
