#include "server/admin/importing/csv_reader.hpp"

#include <utility>

namespace holdfast::admin {

int CsvReader::peek() {
    return ahead_.empty() ? in_.sgetc() : static_cast<unsigned char>(ahead_.front());
}

int CsvReader::take() {
    const int letter = peek();
    if (ahead_.empty()) {
        in_.sbumpc();
    } else {
        ahead_.remove_prefix(1);
    }
    line_ += letter == '\n' ? 1 : 0;
    return letter;
}

/// Where the text begins with a part of the mark only, that part is read again.
void CsvReader::skip_mark() {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    std::size_t same = 0;
    while (same < mark.size() && in_.sgetc() == static_cast<unsigned char>(mark[same])) {
        in_.sbumpc();
        ++same;
    }
    ahead_ = same == mark.size() ? std::string_view{} : mark.substr(0, same);
}

Result<bool> CsvReader::take_line_end() {
    const int letter = peek();
    if (letter != '\n' && letter != '\r') {
        return false;
    }
    take();
    if (letter == '\r') {
        if (peek() != '\n') {
            return refuse("a carriage return without a line feed");
        }
        take();
    }
    return true;
}

std::unexpected<Error> CsvReader::refuse(std::string what) {
    broken_ = true;
    return fail(
        ErrorCode::import_invalid, std::move(what), R"({"line":)" + std::to_string(line_) + "}");
}

Result<bool> CsvReader::next(CsvRecord& record) {
    if (broken_) {
        return false;
    }
    if (!std::exchange(started_, true)) {
        skip_mark();
    }
    for (bool blank = true; blank;) {
        HF_TRY(blank, take_line_end());
    }
    if (peek() == end) {
        return false;
    }
    record.fields.clear();
    record.line = line_;
    record_bytes_ = 0;
    HF_CHECK(read_record(record));
    return true;
}

Result<> CsvReader::read_record(CsvRecord& record) {
    for (;;) {
        if (record.fields.size() >= csv_fields_max) {
            return refuse("more than 2000 fields");
        }
        record.fields.emplace_back();
        HF_CHECK(read_field(record));
        if (peek() == ',') {
            take();
            continue;
        }
        HF_CHECK(take_line_end());
        return {};
    }
}

Result<> CsvReader::read_field(CsvRecord& record) {
    if (peek() != '"') {
        return read_plain(record);
    }
    HF_CHECK(read_quoted(record));
    const bool is_done = peek() == ',' || peek() == end || peek() == '\n' || peek() == '\r';
    return is_done ? Result<>{} : refuse("text after a closing quote");
}

Result<> CsvReader::read_quoted(CsvRecord& record) {
    const std::size_t begin = line_;
    take();
    for (;;) {
        const int letter = take();
        if (letter == end) {
            line_ = begin;
            return refuse("a quoted field without an end");
        }
        if (letter != '"') {
            HF_CHECK(keep(record, letter));
        } else if (peek() == '"') {
            HF_CHECK(keep(record, take()));
        } else {
            return {};
        }
    }
}

Result<> CsvReader::read_plain(CsvRecord& record) {
    for (;;) {
        const int letter = peek();
        if (letter == end || letter == ',' || letter == '\n' || letter == '\r') {
            return {};
        }
        if (letter == '"') {
            return refuse("a quote in a field without quotes");
        }
        HF_CHECK(keep(record, take()));
    }
}

Result<> CsvReader::keep(CsvRecord& record, int letter) {
    if (record.fields.back().size() >= csv_field_bytes_max ||
        ++record_bytes_ > csv_record_bytes_max) {
        return refuse("a field of more than 1 MiB or a record of more than 4 MiB");
    }
    record.fields.back() += static_cast<char>(letter);
    return {};
}

std::string csv_line(const std::vector<std::string>& fields) {
    std::string line;
    for (const std::string& field : fields) {
        line += &field == fields.data() ? "" : ",";
        if (field.find_first_of("\",\r\n") == std::string::npos) {
            line += field;
            continue;
        }
        line += '"';
        for (const char letter : field) {
            line += letter == '"' ? "\"\"" : std::string(1, letter);
        }
        line += '"';
    }
    return line + "\r\n";
}

}  // namespace holdfast::admin
