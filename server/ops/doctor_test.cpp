#include "server/ops/doctor.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "platform/testing/temp_folder.hpp"
#include "server/ops/audit.hpp"
#include "server/services/executor.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_inspection.hpp"

namespace holdfast::ops {
namespace {

using holdfast::testing::Company;
using holdfast::testing::must;
using holdfast::testing::post;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A server's folder with a company in it.
class DoctorTest : public ::testing::Test {
protected:
    DoctorTest() {
        umask_ = umask(S_IRWXG | S_IRWXO);
        storage_ = must(storage::SqliteStorage::open(path()));
        company_ = std::make_unique<Company>(*storage_, "acme");
        channel_ = company_->make_channel(company_->yard, true, {company_->ana});
        phone_ = company_->make_device(company_->ana);
    }
    ~DoctorTest() override {
        umask(umask_);
        storage_.reset();
    }
    [[nodiscard]] std::string path() const { return folder_ / "holdfast.db"; }
    void sql(const std::string& text) { ASSERT_TRUE(storage_->database().execute(text.c_str())); }
    void submit(Intent intent) {
        services::Executor executor(*storage_, environment_);
        ASSERT_TRUE(executor.enqueue({.user = company_->ana,
                                      .organization = company_->id,
                                      .device = phone_,
                                      .intent = std::move(intent)}));
        ASSERT_FALSE(executor.run().failure);
    }
    /// What is not good, as "check: text".
    std::vector<std::string> faults() {
        const auto inspection = must(storage::SqliteInspection::open(path()));
        std::vector<std::string> found;
        for (const Finding& one : examine_database(*inspection, environment_.wall())) {
            if (one.grade != Grade::good) {
                found.push_back(one.check + ": " + one.text);
            }
        }
        return found;
    }
    static std::string id(Id of) { return to_string(of); }
    std::string own(Id user) { return std::to_string(company_->own_bucket(user).value); }

    testing_support::TempFolder folder_;
    mode_t umask_{};
    holdfast::testing::FakeEnvironment environment_;
    std::unique_ptr<storage::SqliteStorage> storage_;
    std::unique_ptr<Company> company_;
    Id channel_;
    DeviceNumber phone_ = 0;
};

TEST_F(DoctorTest, finds_a_company_sound_that_people_have_worked_in) {
    submit(post(Id::make(phone_, 1), channel_, "hello"));
    submit(post(Id::make(phone_, 2), Id{5}, "into nowhere"));  // refused: it has a receipt
    EXPECT_THAT(faults(), IsEmpty());
    const auto inspection = must(storage::SqliteInspection::open(path()));
    EXPECT_TRUE(is_sound(examine_database(*inspection, environment_.wall())));
}

TEST_F(DoctorTest, OM6_finds_a_row_that_was_changed_behind_the_servers_back) {
    submit(post(Id::make(phone_, 1), channel_, "hello"));
    sql("UPDATE bucket_row SET body = x'7b7d' WHERE kind = 7");
    const std::string bucket = describe(company_->bucket(BucketKind::timeline, channel_));
    const auto found = faults();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_THAT(found[0], HasSubstr("buckets: " + bucket + ": It records"));
    EXPECT_THAT(found[0], HasSubstr("bytes, its rows come to 2."));
    EXPECT_THAT(found[1], HasSubstr("It records the sum "));
}

TEST_F(DoctorTest, finds_a_head_that_is_not_the_last_version) {
    sql("UPDATE bucket SET version = version + 1 WHERE id = " +
        std::to_string(company_->directory.value));
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("its last change is version")));
}

TEST_F(DoctorTest, finds_a_version_that_stands_twice) {
    sql("INSERT INTO tombstone SELECT bucket, kind, 77, version FROM bucket_row WHERE bucket = " +
        own(company_->ana) + " LIMIT 1");
    EXPECT_THAT(faults(),
                ElementsAre(HasSubstr("stands twice."),
                            HasSubstr("It records 0 tombstones, there are 1.")));
}

TEST_F(DoctorTest, finds_a_horizon_that_no_device_could_reach) {
    sql("UPDATE bucket SET horizon = version + 1 WHERE id = " +
        std::to_string(company_->directory.value));
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("is above its version")));
}

TEST_F(DoctorTest, finds_outcomes_of_a_history_that_is_not_here) {
    submit(post(Id::make(phone_, 1), channel_, "hello"));
    sql("UPDATE outcome SET positions = '" + std::to_string(company_->timeline(channel_).value) +
        ":50 9999:1'");
    EXPECT_THAT(faults(),
                ElementsAre(HasSubstr("names version 50 of bucket"),
                            HasSubstr("names bucket 9999, which is not there")));
}

TEST_F(DoctorTest, finds_a_refusal_without_its_receipt) {
    submit(post(Id::make(phone_, 2), Id{5}, "into nowhere"));
    const BucketId own = company_->own_bucket(company_->ana);
    must(storage_->begin());
    company_->put({own, RowKind::receipt, Id::make(phone_, 2)}, "");
    must(storage_->commit());
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("was refused, and there is no receipt")));
}

TEST_F(DoctorTest, finds_grants_that_roles_and_members_do_not_ask_for) {
    must(storage_->begin());
    const auto grant = [&](Id user, Id target, std::string body) {
        company_->put({company_->own_bucket(user), RowKind::grant, target}, std::move(body));
    };
    grant(company_->ben, company_->office, body::encode(body::Grant{.channel = false}));
    grant(company_->ben, channel_, body::encode(body::Grant{.channel = true}));
    grant(company_->ben, Id{987}, body::encode(body::Grant{.channel = true}));
    grant(company_->ana, channel_, "");
    grant(company_->eva, company_->yard, "");
    must(storage_->commit());
    const std::string ana = id(company_->ana);
    const std::string ben = id(company_->ben);
    const std::string eva = id(company_->eva);
    const std::string channel = id(channel_);
    EXPECT_THAT(faults(),
                ::testing::UnorderedElementsAre(
                    "grants: User " + ben + " has a grant for group " + id(company_->office) +
                        " and should not see it.",
                    "grants: User " + eva + " should see group " + id(company_->yard) +
                        " and has no grant for it.",
                    "grants: User " + ben + " has a grant for channel 987, which is not there.",
                    "grants: User " + ben + " has a grant for channel " + channel +
                        " and is no member of it.",
                    "grants: User " + ana + " is a member of the private channel " + channel +
                        " and has no grant for it."));
}

TEST_F(DoctorTest, finds_a_clock_that_went_back) {
    submit(post(Id::make(phone_, 1), channel_, "hello"));
    const auto inspection = must(storage::SqliteInspection::open(path()));
    const auto findings =
        examine_database(*inspection, WallTime{environment_.wall().ms - 3'600'000});
    EXPECT_FALSE(is_sound(findings));
    EXPECT_THAT(findings.back().text, HasSubstr("60 minutes behind"));
}

TEST_F(DoctorTest, tells_of_the_quarantine_without_calling_it_unsound) {
    must(storage_->begin());
    must(storage_->quarantine(
        {.id = Id::make(phone_, 5)}, company_->ana, ErrorCode::intent_unknown_kind));
    must(storage_->commit());
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("quarantine: 1 intents wait")));
    const auto inspection = must(storage::SqliteInspection::open(path()));
    EXPECT_TRUE(is_sound(examine_database(*inspection, environment_.wall())));
}

TEST_F(DoctorTest, finds_files_that_others_may_read) {
    EXPECT_TRUE(is_sound(examine_folder(folder_.path(), "holdfast.db")));
    chmod(path().c_str(), 0644);
    const Findings findings = examine_folder(folder_.path(), "holdfast.db");
    const auto found = std::ranges::find(findings, Grade::warning, &Finding::grade);
    ASSERT_NE(found, findings.end());
    EXPECT_EQ(found->check, "permissions");
    EXPECT_THAT(found->text, HasSubstr("mode 644"));
}

TEST_F(DoctorTest, says_what_is_not_there) {
    EXPECT_FALSE(is_sound(examine_folder(folder_ / "none", "holdfast.db")));
    std::filesystem::create_directory(folder_ / "empty");
    const Findings findings = examine_folder(folder_ / "empty", "holdfast.db");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_THAT(findings[0].text, HasSubstr("There is no holdfast.db in "));
}

TEST_F(DoctorTest, tells_the_first_faults_and_the_number_of_the_rest) {
    sql("UPDATE bucket SET row_count = row_count + 1");
    const auto found = faults();
    // Of the few buckets of this company each is told; a flood would end with the number.
    EXPECT_GT(found.size(), 5U);
    for (int i = 0; i < 40; ++i) {
        company_->make_channel(company_->yard, false, {});
    }
    sql("UPDATE bucket SET row_count = 9");
    const auto many = faults();
    EXPECT_EQ(many.size(), told_faults_max + 1);
    EXPECT_THAT(many.back(), HasSubstr("more are not listed."));
}

}  // namespace
}  // namespace holdfast::ops
