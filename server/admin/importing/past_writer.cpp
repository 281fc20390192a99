#include "server/admin/importing/past_writer.hpp"

#include <utility>

#include "core/model/body.hpp"
#include "core/workflow/intent_ids.hpp"
#include "server/services/server_world.hpp"

namespace holdfast::admin {
namespace {

void mark_channel(Effects& effects, const PastWriter::Mark& mark) {
    for (RowChange& row : effects.rows) {
        if (row.key.kind != RowKind::channel) {
            continue;
        }
        if (auto channel = body::parse_channel(row.body)) {
            channel->code = mark.code;
            channel->read_until = mark.read_until;
            row.body = body::encode(*channel);
        }
    }
}

}  // namespace

Result<> PastWriter::begin() {
    writer_.emplace(storage_, cache_);
    return cache_.renew(storage_);
}

Result<Id> PastWriter::task(PastTask past, Id user, std::int64_t ms, const Mark& mark) {
    services::ServerWorld world(storage_, organization_, &cache_);
    const Occasion occasion = at(ms, user);
    HF_TRY(past.span, storage_.mint_ids(workflow::ids_reserved(1)));
    HF_TRY(Effects effects, begin_past_task(world, occasion, past));
    mark_channel(effects, mark);
    HF_CHECK(writer_->apply(effects, organization_, occasion.now));
    return past.span;
}

Result<> PastWriter::move(PastMove past, Id user, std::int64_t ms) {
    services::ServerWorld world(storage_, organization_, &cache_);
    const Occasion occasion = at(ms, user);
    HF_TRY(past.span, storage_.mint_ids(workflow::ids_reserved(1)));
    HF_TRY(const Effects effects, move_past_task(world, occasion, past));
    HF_CHECK(writer_->apply(effects, organization_, occasion.now));
    return {};
}

Result<> PastWriter::time(Id group, Id task, Id user, std::int64_t ms) {
    const services::ServerWorld world(storage_, organization_, &cache_);
    const Occasion occasion = at(ms, user);
    HF_TRY(const Effects effects, time_past_task(world, occasion, group, task));
    HF_CHECK(writer_->apply(effects, organization_, occasion.now));
    return {};
}

Result<> PastWriter::say(Id task, const std::vector<Said>& messages) {
    HF_TRY(const auto timeline, storage_.find_bucket(BucketKind::timeline, task));
    std::vector<RowChange> rows;
    for (const Said& said : messages) {
        HF_TRY(const Id id, storage_.mint_id());
        rows.push_back(
            {.key = {timeline->bucket.id, RowKind::message, id},
             .sort = said.at,
             .body = body::encode(body::Message{.author = said.author, .text = said.text})});
    }
    HF_CHECK(writer_->write(rows));
    return {};
}

Result<> PastWriter::check(Id group,
                           const std::string& form,
                           const PastAnswer& answer,
                           std::int64_t ms) {
    const services::ServerWorld world(storage_, organization_, &cache_);
    return check_past_answer(world, at(ms, {}), group, form, answer);
}

}  // namespace holdfast::admin
