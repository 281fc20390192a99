// OM3, OM5: snapshots that were made once, over real sockets.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <list>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/wire/codec.hpp"
#include "platform/net/compression.hpp"
#include "server/net/segments/segment_work.hpp"
#include "server/net/testing/raw_client.hpp"
#include "server/net/testing/server_fixture.hpp"

namespace holdfast::net::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr Id channel{41};
constexpr Id group{31};
constexpr std::uint64_t rows = 9'000;

class SegmentServer : public ServerFixture {
protected:
    void SetUp() override {
        ServerFixture::SetUp();
        server_.reset();
        ASSERT_TRUE(storage_->begin());
        timeline_ =
            storage_
                ->create_bucket(
                    {.bucket = {.kind = BucketKind::timeline, .owner = channel, .parent = group},
                     .organization = organization_})
                .value();
        const BucketId own = storage_->find_bucket(BucketKind::user, user_).value()->bucket.id;
        const RowChange grant{.key = {own, RowKind::grant, channel},
                              .body = body::encode(body::Grant{.channel = true})};
        ASSERT_TRUE(storage_->write_rows({&grant, 1}));
        for (std::uint64_t id = 1; id <= rows; ++id) {
            const RowChange message{.key = {timeline_, RowKind::message, Id{id}},
                                    .sort = static_cast<std::int64_t>(id),
                                    .body = R"({"text":")" +
                                            std::string(200, static_cast<char>('a' + id % 26)) +
                                            std::to_string(id * 7'919) + "\"}"};
            ASSERT_TRUE(storage_->write_rows({&message, 1}));
        }
        ASSERT_TRUE(storage_->commit());
        options_.segments_folder = folder_ / "segments";
        start();
        token_ = sign_in();
    }

    std::string sign_in() {
        const Json body{{"email", email},
                        {"password", password},
                        {"device", {{"number", "0"}, {"name", "T"}, {"class", "desktop"}}}};
        const Reply reply = request(server_->port(), "POST", "/auth/v1/sign-in", body.dump());
        return Json::parse(reply.body).value("access_token", "");
    }
    std::string bearer() { return "Authorization: Bearer " + token_ + "\r\n"; }

    /// Asks until the server has time for it: these tests ask faster than it admits.
    Reply ask(const std::string& method,
              const std::string& target,
              const std::string& body,
              const std::string& headers) {
        for (;;) {
            Reply reply = request(server_->port(), method, target, body, headers);
            if (reply.status != 429) {
                return reply;
            }
        }
    }
    std::vector<wire::Frame> pull(const wire::Want& want) {
        const std::string body = wire::encode(wire::Pull{.wants = {want}, .bytes = 1});
        const Reply reply = ask("POST", "/sync/v1/pull", body, bearer());
        EXPECT_EQ(reply.status, 200);
        bodies_.push_back(reply.body);
        return frames(bodies_.back());
    }
    static std::vector<wire::Frame> frames(const std::string& stream) {
        std::vector<wire::Frame> frames;
        wire::FrameReader reader(stream);
        for (auto next = reader.next(); next && *next; next = reader.next()) {
            auto frame = wire::decode(**next);
            EXPECT_TRUE(frame.has_value());
            frames.push_back(*std::move(frame));
        }
        EXPECT_TRUE(reader.at_end());
        return frames;
    }
    wire::Want want() {
        return {.bucket = timeline_, .mode = wire::PullMode::snapshot, .segments = true};
    }
    /// Asks until the segment is there; each time the server answers with what it has.
    wire::Segment offered(const wire::Want& want) {
        for (;;) {
            for (const wire::Frame& frame : pull(want)) {
                if (const auto* segment = std::get_if<wire::Segment>(&frame)) {
                    return *segment;
                }
                EXPECT_TRUE(std::holds_alternative<wire::Page>(frame));
            }
        }
    }
    Reply fetch(const wire::Segment& segment, std::uint32_t part, const std::string& more = {}) {
        return ask("GET", segment.address + "/" + std::to_string(part), {}, more);
    }
    std::vector<fs::path> files() {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(options_.segments_folder)) {
            files.push_back(entry.path());
        }
        return files;
    }

    BucketId timeline_{};
    std::string token_;
    std::list<std::string> bodies_;  ///< pages borrow from them
};

TEST_F(SegmentServer, OM3_the_parts_are_the_snapshot_and_a_cut_one_goes_on_at_any_byte) {
    const wire::Segment segment = offered(want());
    EXPECT_EQ(segment.as_of, rows);
    EXPECT_EQ(segment.first, 0U);
    ASSERT_GE(segment.parts, 2U);
    std::uint64_t next = 1;
    for (std::uint32_t part = 0; part < segment.parts; ++part) {
        const Reply plain = fetch(segment, part);
        ASSERT_EQ(plain.status, 200);
        EXPECT_THAT(plain.headers.at("cache-control"), HasSubstr("private"));
        EXPECT_THAT(plain.headers.at("cache-control"), HasSubstr("immutable"));
        for (const wire::Frame& frame : frames(plain.body)) {
            const auto& page = std::get<wire::Page>(frame);
            EXPECT_EQ(page.to, segment.as_of);
            for (const RowRef& row : page.rows) {
                EXPECT_EQ(row.id, Id{next++});
            }
        }
        for (const Encoding encoding : {Encoding::zstd, Encoding::gzip}) {
            const std::string accept =
                "Accept-Encoding: " + std::string(encoding_name(encoding)) + "\r\n";
            const Reply whole = fetch(segment, part, accept);
            EXPECT_EQ(whole.headers.at("content-encoding"), encoding_name(encoding));
            EXPECT_EQ(decompress(encoding, whole.body, 1 << 23).value(), plain.body);
            const std::string etag = whole.headers.at("etag");
            const std::size_t cut = whole.body.size() / 3;
            const Reply rest = fetch(
                segment,
                part,
                accept + "If-Range: " + etag + "\r\nRange: bytes=" + std::to_string(cut) + "-\r\n");
            EXPECT_EQ(rest.status, 206);
            EXPECT_EQ(whole.body.substr(0, cut) + rest.body, whole.body);
            EXPECT_EQ(fetch(segment, part, accept + "If-None-Match: " + etag + "\r\n").status, 304);
        }
    }
    EXPECT_EQ(next, rows + 1);
}

TEST_F(SegmentServer, OM3_goes_on_at_the_part_where_the_device_stands) {
    const wire::Segment segment = offered(want());
    wire::Want later = want();
    later.from = segment.as_of;
    later.epoch = std::get<wire::Page>(frames(fetch(segment, 0).body).at(0)).head.epoch;
    later.after_kind = RowKind::message;
    later.after_id = Id{rows - 1};
    EXPECT_EQ(offered(later).first, segment.parts - 1);
}

TEST(SegmentWork, an_address_stays_the_same_for_a_while_and_ends_within_ten_minutes) {
    constexpr std::int64_t minute = 60'000;
    const auto end = [](std::int64_t now) {
        return SegmentWork::end_of_address(WallTime{now}).ms / minute;
    };
    EXPECT_EQ(end(100 * minute), 110);
    EXPECT_EQ(end(105 * minute - 1), 110);
    EXPECT_EQ(end(105 * minute), 115);
}

TEST_F(SegmentServer, whoever_does_not_know_segments_is_served_pages) {
    (void)offered(want());
    wire::Want plain = want();
    plain.segments = false;
    EXPECT_TRUE(std::holds_alternative<wire::Page>(pull(plain).at(0)));
}

TEST_F(SegmentServer, OM5_an_address_is_good_for_who_may_read_the_bucket_and_no_longer) {
    const wire::Segment segment = offered(want());
    wire::Segment forged = segment;
    forged.address.back() = forged.address.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(fetch(forged, 0).status, 404);
    EXPECT_EQ(fetch(segment, segment.parts).status, 404);
    EXPECT_EQ(ask("POST", segment.address + "/0", "x", {}).status, 405);
    EXPECT_EQ(ask("POST", "/auth/v1/sign-out", {}, bearer()).status, 204);
    EXPECT_EQ(fetch(segment, 0).status, 401);
    EXPECT_EQ(log_.str().find(segment.address), std::string::npos);
}

TEST_F(SegmentServer, OM5_a_grant_that_is_lost_ends_it_while_it_is_fetched) {
    const wire::Segment segment = offered(want());
    ASSERT_EQ(fetch(segment, 0).status, 200);
    // As another process does it: this one notices by itself.
    const auto other = storage::open_sqlite(folder_ / "holdfast.db").value();
    const BucketId own = other->find_bucket(BucketKind::user, user_).value()->bucket.id;
    const RowChange lost{.key = {own, RowKind::grant, channel}};
    ASSERT_TRUE(other->begin());
    ASSERT_TRUE(other->write_rows({&lost, 1}));
    ASSERT_TRUE(other->commit());
    int status = 0;
    do {
        status = fetch(segment, 1).status;
    } while (status == 200);
    EXPECT_EQ(status, 403);
}

TEST_F(SegmentServer, OM6_a_file_with_a_wrong_byte_is_not_served_and_made_anew) {
    const wire::Segment segment = offered(want());
    for (const fs::path& file : files()) {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(100);
        bytes.put('!');
    }
    EXPECT_EQ(fetch(segment, 0).status, 404);
    const wire::Segment again = offered(want());
    EXPECT_EQ(fetch(again, 0).status, 200);
}

TEST_F(SegmentServer, a_file_that_is_gone_ends_the_segment) {
    const wire::Segment segment = offered(want());
    for (const fs::path& file : files()) {
        fs::remove(file);
    }
    EXPECT_EQ(fetch(segment, 1).status, 404);
    EXPECT_EQ(fetch(segment, 0).status, 404);
}

}  // namespace
}  // namespace holdfast::net::testing
