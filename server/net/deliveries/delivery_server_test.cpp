// OM32, OM33, OM35, OM36: a sealed file over real sockets: each action once, and nothing of a file
// that is not as it was saved, or of who may not work here any more.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/base/hex.hpp"
#include "core/files/media.hpp"
#include "core/model/body_files.hpp"
#include "core/model/entitlement.hpp"
#include "core/wire/sealed.hpp"
#include "platform/sealing/sealing.hpp"
#include "server/files/digest.hpp"
#include "server/net/testing/raw_client.hpp"
#include "server/net/testing/server_fixture.hpp"

namespace holdfast::net::testing {
namespace {

using Json = nlohmann::json;
using namespace std::string_literals;

constexpr Id channel{41};
constexpr Id file_id{8'589'934'663};
const std::string paper = "%PDF-1.7 " + std::string(400'000, 'p');
const std::string file_secret(sealing::key_bytes, '\x22');

class DeliveryServer : public ServerFixture {
protected:
    void SetUp() override {
        options_.files_folder = folder_ / "files";
        ServerFixture::SetUp();
        announce();
        sign_in();
    }

    /// A file that a message of the person names.
    void announce() {
        server_.reset();
        ASSERT_TRUE(storage_->begin());
        timeline_ =
            storage_
                ->create_bucket(
                    {.bucket = {.kind = BucketKind::timeline, .owner = channel, .parent = Id{31}},
                     .organization = organization_})
                .value();
        const BucketId own = storage_->find_bucket(BucketKind::user, user_).value()->bucket.id;
        const RowChange rows[] = {
            {.key = {own, RowKind::grant, channel},
             .sort = 1,
             .body = body::encode(body::Grant{.channel = true})},
            {.key = {timeline_, RowKind::file, file_id},
             .sort = 1,
             .body = body::encode(body::File{.author = user_,
                                             .name = "plan.pdf",
                                             .type = "application/pdf",
                                             .bytes = static_cast<std::int64_t>(paper.size()),
                                             .sha256 = to_hex(files::sha256_of(paper))})}};
        ASSERT_TRUE(storage_->write_rows(rows));
        ASSERT_TRUE(storage_->commit());
        start();
    }
    void sign_in() {
        const Json body{{"email", email},
                        {"password", password},
                        {"device", {{"number", "0"}, {"name", "T"}, {"class", "mobile"}}}};
        const Json answer =
            Json::parse(request(server_->port(), "POST", "/auth/v1/sign-in", body.dump()).body);
        key_ = files::from_base64(answer["sealing"]["key"].get<std::string>()).value();
        head_ = {.user = user_,
                 .organization = organization_,
                 .device = answer["device"].get<DeviceNumber>(),
                 .saved_at = WallTime{1'700'000'000'000},
                 .pass = answer["sealing"]["pass"].get<std::string>()};
    }

    Intent rename(std::uint32_t counter, const std::string& name) const {
        return {.id = Id::make(head_.device, counter),
                .lane = user_,
                .kind = IntentKind::profile_update,
                .args = Json{{"name", name}, {"last_name", "Rojas"}, {"phone", ""}}.dump(),
                .claimed_at = WallTime{5}};
    }

    /// As a device seals it: the head, the pieces, the end.
    std::string seal(const std::vector<wire::SealedPiece>& pieces) const {
        std::string file = wire::sealed_lead(key_) + sealing::public_key(file_secret);
        auto cipher = *sealing::PieceCipher::make(file_secret, key_, file);
        wire::append_framed(file, cipher.seal(wire::encode_sealed(head_), false));
        for (const wire::SealedPiece& piece : pieces) {
            wire::append_framed(file, cipher.seal(wire::encode_sealed(piece), false));
        }
        wire::append_framed(file, cipher.seal(wire::encode_sealed(wire::SealedEnd{}), true));
        return file;
    }
    std::vector<wire::SealedPiece> with_paper(std::size_t from = 0) const {
        std::vector<wire::SealedPiece> pieces{
            wire::SealedActions{{rename(1, "Anita"), rename(2, "Annie")}}};
        for (std::size_t at = from; at < paper.size(); at += 262'144) {
            pieces.emplace_back(
                wire::SealedBytes{.channel = channel,
                                  .file = file_id,
                                  .at = static_cast<std::int64_t>(at),
                                  .bytes = std::string_view(paper).substr(at, 262'144)});
        }
        return pieces;
    }

    Reply deliver(std::string_view file) {
        return request(server_->port(),
                       "POST",
                       "/sync/v1/deliver",
                       file,
                       "Content-Type: application/octet-stream\r\n");
    }
    static std::string code(const Reply& reply) {
        const Json body = Json::parse(reply.body, nullptr, false);
        return body.is_object() ? body.value("code", "accepted") : "no answer";
    }
    /// The person's name in the tables, and whether the paper is there as a whole.
    std::pair<std::string, bool> truth() {
        server_.reset();
        const auto user = storage_->find_row({directory_, RowKind::user, user_}).value();
        const auto file = storage_->find_row({timeline_, RowKind::file, file_id}).value();
        const bool stored = body::parse_file(file->body)->stored;
        const std::string name = body::parse_user(user->body)->name;
        start();
        return {name, stored};
    }

    BucketId timeline_{};
    std::string key_;
    wire::SealedHead head_;
};

TEST_F(DeliveryServer, OM32_OM35_however_often_it_is_brought_each_action_is_done_once) {
    const std::string file = seal(with_paper());
    const Reply first = deliver(file);
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(Json::parse(first.body),
              Json::parse(R"({"applied":2,"known":0,"refused":0,"later":0,)"
                          R"("files":1,"files_stored":1})"));
    const Reply second = deliver(file);
    EXPECT_EQ(Json::parse(second.body),
              Json::parse(R"({"applied":0,"known":2,"refused":0,"later":0,)"
                          R"("files":1,"files_stored":1})"));
    EXPECT_EQ(truth(), std::pair("Annie"s, true));
}

TEST_F(DeliveryServer, OM35_a_file_that_is_changed_anywhere_is_refused_as_a_whole) {
    options_.hub.deliveries = {.burst = 10'000, .per_second = 10'000};
    server_.reset();
    start();
    const std::string file = seal(with_paper());
    std::size_t tried = 0;
    for (std::size_t at = 0; at < file.size(); at += at < 300 ? 1 : 7'919) {
        std::string changed = file;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        const Reply reply = deliver(changed);
        EXPECT_THAT(reply.status, ::testing::AnyOf(400, 422)) << at << ' ' << reply.body;
        EXPECT_THAT(code(reply), ::testing::StartsWith("sealed.")) << at;
        ++tried;
    }
    EXPECT_GT(tried, 300U);
    for (const std::size_t size :
         {file.size() - 1, file.size() - 21, std::size_t{200}, std::size_t{0}}) {
        EXPECT_EQ(code(deliver(std::string_view(file).substr(0, size))), "sealed.altered") << size;
    }
    EXPECT_EQ(code(deliver(file + "x")), "sealed.altered");
    EXPECT_EQ(truth(), std::pair("Ana"s, false));
}

TEST_F(DeliveryServer, OM35_a_file_for_another_server_is_told_from_a_broken_one) {
    const std::string ours = std::exchange(key_, sealing::public_key(std::string(32, '\x55')));
    EXPECT_EQ(code(deliver(seal(with_paper()))), "sealed.other_organization");
    key_ = ours;
    head_.organization = Id{99};
    EXPECT_EQ(code(deliver(seal(with_paper()))), "sealed.other_organization");
    EXPECT_EQ(code(deliver("Dear server, please take this.")), "sealed.unreadable");
    EXPECT_EQ(request(server_->port(), "GET", "/sync/v1/deliver").status, 405);
    EXPECT_EQ(truth(), std::pair("Ana"s, false));
}

TEST_F(DeliveryServer,
       OM36_a_session_that_ended_costs_nothing_and_a_revoked_device_delivers_as_policy_says) {
    server_.reset();
    ASSERT_TRUE(storage_->begin());
    const auto sessions = storage_->sessions_of(user_).value();
    for (auto session : sessions) {
        session.revoked = true;
        ASSERT_TRUE(storage_->put_session(session));
    }
    ASSERT_TRUE(storage_->commit());
    start();
    const wire::SealedActions first{{rename(1, "Anita")}};
    EXPECT_EQ(code(deliver(seal({first}))), "accepted");
    server_.reset();
    ASSERT_TRUE(storage_->begin());
    auto device = storage_->find_device(head_.device).value().value();
    device.revoked = true;
    ASSERT_TRUE(storage_->put_device(device));
    ASSERT_TRUE(storage_->commit());
    start();
    const Reply refused = deliver(seal(with_paper()));
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(code(refused), "sealed.refused");
    EXPECT_EQ(truth(), std::pair("Anita"s, false));
    server_.reset();
    ASSERT_TRUE(storage_->begin());
    const BucketId directory =
        storage_->find_bucket(BucketKind::directory, organization_).value()->bucket.id;
    const body::Entitlement terms{.state = body::EntitlementState::granted,
                                  .revoked_may_deliver = true};
    const RowChange allowed{.key = {directory, RowKind::entitlement, organization_},
                            .body = body::encode(terms)};
    ASSERT_TRUE(storage_->write_rows({&allowed, 1}));
    ASSERT_TRUE(storage_->commit());
    start();
    EXPECT_EQ(code(deliver(seal(with_paper()))), "accepted");
    EXPECT_TRUE(truth().second) << "policy allows it";
}

TEST_F(DeliveryServer, OM35_nobody_delivers_as_another_person_or_device) {
    server_.reset();
    ASSERT_TRUE(storage_->begin());
    const Id somebody = storage_->mint_id().value();
    const DeviceNumber theirs = server_device_limit;
    ASSERT_TRUE(storage_->add_device({.number = theirs, .user = somebody, .name = "S"}).value());
    ASSERT_TRUE(storage_->commit());
    start();
    const wire::SealedHead own = head_;
    head_.pass.back() = head_.pass.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(code(deliver(seal({}))), "sealed.refused");
    head_ = own;
    head_.device = theirs;
    EXPECT_EQ(code(deliver(seal({}))), "sealed.refused");
    head_ = own;
    head_.user = somebody;
    EXPECT_EQ(code(deliver(seal({}))), "sealed.refused");
    head_ = own;
    Intent foreign = rename(1, "Mallory");
    foreign.id = Id::make(theirs, 1);
    const Reply reply = deliver(seal({wire::SealedActions{{foreign}}}));
    EXPECT_EQ(Json::parse(reply.body)["refused"], 1);
    EXPECT_EQ(truth(), std::pair("Ana"s, false));
    EXPECT_FALSE(storage_->find_outcome(foreign.id).value()) << "the id is somebody else's to use";
}

TEST_F(DeliveryServer, OM35_bytes_with_a_gap_are_not_taken_for_the_whole) {
    const Reply reply = deliver(seal(with_paper(262'144)));
    EXPECT_EQ(Json::parse(reply.body)["files"], 1);
    EXPECT_EQ(Json::parse(reply.body)["files_stored"], 0);
    EXPECT_FALSE(truth().second);
    EXPECT_EQ(Json::parse(deliver(seal(with_paper())).body)["files_stored"], 1);
    EXPECT_TRUE(truth().second);
}

TEST_F(DeliveryServer, refuses_pieces_in_an_order_that_no_device_makes) {
    const std::string good = seal({});
    EXPECT_EQ(code(deliver(good)), "accepted");
    EXPECT_EQ(code(deliver(seal({head_}))), "sealed.unreadable");
    EXPECT_EQ(code(deliver(seal({wire::SealedEnd{}}))), "sealed.unreadable");
}

TEST_F(DeliveryServer, what_is_larger_than_any_file_is_refused_before_it_is_read) {
    RawHttp connection(server_->port());
    const Reply refused = connection.send(
        "POST /sync/v1/deliver HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        "999999999999\r\n\r\n");
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(Json::parse(refused.body)["params"]["limit"], wire::limits::sealed_bytes_max);
}

TEST_F(DeliveryServer, a_device_is_brought_only_so_often) {
    options_.hub.deliveries = {.burst = 2, .per_second = 0.1};
    server_.reset();
    start();
    EXPECT_EQ(deliver(seal({})).status, 200);
    EXPECT_EQ(deliver(seal({})).status, 200);
    const Reply refused = deliver(seal({}));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(code(refused), "request.too_many");
    EXPECT_GT(refused.headers.at("retry-after"), "0");
}

}  // namespace
}  // namespace holdfast::net::testing
