#include "core/model/facts.hpp"
#include "server/services/hub.hpp"
#include "server/services/policy.hpp"
#include "server/services/server_world.hpp"
#include "server/storage/common/transact.hpp"

/// Files: who may have one, and the news that its bytes have arrived.
namespace holdfast::services {

Result<KnownFile> Hub::find_file(Id user, Id channel, Id file) {
    HF_TRY(const auto record, storage_.find_bucket(BucketKind::timeline, channel));
    HF_TRY(const auto held, access_.keys(user));
    if (!record || !held->opens(*record)) {
        return fail(ErrorCode::file_unknown, "channel " + to_string(channel));
    }
    const ServerWorld world(storage_, record->organization);
    HF_TRY(const auto row, facts::find_said(world, channel, RowKind::file, file));
    if (!row) {
        return fail(ErrorCode::file_unknown, "file " + to_string(file));
    }
    HF_TRY(body::File found, body::parse_file(row->second.body));
    return KnownFile{.key = row->first, .sort = row->second.sort, .file = std::move(found)};
}

Result<std::int64_t> Hub::file_bytes_max(Id organization) {
    HF_TRY(const auto entitlement, read_entitlement(storage_, organization));
    return entitlement.is_granted() ? entitlement.attachment_bytes_max : 0;
}

Result<> Hub::settle_file(const RowKey& key, ErrorCode refused) {
    HF_TRY(const Batch settled,
           storage::transact(storage_, [&] { return write_settled(key, refused); }));
    tell_batch(settled);
    return {};
}

Result<Batch> Hub::write_settled(const RowKey& key, ErrorCode refused) {
    Batch batch;
    HF_TRY(const auto place, storage_.find_bucket(key.bucket));
    if (!place) {
        return batch;
    }
    // Where the key was found may be long ago: it may have moved out of the window meanwhile.
    const ServerWorld world(storage_, place->organization);
    HF_TRY(const auto row, facts::find_said(world, place->bucket.owner, key.kind, key.id));
    if (!row) {
        return batch;  // the message was deleted meanwhile
    }
    HF_TRY(const auto record, storage_.find_bucket(row->first.bucket));
    HF_TRY(body::File file, body::parse_file(row->second.body));
    file.stored = refused == ErrorCode::none;
    file.refused = static_cast<std::uint16_t>(refused);
    const RowChange change{.key = row->first, .sort = row->second.sort, .body = body::encode(file)};
    HF_TRY(const auto positions, storage_.write_rows({&change, 1}));
    for (const Position& position : positions) {
        batch.moved.push_back({position.bucket, record->bucket.version, position.version});
        HF_TRY(const auto moved, storage_.find_bucket(position.bucket));
        if (moved) {
            batch.heads.push_back(*moved);
        }
    }
    return batch;
}

}  // namespace holdfast::services
