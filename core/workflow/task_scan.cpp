#include "core/workflow/task_scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/model/json.hpp"
#include "core/workflow/limits.hpp"

namespace holdfast::workflow {

namespace {

/// A place in the text. Every step says whether the text had the expected form; after a false
/// nothing that was read counts.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool take(char c) {
        if (rest_.empty() || rest_.front() != c) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    /// A string without escapes, borrowed from the text.
    [[nodiscard]] bool string(std::string_view& out) {
        if (!take('"')) {
            return false;
        }
        bool plain = true;
        std::size_t end = 0;
        for (; end < rest_.size() && rest_[end] != '"'; ++end) {
            const auto byte = static_cast<unsigned char>(rest_[end]);
            if (byte < 0x20 || byte == '\\') {
                return false;
            }
            plain = plain && byte < 0x80;
        }
        if (end == rest_.size()) {
            return false;
        }
        out = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return plain || json::Value::accept('"' + std::string(out) + '"');  // UTF-8
    }

    [[nodiscard]] bool read(std::string& out) {
        std::string_view text;
        const bool good = string(text);
        out = text;
        return good;
    }
    [[nodiscard]] bool read(std::int64_t& out) {
        constexpr std::size_t digits_max = 15;  // all of them are below 2^53
        const std::size_t sign = rest_.starts_with('-') ? 1 : 0;
        const std::size_t end = std::min(rest_.find_first_not_of("0123456789", sign), rest_.size());
        const bool zero = end > sign && rest_[sign] == '0';
        if (end == sign || end - sign > digits_max || (zero && end > 1)) {
            return false;
        }
        std::from_chars(rest_.data(), rest_.data() + end, out);
        rest_.remove_prefix(end);
        return !rest_.empty() && (rest_.front() == ',' || rest_.front() == '}');
    }
    [[nodiscard]] bool read(std::uint32_t& out) {
        std::int64_t number = 0;
        const bool good = read(number) && number >= 0 && number <= 0xFFFF'FFFFLL;
        out = static_cast<std::uint32_t>(number);
        return good;
    }
    [[nodiscard]] bool read(WallTime& out) { return read(out.ms); }
    [[nodiscard]] bool read(bool& out) {
        for (const bool value : {true, false}) {
            const std::string_view word = value ? "true" : "false";
            if (rest_.starts_with(word)) {
                rest_.remove_prefix(word.size());
                out = value;
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] bool read(Id& out) {
        std::string_view text;
        if (!string(text)) {
            return false;
        }
        const std::optional<Id> id = parse_id(text);
        out = id.value_or(Id{});
        return id.has_value();
    }
    [[nodiscard]] bool read(std::vector<Id>& out) {
        return each('[', ']', [&] { return read(out.emplace_back()); });
    }
    [[nodiscard]] bool read(std::map<std::string, std::string>& out) {
        return each('{', '}', [&] {
            std::string_view name;
            std::string value;
            const bool good = string(name) && take(':') && read(value);
            return good && out.emplace(name, std::move(value)).second;
        });
    }

    /// Items between brackets, with commas between them.
    template <class Item>
    [[nodiscard]] bool each(char open, char close, Item item) {
        if (!take(open)) {
            return false;
        }
        if (take(close)) {
            return true;
        }
        do {
            if (!item()) {
                return false;
            }
        } while (take(','));
        return take(close);
    }

private:
    std::string_view rest_;
};

using ReadMember = bool (*)(Scanner&, Task&);

template <auto Member>
bool read_member(Scanner& scanner, Task& task) {
    return scanner.read(task.*Member);
}
template <std::size_t N>
bool read_status(Scanner& scanner, Task& task) {
    return scanner.read(task.statuses[N]);
}

/// By name, as they stand in a body. Without `slas`: a task with time limits is read as any JSON.
constexpr std::array<std::pair<std::string_view, ReadMember>, 33> members{{
    {"active", read_member<&Task::active>},
    {"answers", read_member<&Task::answers>},
    {"asset", read_member<&Task::asset>},
    {"assignee", read_member<&Task::assignee>},
    {"channel", read_member<&Task::channel>},
    {"children", read_member<&Task::children>},
    {"closed_at", read_member<&Task::closed_at>},
    {"created_by", read_member<&Task::created_by>},
    {"editors", read_member<&Task::editors>},
    {"end_date", read_member<&Task::end_date>},
    {"estimated_days", read_member<&Task::estimated_days>},
    {"fields", read_member<&Task::fields>},
    {"followers", read_member<&Task::followers>},
    {"group", read_member<&Task::group>},
    {"info", read_member<&Task::info>},
    {"name", read_member<&Task::name>},
    {"owner", read_member<&Task::owner>},
    {"parent", read_member<&Task::parent>},
    {"resolution_at", read_member<&Task::resolution_at>},
    {"serial", read_member<&Task::serial>},
    {"start_date", read_member<&Task::start_date>},
    {"state", read_member<&Task::state>},
    {"state_at", read_member<&Task::state_at>},
    {"state_by", read_member<&Task::state_by>},
    {"state_version", read_member<&Task::state_version>},
    {"status1", read_status<0>},
    {"status2", read_status<1>},
    {"status3", read_status<2>},
    {"status4", read_status<3>},
    {"status5", read_status<4>},
    {"visibility", read_member<&Task::visibility>},
    {"weight", read_member<&Task::weight>},
    {"workflow", read_member<&Task::workflow>},
}};

}  // namespace

std::optional<Task> scan_task(std::string_view text) {
    if (text.size() > limits::definition_bytes_max) {
        return std::nullopt;
    }
    Task task;
    Scanner scanner(text);
    std::size_t next = 0;  // members come in the order of the table, each once
    const bool good = scanner.each('{', '}', [&] {
        std::string_view name;
        if (!scanner.string(name) || !scanner.take(':')) {
            return false;
        }
        while (next < members.size() && members[next].first < name) {
            ++next;
        }
        return next < members.size() && members[next].first == name &&
               members[next++].second(scanner, task);
    });
    return good && scanner.at_end() ? std::optional(std::move(task)) : std::nullopt;
}

}  // namespace holdfast::workflow
