#include "server/services/older_messages.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/model/body.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "server/services/server_world.hpp"

namespace holdfast::services {
namespace {

using storage::BucketRecord;

constexpr SortKey behind_all{std::numeric_limits<std::int64_t>::max(), Id{}};

/// A row, and where it stands.
struct Placed {
    RowKey key;
    Row row;
};

SortKey place_of(const Placed& one) {
    return {one.row.sort, one.row.id};
}

Result<SortKey> read_place(const json::Value& value) {
    SortKey place;
    HF_CHECK(json::Reader::of(value)
                 .require("sort")
                 .read("sort", place.sort)
                 .require("id")
                 .read("id", place.id)
                 .done());
    return place;
}

/// Gathers the rows of one answer.
class Collecting {
public:
    Collecting(storage::Storage& storage,
               const OlderWanted& wanted,
               const BucketRecord& timeline,
               std::size_t body_bytes)
        : storage_(storage),
          wanted_(wanted),
          body_bytes_(body_bytes),
          world_(storage, timeline.organization),
          heads_{timeline.bucket} {}

    Result<wire::Bytes> run() {
        HF_TRY(const auto archive, storage_.find_bucket(BucketKind::archive, wanted_.channel));
        if (archive) {
            heads_.push_back(archive->bucket);
        }
        HF_TRY(const std::vector<Placed> messages, find());
        bool is_all = messages.size() <= wanted_.messages;
        for (std::size_t i = 0; i < std::min(messages.size(), wanted_.messages); ++i) {
            HF_TRY(const bool has_room, take(messages[i]));
            if (!has_room) {
                is_all = false;
                break;
            }
        }
        return pages(is_all);
    }

private:
    /// One more than is wanted, where there are as many; newest first.
    Result<std::vector<Placed>> find() {
        std::vector<Placed> found;
        for (const Bucket& head : heads_) {
            HF_TRY(auto rows,
                   storage_.rows_before(
                       head.id, RowKind::message, wanted_.before, wanted_.messages + 1));
            for (Row& row : rows) {
                found.push_back({{head.id, row.kind, row.id}, std::move(row)});
            }
        }
        std::ranges::sort(found, std::ranges::greater{}, place_of);
        return found;
    }

    bool fits(const Row& row) const {
        return bytes_ + limits::row_bytes + row.body.size() <= body_bytes_;
    }
    void add(Placed one) {
        bytes_ += limits::row_bytes + one.row.body.size();
        taken_.push_back(std::move(one));
    }

    /// False: it waits for the next answer.
    Result<bool> take(const Placed& message) {
        if (!taken_.empty() && !fits(message.row)) {
            return false;
        }
        add(message);
        const auto said = body::parse_message(message.row.body);
        if (!said) {
            return true;  // a newer server wrote it: whoever can read it shows it
        }
        if (said->form) {
            HF_CHECK(take_said(RowKind::answer, message.row.id));
        }
        for (const Id file : said->files) {
            HF_CHECK(take_said(RowKind::file, file));
        }
        return true;
    }

    Result<> take_said(RowKind kind, Id id) {
        HF_TRY(auto found, facts::find_said(world_, wanted_.channel, kind, id));
        if (found && fits(found->second)) {
            add({found->first, std::move(found->second)});
        }
        return {};
    }

    Result<wire::Bytes> pages(bool is_all) const {
        std::vector<wire::Page> pages;
        for (const Bucket& head : heads_) {
            wire::Page page{.head = head, .mode = wire::PullMode::tail};
            for (const auto& [key, row] : taken_) {
                if (key.bucket == head.id) {
                    page.rows.push_back({.kind = row.kind,
                                         .id = row.id,
                                         .version = row.version,
                                         .sort = row.sort,
                                         .body = row.body});
                }
            }
            if (!page.rows.empty()) {
                pages.push_back(std::move(page));
            }
        }
        if (pages.empty()) {
            pages.push_back({.head = heads_.front(), .mode = wire::PullMode::tail});
        }
        pages.back().complete = is_all;
        wire::Bytes stream;
        for (wire::Page& page : pages) {
            wire::append_framed(stream, wire::encode(std::move(page)));
        }
        return stream;
    }

    storage::Storage& storage_;
    const OlderWanted& wanted_;
    std::size_t body_bytes_;
    ServerWorld world_;
    std::vector<Bucket> heads_;  ///< the timeline's, and the archive's where there is one
    std::vector<Placed> taken_;
    std::size_t bytes_ = 0;
};

}  // namespace

Result<OlderWanted> parse_older_wanted(std::string_view text) {
    const json::Value root =
        text.size() <= limits::older_request_bytes_max ? json::parse(text) : json::Value();
    OlderWanted wanted{.before = behind_all};
    json::Reader reader = json::Reader::of(root);
    auto messages = static_cast<std::int64_t>(wanted.messages);
    reader.read("channel", wanted.channel).read("messages", messages);
    if (!reader.done() || !wanted.channel || messages < 1) {
        return fail(ErrorCode::request_malformed, "no channel, or not so many messages");
    }
    if (const auto before = root.find("before"); before != root.end()) {
        const auto place = read_place(*before);
        if (!place) {
            return fail(ErrorCode::request_malformed, "before");
        }
        wanted.before = *place;
    }
    wanted.messages = std::min(static_cast<std::size_t>(messages), limits::older_messages_max);
    return wanted;
}

Result<wire::Bytes> older_messages(storage::Storage& storage,
                                   const Keys& keys,
                                   const OlderWanted& wanted,
                                   std::size_t body_bytes) {
    HF_TRY(const auto timeline, storage.find_bucket(BucketKind::timeline, wanted.channel));
    if (!timeline || !keys.opens(*timeline)) {
        return fail(ErrorCode::access_forbidden, "older messages of a channel");
    }
    return Collecting(storage, wanted, *timeline, body_bytes).run();
}

}  // namespace holdfast::services
