#include "client/engine/queries/form_cards.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "client/engine/forms/filling_json.hpp"
#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/query.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"

namespace holdfast::client::form_cards {

Id organization(const View& view) {
    const auto& account = view.account();
    return account ? account->organization : Id{};
}

FillingPerson person(const View& view) {
    const offline::Status& status = view.status();
    const bool connected = status.connection.state == offline::ConnectionKind::connected;
    return {.user = view.user(),
            .now = view.sources().now,
            .offset_minutes = view.sources().utc_offset_minutes,
            .online = connected && !status.offline.on};
}

std::optional<std::shared_ptr<const KnownForm>> find(const View& view, Id version) {
    auto form = find_form(view, organization(view), version);
    return form ? std::optional(*std::move(form)) : std::nullopt;
}

Json title(const KnownForm& form) {
    const forms::Part& part = form.filled->definition().form;
    return part.title.empty() ? Json{{"en", part.code}} : texts_json(part.title);
}

std::optional<body::Answer> sent_with(const Intent& intent) {
    body::Answer answer{.sent_at = intent.claimed_at.ms};
    json::Reader reader = json::Reader::of(json::parse(intent.args));
    reader.read("form", answer.version)
        .read_object("answers", answer.answers)
        .read("offset", answer.offset_minutes);
    const bool is_one = is_kept_when_refused(intent.kind) && reader.done() && answer.version;
    return is_one ? std::optional(std::move(answer)) : std::nullopt;
}

Result<std::optional<body::Answer>> find_answer(const View& view, Id channel, Id id) {
    HF_TRY(const auto row, facts::find_said(view, channel, RowKind::answer, id));
    const auto stored = row ? body::parse_answer(row->second.body) : fail(ErrorCode::none);
    if (stored) {
        return *stored;
    }
    const Outbox::Item* item = view.outbox().find(id);
    auto sent = item == nullptr ? std::nullopt : sent_with(item->intent);
    if (sent) {
        sent->author = view.user();
    }
    return sent;
}

namespace {

/// The cards of the files that the lines name, and those inside them.
Result<> add_files(const View& view, Id channel, Json& lines) {
    for (Json& line : lines) {
        if (line["files"].is_array()) {
            HF_TRY(line["files"], file_cards::of_answer(view, channel, line["value"]));
        }
        for (Json& part : line["parts"]) {
            HF_CHECK(add_files(view, channel, part["lines"]));
        }
    }
    return {};
}

}  // namespace

Result<Json> lines(const View& view,
                   Id channel,
                   const KnownForm& form,
                   std::string_view answers,
                   const LinesWanted& wanted) {
    const WorldLookup lookup(view, form.collections);
    HF_TRY(Json lines, answer_lines(form, answers, lookup, wanted));
    HF_CHECK(add_files(view, channel, lines));
    return lines;
}

Result<Json> card(const View& view, Id channel, Id message, Id version) {
    const auto form = find(view, version);
    if (!form) {
        return Json{{"title", Json::object()}, {"lines", Json::array()}};
    }
    Json shown = Json::array();
    HF_TRY(const auto answer, find_answer(view, channel, message));
    if (answer) {
        HF_TRY(shown,
               lines(view, channel, **form, answer->answers, {.lines_max = limits::card_lines}));
    }
    return Json{{"title", title(**form)}, {"lines", std::move(shown)}};
}

}  // namespace holdfast::client::form_cards
