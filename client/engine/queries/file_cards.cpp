#include "client/engine/queries/file_cards.hpp"

#include <utility>

#include "client/engine/queries/cards.hpp"
#include "core/model/body_files.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"

namespace holdfast::client::file_cards {
namespace {

Json described(Id channel, const FileClaim& claim) {
    return {{"id", to_string(claim.id)},
            {"channel", to_string(channel)},
            {"name", claim.name},
            {"type", claim.type},
            {"bytes", claim.bytes},
            {"width", claim.width},
            {"height", claim.height},
            {"thumbnail", claim.thumbnail},
            {"state", "coming"},
            {"sent", 0},
            {"on_device", false},
            {"error", nullptr}};
}

std::string_view state_of(const View& view, const Outbox::File& file) {
    switch (file.state) {
        case Outbox::FileState::stored:
            return "done";
        case Outbox::FileState::refused:
            return "needs_you";
        case Outbox::FileState::waiting:
            break;
    }
    return view.uploads().current() == file.claim.id ? "sending" : "saved";
}

Result<std::optional<body::File>> find_row(const View& view, Id channel, Id file) {
    HF_TRY(const auto row, facts::find_said(view, channel, RowKind::file, file));
    const auto read =
        row ? body::parse_file(row->second.body) : Result<body::File>(fail(ErrorCode::none));
    return read ? std::optional(*read) : std::nullopt;
}

/// Those that were attached here and are wanted.
template <class Which>
Json cards_of(const View& view, const Which& is_wanted) {
    Json list = Json::array();
    for (const auto& [id, file] : view.files()) {
        if (is_wanted(file)) {
            list.push_back(card(view, file));
        }
    }
    return list;
}

}  // namespace

Json card(const View& view, const Outbox::File& file) {
    const std::int64_t bytes = file.claim.bytes;
    const bool is_whole = file.state == Outbox::FileState::stored;
    Json made = described(file.channel, file.claim);
    made["state"] = state_of(view, file);
    made["sent"] = is_whole ? bytes : view.uploads().sent(file.claim.id);
    made["on_device"] = true;
    if (file.state == Outbox::FileState::refused) {
        made["error"] = cards::error(file.code, file.detail);
    }
    return made;
}

Result<Json> card(const View& view, Id channel, Id id) {
    const auto own = view.files().find(id);
    if (own != view.files().end()) {
        return card(view, own->second);
    }
    HF_TRY(auto row, find_row(view, channel, id));
    if (!row) {
        return described(channel, {.id = id});
    }
    Json made = described(channel,
                          {.id = id,
                           .name = std::move(row->name),
                           .type = std::move(row->type),
                           .bytes = row->bytes,
                           .width = row->width,
                           .height = row->height,
                           .thumbnail = std::move(row->thumbnail)});
    if (row->stored) {
        made["state"] = "done";
        made["sent"] = row->bytes;
    } else if (row->refused != 0) {
        made["state"] = "needs_you";
        made["error"] = cards::error(static_cast<ErrorCode>(row->refused), {});
    }
    return made;
}

Result<Json> cards(const View& view, Id channel, const std::vector<Id>& files) {
    Json list = Json::array();
    for (const Id id : files) {
        HF_TRY(Json made, card(view, channel, id));
        list.push_back(std::move(made));
    }
    return list;
}

Json of_composer(const View& view, Id channel) {
    return cards_of(view, [&](const Outbox::File& file) {
        return file.channel == channel && file.draft == 0 && !file.intent;
    });
}

Json of_draft(const View& view, std::int64_t draft) {
    return cards_of(view, [&](const Outbox::File& file) { return file.draft == draft; });
}

Json of_action(const View& view, Id intent) {
    return cards_of(view, [&](const Outbox::File& file) { return file.intent == intent; });
}

Result<Json> of_answer(const View& view, Id channel, const Json& ids) {
    std::vector<Id> files;
    for (const Json& item : ids.is_array() ? ids : Json::array()) {
        const auto id = json::id_of(item);
        if (id) {
            files.push_back(*id);
        }
    }
    return cards(view, channel, files);
}

Result<std::string> name_of(const View& view, Id channel, Id id) {
    const auto own = view.files().find(id);
    if (own != view.files().end()) {
        return own->second.claim.name;
    }
    HF_TRY(auto row, find_row(view, channel, id));
    return row ? std::move(row->name) : std::string{};
}

}  // namespace holdfast::client::file_cards
