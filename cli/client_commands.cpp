#include <algorithm>
#include <cstdio>
#include <set>

#include "cli/client.hpp"
#include "cli/sealed.hpp"
#include "cli/time_text.hpp"

namespace holdfast::cli {
namespace {

struct Channel {
    std::string id;
    std::string name;
    std::string group;
    int unread = 0;
};

void add_groups(const Json& groups, std::vector<std::pair<std::string, std::string>>& found) {
    for (const Json& group : groups) {
        found.emplace_back(group.value("id", ""), group.value("name", ""));
        if (group.contains("children")) {
            add_groups(group["children"], found);
        }
    }
}

Result<std::vector<Channel>> list_channels(Device& device, const ClientOptions& options) {
    HF_TRY(const Json menu, device.ask({{"query", "menu"}}, options.time_max()));
    std::vector<std::pair<std::string, std::string>> groups;
    add_groups(menu.value("groups", Json::array()), groups);
    std::vector<Channel> channels;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto [id, name] = groups[i];
        if (!seen.insert(id).second) {
            continue;
        }
        HF_TRY(const Json group,
               device.ask({{"query", "group"}, {"group", id}}, options.time_max()));
        add_groups(group.value("subgroups", Json::array()), groups);
        for (const Json& card : group.value("channels", Json::array())) {
            channels.push_back(
                {card.value("id", ""), card.value("name", ""), name, card.value("unread", 0)});
        }
    }
    return channels;
}

/// The id of a channel given by id or by name.
Result<std::string> find_channel(Device& device,
                                 const ClientOptions& options,
                                 const std::string& wanted) {
    HF_TRY(const auto channels, list_channels(device, options));
    const auto is_wanted = [&](const Channel& channel) {
        return channel.id == wanted || channel.name == wanted;
    };
    const auto found = std::ranges::find_if(channels, is_wanted);
    if (found == channels.end()) {
        return fail(ErrorCode::tool_not_found, "no channel " + wanted);
    }
    if (std::ranges::count_if(channels, is_wanted) > 1) {
        return fail(ErrorCode::tool_not_found, "several channels have this name: give the id");
    }
    return found->id;
}

void print_message(const Json& item) {
    std::printf("%s  %s: %s%s\n",
                time_text({item.value("at", std::int64_t{0})}, TimeZone::local).c_str(),
                item.value("author", Json::object()).value("name", "").c_str(),
                item.value("text", "").c_str(),
                item.value("state", "done") == "done"
                    ? ""
                    : ("  [" + item.value("state", "") + "]").c_str());
}

Json query_messages(const std::string& channel) {
    return {{"query", "messages"},
            {"channel", channel},
            {"anchor", "latest"},
            {"before", 50},
            {"after", 0}};
}

}  // namespace

Result<> synchronize(Device& device, const ClientOptions& options) {
    HF_TRY(const int status, device.subscribe({{"query", "status"}}));
    HF_TRY(const int settings, device.subscribe({{"query", "settings"}}));
    const auto is_complete = [&] {
        const Json connection = device.snapshot(status).value("connection", Json::object());
        const Json receiving = device.snapshot(settings).value("receiving", Json::object());
        return connection.value("state", "") == "connected" && receiving.value("complete", false);
    };
    if (!device.run_until(is_complete, options.time_max())) {
        return fail(ErrorCode::server_unreachable, "not complete in time");
    }
    const Json receiving = device.snapshot(settings).value("receiving", Json::object());
    std::fprintf(stderr,
                 "complete: %lld records\n",
                 static_cast<long long>(receiving.value("received", std::int64_t{0})));
    return {};
}

Result<> print_channels(Device& device, const ClientOptions& options) {
    HF_TRY(const auto channels, list_channels(device, options));
    for (const Channel& channel : channels) {
        std::printf("%-20s %4d  %s / %s\n",
                    channel.id.c_str(),
                    channel.unread,
                    channel.group.c_str(),
                    channel.name.c_str());
    }
    return {};
}

Result<> print_messages(Device& device, const ClientOptions& options, const std::string& channel) {
    HF_TRY(const std::string id, find_channel(device, options, channel));
    HF_TRY(const Json messages, device.ask(query_messages(id), options.time_max()));
    for (const Json& item : messages.value("items", Json::array())) {
        print_message(item);
    }
    return {};
}

Result<> send_message(Device& device,
                      const ClientOptions& options,
                      const std::string& channel,
                      const std::string& text) {
    HF_TRY(const std::string id, find_channel(device, options, channel));
    HF_TRY(const Json saved,
           device.call("submit",
                       {{"kind", "message.post"},
                        {"args", {{"channel", id}, {"text", text}, {"reply_to", Json::array()}}}},
                       options.time_max()));
    const std::string intent = saved.value("intent", "");
    HF_TRY(const int outbox, device.subscribe({{"query", "outbox"}}));
    Json item;
    const auto is_decided = [&] {
        const Json snapshot = device.snapshot(outbox);
        if (!snapshot.contains("items")) {
            return false;
        }
        item = nullptr;
        for (const Json& each : snapshot.value("items", Json::array())) {
            if (each.value("intent", "") == intent) {
                item = each;
            }
        }
        return item.is_null() || item.value("state", "") == "needs_you" ||
               item.value("state", "") == "done";
    };
    if (!device.run_until(is_decided, options.time_max())) {
        std::printf("%s saved on this device; it goes when there is a connection\n",
                    intent.c_str());
        return fail(ErrorCode::server_unreachable, "not confirmed in time");
    }
    if (!item.is_null() && item.value("state", "") == "needs_you") {
        return std::unexpected(error_of(item.value("error", Json::object())));
    }
    std::printf("%s delivered\n", intent.c_str());
    return {};
}

Result<> watch_channel(Device& device, const ClientOptions& options, const std::string& channel) {
    HF_TRY(const std::string id, find_channel(device, options, channel));
    HF_TRY(const int messages, device.subscribe(query_messages(id)));
    std::set<std::string> seen;
    const auto print_news = [&](const Json& snapshot) {
        for (const Json& item : snapshot.value("items", Json::array())) {
            if (seen.insert(item.value("id", "")).second) {
                print_message(item);
            }
        }
        std::fflush(stdout);
    };
    print_news(device.snapshot(messages));
    device.on_snapshot([&](int subscription, const Json& snapshot) {
        if (subscription == messages) {
            print_news(snapshot);
        }
    });
    while (true) {
        device.run_until([] { return false; }, std::chrono::hours(24));
    }
}

Result<> print_outbox(Device& device, const ClientOptions& options) {
    HF_TRY(const Json outbox, device.ask({{"query", "outbox"}}, options.time_max()));
    std::printf("%d waiting, %d sending, %d need you\n",
                outbox.value("waiting", 0),
                outbox.value("sending", 0),
                outbox.value("needs_you", 0));
    for (const Json& item : outbox.value("items", Json::array())) {
        std::printf("%s  %s  %s  %s: %s\n",
                    item.value("intent", "").c_str(),
                    item.value("state", "").c_str(),
                    item.value("kind", "").c_str(),
                    item.value("target", "").c_str(),
                    item.value("text", "").c_str());
    }
    return {};
}

Result<> export_unsent(Device& device, const ClientOptions& options, const std::string& path) {
    HF_TRY(const Json saved, save_unsent(device, path, options.time_max()));
    std::printf("%d actions and %d files are in %s; %d files are left out\n",
                saved.value("actions", 0),
                saved.value("files", 0),
                path.c_str(),
                saved.value("left_out", 0));
    return {};
}

Result<> print_status(Device& device, const ClientOptions& options) {
    HF_TRY(const Json status, device.ask({{"query", "status"}}, options.time_max()));
    std::printf("%s\n", status.dump(2).c_str());
    return {};
}

}  // namespace holdfast::cli
