#include <array>
#include <utility>

#include "core/model/json.hpp"
#include "core/offline/status.hpp"

namespace holdfast::offline {

namespace {

constexpr std::array<std::pair<Mode, std::string_view>, 3> modes{{
    {Mode::online, "online"},
    {Mode::offline, "offline"},
    {Mode::offline_automatic, "offline_automatic"},
}};

std::optional<WallTime> time_of(std::int64_t ms) {
    return ms == 0 ? std::nullopt : std::optional(WallTime{ms});
}

std::int64_t ms_of(const std::optional<WallTime>& time) {
    return time ? time->ms : 0;
}

}  // namespace

std::string encode(const Persisted& value) {
    std::string mode;
    for (const auto& [known, name] : modes) {
        if (known == value.mode && known != Mode::online) {
            mode = name;
        }
    }
    json::Writer writer;
    writer.write("mode", mode)
        .write("ever_complete", value.ever_complete, false)
        .write("complete_at", ms_of(value.complete_at))
        .write("last_online_at", ms_of(value.last_online_at));
    json::Value all = json::parse(body::encode(value.policy));  // its members stand beside ours
    all.update(writer.take());
    return json::dump(all);
}

Persisted parse_persisted(std::string_view text) {
    Persisted value;
    std::string mode;
    std::int64_t complete_at = 0;
    std::int64_t last_online_at = 0;
    json::Reader reader(text);
    reader.read("mode", mode)
        .read("ever_complete", value.ever_complete)
        .read("complete_at", complete_at)
        .read("last_online_at", last_online_at);
    const Result<body::OfflinePolicy> policy = body::parse_offline_policy(text);  // its members too
    if (!reader.done() || !policy) {
        return {};
    }
    for (const auto& [known, name] : modes) {
        if (name == mode) {
            value.mode = known;
        }
    }
    value.complete_at = time_of(complete_at);
    value.last_online_at = time_of(last_online_at);
    value.policy = *policy;
    return value;
}

}  // namespace holdfast::offline
