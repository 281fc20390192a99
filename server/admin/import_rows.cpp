#include "server/admin/import_rows.hpp"

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

ImportRows::ImportRows(std::istream& csv,
                       const ImportMap& map,
                       std::string file,
                       Problems& problems)
    : reader_(csv), map_(map), file_(std::move(file)), problems_(problems) {
    read_header();
}

bool ImportRows::refuse(std::string what) {
    add_problem(problems_, record_.line, std::move(what), file_);
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
    key_ = find_column(map_.key.value, map_.key.line);
    group_code_ = find_columns(map_.group_code);
    group_name_ = find_columns(map_.group_name);
    channel_name_ = find_columns(map_.channel_name);
    for (const MessageRule& rule : map_.messages) {
        MessageColumns columns{.text = find_columns(rule.text), .at = {}};
        for (const Text& at : rule.at) {
            columns.at.push_back(find_column(at.value, at.line));
        }
        messages_.push_back(std::move(columns));
    }
    ready_ = problems_.size() == before;
}

std::size_t ImportRows::find_column(const std::string& name, std::size_t line) {
    const auto found = std::ranges::find(header_, name);
    if (found == header_.end()) {
        const std::vector<std::string_view> columns(header_.begin(), header_.end());
        add_problem(problems_,
                    line,
                    "the table has no column " + quote(name) + suggest(name, columns),
                    map_.file);
    }
    return static_cast<std::size_t>(found - header_.begin());
}

ImportRows::Columns ImportRows::find_columns(const Template& text) {
    Columns columns;
    for (const std::string& name : text.columns()) {
        columns.push_back(find_column(name, text.line()));
    }
    return columns;
}

bool ImportRows::next(ImportRow& row) {
    while (ready_ && read_record()) {
        if (read_row(row)) {
            return true;
        }
    }
    return false;
}

std::string ImportRows::render(const Template& text, const Columns& columns) const {
    std::vector<std::string_view> values;
    for (const std::size_t column : columns) {
        values.push_back(trim(record_.fields[column]));
    }
    return std::string(trim(text.render(values)));
}

bool ImportRows::name(std::string& out, const char* what) {
    if (out.empty()) {
        return refuse(std::string(what) + " is empty");
    }
    if (out.size() > limits::name_bytes_max) {
        return refuse(std::string(what) + " is longer than 200 bytes");
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
    row = {.line = record_.line, .key = std::string(trim(record_.fields[key_]))};
    if (row.key.empty() || row.key.size() > key_bytes_max) {
        return refuse("the key has no text, or more than 120 bytes");
    }
    const auto [first, is_new] = keys_.try_emplace(row.key, row.line);
    if (!is_new) {
        return refuse("the key " + quote(row.key) + " is in line " + std::to_string(first->second) +
                      " already");
    }
    row.group_code = render(map_.group_code, group_code_);
    row.group_name = render(map_.group_name, group_name_);
    row.channel_name = render(map_.channel_name, channel_name_);
    if (const auto shown = map_.group_names.find(row.group_name); shown != map_.group_names.end()) {
        row.group_name = shown->second;
    }
    if (row.group_code.size() > code_bytes_max || row.group_code.empty()) {
        return refuse("the group's code has no text, or more than 200 bytes");
    }
    if (!name(row.group_name, "the group's name") ||
        !name(row.channel_name, "the channel's name")) {
        return false;
    }
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        if (!message(i, row)) {
            return false;
        }
    }
    return true;
}

/// A message without text is none.
bool ImportRows::message(std::size_t index, ImportRow& row) {
    std::string text = render(map_.messages[index].text, messages_[index].text);
    if (text.empty()) {
        return true;
    }
    if (text.size() > limits::message_bytes_max) {
        return refuse("a message of more than 16 KiB");
    }
    for (const std::size_t column : messages_[index].at) {
        const std::string_view written = trim(record_.fields[column]);
        if (written.empty()) {
            continue;
        }
        const auto local = map_.format.read(written);
        if (!local) {
            return refuse(header_[column] + ": " + local.error().detail);
        }
        row.messages.push_back(
            {.at = map_.zone.to_utc(*local) * second_ms, .text = std::move(text)});
        return true;
    }
    return refuse("a message without a time: " + quote(text));
}

}  // namespace holdfast::admin
