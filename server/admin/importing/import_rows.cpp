#include "server/admin/importing/import_rows.hpp"

#include <algorithm>
#include <utility>

#include "core/model/limits.hpp"
#include "core/model/text.hpp"
#include "core/wire/utf8.hpp"

namespace holdfast::admin {
namespace {

constexpr std::size_t key_bytes_max = 120;
constexpr std::size_t code_bytes_max = 200;
constexpr std::int64_t second_ms = 1000;

/// The line that an error of the CSV reader names.
std::size_t line_of(const Error& error, std::size_t otherwise) {
    const auto digits = error.params.find_first_of("0123456789");
    return digits == std::string::npos ? otherwise : std::stoul(error.params.substr(digits));
}

}  // namespace

ImportRows::ImportRows(
    std::istream& csv, const ImportMap& map, std::string file, Problems& problems, RefuseRow refuse)
    : reader_(csv),
      map_(map),
      file_(std::move(file)),
      problems_(problems),
      refuse_(std::move(refuse)) {
    read_header();
}

bool ImportRows::refuse(std::string reason) {
    if (refuse_) {
        refuse_(record_, std::move(reason));
    } else {
        add_problem(problems_, record_.line, std::move(reason), file_);
    }
    return false;
}

bool ImportRows::read_record() {
    const auto read = reader_.next(record_);
    if (!read) {
        add_problem(problems_, line_of(read.error(), record_.line), read.error().detail, file_);
        return false;
    }
    return *read;
}

void ImportRows::read_header() {
    if (!read_record()) {
        if (problems_.empty()) {
            add_problem(problems_, 1, "the table is empty", file_);
        }
        return;
    }
    header_ = record_.fields;
    const std::size_t before = problems_.size();
    require(map_.key);
    require(map_.group_code);
    require(map_.group_name);
    require(map_.channel_name);
    if (map_.task) {
        require(*map_.task);
    }
    for (const MessageRule& rule : map_.messages) {
        require(rule.text);
        require(rule.at);
    }
    ready_ = problems_.size() == before;
}

void ImportRows::require(const Text& column) {
    const auto found = std::ranges::find(header_, column.value);
    if (found == header_.end()) {
        const std::vector<std::string_view> columns(header_.begin(), header_.end());
        add_problem(
            problems_,
            column.line,
            "the table has no column " + quote(column.value) + suggest(column.value, columns),
            map_.file);
    }
    columns_[column.value] = static_cast<std::size_t>(found - header_.begin());
}

void ImportRows::require(const std::vector<Text>& columns) {
    for (const Text& column : columns) {
        require(column);
    }
}

void ImportRows::require(const Template& text) {
    for (const std::string& column : text.columns()) {
        require(Text{.value = column, .line = text.line()});
    }
}

void ImportRows::require(const AnswerRules& rules) {
    for (const AnswerRule& rule : rules.value_or(std::vector<AnswerRule>{})) {
        for (const Template& text : rule.texts) {
            require(text);
        }
    }
}

void ImportRows::require(const TaskRule& rule) {
    require(rule.name);
    require(rule.created);
    require(rule.due);
    require(rule.assignee.value_or(Template{}));
    for (const Template& status : rule.statuses) {
        require(status);
    }
    require(rule.answers);
    for (const StepRule& step : rule.steps) {
        require(step.at);
        require(step.answers);
        for (const StepRule::Only& only : step.only) {
            require(only.column);
        }
    }
}

bool ImportRows::next(ImportRow& row) {
    while (ready_ && read_record()) {
        if (read_row(row)) {
            return true;
        }
    }
    return false;
}

std::string_view ImportRows::field(const std::string& column) const {
    return trim(record_.fields[columns_.at(column)]);
}

std::string ImportRows::render(const Template& text) const {
    std::vector<std::string_view> values;
    for (const std::string& column : text.columns()) {
        values.push_back(field(column));
    }
    return std::string(trim(text.render(values)));
}

bool ImportRows::name(const std::string& text, const char* what) {
    if (text.empty()) {
        return refuse(std::string(what) + " is empty");
    }
    if (text.size() > limits::name_bytes_max) {
        return refuse(std::string(what) + " is longer than 200 bytes");
    }
    return true;
}

bool ImportRows::time(const std::vector<Text>& columns, std::int64_t& out) {
    for (const Text& column : columns) {
        const std::string_view written = field(column.value);
        if (written.empty()) {
            continue;
        }
        const auto local = map_.format.read(written);
        if (!local) {
            return refuse(column.value + ": " + local.error().detail);
        }
        out = map_.zone.to_utc(*local) * second_ms;
        return true;
    }
    return true;
}

bool ImportRows::read_row(ImportRow& row) {
    if (record_.fields.size() != header_.size()) {
        return refuse("this row has " + std::to_string(record_.fields.size()) +
                      " fields, the first line has " + std::to_string(header_.size()));
    }
    if (!std::ranges::all_of(record_.fields, wire::is_utf8)) {
        return refuse("this is not UTF-8");
    }
    row = {.line = record_.line, .key = std::string(field(map_.key.value))};
    if (row.key.empty() || row.key.size() > key_bytes_max) {
        return refuse("the key has no text, or more than 120 bytes");
    }
    const auto [first, is_new] = keys_.try_emplace(row.key, row.line);
    if (!is_new) {
        return refuse("the key " + quote(row.key) + " is in line " + std::to_string(first->second) +
                      " already");
    }
    if (!read_place(row)) {
        return false;
    }
    return std::ranges::all_of(map_.messages,
                               [&](const MessageRule& rule) { return read_message(rule, row); });
}

bool ImportRows::read_place(ImportRow& row) {
    row.group_code = render(map_.group_code);
    if (row.group_code.size() > code_bytes_max || row.group_code.empty()) {
        return refuse("the group's code has no text, or more than 200 bytes");
    }
    if (map_.task) {
        return read_task(*map_.task, row);
    }
    row.group_name = render(map_.group_name);
    row.channel_name = render(map_.channel_name);
    if (const auto shown = map_.group_names.find(row.group_name); shown != map_.group_names.end()) {
        row.group_name = shown->second;
    }
    return name(row.group_name, "the group's name") && name(row.channel_name, "the channel's name");
}

bool ImportRows::read_task(const TaskRule& rule, ImportRow& row) {
    ImportRow::Task& task =
        row.task.emplace(ImportRow::Task{});  // clang: not empty, the class was incomplete
    task.name = render(rule.name);
    if (!name(task.name, "the task's name") || !time(rule.created, task.created) ||
        !time(rule.due, task.due)) {
        return false;
    }
    if (task.created == 0) {
        return refuse("a task without a time");
    }
    task.assignee = rule.assignee ? render(*rule.assignee) : "";
    for (const Template& status : rule.statuses) {
        task.statuses.push_back(render(status));
    }
    task.answers = read_answers(rule.answers);
    row.channel_name = task.name;
    return std::ranges::all_of(rule.steps,
                               [&](const StepRule& step) { return read_step(step, task); });
}

bool ImportRows::read_step(const StepRule& rule, ImportRow::Task& task) {
    const bool asked = std::ranges::all_of(rule.only, [&](const StepRule::Only& only) {
        return std::ranges::count(only.values, field(only.column.value)) > 0;
    });
    ImportRow::Step step{.state = rule.state.value};
    if (!asked) {
        return true;
    }
    if (!time(rule.at, step.at)) {
        return false;
    }
    if (step.at == 0) {
        return rule.only.empty() || refuse("a change to " + quote(step.state) + " without a time");
    }
    if (step.at < (task.steps.empty() ? task.created : task.steps.back().at)) {
        return refuse("a change to " + quote(step.state) + " before the one before it");
    }
    step.answers = read_answers(rule.answers);
    task.steps.push_back(std::move(step));
    return true;
}

ImportRow::Answers ImportRows::read_answers(const AnswerRules& rules) const {
    if (!rules) {
        return std::nullopt;
    }
    std::vector<ImportRow::Answer> answers;
    for (const AnswerRule& rule : *rules) {
        ImportRow::Answer answer{.component = rule.component.value, .texts = {}};
        for (const Template& text : rule.texts) {
            answer.texts.push_back(render(text));
        }
        answers.push_back(std::move(answer));
    }
    return answers;
}

/// A message without text is none.
bool ImportRows::read_message(const MessageRule& rule, ImportRow& row) {
    ImportRow::Message message{.text = render(rule.text)};
    if (message.text.empty()) {
        return true;
    }
    if (message.text.size() > limits::message_bytes_max) {
        return refuse("a message of more than 16 KiB");
    }
    if (!time(rule.at, message.at)) {
        return false;
    }
    if (message.at == 0) {
        return refuse("a message without a time: " + quote(message.text));
    }
    row.messages.push_back(std::move(message));
    return true;
}

}  // namespace holdfast::admin
