#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace holdfast::admin {

struct CsvRecord {
    std::size_t line = 0;  ///< where it begins; the first is 1
    std::vector<std::string> fields{};
};

inline constexpr std::size_t csv_field_bytes_max = 1024UL * 1024;
inline constexpr std::size_t csv_record_bytes_max = 4UL * 1024 * 1024;
inline constexpr std::size_t csv_fields_max = 2000;

/// Reads comma-separated values, one record at a time (RFC 4180). Lines end in CRLF or LF; a byte
/// order mark at the start and lines with nothing in them are passed over; bytes are taken as they
/// are. Memory: one record.
class CsvReader {
public:
    explicit CsvReader(std::istream& in) : in_(*in.rdbuf()) {}

    /// The next record into `record`; false at the end.
    /// Errors  import_invalid (params: line): a quote where none belongs, a quoted field without an
    ///         end, a carriage return alone outside of quotes, a limit. Nothing is read after an
    ///         error.
    [[nodiscard]] Result<bool> next(CsvRecord& record);

private:
    static constexpr int end = std::char_traits<char>::eof();

    [[nodiscard]] Result<> read_record(CsvRecord& record);
    [[nodiscard]] Result<> read_field(CsvRecord& record);
    [[nodiscard]] Result<> read_quoted(CsvRecord& record);
    [[nodiscard]] Result<> read_plain(CsvRecord& record);
    [[nodiscard]] Result<> keep(CsvRecord& record, int letter);
    [[nodiscard]] std::unexpected<Error> refuse(std::string what);

    [[nodiscard]] int peek();
    int take();
    /// Takes a line's end, if one is next: LF or CRLF.
    [[nodiscard]] Result<bool> take_line_end();
    void skip_mark();

    std::streambuf& in_;
    std::string_view ahead_{};  ///< read already: the start of what was no byte order mark
    std::size_t line_ = 1;
    std::size_t record_bytes_ = 0;
    bool started_ = false;
    bool broken_ = false;
};

/// The fields as one line, with its end: quoted where they have to be.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& fields);

}  // namespace holdfast::admin
