#include "server/admin/importing/import.hpp"

#include <set>
#include <sstream>

#include "core/model/json.hpp"
#include "server/admin/importing/testing/tables.hpp"

namespace holdfast::admin {
namespace {

using testing::must;
using testing::new_york;
using testing::read_file;
using testing::read_map;
using testing::run_import;
using testing::state_of;

/// What is in the storage, as --expect prints it.
std::multiset<std::string> stored(storage::Storage& storage, const std::string& code) {
    std::multiset<std::string> lines;
    const OrgState state = state_of(storage, code);
    for (const auto& [id, channel] : state.channels) {
        for (const auto& [at, message] : testing::messages_of(storage, channel.timeline)) {
            lines.insert(json::Writer{}
                             .write("group", state.groups.at(channel.body.group).body.name)
                             .write("channel", channel.body.name)
                             .write("at", at)
                             .write("text", message.text)
                             .text());
        }
    }
    return lines;
}

std::multiset<std::string> expected(const ImportMap& map, const std::string& csv) {
    std::multiset<std::string> lines;
    std::istringstream in(csv);
    Problems problems;
    must(expect_import(
        map, in, "table", [&](const std::string& line) { lines.insert(line); }, problems));
    return lines;
}

std::multiset<std::string> lines_of(const std::string& text) {
    std::multiset<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        lines.insert(line);
    }
    return lines;
}

class Import : public ::testing::Test {
protected:
    Import() {
        testing::apply_file(*storage_,
                            "organization: {code: plant, name: Plant}\nusers:\n"
                            "  - {email: ana@plant.example, name: Ana}\n");
    }

    std::unique_ptr<storage::Storage> storage_ = testing::empty_storage();
    ImportMap map_ = read_map("tests/import/map.yaml");
    std::string csv_ = read_file("tests/import/table.csv");
};

TEST_F(Import, makes_what_the_table_says) {
    const ImportProgress done = run_import(*storage_, map_, csv_);
    EXPECT_EQ(done.rows, 4U);
    EXPECT_EQ(done.added, 4U);
    EXPECT_EQ(done.messages, 7U);
    const auto golden = lines_of(read_file("tests/import/expected.jsonl"));
    EXPECT_EQ(expected(map_, csv_), golden);
    EXPECT_EQ(stored(*storage_, "plant"), golden);
}

TEST_F(Import, makes_the_groups_readable_and_the_author_unable_to_sign_in) {
    run_import(*storage_, map_, csv_);
    const OrgState state = state_of(*storage_, "plant");
    const OrgNames names = names_of(state);
    const Id ana = names.users.at("ana@plant.example");
    const auto own = must(storage_->find_bucket(BucketKind::user, ana));
    const Id group = names.groups.at("team-north");
    EXPECT_TRUE(must(storage_->find_row({own->bucket.id, RowKind::grant, group})));
    EXPECT_TRUE(state.channels.at(names.channels.at("import:table:1")).open);
    const auto account = must(storage_->find_account("desk@example.com"));
    ASSERT_TRUE(account);
    EXPECT_FALSE(auth::verify_password(account->password_hash, ""));
    EXPECT_FALSE(auth::verify_password(account->password_hash, "!"));
}

TEST_F(Import, done_again_adds_nothing) {
    run_import(*storage_, map_, csv_);
    const auto before = must(storage_->buckets_of(state_of(*storage_, "plant").id));
    const ImportProgress again = run_import(*storage_, map_, csv_);
    EXPECT_EQ(again.added, 0U);
    EXPECT_EQ(again.present, 4U);
    const auto after = must(storage_->buckets_of(state_of(*storage_, "plant").id));
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(before[i].bucket.version, after[i].bucket.version);
        EXPECT_EQ(before[i].bucket.sum, after[i].bucket.sum);
    }
}

TEST_F(Import, interrupted_goes_on_where_it_was) {
    ImportOptions options{.rows_per_transaction = 1};
    options.progress = [](const ImportProgress& progress) { return progress.rows < 2; };
    EXPECT_EQ(run_import(*storage_, map_, csv_, options).added, 2U);
    const ImportProgress rest = run_import(*storage_, map_, csv_);
    EXPECT_EQ(rest.present, 2U);
    EXPECT_EQ(rest.added, 2U);
    EXPECT_EQ(stored(*storage_, "plant"), expected(map_, csv_));
}

TEST_F(Import, of_a_longer_table_adds_what_is_new) {
    run_import(*storage_, map_, csv_);
    const ImportProgress more =
        run_import(*storage_, map_, csv_ + "\n5,2024-07-01 12:00,,east,New,,\n");
    EXPECT_EQ(more.added, 1U);
    EXPECT_EQ(state_of(*storage_, "plant").groups.size(), 3U);
}

struct BadTable {
    const char* csv;
    std::size_t line;
    const char* says;
};

TEST_F(Import, of_a_bad_table_is_refused_with_the_line_and_writes_nothing) {
    const std::string header = "Id,Opened,Closed,Team,Title,Place,Answer\n";
    const std::vector<BadTable> tables{
        {"1,2024-01-01 00:00,,a,T,,\n2,2024-01-01 00:00,,a,T\n", 3, "has 5 fields"},
        {"1,2024-01-01 00:00,,a,T,,\n1,2024-01-01 00:00,,a,T,,\n", 3, "in line 2 already"},
        {"1,1.1.2024,,a,T,,\n", 2, "no time of the format"},
        {"1,2024-01-01 00:00,,a,T,,Answer\n", 2, "without a time"},
        {",2024-01-01 00:00,,a,T,,\n", 2, "the key"},
        {"1,2024-01-01 00:00,,a,\xff,,\n", 2, "UTF-8"},
        {"1,\"2024\n", 2, "without an end"},
        {"1,2024-01-01 00:00,,a,T,,\n\n2,x,,a,T,,\n", 4, "no time of the format"},
    };
    for (const BadTable& bad : tables) {
        std::istringstream in(header + bad.csv);
        Problems problems;
        const auto done = import_table(*storage_, map_, in, {}, problems);
        ASSERT_FALSE(done) << bad.csv;
        EXPECT_EQ(done.error().code, ErrorCode::import_invalid);
        EXPECT_EQ(done.error().params, "{\"line\":" + std::to_string(bad.line) + "}") << bad.csv;
        EXPECT_NE(done.error().detail.find(bad.says), std::string::npos) << done.error().detail;
    }
    EXPECT_TRUE(state_of(*storage_, "plant").groups.empty());
}

TEST_F(Import, says_which_column_is_missing) {
    std::istringstream in("Id,Opened,Closed,Team,Titel,Place,Answer\n");
    Problems problems;
    ASSERT_FALSE(import_table(*storage_, map_, in, {}, problems));
    EXPECT_EQ(problems.front().file, "tests/import/map.yaml");
    EXPECT_EQ(problems.front().line, 9U);
    EXPECT_NE(problems.front().text.find("did you mean \"Titel\"?"), std::string::npos);
}

TEST(ImportMapFile, that_is_bad_is_refused_with_its_lines) {
    const std::string good = read_file("tests/import/map.yaml");
    const auto line_with = [&](const std::string& from, const std::string& to) {
        Problems problems;
        (void)read_import_map(testing::with(good, from, to), "map", problems);
        return problems.empty() ? 0 : problems.front().line;
    };
    EXPECT_EQ(line_with("key: Id", "key: [Id]"), 2U);
    EXPECT_EQ(line_with("America/New_York", "Nowhere"), 3U);
    EXPECT_EQ(line_with("%H:%M", "%h"), 3U);
    EXPECT_EQ(line_with("desk@example.com", "desk"), 4U);
    EXPECT_EQ(line_with("team-{Team}", "team-{Team"), 6U);
    EXPECT_EQ(line_with("[, {Place}]", "[, {Place}"), 11U);
    EXPECT_EQ(line_with("    at: Opened\n", ""), 11U);
    EXPECT_EQ(line_with("name: table", "name: a:b"), 1U);
}

TEST(Template, leaves_out_segments_whose_columns_are_empty) {
    Problems problems;
    const Template text =
        Template::parse({.value = "{A}[, {B}][ ({C}/{D})]{{x}[[y]", .line = 1}, problems);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(text.columns(), (std::vector<std::string>{"A", "B", "C", "D"}));
    EXPECT_EQ(text.render({"a", "b", "c", "d"}), "a, b (c/d){x}[y]");
    EXPECT_EQ(text.render({"a", "", "c", "d"}), "a (c/d){x}[y]");
    EXPECT_EQ(text.render({"a", "b", "c", ""}), "a, b{x}[y]");
}

/// The requests of New York, where a copy of them is at hand.
class RealTable : public ::testing::Test {
protected:
    void SetUp() override {
        const auto table = testing::real_table();
        if (!table) {
            // tidy: skipped-test: what is compared is real data, which not everybody has
            GTEST_SKIP() << "no table of requests: name one in HOLDFAST_SAMPLE_CSV";
        }
        csv_ = *table;
        testing::apply_file(*storage_, read_file("examples/nyc-311/organization.yaml"));
    }

    std::string csv_;
    std::unique_ptr<storage::Storage> storage_ = testing::empty_storage();
    ImportMap map_ = read_map("examples/nyc-311/map.yaml");
};

TEST_F(RealTable, is_in_the_storage_row_by_row) {
    const ImportProgress done = run_import(*storage_, map_, csv_);

    const OrgState state = state_of(*storage_, "nyc-311");
    const OrgNames names = names_of(state);
    std::istringstream in(csv_);
    CsvReader reader(in);
    CsvRecord header;
    ASSERT_TRUE(must(reader.next(header)));
    CsvRecord record;
    std::size_t rows = 0;
    std::size_t messages = 0;
    while (must(reader.next(record))) {
        const auto field = [&](const char* name) {
            const auto found = std::find(header.fields.begin(), header.fields.end(), name);
            return record.fields[static_cast<std::size_t>(found - header.fields.begin())];
        };
        rows += 1;
        const auto known = names.channels.find("import:nyc-311:" + field("Unique Key"));
        ASSERT_NE(known, names.channels.end()) << record.line;
        const OrgState::Channel& channel = state.channels.at(known->second);
        EXPECT_EQ(state.groups.at(channel.body.group).body.code, field("Agency")) << record.line;
        EXPECT_EQ(
            channel.body.name,
            field("Complaint Type") + ": " + field("Descriptor") + " #" + field("Unique Key"));
        std::string asked = field("Complaint Type") + ": " + field("Descriptor");
        for (const char* part : {"Incident Address", "City"}) {
            asked += field(part).empty() ? "" : "\n" + field(part);
        }
        std::string closed = field("Closed Date");
        closed = closed.empty() ? field("Resolution Action Updated Date") : closed;
        const auto found = testing::messages_of(*storage_, channel.timeline);
        ASSERT_EQ(found.size(), 2U) << record.line;
        EXPECT_EQ(found[0].first, new_york(field("Created Date"))) << record.line;
        EXPECT_EQ(found[0].second.text, asked) << record.line;
        EXPECT_EQ(found[1].first, new_york(closed)) << record.line;
        EXPECT_EQ(found[1].second.text, field("Resolution Description")) << record.line;
        EXPECT_EQ(found[1].second.author, names.users.at("311@nyc-311.example"));
        messages += found.size();
    }
    EXPECT_GT(rows, 0U);
    EXPECT_EQ(done.added, rows);
    EXPECT_EQ(done.messages, messages);
    EXPECT_EQ(state.channels.size(), rows);
    EXPECT_EQ(stored(*storage_, "nyc-311"), expected(map_, csv_));
    EXPECT_EQ(run_import(*storage_, map_, csv_).added, 0U);
}

}  // namespace
}  // namespace holdfast::admin
