// OM38, OM33: what has arrived of a file survives, and is never half a file.

#include "server/files/store.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/base/hex.hpp"
#include "core/files/testing/pictures.hpp"
#include "platform/testing/temp_folder.hpp"
#include "server/files/digest.hpp"
#include "server/files/limits.hpp"

namespace holdfast::files {
namespace {

namespace fs = std::filesystem;

constexpr Id ana{11};
constexpr UploadKey key{Id{41}, Id{8'589'934'663}};
constexpr UploadKey other{Id{41}, Id{8'589'934'664}};

class Store : public ::testing::Test {
protected:
    void SetUp() override { reopen(); }

    /// As after a kill: nothing but the disk is left.
    void reopen() { store_ = FileStore::open(folder_.path()).value(); }

    static FileStore::Expected expected(std::string_view bytes, std::string type) {
        return {.bytes = static_cast<std::int64_t>(bytes.size()),
                .sha256 = to_hex(sha256_of(bytes)),
                .type = std::move(type)};
    }
    Result<> upload(const UploadKey& to,
                    std::string_view bytes,
                    const FileStore::Expected& wanted) {
        HF_CHECK(store_->begin(to, ana));
        HF_CHECK(store_->append(to, 0, bytes));
        return store_->finish(to, wanted);
    }
    static ErrorCode code_of(const auto& result) {
        return result ? ErrorCode::none : result.error().code;
    }
    std::size_t files_in(const char* name) const {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(folder_ / name)) {
            count += entry.is_regular_file() ? 1 : 0;
        }
        return count;
    }

    testing_support::TempFolder folder_;
    std::unique_ptr<FileStore> store_;
};

TEST_F(Store, an_upload_goes_on_after_a_kill_where_it_stood) {
    EXPECT_EQ(store_->begin(key, ana).value(), 0);
    ASSERT_TRUE(store_->append(key, 0, "%PDF-"));
    reopen();
    EXPECT_EQ(store_->offset(key).value(), 5);
    EXPECT_EQ(store_->begin(key, ana).value(), 5);
    ASSERT_TRUE(store_->append(key, 5, "1.7"));
    ASSERT_TRUE(store_->finish(key, expected("%PDF-1.7", "application/pdf")));
    const auto file = store_->open_content(to_hex(sha256_of("%PDF-1.7")));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->read_at(0, 100).value(), "%PDF-1.7");
}

TEST_F(Store, killed_between_the_content_and_the_tables_it_is_finished_again) {
    const auto wanted = expected("%PDF-1.7", "application/pdf");
    ASSERT_TRUE(upload(key, "%PDF-1.7", wanted));
    reopen();
    EXPECT_EQ(store_->offset(key).value(), 8);
    EXPECT_TRUE(store_->finish(key, wanted));
    store_->drop(key);
    EXPECT_EQ(code_of(store_->offset(key)), ErrorCode::file_upload_gone);
    EXPECT_TRUE(store_->open_content(wanted.sha256));
}

TEST_F(Store, the_same_bytes_are_kept_once) {
    const auto wanted = expected("%PDF-1.7", "application/pdf");
    ASSERT_TRUE(upload(key, "%PDF-1.7", wanted));
    ASSERT_TRUE(upload(other, "%PDF-1.7", wanted));
    store_->drop(key);
    store_->drop(other);
    EXPECT_EQ(files_in("content"), 1U);
    EXPECT_EQ(files_in("uploads"), 0U);
}

TEST_F(Store, a_content_that_a_crash_has_cut_is_repaired_by_the_next_upload) {
    const auto wanted = expected("%PDF-1.7", "application/pdf");
    ASSERT_TRUE(upload(key, "%PDF-1.7", wanted));
    store_->drop(key);
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "content")) {
        if (entry.is_regular_file()) {
            fs::resize_file(entry.path(), 3);
        }
    }
    ASSERT_TRUE(upload(key, "%PDF-1.7", wanted));
    EXPECT_EQ(store_->open_content(wanted.sha256)->read_at(0, 100).value(), "%PDF-1.7");
}

TEST_F(Store, nothing_is_half_stored_of_what_is_refused) {
    const auto refused = [&](const std::string& bytes, const FileStore::Expected& wanted) {
        return code_of(upload(key, bytes, wanted));
    };
    auto other_sum = expected("%PDF-1.7", "application/pdf");
    other_sum.sha256 = std::string(64, 'a');
    EXPECT_EQ(refused("%PDF-1.7", other_sum), ErrorCode::file_wrong_checksum);
    EXPECT_EQ(refused("MZ\x90", expected("MZ\x90", "image/jpeg")), ErrorCode::file_wrong_type);
    const std::string bomb = testing::png(60'000, 60'000);
    EXPECT_EQ(refused(bomb, expected(bomb, "image/png")), ErrorCode::file_image_too_large);
    const std::string cut = testing::png(6, 6).substr(0, 20);
    EXPECT_EQ(refused(cut, expected(cut, "image/png")), ErrorCode::file_broken);
    EXPECT_EQ(files_in("content"), 0U);
    EXPECT_EQ(files_in("uploads"), 0U);
    EXPECT_EQ(store_->unfinished(), 0U);
}

TEST_F(Store, bytes_go_to_the_end_and_nowhere_else) {
    ASSERT_TRUE(store_->begin(key, ana));
    EXPECT_EQ(code_of(store_->append(other, 0, "x")), ErrorCode::file_upload_gone);
    ASSERT_TRUE(store_->append(key, 0, "abc"));
    EXPECT_EQ(code_of(store_->append(key, 0, "abc")), ErrorCode::file_wrong_offset);
    EXPECT_EQ(code_of(store_->append(key, 4, "abc")), ErrorCode::file_wrong_offset);
    EXPECT_EQ(code_of(store_->finish(key, expected("abcd", "text/plain"))),
              ErrorCode::file_wrong_offset);
    EXPECT_EQ(store_->offset(key).value(), 3);
}

TEST_F(Store, one_person_has_so_many_unfinished_uploads_and_no_more) {
    for (std::uint64_t at = 0; at < limits::uploads_per_user_max; ++at) {
        ASSERT_TRUE(store_->begin({Id{41}, Id{1000 + at}}, ana));
    }
    EXPECT_EQ(code_of(store_->begin(key, ana)), ErrorCode::request_too_many);
    EXPECT_TRUE(store_->begin(key, Id{12}));
    EXPECT_TRUE(store_->begin({Id{41}, Id{1000}}, ana));  // this one was begun
    reopen();
    EXPECT_EQ(code_of(store_->begin(other, ana)), ErrorCode::request_too_many);
}

TEST_F(Store, what_nobody_goes_on_with_expires) {
    ASSERT_TRUE(store_->begin(key, ana));
    const WallTime touched = store_->touched_at(key).value();
    EXPECT_EQ(store_->drop_older_than({touched.ms - 1}), 0U);
    EXPECT_EQ(store_->drop_older_than(touched), 1U);
    EXPECT_EQ(code_of(store_->offset(key)), ErrorCode::file_upload_gone);
}

}  // namespace
}  // namespace holdfast::files
