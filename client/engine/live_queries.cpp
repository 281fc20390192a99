#include "client/engine/live_queries.hpp"

#include <algorithm>
#include <utility>

#include "core/base/deadline.hpp"

namespace holdfast::client {
namespace {

/// The tasks that were looked at last: the group's id, a space, the view.
constexpr std::string_view choice_value = "tasks_shown";

std::optional<TaskLists::Choice> parse_choice(std::string_view text) {
    const std::size_t space = text.find(' ');
    const auto group = parse_id(text.substr(0, space));
    if (space == std::string_view::npos || !group) {
        return std::nullopt;
    }
    return TaskLists::Choice{.group = *group, .view = std::string(text.substr(space + 1))};
}

}  // namespace

Result<> LiveQueries::open(std::int64_t number, Query query) {
    if (subscriptions_.contains(number)) {
        return fail(ErrorCode::request_malformed, "the subscription is open");
    }
    if (subscriptions_.size() >= limits::subscriptions_max) {
        return fail(ErrorCode::request_too_many);
    }
    subscriptions_.emplace(number, Subscription{.query = std::move(query)});
    opened_ = true;
    return {};
}

void LiveQueries::doubt_all() {
    items_.clear();
    task_lists_.clear();
    for (auto& [number, subscription] : subscriptions_) {
        subscription.doubted = true;
    }
    device_.hurry(Device::Urgency::now);
    begin_preparing();
}

std::optional<Instant> LiveQueries::next_deadline() const {
    return earliest({due_, prepare_at_});
}

void LiveQueries::visit(const std::function<void(const Query&)>& visit) const {
    for (const auto& [number, subscription] : subscriptions_) {
        visit(subscription.query);
    }
}

bool LiveQueries::is_time() {
    if (opened_ || !last_said_ || device_.urgency == Device::Urgency::now) {
        return true;
    }
    const Instant at = *last_said_ + std::max(limits::bulk_push_every,
                                              Millis{cost_.count * limits::bulk_push_share});
    if (at <= device_.now) {
        return true;
    }
    if (device_.urgency == Device::Urgency::live && allowance_.take(device_.now)) {
        return true;
    }
    due_ = earliest({due_, at});
    return false;
}

bool LiveQueries::Allowance::take(Instant now) {
    constexpr std::int64_t push = 1000;
    constexpr std::int64_t most = limits::live_pushes_at_once * push;
    // After a long rest it is full; the bound keeps the product small.
    const std::int64_t rest = std::clamp<std::int64_t>((now - counted_at).count, 0, most);
    counted_at = now;
    left = std::min(most, left + rest * limits::live_pushes_per_second);
    flood = left < push || (flood && left < most / 2);
    if (flood) {
        return false;
    }
    left -= push;
    return true;
}

void LiveQueries::note_changes() {
    for (auto& [number, subscription] : subscriptions_) {
        subscription.doubted =
            subscription.doubted || subscription.dependencies.meets(device_.changes);
    }
    task_lists_.note(device_.changes);
    device_.changes.clear();
}

void LiveQueries::refresh() {
    note_changes();
    const bool any =
        std::ranges::any_of(subscriptions_, [](const auto& entry) { return entry.second.doubted; });
    if (!any) {
        device_.urgency = Device::Urgency::bulk;
        due_.reset();
        return;
    }
    if (!is_time()) {
        return;
    }
    keep_();
    note_changes();  // what the disk did not take is not here any more
    const Sources now = sources();
    for (auto& [number, subscription] : subscriptions_) {
        if (subscription.doubted) {
            say(number, subscription, now);
        }
    }
    opened_ = false;
    device_.urgency = Device::Urgency::bulk;
    due_.reset();
    last_said_ = device_.now;
    just_said_ = true;
}

void LiveQueries::note_cost(Instant now, bool at_once) {
    if (std::exchange(just_said_, false)) {
        cost_ = at_once ? std::min(now - *last_said_, limits::bulk_push_cost_max) : Millis{};
    }
}

void LiveQueries::begin_preparing() {
    kept_choice_ = parse_choice(device_.outbox.value(choice_value));
    prepare_at_.reset();
    if (kept_choice_) {
        prepare_at_ = device_.now + limits::prepare_after;
    }
}

void LiveQueries::prepare() {
    keep_choice();
    if (!prepare_at_ || *prepare_at_ > device_.now || due_) {
        return;
    }
    prepare_at_.reset();
    const Sources now = sources();
    TopicSet dependencies;
    const auto more = task_lists_.prepare(View(now, dependencies), *kept_choice_);
    if (more && *more) {  // a list that cannot be made says why when it is asked for
        prepare_at_ = device_.now + limits::prepare_every;
    }
}

void LiveQueries::keep_choice() {
    const TaskLists::Choice* last = task_lists_.last();
    if (last == nullptr || kept_choice_ == *last) {
        return;
    }
    kept_choice_ = *last;
    prepare_at_.reset();
    // A full disk costs a wait at the next start, no work.
    (void)device_.outbox.set_value(choice_value, to_string(last->group) + ' ' + last->view);
}

Sources LiveQueries::sources() {
    Sources from{.replica = device_.replica(),
                 .outbox = device_.outbox,
                 .world = device_.world(),
                 .overlay = device_.overlay,
                 .unread = device_.unread,
                 .older = device_.older,
                 .items = items_,
                 .task_lists = task_lists_,
                 .fillings = device_.fillings,
                 .contacts = device_.contacts,
                 .in_flight = in_flight_,
                 .uploads = uploads_,
                 .fetching = fetches_.state(),
                 .account = device_.account(),
                 .status = device_.status.status(device_.now),
                 .persisted = device_.status.persisted(),
                 .contacts_known = device_.contacts_known,
                 .device_class = device_.device_class,
                 .storage_persistent = device_.storage_persistent && device_.may_keep(),
                 .storage_free = device_.storage_free,
                 .figures = device_.counters.figures(),
                 .repairs = device_.repairs,
                 .now = device_.wall,
                 .utc_offset_minutes = device_.utc_offset_minutes,
                 .server_now = device_.server_now()};
    if (from.account) {
        from.account->access_token.clear();
        from.account->refresh_token.clear();
        from.account->resume.clear();
    }
    return from;
}

void LiveQueries::say(std::int64_t number, Subscription& subscription, const Sources& sources) {
    const Query& query = subscription.query;
    TopicSet dependencies;
    View view(sources, dependencies);
    std::string text;
    if (is_data(query.kind) && !view.status().screens.show_data) {
        text = R"("snapshot":null,"blocked":true)";
    } else {
        auto snapshot = make_snapshot(view, query, subscription.pinned);
        if (!snapshot) {  // stays in doubt: the next change tries again
            const bool damaged = snapshot.error().code == ErrorCode::storage_corrupt;
            device_.replica_broken = device_.replica_broken || damaged;
            return;
        }
        text = R"("snapshot":)" + *std::move(snapshot) + R"(,"blocked":false)";
    }
    subscription.dependencies = std::move(dependencies);
    subscription.doubted = false;
    if (text == subscription.last) {
        return;
    }
    device_.outputs.emplace_back(Post{R"({"push":)" + std::to_string(number) + "," + text + "}"});
    subscription.last = std::move(text);
}

}  // namespace holdfast::client
