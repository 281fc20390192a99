#include "client/engine/forms/filling_moment.hpp"

#include <string>

namespace holdfast::client {

Result<bool> DeviceLookup::has_collection(std::string_view code) const {
    HF_TRY(const bool here, WorldLookup::has_collection(code));
    if (!here) {
        return false;
    }
    const Id collection = collections_.at(std::string(code));
    const sync::BucketCursor* cursor = replica_.bucket(BucketKind::collection, collection);
    return cursor != nullptr && cursor->complete;
}

Result<std::vector<forms::Element>> DeviceLookup::search(const forms::Search& search) const {
    const auto named = collections_.find(std::string(search.collection));
    if (named == collections_.end()) {
        return std::vector<forms::Element>{};
    }
    HF_TRY(const forms::ElementIndex* index, indexes_.find(replica_, named->second));
    return index == nullptr ? std::vector<forms::Element>{} : index->search(search);
}

Result<std::vector<forms::Element>> DeviceLookup::search_people(Id user,
                                                                const forms::FromUsers& among,
                                                                const forms::Search& search) const {
    HF_TRY(const forms::ElementIndex* index, indexes_.find_people(replica_, user, among));
    return index == nullptr ? std::vector<forms::Element>{} : index->search(search);
}

Result<std::optional<forms::FileFacts>> DeviceLookup::file(Id id) const {
    const Outbox::File* file = outbox_.find_file(id);
    if (file == nullptr || file->intent || file->draft != draft_) {
        return std::nullopt;
    }
    return forms::FileFacts{.type = file->claim.type, .bytes = file->claim.bytes};
}

}  // namespace holdfast::client
