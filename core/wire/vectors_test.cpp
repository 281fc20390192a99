#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/model/row_sum.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/testing/describe.hpp"
#include "core/wire/testing/golden.hpp"
#include "core/wire/testing/samples.hpp"

// spec/vectors/README.md says what the files are.
namespace holdfast::wire {
namespace {

using testing::describe;
using testing::expect_vector;
using testing::Json;
using testing::Sample;

std::string lines(const Json& json) {
    return json.dump(2) + "\n";
}

TEST(ValidVectors, are_the_bytes_that_encode_makes) {
    for (const Sample& sample : testing::samples()) {
        expect_vector("valid/" + sample.name + ".bin", encode(sample.frame));
    }
}

TEST(ValidVectors, are_decoded_into_what_their_descriptions_say) {
    for (const Sample& sample : testing::samples()) {
        const std::string bytes =
            testing::read_file(testing::vectors_folder + "valid/" + sample.name + ".bin");
        const auto frame = decode(bytes);
        ASSERT_TRUE(frame.has_value()) << sample.name << ": " << frame.error().detail;
        EXPECT_EQ(describe(*frame), describe(sample.frame)) << sample.name;
        expect_vector("valid/" + sample.name + ".json", lines(describe(*frame)));
    }
}

TEST(ValidVectors, have_every_type_of_frame) {
    std::set<std::size_t> types;
    for (const Sample& sample : testing::samples()) {
        types.insert(sample.frame.index());
    }
    EXPECT_EQ(types.size(), std::variant_size_v<Frame>);
}

TEST(ValidVectors, have_no_file_that_no_sample_makes) {
    std::set<std::string> expected;
    for (const Sample& sample : testing::samples()) {
        expected.insert(sample.name + ".bin");
        expected.insert(sample.name + ".json");
    }
    for (const auto& entry :
         std::filesystem::directory_iterator(testing::vectors_folder + "valid")) {
        EXPECT_TRUE(expected.contains(entry.path().filename().string())) << entry.path();
    }
}

TEST(StreamVector, holds_every_page_behind_its_size) {
    Bytes stream;
    Json names = Json::array();
    for (const Sample& sample : testing::samples()) {
        if (std::holds_alternative<Page>(sample.frame) ||
            std::holds_alternative<Sums>(sample.frame) ||
            std::holds_alternative<Unwanted>(sample.frame)) {
            append_framed(stream, encode(sample.frame));
            names.push_back(sample.name);
        }
    }
    expect_vector("stream.bin", stream);
    expect_vector("stream.json", lines({{"frames", names}}));
}

TEST(RowSumVectors, are_what_row_sum_gives) {
    const std::vector<RowRef> rows = {
        {RowKind::message, Id{1}, 1, 0, "{}"},
        {RowKind::message, Id::make(5000, 1), 1200, 1'767'268'800'000, R"({"text":"Grüße 🙂"})"},
        {static_cast<RowKind>(255), Id{testing::number_max}, testing::number_max, -1, "x"}};
    Json sums = Json::array();
    Sum total;
    const auto add = [&](const RowRef& row) {
        const Sum sum = row_sum(row);
        total += sum;
        sums.push_back({{"row", describe(row)}, {"sum", describe(sum)}});
    };
    for (const RowRef& row : rows) {
        add(row);
    }
    for (const std::size_t size : {215U, 216U, 487U, 488U, 5000U}) {
        const std::string body(size, 'b');
        add({RowKind::user, Id{size}, 7, 0, body});
    }
    expect_vector("row_sums.json", lines({{"rows", sums}, {"total", describe(total)}}));
}

}  // namespace
}  // namespace holdfast::wire
