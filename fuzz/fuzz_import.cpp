// Any text is a map or a list of problems, and a map that is good reads any table to its end. The
// input is a map, a zero byte, and a table; without the zero byte the table is read through a map
// that is good.

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "core/base/assert.hpp"
#include "server/admin/importing/import_map.hpp"
#include "server/admin/importing/import_rows.hpp"

namespace {

using namespace holdfast;

constexpr std::string_view good_map = R"(name: table
key: Id
time: {format: "%Y-%m-%d %H:%M", zone: "+02:00"}
author: {email: desk@example.com, name: Desk}
group:
  code: "team-{Team}"
  name: "{Team}"
  names: {north: North campus}
channel: {name: "{Title} #{Id}"}
messages:
  - text: "{Title}[, {Place}]"
    at: Opened
  - text: "{Answer}"
    at: Closed
)";

/// Nothing here is larger than what it was made of, but for what the map adds to each row.
void read_table(const admin::ImportMap& map, const std::string& table) {
    std::istringstream csv(table);
    admin::Problems problems;
    admin::ImportRows rows(csv, map, "table", problems);
    admin::ImportRow row;
    std::size_t count = 0;
    while (rows.next(row)) {
        HF_ASSERT(!row.key.empty());
        HF_ASSERT(++count <= table.size());
    }
    HF_ASSERT(problems.size() <= admin::problems_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const std::size_t cut = input.find('\0');
    const bool has_map = cut != std::string_view::npos;
    admin::Problems problems;
    const admin::ImportMap map =
        admin::read_import_map(has_map ? input.substr(0, cut) : good_map, "map.yaml", problems);
    HF_ASSERT(has_map || problems.empty());
    HF_ASSERT(problems.size() <= admin::problems_max);
    if (problems.empty()) {
        read_table(map, std::string(has_map ? input.substr(cut + 1) : input));
    }
    return 0;
}
