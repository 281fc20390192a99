#include "server/ops/devices.hpp"

#include <gtest/gtest.h>

#include "server/services/testing/company.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::ops {
namespace {

using holdfast::testing::Company;
using holdfast::testing::must;

class DevicesTest : public ::testing::Test {
protected:
    DeviceNumber sign_in(const std::string& session, std::int64_t seen_at) {
        const DeviceNumber number = company_.make_device(company_.ana);
        auto record = must(storage_->find_device(number)).value();
        record.seen_at = WallTime{seen_at};
        must(storage_->begin());
        must(storage_->put_device(record));
        must(storage_->put_session(
            {.id = session, .user = company_.ana, .organization = company_.id, .device = number}));
        must(storage_->commit());
        return number;
    }

    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
};

TEST_F(DevicesTest, OM36_one_is_taken_away_and_the_others_stay) {
    const DeviceNumber lost = sign_in("lost", 1);
    const DeviceNumber kept = sign_in("kept", 2);
    must(revoke_device(*storage_, "ana@acme", lost));
    const auto devices = must(list_devices(*storage_, "ana@acme"));
    ASSERT_EQ(devices.size(), 2U);
    EXPECT_EQ(devices[0].record.number, kept) << "the one that was seen last";
    EXPECT_TRUE(devices[0].signed_in);
    EXPECT_TRUE(devices[1].record.revoked);
    EXPECT_FALSE(devices[1].signed_in);
    EXPECT_TRUE(must(storage_->find_session("lost"))->revoked);
    EXPECT_FALSE(must(storage_->find_session("kept"))->revoked);
}

TEST_F(DevicesTest, that_of_another_person_is_none_of_this_one) {
    const DeviceNumber number = sign_in("one", 1);
    EXPECT_EQ(revoke_device(*storage_, "ben@acme", number).error().code, ErrorCode::tool_not_found);
    EXPECT_EQ(list_devices(*storage_, "nobody@acme").error().code, ErrorCode::tool_not_found);
    EXPECT_FALSE(must(storage_->find_device(number))->revoked);
}

}  // namespace
}  // namespace holdfast::ops
