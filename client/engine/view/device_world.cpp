#include "client/engine/view/device_world.hpp"

#include <utility>

namespace holdfast::client {

Result<std::optional<Row>> DeviceWorld::find(RowKey key) const {
    const RowChange* change = overlay_.find(key);
    if (change == nullptr) {
        HF_TRY(auto row, replica_.find(key));
        return row ? std::move(row) : older_.find(key);
    }
    if (change->deletes()) {
        return std::nullopt;
    }
    return Row{
        .kind = key.kind, .id = key.id, .version = 0, .sort = change->sort, .body = change->body};
}

Result<std::optional<Bucket>> DeviceWorld::bucket(BucketKind kind, Id owner) const {
    const sync::BucketCursor* cursor = replica_.bucket(kind, owner);
    if (cursor != nullptr) {
        return cursor->head;
    }
    const bool is_held =
        kind == BucketKind::archive && replica_.bucket(BucketKind::timeline, owner);
    const OlderMessages::Held* held = is_held ? older_.find(owner) : nullptr;
    return held == nullptr ? std::nullopt : held->archive;
}

Result<BucketId> DeviceWorld::directory() const {
    const auto directories = replica_.buckets(BucketKind::directory);
    if (directories.empty()) {
        return fail(ErrorCode::access_forbidden, "the directory is not here yet");
    }
    return directories.front()->head.id;
}

Result<BucketId> DeviceWorld::mint_bucket() {
    return fail(ErrorCode::intent_needs_connection);
}

}  // namespace holdfast::client
