// Rows of a table that become tasks, with answers, states, history and messages.

#include <algorithm>
#include <map>
#include <sstream>

#include "core/model/body_forms.hpp"
#include "core/model/json.hpp"
#include "core/rules/timers.hpp"
#include "core/workflow/task.hpp"
#include "server/admin/importing/import.hpp"
#include "server/admin/importing/testing/tables.hpp"
#include "server/services/testing/fake_environment.hpp"

namespace holdfast::admin {
namespace {

using testing::must;
using testing::read_file;
using testing::read_map;
using testing::run_import;
using testing::state_of;

constexpr const char* plant = R"yaml(
organization: {code: plant, name: Plant}
users:
  - {email: ana@plant.example, name: Ana}
groups:
  - {code: works, name: Works, kind: workflow}
collections:
  - code: states
    name: States
    elements: [{code: open, name: Open}, {code: doing, name: Doing}, {code: closed, name: Closed}]
  - code: urgency
    name: Urgency
    elements: [{code: u1, name: High}, {code: u2, name: Low}]
  - code: site
    name: Sites
    elements: [{code: n, name: North}, {code: s, name: South}]
  - code: room
    name: Rooms
    parents: [site]
    elements:
      - {code: n-hall, name: Hall, parents: [n]}
      - {code: s-hall, name: Hall, parents: [s]}
      - {code: n-office, name: Office, parents: [n]}
forms:
  - code: report
    title: {en: Report}
    components:
      - {id: what, kind: written, required: true, max: 40, label: {en: What}}
      - {id: place, kind: collection, levels: [site, room], label: {en: Where}}
      - id: parts
        kind: list
        max: 3
        label: {en: Parts}
        items: [{value: v, label: {en: Valve}}, {value: l, label: {en: Lamp}}]
      - {id: seen, kind: date, time: true, label: {en: Seen}}
  - code: accept
    title: {en: Acceptance}
    components:
      - {id: grade, kind: rating, required: true, label: {en: Grade}}
      - {id: by, kind: users, label: {en: By}}
workflows:
  - code: repair
    group: works
    name: Repair
    collection: states
    initial: open
    statuses: [{collection: urgency, name: Urgency}]
    start_form: {form: report, task: {name: what}}
    states:
      - {code: open, name: Open, kind: new, next: [{target: doing}]}
      - {code: doing, name: Doing, next: [{target: closed, change: form, form: accept}]}
      - {code: closed, name: Closed, kind: closed}
    slas:
      - {code: go, start: {states: [open]}, end: {states: [doing]}, minutes: 60, routines: [late]}
      - {code: fin, start: {states: [doing]}, end: {kinds: [closed]}, minutes: 90, routines: [late]}
routines:
  - code: late
    start: say
    stages: [{key: say, kind: post_message, inputs: {text: '"Too late"'}}]
)yaml";

class ImportTasks : public ::testing::Test {
protected:
    ImportTasks() { testing::apply_file(*storage_, plant); }

    /// The task of the row with this key.
    workflow::Task task(const std::string& key) {
        const OrgState state = state_of(*storage_, "plant");
        const Id id = names_of(state).channels.at("import:repairs:" + key);
        const auto row =
            must(storage_->find_row({state.tasks.begin()->second.bucket, RowKind::task, id}));
        return row ? must(workflow::parse_task(row->body)) : workflow::Task{};
    }

    std::vector<Row> rows(Id channel, RowKind kind) {
        const auto timeline = must(storage_->find_bucket(BucketKind::timeline, channel));
        std::vector<Row> rows = must(storage_->newest_rows(timeline->bucket.id, kind, 50));
        std::ranges::reverse(rows);
        return rows;
    }

    /// Positions of all buckets: where nothing is written, they stay.
    std::vector<std::uint64_t> versions() {
        std::vector<std::uint64_t> all;
        for (const auto& record : must(storage_->buckets_of(state_of(*storage_, "plant").id))) {
            all.push_back(record.bucket.version);
        }
        return all;
    }

    std::unique_ptr<storage::Storage> storage_ = testing::empty_storage();
    ImportMap map_ = read_map("tests/import/tasks.yaml");
    std::string csv_ = read_file("tests/import/tasks.csv");
};

constexpr std::int64_t opened = 1'710'045'000'000;  // 2024-03-09 23:30 in New York

TEST_F(ImportTasks, makes_what_the_table_says) {
    const ImportProgress done = run_import(*storage_, map_, csv_);
    EXPECT_EQ(done.added, 3U);
    EXPECT_EQ(done.messages, 2U);
    const workflow::Task leak = task("1");
    const OrgNames names = names_of(state_of(*storage_, "plant"));
    EXPECT_EQ(leak.name, "Leak #1");
    EXPECT_EQ(leak.serial, 1);
    EXPECT_EQ(leak.state, "closed");
    EXPECT_EQ(leak.state_version, 2U);
    EXPECT_EQ(leak.closed_at.ms, 1'710'158'400'000) << "08:00 of summer time";
    EXPECT_EQ(leak.end_date.ms, 1'710'244'800'000);
    EXPECT_EQ(leak.statuses[0], "u1");
    EXPECT_EQ(leak.assignee, names.users.at("ana@plant.example"));
    EXPECT_EQ(leak.created_by, names.users.at("desk@example.com"));
    EXPECT_EQ(leak.answers.size(), 2U);
    EXPECT_EQ(task("2").state, "open");
    EXPECT_EQ(task("2").assignee, names.users.at("desk@example.com"));
    EXPECT_EQ(task("3").state, "doing");
}

TEST_F(ImportTasks, keeps_answers_history_and_messages_at_their_times) {
    run_import(*storage_, map_, csv_);
    const Id leak = task("1").channel;
    const auto answers = rows(leak, RowKind::answer);
    ASSERT_EQ(answers.size(), 2U);
    const auto report = must(body::parse_answer(answers.front().body));
    EXPECT_EQ(report.sent_at, opened);
    EXPECT_EQ(report.offset_minutes, -300);
    const json::Value said = json::parse(report.answers);
    EXPECT_EQ(said["what"], "Leak");
    EXPECT_EQ(said["parts"], json::Value::array({"v"}));
    EXPECT_EQ(said["seen"]["date"], "2024-03-09");
    EXPECT_EQ(said["seen"]["time"], "23:30");
    const OrgState state = state_of(*storage_, "plant");
    const auto& rooms = state.collections.at(*find_collection_of(state, "room")).elements;
    ASSERT_EQ(said["place"].size(), 2U);
    EXPECT_EQ(rooms.at(*parse_id(said["place"][1].get<std::string>())).code, "n-hall");
    std::vector<std::pair<std::int64_t, std::string>> moves;
    for (const Row& row : rows(leak, RowKind::history)) {
        const auto step = must(workflow::parse_history(row.body));
        EXPECT_EQ(row.sort, step.at.ms);
        moves.emplace_back(step.at.ms, step.to);
    }
    EXPECT_EQ(moves,
              (std::vector<std::pair<std::int64_t, std::string>>{
                  {opened, "open"}, {1'710'054'900'000, "doing"}, {1'710'158'400'000, "closed"}}));
    const auto messages = rows(leak, RowKind::message);
    EXPECT_EQ(messages.size(), 6U) << "two forms, three of the system, one of the table";
    EXPECT_TRUE(std::ranges::any_of(messages, [](const Row& row) {
        return must(body::parse_message(row.body)).text == "Replaced the valve.";
    }));
}

TEST_F(ImportTasks, of_which_work_is_open_run_their_time_limits_from_when_their_state_was_entered) {
    run_import(*storage_, map_, csv_);
    const auto runs = must(storage_->runs_of(state_of(*storage_, "plant").id, std::nullopt, 10));
    std::map<Id, std::int64_t> due;
    for (const storage::RunRecord& run : runs) {
        EXPECT_TRUE(is_timer(run.context));
        due[run.task] = run.due_at.ms;
    }
    EXPECT_EQ(runs.size(), 2U) << "none of the one that is closed";
    EXPECT_EQ(due[task("2").channel], task("2").state_at.ms + 60 * 60'000);
    EXPECT_EQ(due[task("3").channel], task("3").state_at.ms + 90 * 60'000);
    EXPECT_GT(task("3").state_at.ms, opened);
    EXPECT_EQ(task("3").slas.size(), 1U);
    run_import(*storage_, map_, csv_);
    EXPECT_EQ(must(storage_->runs_of(state_of(*storage_, "plant").id, std::nullopt, 10)).size(), 2U)
        << "a repetition brings none again";
}

TEST_F(ImportTasks, count_as_read) {
    run_import(*storage_, map_, csv_);
    const OrgState state = state_of(*storage_, "plant");
    for (const auto& [id, channel] : state.channels) {
        EXPECT_EQ(channel.body.read_until, rows(id, RowKind::message).back().sort);
    }
}

TEST_F(ImportTasks, done_again_adds_nothing_and_goes_on_where_it_was_interrupted) {
    ImportOptions options{.rows_per_transaction = 1};
    options.progress = [](const ImportProgress& progress) { return progress.rows < 2; };
    EXPECT_EQ(run_import(*storage_, map_, csv_, options).added, 2U);
    const ImportProgress rest = run_import(*storage_, map_, csv_);
    EXPECT_EQ(rest.present, 2U);
    EXPECT_EQ(rest.added, 1U);
    EXPECT_EQ(task("3").serial, 3);
    const auto before = versions();
    EXPECT_EQ(run_import(*storage_, map_, csv_).present, 3U);
    EXPECT_EQ(versions(), before);
}

struct Wrong {
    std::string row;
    std::string says;
};

const std::vector<Wrong>& wrong_rows() {
    static const std::vector<Wrong> rows{
        {"8,2024-01-01 00:00,,,,A title of more than forty characters in all,,,,,,open,,,",
         "\"component\":\"what\""},
        {"8,2024-01-01 00:00,,,,T,West,,,,,open,,,", "\"site\" has no element \"West\""},
        {"8,2024-01-01 00:00,,,,T,South,,,,,open,,,", "stops before the last level"},
        {"8,2024-01-01 00:00,,,,T,South,Office,,,,open,,,", "has no element \"Office\" there"},
        {"8,2024-01-01 00:00,,,,T,,,wheel,,,open,,,", "no item \"wheel\""},
        {"8,2024-01-01 00:00,,ivan@plant.example,,T,,,,,,open,,,", "no active person"},
        {"8,2024-01-01 00:00,,,mild,T,,,,,,open,,,", "\"urgency\" has no element \"mild\""},
        {"8,2024-01-01 00:00,,,,T,,,,,2023-12-31 00:00,open,,,", "before the one before it"},
        {"8,2024-01-01 00:00,,,,T,,,,,,done,2024-01-02 00:00,3,", "from \"open\" to \"closed\""},
        {"8,2024-01-01 00:00,,,,T,,,,,2024-01-02 00:00,done,,x,", "grade: \"x\""},
        {"8,2024-01-01 00:00,,,,T,,,,,2024-01-02 00:00,done,,9,", "\"component\":\"grade\""},
        {"8,,,,,T,,,,,,open,,,", "without a time"},
        {"8,2024-01-01 00:00,,,,,,,,,,open,,,", "\"component\":\"what\""},
    };
    return rows;
}

TEST_F(ImportTasks, refuses_a_table_with_a_wrong_row_before_anything_is_written) {
    const auto before = versions();
    for (const Wrong& wrong : wrong_rows()) {
        std::istringstream in(csv_ + wrong.row + "\n");
        Problems problems;
        const auto done = import_table(*storage_, map_, in, {}, problems);
        ASSERT_FALSE(done) << wrong.row;
        EXPECT_EQ(done.error().code, ErrorCode::import_invalid);
        EXPECT_EQ(done.error().params, "{\"line\":5}") << wrong.row;
        EXPECT_NE(done.error().detail.find(wrong.says), std::string::npos) << done.error().detail;
    }
    EXPECT_EQ(versions(), before);
}

TEST_F(ImportTasks, passes_wrong_rows_over_where_somebody_is_told_of_them) {
    std::string csv = csv_;
    csv.insert(csv.find("\n2,") + 1, wrong_rows()[1].row + "\n7,half a row\n");
    std::vector<std::pair<std::size_t, std::string>> refused;
    ImportOptions options;
    options.refused = [&](const RefusedRow& row) {
        refused.emplace_back(row.line, row.reason);
        EXPECT_EQ(row.header.front(), "Id");
        EXPECT_EQ(row.fields.front(), row.line == 3 ? "8" : "7");
    };
    const ImportProgress done = run_import(*storage_, map_, csv, options);
    EXPECT_EQ(done.added, 3U);
    EXPECT_EQ(done.refused, 2U);
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_EQ(refused[0].first, 3U);
    EXPECT_EQ(refused[0].second, "place: \"site\" has no element \"West\"");
    EXPECT_EQ(refused[1].second, "this row has 2 fields, the first line has 15");
    const ImportProgress again = run_import(*storage_, map_, csv, options);
    EXPECT_EQ(again.present, 3U);
    EXPECT_EQ(again.refused, 2U);
}

TEST_F(ImportTasks, needs_a_workflow_group_that_is_there) {
    testing::apply_file(*storage_,
                        "organization: {code: plant}\ngroups: [{code: talk, name: Talk}]\n");
    for (const char* group : {"talk", "nowhere"}) {
        Problems problems;
        const ImportMap map = read_import_map(
            testing::with(read_file("tests/import/tasks.yaml"), "works", group), "map", problems);
        std::istringstream in(csv_);
        ASSERT_FALSE(import_table(*storage_, map, in, {}, problems));
        EXPECT_NE(problems.front().text.find("no workflow group"), std::string::npos);
    }
}

TEST(ImportTasksMap, that_is_bad_is_refused_with_its_lines) {
    const std::string good = read_file("tests/import/tasks.yaml");
    const auto line_with = [&](const std::string& from, const std::string& to) {
        Problems problems;
        (void)read_import_map(testing::with(good, from, to), "map", problems);
        return problems.empty() ? 0 : problems.front().line;
    };
    EXPECT_EQ(line_with("  created: Opened\n", ""), 7U);
    EXPECT_EQ(line_with("\"{Urgency}\"", "\"{Urgency\""), 11U);
    EXPECT_EQ(line_with("      at: Begun\n", ""), 18U);
    EXPECT_EQ(line_with("[closed, done]", "{a: b}"), 21U);
    EXPECT_EQ(line_with("what: \"{Title}\"", "what: {a: b}"), 13U);
    EXPECT_EQ(line_with("code: works", "code: works, name: Works"), 5U);
}

/// The requests of New York as tasks, where a copy of the table is at hand.
TEST(ImportTasksReal, are_in_the_storage_row_by_row) {
    const auto csv = testing::real_table();
    if (!csv) {
        // tidy: skipped-test: what is compared is real data, which not everybody has
        GTEST_SKIP() << "no table of requests: name one in HOLDFAST_SAMPLE_CSV";
    }
    const auto storage = testing::empty_storage();
    testing::apply_file(*storage, read_file("examples/nyc-311/organization.yaml"));
    const ImportMap map = read_map("examples/nyc-311/requests.yaml");
    const ImportProgress done = run_import(*storage, map, *csv);
    const OrgState state = state_of(*storage, "nyc-311");
    const OrgNames names = names_of(state);
    const BucketId bucket = state.tasks.begin()->second.bucket;
    std::istringstream in(*csv);
    CsvReader reader(in);
    CsvRecord header;
    ASSERT_TRUE(must(reader.next(header)));
    CsvRecord record;
    std::size_t rows = 0;
    while (must(reader.next(record))) {
        const auto field = [&](const char* name) {
            const auto found = std::ranges::find(header.fields, name);
            return record.fields[static_cast<std::size_t>(found - header.fields.begin())];
        };
        const auto at = [&](const char* name) {
            return field(name).empty() ? 0 : testing::new_york(field(name));
        };
        rows += 1;
        const Id id = names.channels.at("import:nyc-311-requests:" + field("Unique Key"));
        const auto row = must(storage->find_row({bucket, RowKind::task, id}));
        ASSERT_TRUE(row) << record.line;
        const auto task = must(workflow::parse_task(row->body));
        const std::string status = field("Status");
        EXPECT_EQ(
            task.name,
            field("Complaint Type") + ": " + field("Descriptor") + " #" + field("Unique Key"));
        EXPECT_EQ(task.serial, static_cast<std::int64_t>(rows));
        EXPECT_EQ(task.state,
                  status == "Closed" ? "closed" : (status == "Pending" ? "pending" : "assigned"));
        EXPECT_EQ(task.closed_at.ms, at("Closed Date"));
        EXPECT_EQ(task.end_date.ms, at("Due Date"));
        EXPECT_EQ(task.statuses[0], field("Agency"));
        const auto timeline = must(storage->find_bucket(BucketKind::timeline, id));
        const auto history = must(storage->newest_rows(timeline->bucket.id, RowKind::history, 9));
        ASSERT_EQ(history.size(), 2U) << record.line;
        EXPECT_EQ(history.back().sort, at("Created Date"));
        const auto messages = testing::messages_of(*storage, timeline->bucket.id);
        EXPECT_TRUE(std::ranges::any_of(messages, [&](const auto& message) {
            return message.second.text == field("Resolution Description");
        })) << record.line;
        const auto answers = must(storage->newest_rows(timeline->bucket.id, RowKind::answer, 9));
        EXPECT_EQ(answers.size(), status == "Closed" ? 2U : 1U);
        const auto said = json::parse(must(body::parse_answer(answers.back().body)).answers);
        EXPECT_EQ(said["descriptor"], field("Descriptor"));
    }
    EXPECT_GT(rows, 0U);
    EXPECT_EQ(done.added, rows);
    EXPECT_EQ(run_import(*storage, map, *csv).added, 0U);
}

}  // namespace
}  // namespace holdfast::admin
