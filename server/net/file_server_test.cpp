// OM29, OM33, OM38: files over real sockets: whole once, whatever is cut, and for nobody else.

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/hex.hpp"
#include "core/files/limits.hpp"
#include "core/files/testing/pictures.hpp"
#include "core/model/body_files.hpp"
#include "server/files/digest.hpp"
#include "server/files/limits.hpp"
#include "server/files/store.hpp"
#include "server/net/testing/raw_client.hpp"
#include "server/net/testing/server_fixture.hpp"

namespace holdfast::net::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr Id channel{41};
constexpr Id other_channel{42};
constexpr Id group{31};
constexpr Id file_id{8'589'934'663};
constexpr Id theirs{8'589'934'664};
constexpr Id somebody{12};

const std::string paper = "%PDF-1.7 " + std::string(200'000, 'p');

class FileServer : public ServerFixture {
protected:
    void SetUp() override {
        ServerFixture::SetUp();
        server_.reset();
        ASSERT_TRUE(storage_->begin());
        timeline_ = make_timeline(channel);
        hidden_ = make_timeline(other_channel);
        const BucketId own = storage_->find_bucket(BucketKind::user, user_).value()->bucket.id;
        put({own, RowKind::grant, channel}, body::encode(body::Grant{.channel = true}));
        ASSERT_TRUE(storage_->commit());
        options_.files_folder = folder_ / "files";
        announce(paper, "application/pdf");
        token_ = sign_in();
    }

    BucketId make_timeline(Id owner) {
        return storage_
            ->create_bucket(
                {.bucket = {.kind = BucketKind::timeline, .owner = owner, .parent = group},
                 .organization = organization_})
            .value();
    }
    void put(RowKey key, std::string body) {
        const RowChange change{.key = key, .sort = 1, .body = std::move(body)};
        ASSERT_TRUE(storage_->write_rows({&change, 1}));
    }
    /// As a message does that names a file with these bytes.
    void announce(std::string_view bytes, std::string type, std::string sha256 = {}) {
        server_.reset();
        ASSERT_TRUE(storage_->begin());
        body::File file{.author = user_,
                        .name = "plan B\".pdf",
                        .type = std::move(type),
                        .bytes = static_cast<std::int64_t>(bytes.size()),
                        .sha256 = std::move(sha256)};
        if (file.sha256.empty()) {
            file.sha256 = to_hex(files::sha256_of(bytes));
        }
        put({timeline_, RowKind::file, file_id}, body::encode(file));
        put({hidden_, RowKind::file, file_id}, body::encode(file));
        file.author = somebody;
        put({timeline_, RowKind::file, theirs}, body::encode(file));
        ASSERT_TRUE(storage_->commit());
        start();
    }
    std::string sign_in() {
        const Json body{{"email", email},
                        {"password", password},
                        {"device", {{"number", "0"}, {"name", "T"}, {"class", "mobile"}}}};
        const Reply reply = request(server_->port(), "POST", "/auth/v1/sign-in", body.dump());
        return Json::parse(reply.body).value("access_token", "");
    }
    std::string headers(const std::string& more = {}) {
        return "Authorization: Bearer " + token_ + "\r\nTus-Resumable: 1.0.0\r\n" + more;
    }
    Reply create(Id to, Id file, std::size_t length, const std::string& more = {}) {
        return request(
            server_->port(),
            "POST",
            "/files/v1/uploads",
            {},
            headers("Upload-Length: " + std::to_string(length) + "\r\nUpload-Metadata: channel " +
                    files::testing::base64(to_string(to)) + ",file " +
                    files::testing::base64(to_string(file)) + "\r\n" + more));
    }
    Reply head() {
        RawHttp connection(server_->port());
        return connection.send(
            "HEAD " + address + " HTTP/1.1\r\nHost: localhost\r\n" + headers("\r\n"), true);
    }
    Reply patch(std::size_t offset, std::string_view bytes, const std::string& more = {}) {
        return request(server_->port(), "PATCH", address, bytes, patch_headers(offset, more));
    }
    std::string patch_headers(std::size_t offset, const std::string& more = {}) {
        return headers("Upload-Offset: " + std::to_string(offset) +
                       "\r\nContent-Type: application/offset+octet-stream\r\n" + more);
    }
    Reply link() {
        const Json body{{"channel", to_string(channel)}, {"file", to_string(file_id)}};
        return request(server_->port(), "POST", "/files/v1/links", body.dump(), headers());
    }
    Reply follow(const std::string& more = {}) {
        return request(
            server_->port(), "GET", Json::parse(link().body)["url"].get<std::string>(), {}, more);
    }
    body::File row() {
        server_.reset();
        const auto found = storage_->find_row({timeline_, RowKind::file, file_id}).value();
        start();
        return body::parse_file(found->body).value();
    }
    std::size_t files_in(const char* name) const {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(folder_ / "files" / name)) {
            count += entry.is_regular_file() ? 1 : 0;
        }
        return count;
    }
    /// Until so much of the one upload is on the disk: nobody else is asked, who would take it
    /// over.
    void wait_for_part(std::uintmax_t size) const {
        std::uintmax_t now = 0;
        while (now != size) {
            for (const auto& entry : fs::directory_iterator(folder_ / "files/uploads")) {
                now = entry.file_size();
            }
        }
    }
    static std::string code_of(const Reply& reply) {
        return Json::parse(reply.body, nullptr, false).value("code", "");
    }

    const std::string address = "/files/v1/uploads/41-8589934663";
    BucketId timeline_;
    BucketId hidden_;
    std::string token_;
};

TEST_F(FileServer, says_what_it_can_do) {
    const Reply reply = request(server_->port(), "OPTIONS", "/files/v1/uploads");
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(reply.headers.at("tus-version"), "1.0.0");
    EXPECT_EQ(reply.headers.at("tus-extension"), "creation,checksum,termination,expiration");
    EXPECT_EQ(reply.headers.at("tus-checksum-algorithm"), "sha1,sha256");
    EXPECT_EQ(reply.headers.at("tus-max-size"), "26214400");
    EXPECT_EQ(request(server_->port(), "GET", "/files/v1/uploads").status, 405);
    const Reply old = request(server_->port(),
                              "POST",
                              "/files/v1/uploads",
                              {},
                              "Authorization: Bearer " + token_ + "\r\nTus-Resumable: 0.2.2\r\n");
    EXPECT_EQ(old.status, 412);
    EXPECT_EQ(old.headers.at("tus-version"), "1.0.0");
}

TEST_F(FileServer, takes_a_file_in_pieces_and_gives_it_back_whole) {
    const Reply made = create(channel, file_id, paper.size());
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.headers.at("location"), address);
    EXPECT_THAT(made.headers.at("upload-expires"), HasSubstr(" GMT"));
    EXPECT_EQ(made.body, R"({"offset":0})");
    EXPECT_EQ(head().headers.at("upload-offset"), "0");
    EXPECT_EQ(code_of(link()), "file.on_its_way");

    const Reply first = patch(0, paper.substr(0, 1000));
    ASSERT_EQ(first.status, 204) << first.body;
    EXPECT_EQ(first.headers.at("upload-offset"), "1000");
    EXPECT_FALSE(row().stored);
    EXPECT_EQ(create(channel, file_id, paper.size()).body, R"({"offset":1000})");
    const Reply rest = patch(1000, std::string_view(paper).substr(1000));
    ASSERT_EQ(rest.status, 204) << rest.body;
    EXPECT_EQ(rest.headers.at("upload-offset"), std::to_string(paper.size()));

    EXPECT_TRUE(row().stored);
    EXPECT_EQ(files_in("uploads"), 0U);
    EXPECT_EQ(files_in("content"), 1U);
    EXPECT_EQ(head().headers.at("upload-offset"), std::to_string(paper.size()));
    EXPECT_EQ(create(channel, file_id, paper.size()).status, 201);  // its answer was lost
    EXPECT_EQ(code_of(patch(0, paper)), "file.wrong_offset");
    EXPECT_EQ(follow().body, paper);
}

TEST_F(FileServer, a_link_gives_the_file_and_nothing_that_runs) {
    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    ASSERT_EQ(patch(0, paper).status, 204);
    const Reply whole = follow();
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.headers.at("content-type"), "application/pdf");
    EXPECT_EQ(whole.headers.at("content-disposition"),
              "attachment; filename*=UTF-8''plan%20B%22.pdf");
    EXPECT_EQ(whole.headers.at("content-security-policy"), "default-src 'none'; sandbox");
    EXPECT_EQ(whole.headers.at("x-content-type-options"), "nosniff");
    const Reply range = follow("Range: bytes=9-\r\n");
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.headers.at("content-range"), "bytes 9-200008/200009");
    EXPECT_EQ(range.body, paper.substr(9));
    EXPECT_EQ(follow("Range: bytes=2-4\r\n").body, "DF-");
    EXPECT_EQ(follow("Range: bytes=900000-\r\n").status, 200);
    EXPECT_EQ(code_of(request(server_->port(), "GET", "/files/v1/content/1.2.41-1.9.ab")),
              "file.link_expired");
}

TEST_F(FileServer, is_for_its_author_and_for_those_who_read_the_channel) {
    EXPECT_EQ(create(other_channel, file_id, paper.size()).status, 404);
    EXPECT_EQ(code_of(create(channel, Id{7}, paper.size())), "file.unknown");
    EXPECT_EQ(code_of(create(channel, theirs, paper.size())), "file.not_yours");
    const std::string stranger = "Tus-Resumable: 1.0.0\r\n";
    for (const char* method : {"PATCH", "DELETE"}) {
        EXPECT_EQ(request(server_->port(), method, address, {}, stranger).status, 401) << method;
    }
    EXPECT_EQ(request(server_->port(), "POST", "/files/v1/uploads", {}, stranger).status, 401);
    EXPECT_EQ(request(server_->port(), "POST", "/files/v1/links", "{}", stranger).status, 401);

    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    ASSERT_EQ(patch(0, paper).status, 204);
    const std::string url = Json::parse(link().body)["url"].get<std::string>();
    EXPECT_EQ(request(server_->port(), "GET", url).status, 200);
    server_.reset();
    EXPECT_EQ(log_.str().find(url), std::string::npos);  // what opens a file is in no log
    ASSERT_TRUE(storage_->begin());
    const BucketId own = storage_->find_bucket(BucketKind::user, user_).value()->bucket.id;
    put({own, RowKind::grant, channel}, {});
    ASSERT_TRUE(storage_->commit());
    start();
    EXPECT_EQ(code_of(link()), "file.unknown");
}

TEST_F(FileServer, keeps_what_had_come_before_a_cut) {
    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    {
        RawHttp connection(server_->port());
        connection.cut("PATCH " + address + " HTTP/1.1\r\nHost: localhost\r\n" +
                       patch_headers(0, "Content-Length: " + std::to_string(paper.size())) +
                       "\r\n\r\n" + paper.substr(0, 150'000));
    }
    wait_for_part(150'000);  // the server may read it later than the client is gone
    const std::size_t offset = std::stoul(head().headers.at("upload-offset"));
    EXPECT_EQ(offset, 150'000U);
    ASSERT_EQ(patch(offset, paper.substr(offset)).status, 204);
    EXPECT_EQ(follow().body, paper);
}

TEST_F(FileServer, a_newer_request_takes_over_from_one_that_hangs) {
    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    RawHttp hanging(server_->port());
    hanging.begin("PATCH " + address + " HTTP/1.1\r\nHost: localhost\r\n" +
                  patch_headers(0, "Content-Length: " + std::to_string(paper.size())) + "\r\n\r\n" +
                  paper.substr(0, 1000));
    wait_for_part(1000);
    ASSERT_EQ(patch(1000, paper.substr(1000, 500)).status, 204);
    const Reply late = hanging.send(paper.substr(1000));
    EXPECT_EQ(late.status, 423);
    EXPECT_EQ(head().headers.at("upload-offset"), "1500");
    ASSERT_EQ(patch(1500, paper.substr(1500)).status, 204);
    EXPECT_EQ(follow().body, paper);
}

TEST_F(FileServer, goes_on_after_a_kill_also_between_the_content_and_the_tables) {
    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    ASSERT_EQ(patch(0, paper.substr(0, 5'000)).status, 204);
    restart();
    EXPECT_EQ(head().headers.at("upload-offset"), "5000");
    server_.reset();
    {
        const auto store = files::FileStore::open(folder_ / "files").value();
        const files::UploadKey key{channel, file_id};
        ASSERT_TRUE(store->append(key, 5'000, std::string_view(paper).substr(5'000)));
        ASSERT_TRUE(store->finish(key,
                                  {.bytes = static_cast<std::int64_t>(paper.size()),
                                   .sha256 = to_hex(files::sha256_of(paper)),
                                   .type = "application/pdf"}));
    }
    start();
    EXPECT_EQ(head().headers.at("upload-offset"), std::to_string(paper.size()));
    EXPECT_TRUE(row().stored);
    EXPECT_EQ(follow().body, paper);
}

TEST_F(FileServer, a_chunk_with_a_wrong_checksum_leaves_nothing) {
    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    const auto checksum = [](std::string_view bytes) {
        return "Upload-Checksum: sha256 " + files::testing::base64(files::sha256_of(bytes)) +
               "\r\n";
    };
    const std::string chunk = paper.substr(0, 70'000);
    const Reply wrong = patch(0, chunk, checksum("other"));
    EXPECT_EQ(wrong.status, 460);
    EXPECT_EQ(code_of(wrong), "file.wrong_checksum");
    EXPECT_EQ(head().headers.at("upload-offset"), "0");
    EXPECT_EQ(patch(0, chunk, "Upload-Checksum: md5 AAAA\r\n").status, 400);
    EXPECT_EQ(patch(0, chunk, checksum(chunk)).status, 204);
    EXPECT_EQ(head().headers.at("upload-offset"), "70000");
    const std::string large(files::limits::checked_chunk_bytes_max + 1, 'x');
    EXPECT_EQ(patch(70'000, large, checksum(large)).status, 413);
    EXPECT_EQ(head().headers.at("upload-offset"), "70000");
}

TEST_F(FileServer, refuses_what_the_bytes_are_not_and_says_so_to_everybody) {
    const std::string bomb = files::testing::png(60'000, 60'000);
    announce(bomb, "image/png");
    ASSERT_EQ(create(channel, file_id, bomb.size()).status, 201);
    const Reply refused = patch(0, bomb);
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(code_of(refused), "file.image_too_large");
    EXPECT_EQ(row().refused, static_cast<std::uint16_t>(ErrorCode::file_image_too_large));
    EXPECT_EQ(code_of(create(channel, file_id, bomb.size())), "file.image_too_large");
    EXPECT_EQ(files_in("content") + files_in("uploads"), 0U);

    const std::string program = "MZ\x90 a program";
    announce(program, "image/png");
    ASSERT_EQ(create(channel, file_id, program.size()).status, 201);
    EXPECT_EQ(code_of(patch(0, program)), "file.wrong_type");
    announce("%PDF-1.7", "application/pdf", std::string(64, 'a'));
    ASSERT_EQ(create(channel, file_id, 8).status, 201);
    EXPECT_EQ(code_of(patch(0, "%PDF-1.7")), "file.wrong_checksum");
    EXPECT_EQ(head().status, 410);  // it may be begun again
    EXPECT_EQ(files_in("content") + files_in("uploads"), 0U);
}

TEST_F(FileServer, refuses_headers_that_do_not_fit_by_a_code_each) {
    EXPECT_EQ(create(channel, file_id, 7).status, 400);
    EXPECT_EQ(code_of(create(channel, file_id, 26'214'401)), "file.too_large");
    EXPECT_EQ(head().status, 410);  // not begun
    EXPECT_EQ(code_of(patch(0, "x")), "file.upload_gone");
    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    EXPECT_EQ(code_of(patch(5, "x")), "file.wrong_offset");
    EXPECT_EQ(
        request(server_->port(), "PATCH", address, "x", headers("Upload-Offset: 0\r\n")).status,
        415);
    EXPECT_EQ(patch(0, paper + "x").status, 413);
    EXPECT_EQ(request(server_->port(), "PATCH", "/files/v1/uploads/..%2f..", "x", patch_headers(0))
                  .status,
              404);
    const Reply overridden = request(server_->port(),
                                     "POST",
                                     address,
                                     "abc",
                                     patch_headers(0, "X-HTTP-Method-Override: PATCH\r\n"));
    EXPECT_TRUE(overridden.status == 204 || overridden.status == 409);
}

TEST_F(FileServer, an_upload_that_is_ended_is_gone) {
    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    ASSERT_EQ(patch(0, "abc").status, 204);
    EXPECT_EQ(request(server_->port(), "DELETE", address, {}, headers()).status, 204);
    EXPECT_EQ(head().status, 410);
    EXPECT_EQ(files_in("uploads"), 0U);
}

TEST_F(FileServer, drops_what_nobody_went_on_with_when_it_starts) {
    ASSERT_EQ(create(channel, file_id, paper.size()).status, 201);
    for (const auto& entry : fs::directory_iterator(folder_ / "files/uploads")) {
        fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::days(8));
    }
    restart();
    while (files_in("uploads") > 0) {
    }
    EXPECT_EQ(head().status, 410);
}

TEST_F(FileServer, without_a_folder_takes_no_files) {
    server_.reset();
    options_.files_folder.clear();
    start();
    EXPECT_EQ(create(channel, file_id, paper.size()).status, 404);
    EXPECT_EQ(patch(0, "x").status, 404);
}

}  // namespace
}  // namespace holdfast::net::testing
