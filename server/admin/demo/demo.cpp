#include "server/admin/demo/demo.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/demo/demo_archive.hpp"
#include "server/admin/demo/demo_forms.hpp"
#include "server/admin/demo/demo_groups.hpp"
#include "server/admin/demo/demo_tasks.hpp"
#include "server/admin/demo/demo_texts.hpp"
#include "server/admin/demo/demo_workflows.hpp"
#include "server/admin/founder.hpp"

namespace holdfast::admin {
namespace {

constexpr std::size_t users_count = 60;
constexpr std::size_t messages_count = 25'000;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 24 * 60 * minute_ms;
constexpr std::int64_t history_days = 90;

constexpr std::array<std::string_view, 30> first_names{
    "Ana",   "Bruno",  "Carla", "David",  "Elena", "Felix", "Grace",   "Hugo", "Irene", "James",
    "Karin", "Luis",   "Marta", "Nora",   "Oscar", "Paula", "Quentin", "Rosa", "Sam",   "Tomas",
    "Uma",   "Victor", "Wanda", "Ximena", "Yusuf", "Zoe",   "Andres",  "Beth", "Diego", "Emma"};
constexpr std::array<std::string_view, 30> last_names{
    "Rojas",  "Silva",   "Mendez", "Clark",   "Vidal",  "Weber",     "Okafor",   "Castro",
    "Molina", "Turner",  "Larsen", "Herrera", "Soto",   "Lindqvist", "Perez",    "Gomez",
    "Dubois", "Navarro", "Hughes", "Fuentes", "Patel",  "Reyes",     "Kowalski", "Campos",
    "Demir",  "Brooks",  "Ibarra", "Walsh",   "Torres", "Nilsen"};
constexpr std::array<std::string_view, 8> jobs{"Technician",
                                               "Electrician",
                                               "Plumber",
                                               "Supervisor",
                                               "Planner",
                                               "Store keeper",
                                               "Site manager",
                                               "Safety officer"};
/// First names above whose people write Spanish.
constexpr std::array<std::string_view, 12> spanish_speakers{"Ana",
                                                            "Bruno",
                                                            "Carla",
                                                            "Elena",
                                                            "Luis",
                                                            "Marta",
                                                            "Paula",
                                                            "Rosa",
                                                            "Tomas",
                                                            "Ximena",
                                                            "Andres",
                                                            "Diego"};

using Person = DemoPerson;

struct Channel {
    Founder::Place place;
    std::vector<std::size_t> members;  ///< indices of people; empty: everybody
    std::size_t weight = 1;
};

struct Written {
    Id id;
    std::size_t author = 0;
    std::int64_t at = 0;
    body::Message body;
};

/// Everything that the parts of the story share while it is written.
struct Demo {
    Founder founder;
    Dice dice{20'260'101};
    const DemoOptions& options;
    Id all_role{}, night_role{}, finance_role{}, admin_role{}, reader_role{};
    std::vector<Person> people{};
    std::map<std::string_view, Id> group_ids{};
    std::vector<Channel> channels{};
    std::map<std::string, DemoTasks> tasks{};          ///< by code of the group
    std::map<std::string, body::HeldElement> sites{};  ///< by code
};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(
        result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

/// "Night shift" → "night-shift": what organization files call it.
std::string code_of(std::string_view name) {
    std::string code = lower(name);
    std::ranges::replace(code, ' ', '-');
    return code;
}

std::string fill(std::string_view pattern, std::size_t number, const std::string& name) {
    std::string result(pattern);
    if (const auto place = result.find("{}"); place != std::string::npos) {
        result.replace(place, 2, std::to_string(number));
    }
    if (const auto place = result.find("{}"); place != std::string::npos) {
        result.replace(place, 2, name);
    }
    return result;
}

Result<> make_roles(Demo& demo) {
    HF_TRY(
        demo.all_role,
        demo.founder.role({.name = "Staff", .permissions = {"message-write", "channel-create"}}));
    HF_TRY(demo.night_role,
           demo.founder.role({.name = "Night shift", .permissions = {"night-shift"}}));
    HF_TRY(demo.finance_role, demo.founder.role({.name = "Finance", .permissions = {"finance"}}));
    HF_TRY(
        demo.admin_role,
        demo.founder.role({.name = "Administrator", .permissions = {"admin", "channel-manage"}}));
    HF_TRY(demo.reader_role,
           demo.founder.role({.name = "Auditor", .permissions = {"finance", "night-shift"}}));
    return {};
}

body::User describe(Demo& demo, std::size_t index) {
    // Every first name comes twice, with another last name.
    const std::string_view first = first_names[index % first_names.size()];
    const std::string_view last =
        last_names[(index + (index / first_names.size()) * 7) % last_names.size()];
    body::User user{.name = std::string(first), .last_name = std::string(last)};
    const bool is_first = index < first_names.size();
    user.email = lower(first) + (is_first ? "" : "." + lower(last)) + "@northfield.example";
    user.phone = "+1 555 01" + std::to_string(10 + index);
    user.job = std::string(jobs[index % jobs.size()]);
    user.roles = {demo.all_role};
    if (index % 4 == 1) {
        user.roles.push_back(demo.night_role);
    }
    if (index % 9 == 0) {
        user.roles.push_back(demo.finance_role);
    }
    if (index == 0) {
        user.job = "Operations manager";
        user.roles.push_back(demo.admin_role);
    }
    if (index + 1 == users_count) {
        user.job = "Auditor";
        user.roles = {demo.reader_role};
        user.read_only = true;
    }
    return user;
}

constexpr std::size_t foremen = 3;

constexpr std::array<const char*, 3> site_codes{"north", "south", "harbour"};

/// The site that a channel of this group is about.
std::vector<body::HeldElement> site_of(const Demo& demo, std::string_view group) {
    const std::string first = lower(group.substr(0, group.find(' ')));
    const auto found = demo.sites.find(first);
    return found == demo.sites.end() ? std::vector<body::HeldElement>{}
                                     : std::vector{found->second};
}

Result<> make_people(Demo& demo) {
    for (std::size_t i = 0; i < users_count; ++i) {
        body::User user = describe(demo, i);
        if (i > 0) {  // three foremen report to the manager, everybody else to one of them
            user.bosses = {demo.people[i <= foremen ? 0 : 1 + i % foremen].id};
        }
        user.elements = {demo.sites.at(site_codes[i % site_codes.size()])};
        HF_TRY(const Id id, demo.founder.user(user, demo.options.password_hash));
        const bool spanish =
            std::ranges::find(spanish_speakers, user.name) != spanish_speakers.end();
        demo.people.push_back({id, spanish});
    }
    return {};
}

Result<> make_groups(Demo& demo) {
    std::int64_t weight = 0;
    for (const GroupPlan& plan : groups) {
        body::Group group{.name = std::string(plan.name),
                          .kind = plan.kind,
                          .icon = std::string(plan.icon),
                          .color = std::string(plan.color),
                          .weight = weight++,
                          .url = std::string(plan.url),
                          .code = code_of(plan.name)};
        if (!plan.parent.empty()) {
            (plan.in_category ? group.category : group.parent) = demo.group_ids.at(plan.parent);
        }
        if (!plan.permission.empty()) {
            group.view = {std::string(plan.permission)};
        }
        if (plan.kind == body::GroupKind::standard) {
            group.create_channels = {"channel-create"};
        }
        HF_TRY(demo.group_ids[plan.name], demo.founder.group(group));
    }
    return {};
}

std::vector<std::size_t> pick_members(Demo& demo, Audience audience, std::size_t number) {
    if (audience == Audience::pair) {  // the first of each pair is well known, so that the
                                       // demonstration has them
        return {number % 3, 3 + (number * 5) % (users_count - 4)};
    }
    std::set<std::size_t> members;
    if (audience == Audience::team) {
        for (std::size_t i = 0; i + 1 < users_count; i += 9) {
            members.insert(i);
        }
    } else {
        while (members.size() < 6) {
            members.insert(demo.dice.below(users_count - 1));
        }
    }
    return {members.begin(), members.end()};
}

Result<> make_channels_of(Demo& demo, const GroupPlan& plan) {
    for (std::size_t n = 0; n < plan.channels; ++n) {
        Channel channel{.place = {}, .members = pick_members(demo, plan.audience, n)};
        Founder::NewChannel made;
        made.body.group = demo.group_ids.at(plan.name);
        made.body.code = code_of(plan.name) + "-" + std::to_string(n + 1);
        made.body.is_private =
            plan.audience == Audience::pair || (plan.audience == Audience::team && n % 2 == 1);
        made.body.writable = plan.name != "Announcements";
        made.body.elements = site_of(demo, plan.name);
        for (const std::size_t member : channel.members) {
            made.members.push_back(demo.people[member].id);
        }
        if (plan.audience == Audience::pair) {
            const body::User one = describe(demo, channel.members[0]);
            const body::User other = describe(demo, channel.members[1]);
            made.body.name =
                one.name + " " + one.last_name + " · " + other.name + " " + other.last_name;
        } else {
            const bool order = plan.kind == body::GroupKind::workflow;
            made.body.name =
                fill(plan.channel_name, order ? 1001 + n * 3 : n + 1, demo_asset(demo.dice));
        }
        channel.weight = 1 + 120 / (1 + demo.dice.below(60));
        HF_TRY(channel.place, demo.founder.channel(made));
        if (plan.kind == body::GroupKind::workflow) {
            DemoTasks& tasks = demo.tasks[code_of(plan.name)];
            tasks.group = made.body.group;
            tasks.channels.push_back({channel.place, made.body.name, made.members});
        }
        demo.channels.push_back(std::move(channel));
    }
    return {};
}

/// Moments of the history in order: working days are busy, nights are not.
std::vector<std::int64_t> make_moments(Demo& demo) {
    std::vector<std::int64_t> moments;
    while (moments.size() < messages_count) {
        const std::int64_t back =
            static_cast<std::int64_t>(
                demo.dice.below(static_cast<std::size_t>(history_days * day_ms / minute_ms))) *
            minute_ms;
        const std::int64_t at =
            demo.options.now.ms - back - static_cast<std::int64_t>(demo.dice.below(60'000));
        const std::int64_t hour = (at / (60 * minute_ms)) % 24;
        const std::int64_t weekday = (at / day_ms + 4) % 7;  // 0: Sunday
        const unsigned busy =
            (hour >= 7 && hour < 18 ? 100U : 12U) / (weekday == 0 || weekday == 6 ? 5U : 1U);
        if (demo.dice.chance(busy)) {
            moments.push_back(at);
        }
    }
    std::ranges::sort(moments);
    return moments;
}

body::Message make_message(Demo& demo,
                           const std::vector<std::size_t>& members,
                           const std::vector<Written>& before,
                           std::size_t author) {
    Dice& dice = demo.dice;
    body::Message message{.author = demo.people[author].id};
    const bool spanish = demo.people[author].spanish;
    if (!before.empty() && dice.chance(22)) {
        message.text = demo_reply(dice, spanish);
        const std::size_t back = std::min<std::size_t>(before.size(), 4);
        message.reply_to = {before[before.size() - 1 - dice.below(back)].id};
    } else {
        message.text = demo_text(dice, spanish);
    }
    constexpr std::array<std::string_view, 5> emojis{"👍", "✅", "🙏", "👀", "🎉"};
    for (std::size_t reactions = dice.chance(15) ? 1 + dice.below(3) : 0; reactions > 0;
         --reactions) {
        auto& people = message.reactions[std::string(dice.pick(emojis))];
        const Id person =
            demo.people[members.empty() ? dice.below(users_count - 1) : dice.pick(members)].id;
        if (std::ranges::find(people, person) == people.end()) {
            people.push_back(person);
        }
    }
    return message;
}

/// Most conversations belong to a few busy channels, as everywhere.
std::vector<std::size_t> deal(const Demo& demo) {
    std::vector<std::size_t> slots;
    for (std::size_t c = 0; c < demo.channels.size(); ++c) {
        slots.insert(slots.end(), demo.channels[c].weight, c);
    }
    return slots;
}

Result<> make_history(Demo& demo) {
    const std::vector<std::size_t> slots = deal(demo);
    std::vector<std::vector<Written>> written(demo.channels.size());
    std::size_t channel_index = 0;
    std::size_t number = 0;
    for (const std::int64_t at : make_moments(demo)) {
        // The first messages open each channel; then talk stays in a channel for a while.
        if (number < demo.channels.size()) {
            channel_index = number;
        } else if (demo.dice.chance(60)) {
            channel_index = demo.dice.pick(slots);
        }
        const Channel& channel = demo.channels[channel_index];
        const std::size_t author = channel.members.empty() ? demo.dice.below(users_count - 1)
                                                           : demo.dice.pick(channel.members);
        body::Message message;
        if (number < demo.channels.size()) {
            message = {.author = demo.people[author].id,
                       .text = "The channel was created.",
                       .system = "channel_created"};
        } else {
            message = make_message(demo, channel.members, written[channel_index], author);
        }
        HF_TRY(const Id id, demo.founder.message(channel.place.timeline, message, at));
        written[channel_index].push_back({.id = id, .author = author, .at = at, .body = {}});
        number += 1;
    }
    for (std::size_t user = 0; user + 1 < users_count; ++user) {
        for (std::size_t c = 0; c < demo.channels.size(); ++c) {
            // Most channels are read to the end, some a few messages short of it.
            const std::size_t unread = demo.dice.chance(88) ? 0 : 1 + demo.dice.below(6);
            if (written[c].size() > unread) {
                const Written& last = written[c][written[c].size() - 1 - unread];
                HF_CHECK(demo.founder.read_mark(demo.people[user].id,
                                                demo.channels[c].place.channel,
                                                {.sort = last.at, .message = last.id}));
            }
        }
    }
    return {};
}

/// Before the tasks that people talk about, so that their numbers come last.
Result<> make_archive(const Demo& demo, storage::Storage& storage, const OrgState& state) {
    std::size_t talked_about = 0;
    for (const auto& [code, tasks] : demo.tasks) {
        talked_about += tasks.channels.size();
    }
    DemoArchive archive{.people = demo.people,
                        .tasks = demo.options.tasks - std::min(demo.options.tasks, talked_about),
                        .now = demo.options.now};
    archive.people.pop_back();  // the auditor only reads
    return make_demo_archive(storage, state, archive);
}

Result<> write_demo(storage::Storage& storage, const DemoOptions& options) {
    Demo demo{.founder = Founder(storage), .options = options};
    const body::Organization organization{.name = "Northfield Facilities"};
    HF_TRY([[maybe_unused]] const Id id, demo.founder.organization("northfield", organization));
    HF_CHECK(demo.founder.entitlement({.state = body::EntitlementState::granted}));
    HF_CHECK(make_roles(demo));
    HF_TRY(demo.sites, make_demo_forms(demo.founder, storage, options.assets));
    HF_CHECK(make_people(demo));
    HF_CHECK(make_groups(demo));
    for (const GroupPlan& plan : groups) {
        HF_CHECK(make_channels_of(demo, plan));
    }
    HF_CHECK(demo.founder.flush());
    HF_TRY(const OrgState state, make_demo_workflows(storage));
    HF_CHECK(make_archive(demo, storage, state));
    HF_CHECK(make_history(demo));
    for (auto& [code, tasks] : demo.tasks) {
        const auto& workflows = state.tasks.at(tasks.group).workflows;
        HF_TRY(const auto newest,
               storage.newest_rows(state.tasks.at(tasks.group).bucket, RowKind::task, 1));
        tasks.last_serial = newest.empty() ? 0 : newest.front().sort;
        HF_CHECK(
            make_demo_tasks(demo.founder, storage, tasks, workflows.begin()->second, options.now));
    }
    HF_TRY([[maybe_unused]] const std::size_t grants, demo.founder.finish());
    return {};
}

}  // namespace

Result<> create_demo(storage::Storage& storage, const DemoOptions& options) {
    return found_once(storage, "northfield", [&] { return write_demo(storage, options); });
}

}  // namespace holdfast::admin
