#include "server/net/history_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace holdfast::net {

Result<> HistoryFile::check() {
    HF_TRY(auto checked, services::check_history(storage_, environment_, read()));
    mark_ = std::move(checked.mark);
    if (checked.renewed) {
        log_.write(Log::Level::warning,
                   "history_renewed",
                   {{"reason", "the database is older than its mark: a restored backup"}});
    }
    replace();
    return {};
}

void HistoryFile::keep(std::uint64_t changes) {
    const Instant now = environment_.now();
    if (changes == changes_ || now < next_) {
        return;
    }
    changes_ = changes;
    next_ = now + write_every;
    write();
}

void HistoryFile::write() {
    const auto age = storage_.age();
    if (age && *age != mark_.age) {
        mark_.age = *age;
        replace();
    }
}

std::optional<services::HistoryMark> HistoryFile::read() const {
    std::ifstream file(path_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return services::parse_history_mark(text);
}

void HistoryFile::replace() {
    const std::string fresh = path_ + ".new";
    bool written = false;
    {
        std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
        file << services::encode(mark_);
        file.close();
        written = file.good();
    }
    std::error_code error;
    if (written) {
        std::filesystem::rename(fresh, path_, error);
    }
    if (!written || error) {
        log_.write(Log::Level::warning, "history_file_failed", {{"path", path_}});
    }
}

}  // namespace holdfast::net
