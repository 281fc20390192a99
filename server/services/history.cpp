#include "server/services/history.hpp"

#include <charconv>

#include "core/base/hex.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::services {
namespace {

constexpr std::string_view storage_secret = "storage-name";
constexpr std::string_view title = "holdfast-history 1 ";
constexpr std::size_t name_bytes = 16;

std::string make_name(Environment& environment) {
    std::string bytes(name_bytes, '\0');
    environment.random(bytes.data(), bytes.size());
    return to_hex(bytes);
}

Result<> renew(storage::Storage& storage, Environment& environment) {
    // At random: two restorations of one backup are two histories.
    std::uint32_t epoch = 0;
    while (epoch == 0) {
        environment.random(&epoch, sizeof epoch);
    }
    return storage.renew_epoch(epoch);
}

}  // namespace

std::string encode(const HistoryMark& mark) {
    return std::string(title) + mark.storage + " " + std::to_string(mark.age) + "\n";
}

std::optional<HistoryMark> parse_history_mark(std::string_view text) {
    if (!text.starts_with(title) || !text.ends_with('\n')) {
        return std::nullopt;
    }
    text.remove_prefix(title.size());
    text.remove_suffix(1);
    const auto space = text.find(' ');
    if (space == std::string_view::npos) {
        return std::nullopt;
    }
    HistoryMark mark{.storage = std::string(text.substr(0, space))};
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + space + 1, end, mark.age);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        return std::nullopt;
    }
    return mark;
}

Result<HistoryCheck> check_history(storage::Storage& storage,
                                   Environment& environment,
                                   const std::optional<HistoryMark>& seen) {
    return storage::transact(storage, [&]() -> Result<HistoryCheck> {
        HistoryCheck check;
        HF_TRY(auto name, storage.find_secret(storage_secret));
        if (!name) {
            name = make_name(environment);
            HF_CHECK(storage.put_secret(storage_secret, *name));
        }
        HF_TRY(check.mark.age, storage.age());
        check.mark.storage = *std::move(name);
        if (seen && seen->storage == check.mark.storage && check.mark.age < seen->age) {
            HF_CHECK(renew(storage, environment));
            check.renewed = true;
        }
        return check;
    });
}

Result<> renew_history(storage::Storage& storage, Environment& environment) {
    return storage::transact(storage, [&]() -> Result<> { return renew(storage, environment); });
}

}  // namespace holdfast::services
