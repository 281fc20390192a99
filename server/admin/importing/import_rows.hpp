#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "server/admin/importing/csv_reader.hpp"
#include "server/admin/importing/import_map.hpp"

namespace holdfast::admin {

/// One row of a table, as the map makes it.
struct ImportRow {
    struct Message {
        std::int64_t at = 0;  ///< Unix milliseconds
        std::string text{};
    };
    /// What a component is answered with, in words.
    struct Answer {
        std::string component{};
        std::vector<std::string> texts{};
    };
    using Answers = std::optional<std::vector<Answer>>;
    struct Step {
        std::string state{};
        std::int64_t at = 0;
        Answers answers{};
    };
    struct Task {
        std::string name{};
        std::int64_t created = 0;
        std::int64_t due = 0;  ///< 0: none
        std::string assignee{};
        std::vector<std::string> statuses{};
        Answers answers{};
        std::vector<Step> steps{};  ///< in the order of their times
    };
    std::size_t line = 0;
    std::string key{};
    std::string group_code{};
    std::string group_name{};    ///< of a channel
    std::string channel_name{};  ///< of a channel
    std::optional<Task> task{};
    std::vector<Message> messages{};
};

/// Is told of a row that is refused, and why.
using RefuseRow = std::function<void(const CsvRecord& record, std::string reason)>;

/// Reads a table through a map, row by row. A row that is wrong is refused, and reading goes on
/// with the next one.
class ImportRows {
public:
    /// @param file    what messages call the table.
    /// @param refuse  where it is empty, a refused row is a problem at its line.
    ImportRows(std::istream& csv,
               const ImportMap& map,
               std::string file,
               Problems& problems,
               RefuseRow refuse = {});

    /// The next row into `row`; false at the end. Rows that are refused are passed over.
    [[nodiscard]] bool next(ImportRow& row);

    /// Refuses the row that was read last.
    bool refuse(std::string reason);

    [[nodiscard]] const std::vector<std::string>& header() const { return header_; }

private:
    bool read_record();
    void read_header();
    void require(const Text& column);
    void require(const std::vector<Text>& columns);
    void require(const Template& text);
    void require(const TaskRule& rule);
    void require(const AnswerRules& rules);
    [[nodiscard]] std::string_view field(const std::string& column) const;
    [[nodiscard]] std::string render(const Template& text) const;
    [[nodiscard]] bool read_row(ImportRow& row);
    [[nodiscard]] bool read_place(ImportRow& row);
    [[nodiscard]] bool read_task(const TaskRule& rule, ImportRow& row);
    [[nodiscard]] bool read_step(const StepRule& rule, ImportRow::Task& task);
    [[nodiscard]] ImportRow::Answers read_answers(const AnswerRules& rules) const;
    [[nodiscard]] bool read_message(const MessageRule& rule, ImportRow& row);
    [[nodiscard]] bool name(const std::string& text, const char* what);
    /// The time in the first of the columns that is not empty, in Unix milliseconds; 0: in none.
    [[nodiscard]] bool time(const std::vector<Text>& columns, std::int64_t& out);

    CsvReader reader_;
    const ImportMap& map_;
    std::string file_;
    Problems& problems_;
    RefuseRow refuse_;
    CsvRecord record_;
    std::vector<std::string> header_;
    std::map<std::string, std::size_t> columns_;  ///< those that the map names
    std::map<std::string, std::size_t> keys_;     ///< with their lines
    bool ready_ = false;
};

}  // namespace holdfast::admin
