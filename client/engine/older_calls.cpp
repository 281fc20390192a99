// Messages that this phone does not keep: asked for, held while they are looked at (OM14).

#include <set>

#include "client/engine/parts.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

std::string wish_body(Id channel, const OlderMessages::Wish& wish) {
    json::Writer body;
    body.write("channel", channel).write("messages", json::Value(limits::older_messages_each));
    if (wish.before) {
        body.write("before",
                   json::Value{{"sort", wish.before->sort}, {"id", to_string(wish.before->id)}});
    }
    return body.text();
}

}  // namespace

/// Nothing is asked for, and that is no error, where it is on its way or all is here: two screens
/// may wish for the same.
void Engine::Parts::take(std::int64_t number, const calls::ShowOlder& call) {
    if (!device->is_connected()) {
        device->reply_error(number, Error{ErrorCode::offline_no_connection});
        return;
    }
    const auto* timeline = device->replica().bucket(BucketKind::timeline, call.channel);
    if (timeline == nullptr) {
        device->reply_error(number, Error{ErrorCode::access_forbidden});
        return;
    }
    if (!timeline->complete && !timeline->exact()) {
        device->reply_ok(number);  // its own messages come first
        return;
    }
    const auto oldest = oldest_kept(device->replica(), *timeline);
    if (!oldest) {
        device->reply_error(number, oldest.error());
        return;
    }
    const auto wish = device->older.ask(call.channel, *oldest);
    if (!wish) {
        device->reply_ok(number);
        return;
    }
    follow_screen();
    older_changed();
    enquiries.ask(
        number,
        "/sync/v1/older",
        wish_body(call.channel, *wish),
        [this, channel = call.channel, wish = wish->number](Result<std::string_view> answer) {
            return take_older(channel, wish, std::move(answer));
        });
}

Result<std::string> Engine::Parts::take_older(Id channel,
                                              std::int64_t wish,
                                              Result<std::string_view> answer) {
    const Result<> taken = answer ? device->older.take(channel, wish, *answer)
                                  : std::unexpected(std::move(answer).error());
    if (!taken) {
        device->older.give_up(channel, wish);
    }
    older_changed();
    HF_CHECK(taken);
    return std::string("{}");
}

void Engine::Parts::older_changed() {
    device->changes.add(Topic::About::older);
    device->hurry(Device::Urgency::now);
}

void Engine::Parts::follow_screen() {
    std::set<Id> channels;
    live.visit([&](const Query& query) {
        const bool shows = shown_channel(query) || query.kind == Query::Kind::answer;
        if (shows) {
            channels.insert(query.target);
        }
    });
    device->older.show(channels, device->now);
}

}  // namespace holdfast::client
