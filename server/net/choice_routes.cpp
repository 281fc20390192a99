#include "server/net/choice_routes.hpp"

#include <algorithm>
#include <utility>

#include "platform/net/asio.hpp"
#include "server/net/limits.hpp"

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);

Result<std::string> read_reply(Result<services::OutsideReply> reply) {
    if (!reply) {
        const bool forbidden = reply.error().code == ErrorCode::routine_request_forbidden;
        return fail(forbidden ? ErrorCode::choices_forbidden : ErrorCode::choices_failed,
                    std::move(reply).error().detail);
    }
    if (reply->status < 200 || reply->status > 299) {
        return fail(ErrorCode::choices_failed, "status " + std::to_string(reply->status));
    }
    return services::choices_of(reply->body);
}

}  // namespace

asio::awaitable<Answer> ChoiceRoutes::answer(Request request) {
    if (request.method != "POST") {
        co_return make_method_refused("POST");
    }
    auto found = co_await search(request);
    if (!found) {
        const Error& error = found.error();
        services_.log.write(Log::Level::info,
                            "choices_refused",
                            {{"address", request.address},
                             {"code", error_name(error.code)},
                             {"detail", error.detail}});
        co_return make_problem(error.code, error.params);
    }
    Answer answer;
    answer.content_type = "application/json";
    answer.headers.emplace_back("Cache-Control", "no-store");
    answer.body = *std::move(found);
    co_return answer;
}

asio::awaitable<Result<std::string>> ChoiceRoutes::search(const Request& request) {
    const auto identity = services_.auth.check_access(bearer_token(request.authorization));
    if (!identity) {
        co_return std::unexpected(identity.error());
    }
    const auto wanted = services::parse_choice_search(request.body);
    if (!wanted) {
        co_return std::unexpected(wanted.error());
    }
    const auto source = services_.hub.choice_source(*identity, *wanted);
    if (!source) {
        co_return std::unexpected(source.error());
    }
    auto place = place_of(*source);
    if (!place) {
        co_return std::unexpected(place.error());
    }
    std::string body = services::outside_body(*wanted);
    const std::string asked = place->url + "\n" + body;
    if (const std::string* kept = find_kept(asked)) {
        co_return *kept;
    }
    auto choices = co_await ask(*std::move(place), std::move(body));
    if (choices) {
        keep(asked, *choices);
    }
    co_return choices;
}

asio::awaitable<Result<std::string>> ChoiceRoutes::ask(Place place, std::string body) {
    using namespace asio::experimental::awaitable_operators;
    if (asked_ >= limits::choices_asked_max) {
        co_return fail(ErrorCode::server_busy, "choices");
    }
    struct Count {
        std::size_t& asked;
        ~Count() { --asked; }
    };
    ++asked_;
    const Count count{asked_};
    ++services_.counters.choice_requests;
    services::OutsideRequest request{.method = "POST",
                                     .url = std::move(place.url),
                                     .headers = {{"Accept", "application/json"}},
                                     .body = std::move(body)};
    asio::steady_timer deadline(co_await asio::this_coro::executor, limits::choices_time_max);
    auto first =
        co_await (ask_outside(place.outside, std::move(request)) || deadline.async_wait(as_code));
    if (first.index() == 1) {
        co_return fail(ErrorCode::choices_failed, "no answer in time");
    }
    co_return read_reply(std::get<0>(std::move(first)));
}

Result<ChoiceRoutes::Place> ChoiceRoutes::place_of(const std::string& source) const {
    if (source.starts_with('/')) {
        if (options_.base.empty()) {
            return fail(ErrorCode::choices_forbidden, "no base for paths");
        }
        // The operator's own word: what is behind it may be private.
        return Place{options_.base + source, {.private_addresses = true}};
    }
    const auto url = parse_outside_url(source);
    if (!url || !url->tls || std::ranges::find(options_.hosts, url->host) == options_.hosts.end()) {
        return fail(ErrorCode::choices_forbidden, "not an allowed host");
    }
    return Place{source, options_.outside};
}

const std::string* ChoiceRoutes::find_kept(const std::string& asked) {
    const auto found = kept_.find(asked);
    return found == kept_.end() || found->second.until < services_.environment.now()
               ? nullptr
               : &found->second.choices;
}

void ChoiceRoutes::keep(const std::string& asked, const std::string& choices) {
    const Instant until = services_.environment.now() + Millis{limits::choices_kept_ms};
    if (!kept_.insert_or_assign(asked, Kept{choices, until}).second) {
        return;
    }
    oldest_.push_back(asked);
    if (kept_.size() > limits::choices_kept_max) {
        kept_.erase(oldest_.front());
        oldest_.pop_front();
    }
}

}  // namespace holdfast::net
