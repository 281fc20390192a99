#include "client/engine/view/pictures.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/files/media.hpp"
#include "core/model/body_files.hpp"

namespace holdfast::client {

Result<Pictures> pictures_of(Replica& replica,
                             const std::map<Id, Outbox::File>& here,
                             const sync::BucketCursor& timeline) {
    Pictures pictures;
    std::size_t looked_at = 0;
    const auto look = [&](const RowRef& row) {
        auto file = body::parse_file(row.body);
        if (!file || !file->stored || !files::is_picture(file->type)) {
            return true;
        }
        if (here.contains(row.id)) {
            pictures.have += 1;
        } else if (file->bytes > limits::picture_bytes_max) {
            pictures.too_large += 1;
        } else {
            pictures.bytes += file->bytes;
            pictures.missing.push_back({.channel = timeline.head.owner,
                                        .claim = {.id = row.id,
                                                  .name = std::move(file->name),
                                                  .type = std::move(file->type),
                                                  .bytes = file->bytes,
                                                  .sha256 = std::move(file->sha256),
                                                  .width = file->width,
                                                  .height = file->height,
                                                  .thumbnail = std::move(file->thumbnail)}});
        }
        return ++looked_at < limits::pictures_of_timeline_max;
    };
    HF_CHECK(replica.visit_newest(timeline.head.id, RowKind::file, look));
    return pictures;
}

std::vector<const sync::BucketCursor*> newest_timelines(Replica& replica, Id group) {
    auto found = replica.children(BucketKind::timeline, group);
    std::ranges::sort(found, std::greater{}, [](const auto* cursor) { return cursor->head.id; });
    if (found.size() > limits::picture_timelines_max) {
        found.resize(limits::picture_timelines_max);
    }
    return found;
}

}  // namespace holdfast::client
