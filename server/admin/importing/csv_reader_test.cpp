#include "server/admin/importing/csv_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

namespace holdfast::admin {
namespace {

using Fields = std::vector<std::string>;

struct Table {
    std::vector<Fields> records;
    std::vector<std::size_t> lines;
    std::string error;
    std::string params;
};

Table read(const std::string& text) {
    std::istringstream in(text);
    CsvReader reader(in);
    Table table;
    CsvRecord record;
    for (;;) {
        const auto next = reader.next(record);
        if (!next) {
            table.error = next.error().detail;
            table.params = next.error().params;
            EXPECT_EQ(next.error().code, ErrorCode::import_invalid);
            return table;
        }
        if (!*next) {
            return table;
        }
        table.records.push_back(record.fields);
        table.lines.push_back(record.line);
    }
}

TEST(CsvReader, reads_fields_and_records) {
    EXPECT_EQ(read("a,b\r\nc,d\r\n").records, (std::vector<Fields>{{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(read("a,b\nc,d").records, (std::vector<Fields>{{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(read(",\n").records, (std::vector<Fields>{{"", ""}}));
    EXPECT_EQ(read("a, b ,").records, (std::vector<Fields>{{"a", " b ", ""}}));
    EXPECT_TRUE(read("").records.empty());
    EXPECT_TRUE(read("\r\n\n").records.empty());
}

TEST(CsvReader, reads_quoted_fields) {
    EXPECT_EQ(read("\"a,b\",\"c\"\"d\"\n").records, (std::vector<Fields>{{"a,b", "c\"d"}}));
    EXPECT_EQ(read("\"\"\n").records, (std::vector<Fields>{{""}}));
    EXPECT_EQ(read("\"\"\"\"").records, (std::vector<Fields>{{"\""}}));
    const Table lines = read("\"a\r\nb\nc\",d\r\ne,f\r\n");
    EXPECT_EQ(lines.records, (std::vector<Fields>{{"a\r\nb\nc", "d"}, {"e", "f"}}));
    EXPECT_EQ(lines.lines, (std::vector<std::size_t>{1, 4}));
}

TEST(CsvReader, passes_over_a_byte_order_mark_and_empty_lines) {
    const Table table = read(
        "\xEF\xBB\xBF"
        "a\n\n\r\nb\n");
    EXPECT_EQ(table.records, (std::vector<Fields>{{"a"}, {"b"}}));
    EXPECT_EQ(table.lines, (std::vector<std::size_t>{1, 4}));
    EXPECT_EQ(read("\xEF\xBC\xA1,b").records, (std::vector<Fields>{{"\xEF\xBC\xA1", "b"}}));
    EXPECT_EQ(read("\xEF").records, (std::vector<Fields>{{"\xEF"}}));
    EXPECT_EQ(read("\xEF\xBB").records, (std::vector<Fields>{{"\xEF\xBB"}}));
}

TEST(CsvReader, refuses_what_is_no_csv_with_the_line) {
    EXPECT_EQ(read("a\nb\"c\n").params, R"({"line":2})");
    EXPECT_EQ(read("a\n\"b\"c\n").params, R"({"line":2})");
    EXPECT_EQ(read("a\n\"b\n\n\n").params, R"({"line":2})");
    EXPECT_EQ(read("a\rb\n").error, "a carriage return without a line feed");
    EXPECT_EQ(read("\"a\"\rb\n").error, "a carriage return without a line feed");
}

TEST(CsvReader, keeps_its_limits) {
    EXPECT_TRUE(read(std::string(csv_field_bytes_max, 'x')).error.empty());
    EXPECT_FALSE(read(std::string(csv_field_bytes_max + 1, 'x')).error.empty());
    EXPECT_FALSE(read('"' + std::string(csv_field_bytes_max + 1, 'x') + '"').error.empty());
    EXPECT_TRUE(read(std::string(csv_fields_max - 1, ',')).error.empty());
    EXPECT_FALSE(read(std::string(csv_fields_max, ',')).error.empty());
}

std::string quoted(const std::string& field) {
    std::string text = "\"";
    for (const char letter : field) {
        text += letter == '"' ? "\"\"" : std::string(1, letter);
    }
    return text + '"';
}

RC_GTEST_PROP(CsvReader, what_is_written_is_read, ()) {
    const auto field =
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\",\r\n \xc3\xa9")));
    const auto row = rc::gen::nonEmpty(rc::gen::container<Fields>(field));
    const auto rows = *rc::gen::container<std::vector<Fields>>(row);
    const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n");
    std::string text;
    for (const Fields& fields : rows) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const bool is_plain = fields[i].find_first_of("\",\r\n") == std::string::npos &&
                                  (fields.size() > 1 || !fields[i].empty()) && i % 2 == 0;
            text += (i > 0 ? "," : "") + (is_plain ? fields[i] : quoted(fields[i]));
        }
        text += line_end;
    }
    const Table table = read(text);
    RC_ASSERT(table.error.empty());
    RC_ASSERT(table.records == rows);
}

RC_GTEST_PROP(CsvReader, garbage_never_crashes, ()) {
    (void)read(*rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("\",\r\n\xEF\xBB\xBFx\0", 10))));
}

}  // namespace
}  // namespace holdfast::admin
