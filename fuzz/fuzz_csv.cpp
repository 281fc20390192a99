// Any bytes are records or an error, and what was read, written again, reads the same.

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/assert.hpp"
#include "server/admin/importing/csv_reader.hpp"

namespace {

using namespace holdfast;
using Records = std::vector<std::vector<std::string>>;

/// The records before the end or the first error; whether it was the end.
bool read(const std::string& text, Records& records) {
    std::istringstream in(text);
    admin::CsvReader reader(in);
    admin::CsvRecord record;
    for (;;) {
        const auto more = reader.next(record);
        if (!more) {
            HF_ASSERT(!reader.next(record).value_or(false));
            return false;
        }
        if (!*more) {
            return true;
        }
        records.push_back(record.fields);
    }
}

std::string write(const Records& records) {
    std::string text;
    for (const auto& fields : records) {
        const char* comma = "";
        for (const std::string& field : fields) {
            text += comma;
            text += '"';
            for (const char letter : field) {
                text.append(letter == '"' ? 2 : 1, letter);
            }
            text += '"';
            comma = ",";
        }
        text += "\r\n";
    }
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    Records records;
    (void)read(std::string(reinterpret_cast<const char*>(bytes), size), records);
    Records again;
    HF_ASSERT(read(write(records), again));
    HF_ASSERT(records == again);
    return 0;
}
