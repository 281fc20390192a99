#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "server/admin/csv_reader.hpp"
#include "server/admin/import_map.hpp"

namespace holdfast::admin {

/// One row of a table, as the map makes it.
struct ImportRow {
    struct Message {
        std::int64_t at = 0;  ///< Unix milliseconds
        std::string text{};
    };
    std::size_t line = 0;
    std::string key{};
    std::string group_code{};
    std::string group_name{};
    std::string channel_name{};
    std::vector<Message> messages{};
};

/// Reads a table through a map, row by row. What is wrong with a row is a problem at its line, and
/// reading goes on with the next one.
class ImportRows {
public:
    /// @param file  what messages call the table.
    ImportRows(std::istream& csv, const ImportMap& map, std::string file, Problems& problems);

    /// The next row into `row`; false at the end. Rows with problems are passed over.
    [[nodiscard]] bool next(ImportRow& row);

private:
    using Columns = std::vector<std::size_t>;

    bool read_record();
    void read_header();
    [[nodiscard]] std::size_t find_column(const std::string& name, std::size_t line);
    [[nodiscard]] Columns find_columns(const Template& text);
    [[nodiscard]] bool read_row(ImportRow& row);
    [[nodiscard]] std::string render(const Template& text, const Columns& columns) const;
    [[nodiscard]] bool name(std::string& out, const char* what);
    [[nodiscard]] bool message(std::size_t index, ImportRow& row);
    bool refuse(std::string what);

    struct MessageColumns {
        Columns text;
        Columns at;
    };

    CsvReader reader_;
    const ImportMap& map_;
    std::string file_;
    Problems& problems_;
    CsvRecord record_;
    std::vector<std::string> header_;
    std::size_t key_ = 0;
    Columns group_code_;
    Columns group_name_;
    Columns channel_name_;
    std::vector<MessageColumns> messages_;
    std::map<std::string, std::size_t> keys_;  ///< with their lines
    bool ready_ = false;
};

}  // namespace holdfast::admin
