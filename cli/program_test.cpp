#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "platform/testing/temp_folder.hpp"
#include "server/services/testing/company.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

// The program as a stranger uses it: with wrong files, wrong words and full disks.

namespace holdfast::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
    int exit_code = -1;
    std::string out;
    std::string err;
};

class ProgramTest : public ::testing::Test {
protected:
    ProgramTest() { umask_ = umask(S_IRWXG | S_IRWXO); }
    ~ProgramTest() override { umask(umask_); }
    static Ran run(std::vector<std::string> words) {
        words.insert(words.begin(), "holdfast");
        std::vector<const char*> argv;
        for (const std::string& word : words) {
            argv.push_back(word.c_str());
        }
        ::testing::internal::CaptureStdout();
        ::testing::internal::CaptureStderr();
        Ran ran;
        ran.exit_code = run_program(static_cast<int>(argv.size()), argv.data());
        ran.out = ::testing::internal::GetCapturedStdout();
        ran.err = ::testing::internal::GetCapturedStderr();
        return ran;
    }
    /// It failed with this code, and with `detail` in what it said.
    static void expect_error(const Ran& ran, const std::string& code, const std::string& detail) {
        EXPECT_EQ(ran.exit_code, exit_failed);
        EXPECT_THAT(ran.err, HasSubstr("holdfast: " + code + "\n"));
        EXPECT_THAT(ran.err, HasSubstr(detail));
    }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path(name), std::ios::binary) << text;
        return path(name);
    }
    /// A data folder with a company in it; its path.
    std::string make_data(const std::string& name = "data") {
        std::filesystem::create_directory(path(name));
        const auto storage =
            holdfast::testing::must(storage::open_sqlite(path(name) + "/holdfast.db"));
        const holdfast::testing::Company company(*storage, "acme");
        group_ = to_string(company.office);
        return path(name);
    }
    std::size_t entries(const std::string& name) const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path(name)), {}));
    }

    testing_support::TempFolder folder_;
    mode_t umask_{};
    std::string group_;
};

TEST_F(ProgramTest, says_which_word_it_does_not_know) {
    const Ran ran = run({"dance"});
    EXPECT_EQ(ran.exit_code, exit_usage);
    EXPECT_THAT(ran.err, HasSubstr("There is no command \"dance\"."));
    EXPECT_EQ(run({"serve"}).exit_code, exit_usage);
    EXPECT_EQ(run({"--version"}).exit_code, exit_done);
}

TEST_F(ProgramTest, serve_says_what_it_cannot_use) {
    const std::string data = make_data();
    const auto serve_at = [&](const std::string& address, std::vector<std::string> more) {
        std::vector<std::string> words{"serve", "--data", data, "--listen", address};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    };
    const auto serve = [&](std::vector<std::string> more) {
        return serve_at("127.0.0.1:0", std::move(more));
    };
    expect_error(serve({"--app", path("none")}), "setup.file", "no app in " + path("none"));
    expect_error(serve_at("somewhere:1", {}), "setup.address", "somewhere");
    expect_error(serve_at("127.0.0.1:99999", {}), "setup.address", "99999");
    // An address of nobody's machine, and a port that is taken.
    expect_error(serve_at("203.0.113.254:8080", {}), "setup.address", "203.0.113.254:8080");
    boost::asio::io_context loop;
    const boost::asio::ip::tcp::acceptor taken(loop, {boost::asio::ip::address_v4::loopback(), 0});
    const std::string port = std::to_string(taken.local_endpoint().port());
    expect_error(serve_at("127.0.0.1:" + port, {}), "setup.address_in_use", port);
    expect_error(serve({"--tls-cert", path("no.crt"), "--tls-key", path("no.key")}),
                 "setup.tls",
                 path("no.crt") + ": No such file");
    const std::string junk = write("junk.pem", "junk");
    expect_error(serve({"--tls-cert", junk, "--tls-key", junk}), "setup.tls", junk);
    EXPECT_EQ(serve({"--tls-cert", junk}).exit_code, exit_usage);
    const auto serve_with_mail = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"--mail-server", "x.example", "--mail-from", "a@x.example"});
        return serve(std::move(more));
    };
    EXPECT_EQ(serve_with_mail({"--mail-user", "a"}).exit_code, exit_usage) << "a password, no TLS";
    EXPECT_EQ(serve_with_mail({"--mail-tls", "maybe"}).exit_code, exit_usage);
    expect_error(serve_with_mail({"--mail-tls", "starttls", "--mail-trust", path("no.pem")}),
                 "setup.file",
                 path("no.pem"));
}

TEST_F(ProgramTest, serve_leaves_a_file_alone_that_is_no_database) {
    std::filesystem::create_directory(path("data"));
    const std::string file = write("data/holdfast.db", std::string(9000, 'x'));
    expect_error(run({"serve", "--data", path("data")}), "storage.corrupt", file);
    EXPECT_EQ(std::filesystem::file_size(file), 9000U);
    write("afile", "x");
    expect_error(run({"serve", "--data", path("afile")}), "setup.file", path("afile"));
    expect_error(run({"serve", "--data", "/proc/none"}), "setup.file", "/proc/none");
}

TEST_F(ProgramTest, a_wrong_organization_file_leaves_nothing_behind) {
    const std::string file = write("org.yaml",
                                   "organization: {code: acme, name: Acme}\n"
                                   "groups:\n"
                                   "  - {code: a, name: A, parent: b}\n"
                                   "  - {code: b, name: B, parent: a}\n"
                                   "  - {code: a, name: A}\n"
                                   "users:\n"
                                   "  - {email: x@y.example, name: [X], roles: [Nope]}\n");
    const Ran ran = run({"org", "apply", file, "--data", path("data")});
    expect_error(ran, "org.invalid", file + ":3: parent: \"a\" would stand in itself");
    EXPECT_THAT(ran.err, HasSubstr(file + ":4: parent: \"b\" would stand in itself"));
    EXPECT_THAT(ran.err, HasSubstr(file + ":7: name: a text belongs here"));
    EXPECT_FALSE(std::filesystem::exists(path("data")));
    expect_error(
        run({"org", "apply", path("none"), "--data", path("data")}), "org.invalid", "none");
    expect_error(run({"org", "export", "--data", path("none")}), "setup.file", path("none"));
    expect_error(run({"org", "export", "--data", make_data(), "--code", "zz"}),
                 "tool.not_found",
                 "no organization zz");
}

TEST_F(ProgramTest, a_client_says_what_it_was_not_given) {
    const auto client = [&](std::vector<std::string> more) {
        std::vector<std::string> words{
            "client", "--server", "http://127.0.0.1:1", "--data", path("device"), "--timeout", "2"};
        words.insert(words.end(), more.begin(), more.end());
        words.emplace_back("sync");
        return run(words);
    };
    unsetenv("HOLDFAST_PASSWORD");
    expect_error(client({}), "setup.sign_in", "no e-mail address");
    expect_error(client({"--email", "a@b"}), "setup.sign_in", "no password");
    expect_error(client({"--email", "a@b", "--password-file", write("empty", "")}),
                 "setup.sign_in",
                 "empty");
    expect_error(run({"client", "--server", "ftp://x", "--data", path("d2"), "sync"}),
                 "setup.address",
                 "http://");
    const std::string file = write("password", "secret\n");
    const Ran unreachable = client({"--email", "a@b", "--password-file", file});
    EXPECT_EQ(unreachable.exit_code, exit_unreachable);
    EXPECT_THAT(unreachable.err, HasSubstr("the server is http://127.0.0.1:1"));
    EXPECT_THAT(unreachable.err, Not(HasSubstr("secret")));
    EXPECT_EQ(client({"--timeout", "-4"}).exit_code, exit_usage);
}

TEST_F(ProgramTest, a_trace_begins_with_a_new_device_and_is_replayed) {
    const std::string password = write("password", "s3cret words\n");
    const auto record = [&](const std::string& trace) {
        return run({"client",
                    "--server",
                    "http://127.0.0.1:1",
                    "--data",
                    path("device"),
                    "--email",
                    "a@b",
                    "--password-file",
                    password,
                    "--timeout",
                    "2",
                    "--trace",
                    path(trace),
                    "sync"});
    };
    EXPECT_EQ(record("a.trace").exit_code, exit_unreachable);
    std::ifstream file(path("a.trace"));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_THAT(text, HasSubstr("sign_in"));
    EXPECT_THAT(text, Not(HasSubstr("s3cret")));
    expect_error(record("b.trace"), "setup.file", "a trace begins with a new device");

    const Ran replayed = run({"replay", path("a.trace")});
    EXPECT_EQ(replayed.exit_code, exit_done) << replayed.err;
    EXPECT_THAT(replayed.out, HasSubstr("#1 +0 ms  call {\"id\":1,\"call\":\"start\""));
    EXPECT_THAT(replayed.out, HasSubstr("-> request 1 POST /auth/v1/sign-in"));
    EXPECT_THAT(replayed.out, HasSubstr("== connection "));
    EXPECT_EQ(run({"replay", path("a.trace")}).out, replayed.out);  // the same every time

    std::ofstream(path("a.trace"), std::ios::app) << "1 0 0 0 5 6 99\ncut";
    expect_error(run({"replay", path("a.trace")}), "trace.invalid", "ends within a record");
    expect_error(run({"replay", path("none")}), "setup.file", path("none"));
    expect_error(run({"replay", password}), "trace.invalid", "does not begin");
}

TEST_F(ProgramTest, doctor_verify_and_explain_answer_people_and_scripts) {
    const std::string data = make_data();
    EXPECT_THAT(run({"doctor", "--data", data}).out, HasSubstr("The data folder is sound."));
    const auto json = nlohmann::json::parse(run({"doctor", "--data", data, "--json"}).out);
    EXPECT_TRUE(json["sound"].get<bool>());
    EXPECT_GE(json["findings"].size(), 10U);
    EXPECT_THAT(run({"verify", "--data", data}).out, HasSubstr("Everything agrees."));
    const Ran explained = run({"explain", "ben@acme", group_, "--data", data});
    EXPECT_EQ(explained.exit_code, exit_done);
    EXPECT_THAT(explained.out, HasSubstr("=> The user does not see it."));
    expect_error(run({"explain", "nobody", group_, "--data", data}), "tool.not_found", "nobody");
    EXPECT_EQ(run({"doctor", "--data", path("none")}).exit_code, exit_failed);
    expect_error(
        run({"verify", "--data", data, "--device", path("none")}), "setup.file", path("none"));
    EXPECT_THAT(run({"quarantine", "list", "--data", data}).out, HasSubstr("0 in quarantine"));
    expect_error(run({"quarantine", "show", "5", "--data", data}), "tool.not_found", "intent 5");
}

TEST_F(ProgramTest, a_backup_is_whole_or_not_there) {
    const std::string data = make_data();
    const Ran done = run({"backup", path("copy"), "--data", data});
    EXPECT_EQ(done.exit_code, exit_done) << done.err;
    EXPECT_EQ(entries("copy"), 1U);
    EXPECT_EQ(run({"doctor", "--data", path("copy")}).exit_code, exit_done);
    expect_error(run({"backup", path("copy"), "--data", data}), "setup.file", "never replaces");
    expect_error(run({"backup", path("b2"), "--data", path("none")}), "setup.file", path("none"));

    // A full disk: files may not grow beyond a few pages.
    const auto ignored = signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit little = before;
    little.rlim_cur = 16 * 1024;
    setrlimit(RLIMIT_FSIZE, &little);
    const Ran full = run({"backup", path("b3"), "--data", data});
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, ignored);
    expect_error(full, "storage.full", "");
    EXPECT_FALSE(std::filesystem::exists(path("b3")));
}

TEST_F(ProgramTest, OM24_lint_says_of_a_form_what_does_not_work_offline_and_how_large_it_is) {
    const std::string file = write("org.yaml",
                                   "organization: {code: a, name: A}\n"
                                   "collections:\n"
                                   "  - {code: zone, name: Zones, elements: [{code: n, name: N}]}\n"
                                   "forms:\n"
                                   "  - code: round\n"
                                   "    components:\n"
                                   "      - {id: zone, kind: collection, collection: zone}\n"
                                   "      - {id: seal, kind: api, source: /seals, required: true}\n"
                                   "      - {id: sign, kind: signature, required: true}\n");
    const Ran ran = run({"form", "lint", file});
    EXPECT_EQ(ran.exit_code, exit_done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("round: "));
    EXPECT_THAT(ran.out, HasSubstr("  zone: 1 elements, "));
    EXPECT_THAT(ran.out, HasSubstr(":8: \"seal\" needs a connection: offline, the form is kept"));
    const Ran wrong = run({"form", "lint", write("bad.yaml", "forms: []\n")});
    expect_error(wrong, "org.invalid", "bad.yaml:1: organization file: organization is missing");
}

}  // namespace
}  // namespace holdfast::cli
