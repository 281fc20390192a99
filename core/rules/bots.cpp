#include "core/rules/bots.hpp"

#include <algorithm>
#include <utility>

#include "core/base/ascii.hpp"
#include "core/model/args.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "core/model/limits.hpp"
#include "core/model/rules.hpp"
#include "core/model/text.hpp"
#include "core/rules/run_context.hpp"
#include "core/rules/task_facts.hpp"

namespace holdfast {

namespace {

constexpr std::string_view white_space = " \t\r\n";

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

[[nodiscard]] Result<> add(const World& world,
                           BucketId bucket,
                           Id owner,
                           std::vector<body::Bot>& all) {
    HF_TRY(auto found, facts::find(world, RowKey{bucket, RowKind::bots, owner}, body::parse_bots));
    if (found) {
        std::ranges::move(found->value.bots, std::back_inserter(all));
    }
    return {};
}

}  // namespace

Result<BotPlace> place_of(const World& world, const Occasion& occasion, Id channel) {
    HF_TRY(const auto found, facts::readable_channel(world, occasion.user, channel));
    BotPlace place{channel, found.value.group, occasion.organization};
    HF_TRY(const auto task, find_task(world, place.group, channel));
    if (task) {
        place.task = channel;
    }
    return place;
}

Result<std::vector<body::Bot>> bots_of(const World& world, const BotPlace& place) {
    std::vector<body::Bot> all;
    const std::pair<BucketKind, Id> owners[] = {{BucketKind::channel, place.channel},
                                                {BucketKind::group, place.group}};
    for (const auto& [kind, owner] : owners) {
        HF_TRY(const auto bucket, world.bucket(kind, owner));
        if (bucket) {
            HF_CHECK(add(world, bucket->id, owner, all));
        }
    }
    HF_TRY(const BucketId directory, world.directory());
    HF_CHECK(add(world, directory, place.organization, all));
    return all;
}

Result<std::vector<body::Bot>> commands_for(const World& world, Id user, const BotPlace& place) {
    HF_TRY(std::vector<body::Bot> all, bots_of(world, place));
    HF_TRY(const Permissions held, permissions_of(world, user));
    std::vector<body::Bot> given;
    for (body::Bot& bot : all) {
        const bool is_new =
            std::ranges::find(given, bot.command, &body::Bot::command) == given.end();
        if (!bot.command.empty() && is_new && holds_any(held, bot.permissions)) {
            given.push_back(std::move(bot));
        }
    }
    return given;
}

Result<bool> is_listened_to(const World& world, const BotPlace& place, Id form) {
    HF_TRY(const std::vector<body::Bot> all, bots_of(world, place));
    return std::ranges::any_of(
        all, [&](const body::Bot& bot) { return rules::includes(bot.forms, form); });
}

bool is_command_word(std::string_view word) {
    return !word.empty() && word.size() <= limits::command_bytes_max && is_letter(word.front()) &&
           std::ranges::all_of(word, [](char c) {
               return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
           });
}

std::optional<Command> command_in(std::string_view message) {
    if (!message.starts_with('/')) {
        return std::nullopt;
    }
    const std::size_t end = std::min(message.find_first_of(white_space), message.size());
    Command command{.word = ascii::lowered(message.substr(1, end - 1))};
    if (!is_command_word(command.word)) {
        return std::nullopt;
    }
    command.rest = trim(message.substr(end));
    return command;
}

namespace rules {

namespace {

/// What a bot was called with.
struct Call {
    const Intent& intent;
    const BotPlace& place;
    workflow::Trigger trigger{};
    const Command* command = nullptr;  ///< null: the intent has brought an answer
};

/// The buckets of the channel, be they as new as the action itself.
[[nodiscard]] Result<RunPlace> buckets_of(const World& world,
                                          const BotPlace& place,
                                          const Effects& effects) {
    const auto bucket = [&](BucketKind kind, Id owner) -> Result<BucketId> {
        for (const Effects::NewBucket& made : effects.buckets) {
            if (made.kind == kind && made.owner == owner) {
                return made.id;
            }
        }
        HF_TRY(const auto held, world.bucket(kind, owner));
        return held ? held->id : BucketId{};
    };
    RunPlace found{.group = place.group};
    HF_TRY(found.tasks, bucket(BucketKind::tasks, place.group));
    HF_TRY(found.channel, bucket(BucketKind::channel, place.channel));
    HF_TRY(found.timeline, bucket(BucketKind::timeline, place.channel));
    return found;
}

json::Value value_of(const Command& command) {
    json::Value words = json::Value::array();
    for (std::string_view left = command.rest; !left.empty();) {
        const std::size_t end = std::min(left.find_first_of(white_space), left.size());
        words.push_back(left.substr(0, end));
        left = trim(left.substr(end));
    }
    return {{"name", command.word}, {"rest", command.rest}, {"args", std::move(words)}};
}

/// What the runs' expressions will see.
[[nodiscard]] Result<std::string> context_of(const World& world,
                                             const Occasion& occasion,
                                             const Call& call,
                                             const Effects& effects) {
    HF_TRY(const RunPlace buckets, buckets_of(world, call.place, effects));
    const workflow::step::QueueRoutine run{
        .trigger = call.trigger,
        .task = call.place.task,
        .channel = call.place.channel,
        .answer = call.command == nullptr ? call.intent.id : Id{},
        .user = occasion.user};
    HF_TRY(std::string text, RunContext(world, effects.rows, occasion).of(run, buckets));
    if (call.command == nullptr) {
        return text;
    }
    json::Value context = json::parse(text);
    context["command"] = value_of(*call.command);
    context["message"] = {{"id", to_string(call.intent.id)}};
    return json::dump(context);
}

/// The next id of the intent's span, so that these runs begin behind the action's own; none where
/// there is no span: the server gives ids that ascend too.
Id next_run(const Intent& intent, const Effects& effects) {
    const auto used = static_cast<std::uint32_t>(
        std::ranges::count_if(effects.runs, [](const QueuedRun& run) { return run.id != Id{}; }));
    const std::uint32_t span = ids_reserved(intent.kind);
    return span > 1 && used < span ? Id{intent.id.value + used} : Id{};
}

/// On a device: one action upon a task at a time (OM27).
[[nodiscard]] Result<> nothing_waits(const World& world,
                                     const Occasion& occasion,
                                     const BotPlace& place) {
    const Intent* waiting = occasion.again ? nullptr : world.waiting_upon(place.channel);
    if (waiting == nullptr) {
        return {};
    }
    const auto kind = action_kind_of(*waiting).value_or(workflow::ActionKind::routine_form);
    return fail(ErrorCode::task_action_waiting,
                {},
                json::Writer{}
                    .write("intent", waiting->id)
                    .write("kind", std::string(workflow::rule_of(kind).name))
                    .text());
}

[[nodiscard]] Result<> queue(const World& world,
                             const Occasion& occasion,
                             const Call& call,
                             const std::vector<body::Bot>& bots,
                             Effects& effects) {
    if (bots.empty()) {
        return {};
    }
    effects.upon_task =
        call.place.task && std::ranges::any_of(bots, [](const body::Bot& bot) { return bot.acts; });
    if (effects.upon_task) {
        HF_CHECK(nothing_waits(world, occasion, call.place));
    }
    std::string context;
    if (world.is_final()) {
        HF_TRY(context, context_of(world, occasion, call, effects));
    }
    for (const body::Bot& bot : bots) {
        effects.runs.push_back({.id = next_run(call.intent, effects),
                                .routine = bot.routine,
                                .user = occasion.user,
                                .group = call.place.group,
                                .task = call.place.task,
                                .channel = call.place.channel,
                                .context = context});
    }
    return {};
}

}  // namespace

Result<> call_bots(const World& world,
                   const Occasion& occasion,
                   const HeardAnswer& heard,
                   Effects& effects) {
    HF_TRY(std::vector<body::Bot> bots, bots_of(world, heard.place));
    std::erase_if(bots, [&](const body::Bot& bot) { return !includes(bot.forms, heard.form); });
    const Call call{heard.intent, heard.place, workflow::Trigger::channel_form};
    return queue(world, occasion, call, bots, effects);
}

Result<Effects> post_and_obey(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(Effects effects, post_message(world, occasion, intent));
    if (intent.args.find_first_of("/\\") == std::string::npos) {
        return effects;  // nearly all: there is no stroke in it, be it written as it is or escaped
    }
    HF_TRY(const args::MessagePost posted, args::parse_message_post(intent.args));
    const auto command = command_in(trim(posted.text));
    if (!command) {
        return effects;
    }
    HF_TRY(const BotPlace place, place_of(world, occasion, posted.channel));
    HF_TRY(std::vector<body::Bot> bots, commands_for(world, occasion.user, place));
    std::erase_if(bots, [&](const body::Bot& bot) { return bot.command != command->word; });
    const Call call{intent, place, workflow::Trigger::command, &*command};
    HF_CHECK(queue(world, occasion, call, bots, effects));
    return effects;
}

}  // namespace rules

Result<> may_be_heard(const World& world,
                      const Occasion& occasion,
                      const BotPlace& place,
                      Id form) {
    HF_TRY(const std::vector<body::Bot> bots, bots_of(world, place));
    const bool is_action = place.task && std::ranges::any_of(bots, [&](const body::Bot& bot) {
                               return bot.acts && rules::includes(bot.forms, form);
                           });
    return is_action ? rules::nothing_waits(world, occasion, place) : Result<>{};
}

}  // namespace holdfast
