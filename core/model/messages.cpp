#include <utility>

#include "core/files/limits.hpp"
#include "core/model/args.hpp"
#include "core/model/facts.hpp"
#include "core/model/limits.hpp"
#include "core/model/rules.hpp"
#include "core/model/text.hpp"

namespace holdfast::rules {

namespace {

/// The message, if it is there, deleted or not.  Errors  intent_gone.
[[nodiscard]] Result<facts::Known<body::Message>> known_message(const World& world,
                                                                Id channel,
                                                                Id id) {
    HF_TRY(auto found, facts::message(world, channel, id));
    if (!found) {
        return fail(ErrorCode::intent_gone, "message " + to_string(id));
    }
    return *std::move(found);
}

/// The message, if it is there and not deleted.  Errors  intent_gone.
[[nodiscard]] Result<facts::Known<body::Message>> visible_message(const World& world,
                                                                  Id channel,
                                                                  Id id) {
    HF_TRY(auto found, known_message(world, channel, id));
    if (found.value.hidden) {
        return fail(ErrorCode::intent_gone, "message " + to_string(id));
    }
    return found;
}

/// The ids without repetitions, in their order, if each is a message of the channel.
/// Errors  intent_gone · intent_too_long.
[[nodiscard]] Result<std::vector<Id>> take_quotes(const World& world,
                                                  Id channel,
                                                  const std::vector<Id>& wanted) {
    if (wanted.size() > limits::quotes_max) {
        return too_long(limits::quotes_max);
    }
    std::vector<Id> quotes;
    for (const Id id : wanted) {
        HF_TRY(const auto found, facts::message(world, channel, id));
        if (!found) {
            return fail(ErrorCode::intent_gone, "quoted message " + to_string(id));
        }
        if (!includes(quotes, id)) {
            quotes.push_back(id);
        }
    }
    return quotes;
}

/// Adds or removes a reaction; false if that changes nothing.  Errors  intent_too_long.
[[nodiscard]] Result<bool> toggle(body::Message& message,
                                  Id user,
                                  const args::MessageReact& wanted) {
    const auto found = message.reactions.find(wanted.emoji);
    const bool has = found != message.reactions.end() && includes(found->second, user);
    if (has == wanted.on) {
        return false;
    }
    if (!wanted.on) {
        std::erase(found->second, user);
        if (found->second.empty()) {
            message.reactions.erase(found);
        }
        return true;
    }
    const bool is_new = found == message.reactions.end();
    if (is_new && message.reactions.size() >= limits::emojis_per_message_max) {
        return too_long(limits::emojis_per_message_max);
    }
    message.reactions[wanted.emoji].push_back(user);
    return true;
}

}  // namespace

Result<> ensure_new_message(const World& world, BucketId timeline, Id id) {
    HF_TRY(const auto existing, world.find(RowKey{timeline, RowKind::message, id}));
    if (existing) {
        return fail(ErrorCode::intent_id_conflict, "message " + to_string(id));
    }
    return {};
}

Result<> advance_read_mark(const World& world,
                           Id user,
                           Id channel,
                           std::pair<std::int64_t, Id> message,
                           Effects& effects) {
    HF_TRY(const std::optional<Bucket> own, world.bucket(BucketKind::user, user));
    if (!own) {
        return {};
    }
    const RowKey key{own->id, RowKind::read_mark, channel};
    HF_TRY(const auto mark, facts::find(world, key, body::parse_read_mark));
    if (mark && std::pair(mark->value.sort, mark->value.message) >= message) {
        return {};
    }
    const body::ReadMark moved{.sort = message.first, .message = message.second};
    effects.rows.push_back(
        {.key = key, .sort = mark ? mark->sort : 0, .body = body::encode(moved)});
    return {};
}

Result<Effects> post_message(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::MessagePost wanted, args::parse_message_post(intent.args));
    HF_CHECK(may_write(world, occasion.user, wanted.channel));
    HF_TRY(std::string text,
           wanted.files.empty() ? take_text(wanted.text, limits::message_bytes_max)
                                : take_optional_text(wanted.text, limits::message_bytes_max));
    HF_TRY(std::vector<Id> quotes, take_quotes(world, wanted.channel, wanted.reply_to));
    HF_TRY(const BucketId timeline, facts::bucket_of(world, BucketKind::timeline, wanted.channel));
    HF_CHECK(ensure_new_message(world, timeline, intent.id));

    body::Message message;
    message.author = occasion.user;
    message.text = std::move(text);
    message.reply_to = std::move(quotes);
    message.files = ids_of(wanted.files);
    Effects effects;
    effects.rows.push_back({.key = {timeline, RowKind::message, intent.id},
                            .sort = occasion.now.ms,
                            .body = body::encode(message)});
    HF_CHECK(claim_files(world,
                         occasion,
                         {timeline, intent.id, files::limits::per_message_max},
                         wanted.files,
                         effects));
    HF_CHECK(advance_read_mark(
        world, occasion.user, wanted.channel, {occasion.now.ms, intent.id}, effects));
    return effects;
}

Result<Effects> react(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::MessageReact wanted, args::parse_message_react(intent.args));
    if (wanted.emoji.empty() || wanted.emoji.size() > limits::emoji_bytes_max) {
        return fail(ErrorCode::intent_malformed, "emoji");
    }
    HF_CHECK(facts::writing_user(world, occasion.user));
    HF_CHECK(facts::readable_channel(world, occasion.user, wanted.channel));
    HF_TRY(auto message, visible_message(world, wanted.channel, wanted.message));
    HF_TRY(const bool changed, toggle(message.value, occasion.user, wanted));

    Effects effects;
    if (changed) {
        effects.rows.push_back(
            {.key = message.key, .sort = message.sort, .body = body::encode(message.value)});
    }
    return effects;
}

Result<Effects> delete_message(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::MessageTarget wanted, args::parse_message_target(intent.args));
    HF_CHECK(facts::writing_user(world, occasion.user));
    HF_CHECK(facts::readable_channel(world, occasion.user, wanted.channel));
    HF_TRY(const auto message, known_message(world, wanted.channel, wanted.message));
    if (message.value.author != occasion.user || !message.value.system.empty()) {
        return fail(ErrorCode::access_forbidden, "not the author's own message");
    }
    if (message.value.form) {
        return fail(ErrorCode::access_forbidden, "an answer is a record");
    }
    if (message.value.hidden) {
        return Effects{};
    }
    if (!occasion.again && occasion.now.ms - message.sort > limits::delete_window_ms) {
        return fail(ErrorCode::intent_too_late);
    }

    body::Message hidden;  // what it said leaves every device, not only the screens
    hidden.author = message.value.author;
    hidden.hidden = true;
    Effects effects;
    effects.rows.push_back(
        {.key = message.key, .sort = message.sort, .body = body::encode(hidden)});
    for (const Id file : message.value.files) {
        effects.rows.push_back({.key = {message.key.bucket, RowKind::file, file}, .body = {}});
    }
    return effects;
}

Result<Effects> mark_read(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::MessageTarget wanted, args::parse_message_target(intent.args));
    HF_CHECK(facts::active_user(world, occasion.user));
    HF_CHECK(facts::readable_channel(world, occasion.user, wanted.channel));
    HF_TRY(const auto message, known_message(world, wanted.channel, wanted.message));
    Effects effects;
    HF_CHECK(advance_read_mark(
        world, occasion.user, wanted.channel, {message.sort, wanted.message}, effects));
    return effects;
}

RowChange write(const Occasion& occasion, const SystemMessage& system) {
    body::Message message;
    message.author = occasion.user;
    message.text = system.text;
    message.system = system.key;
    message.params = system.params;
    return {.key = {system.timeline, RowKind::message, system.id},
            .sort = occasion.now.ms,
            .body = body::encode(message)};
}

}  // namespace holdfast::rules
