#include "server/admin/demo/demo_archive.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/forms/civil.hpp"
#include "core/model/json.hpp"
#include "core/model/text.hpp"
#include "server/admin/demo/demo_texts.hpp"
#include "server/admin/founder.hpp"
#include "server/admin/importing/past_writer.hpp"

namespace holdfast::admin {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t day_ms = 24 * hour_ms;
constexpr std::size_t days = 180;
constexpr std::uint64_t seed = 20'260'103;
/// Older tasks are done, as good as all of them.
constexpr std::int64_t slow_days = 18;
constexpr std::size_t name_bytes_max = 118;  // forms take 120

/// Then or later, between seven and six, where work is done.
std::int64_t in_working_hours(Dice& dice, std::int64_t ms) {
    const std::int64_t day = ms - ms % day_ms;
    const std::int64_t hour = (ms % day_ms) / hour_ms;
    if (hour >= 7 && hour < 18) {
        return ms;
    }
    const std::int64_t begin = day + (hour < 7 ? 0 : day_ms) + 7 * hour_ms;
    return begin + static_cast<std::int64_t>(dice.below(10 * 60)) * minute_ms;
}

/// A step of a task's way.
struct Step {
    std::string state;
    std::optional<PastAnswer> form{};
};

/// One task, made and taken along its way.
class Telling {
public:
    Telling(PastWriter& writer, const OrgState& state, const DemoArchive& archive, Dice& dice)
        : writer_(writer), state_(state), archive_(archive), dice_(dice) {
        for (const auto& [id, asset] : collection("asset").elements) {
            assets_.push_back(id);
        }
    }

    Result<> work_order(Id group, std::int64_t ms) {
        begin(ms);
        const std::string urgent(
            dice_.pick(std::array<std::string_view, 4>{"today", "week", "week", "later"}));
        const PastAnswer report{
            .answers =
                json::Writer{}.write("what", words()).write("urgent", std::vector{urgent}).text()};
        const std::string grade = std::to_string(2 + dice_.below(4));
        const PastAnswer done{.answers = json::Writer{}
                                             .write("done", demo_text(dice_, doer_->spanish))
                                             .write("state", json::Value(3 + dice_.below(3)))
                                             .text()};
        const PastAnswer accepted{.answers = R"({"grade":)" + grade + "}"};
        std::vector<Step> way{{"pending"}, {"validation", done}, {"closed", accepted}};
        if (dice_.chance(4)) {
            way = {{"rejected"}};
        } else if (dice_.chance(8)) {  // not good enough, once
            way.insert(way.end() - 1, {{"pending"}, {"validation", done}});
        }
        return tell({.group = group, .workflow = "work_order", .form = report}, std::move(way));
    }

    Result<> notification(Id group, std::int64_t ms) {
        begin(ms);
        const PastAnswer report{.answers = incident()};
        const bool is_valid = dice_.chance(82);
        json::Writer validation;
        validation.write("valid", std::vector<std::string>{is_valid ? "yes" : "no"});
        if (is_valid) {
            validation
                .write("priority", std::vector<std::string>{dice_.chance(20) ? "high" : "low"})
                .write("until", json::Value{{"date", day_of(now_ + 3 * day_ms)}});
        }
        const PastAnswer judged{.answers = validation.text()};
        std::vector<Step> way{{"in_process", judged}, {"completed"}};
        if (!is_valid) {
            way = {{"rejected"}};
        }
        return tell({.group = group, .workflow = "notification", .form = report}, std::move(way));
    }

    Result<> plan(Id group, std::int64_t ms) {
        begin(ms);
        const PastAnswer planned{.answers = json::Writer{}.write("what", words()).text()};
        std::vector<Step> way{{"doing"}, {"ready"}};
        if (dice_.chance(25)) {
            way = {{"doing"}, {"waiting"}, {"doing"}, {"ready"}};
        } else if (dice_.chance(10)) {
            way = {{"doing"}, {"not_implemented"}};
        }
        return tell({.group = group, .workflow = "task_manager", .form = planned}, std::move(way));
    }

private:
    void begin(std::int64_t ms) {
        now_ = ms;
        reporter_ = &dice_.pick(archive_.people);
        doer_ = &dice_.pick(archive_.people);
    }

    /// A finding, as whoever reports it writes.
    std::string words() {
        return std::string(cut(demo_text(dice_, reporter_->spanish), name_bytes_max));
    }

    static std::string day_of(std::int64_t ms) {
        return forms::to_string(forms::day_at(WallTime{ms}, 0));
    }

    [[nodiscard]] const OrgState::Collection& collection(std::string_view code) const {
        return state_.collections.at(find_collection_of(state_, code).value());
    }

    /// A machine by its levels, from the zone on.
    std::vector<Id> machine() {
        constexpr std::array<std::string_view, 4> below{"asset", "place", "site", "region"};
        std::vector<Id> path{dice_.pick(assets_)};
        for (const std::string_view level : below) {
            const Id above = collection(level).elements.at(path.front()).parents.front();
            path.insert(path.begin(), above);
        }
        return path;
    }

    std::string incident() {
        const auto& failures = collection("failure").elements;
        const auto failure =
            std::next(failures.begin(), static_cast<std::ptrdiff_t>(dice_.below(failures.size())));
        const std::int64_t minute = (now_ % day_ms) / minute_ms;
        return json::Writer{}
            .write("danger", std::vector<std::string>{"no"})
            .write("asset", machine())
            .write("failure", std::vector{failure->first})
            .write("description", words())
            .write("seen_at",
                   json::Value{{"date", day_of(now_)},
                               {"time", forms::minute_text(static_cast<int>(minute))},
                               {"offset", 0}})
            .text();
    }

    /// As far as it has come until now.
    Result<> tell(PastTask task, std::vector<Step> way) {
        const std::int64_t age_days = (archive_.now.ms - now_) / day_ms;
        if (age_days < slow_days || dice_.chance(4)) {
            way.resize(dice_.below(way.size() + 1));
        }
        std::vector<std::int64_t> moments;
        std::int64_t at = now_;
        for (std::size_t i = 0; i < way.size(); ++i) {
            at = in_working_hours(
                dice_, at + hour_ms + static_cast<std::int64_t>(dice_.below(60 * 60)) * minute_ms);
            if (at >= archive_.now.ms) {
                break;
            }
            moments.push_back(at);
        }
        task.patch.assignee = doer_->id;
        if (dice_.chance(60)) {
            task.patch.end_date =
                WallTime{now_ + static_cast<std::int64_t>(2 + dice_.below(20)) * day_ms};
        }
        const PastWriter::Mark mark{.read_until = moments.empty() ? now_ : moments.back()};
        const Id group = task.group;
        HF_TRY(const Id id, writer_.task(std::move(task), reporter_->id, now_, mark));
        for (std::size_t i = 0; i < moments.size(); ++i) {
            PastMove move{.group = group,
                          .task = id,
                          .target = std::move(way[i].state),
                          .form = std::move(way[i].form)};
            HF_CHECK(writer_.move(std::move(move), doer_->id, moments[i]));
        }
        return {};
    }

    PastWriter& writer_;
    const OrgState& state_;
    const DemoArchive& archive_;
    Dice& dice_;
    std::vector<Id> assets_;
    std::int64_t now_ = 0;
    const DemoPerson* reporter_ = nullptr;
    const DemoPerson* doer_ = nullptr;
};

/// In the order in which people began them, so that their numbers follow their age.
std::vector<std::int64_t> beginnings(Dice& dice, std::size_t count, WallTime now) {
    std::vector<std::int64_t> all;
    for (std::size_t i = 0; i < count; ++i) {
        const auto minutes = static_cast<std::int64_t>(60 + dice.below(days * 24 * 60));
        const std::int64_t at = in_working_hours(dice, now.ms - minutes * minute_ms);
        all.push_back(std::min(at, now.ms - hour_ms));
    }
    std::ranges::sort(all);
    return all;
}

}  // namespace

Result<> make_demo_archive(storage::Storage& storage,
                           const OrgState& state,
                           const DemoArchive& archive) {
    using Tell = Result<> (Telling::*)(Id group, std::int64_t ms);
    struct Share {
        std::string_view workflow;
        std::size_t percent;
        Tell tell;
    };
    constexpr std::array<Share, 3> shares{{{"work_order", 55, &Telling::work_order},
                                           {"task_manager", 25, &Telling::plan},
                                           {"notification", 20, &Telling::notification}}};
    Dice dice(seed);
    PastWriter writer(storage, state.id);
    HF_CHECK(writer.begin());
    Telling telling(writer, state, archive, dice);
    for (const Share& share : shares) {
        const Id group = find_workflow_of(state, share.workflow).value().group;
        const std::size_t count = archive.tasks * share.percent / 100;
        for (const std::int64_t at : beginnings(dice, count, archive.now)) {
            HF_CHECK((telling.*share.tell)(group, at));
        }
    }
    return {};
}

}  // namespace holdfast::admin
