#include "core/rules/form_cache.hpp"

#include <algorithm>

#include "core/model/body_forms.hpp"
#include "core/model/facts.hpp"

namespace holdfast {

namespace {

[[nodiscard]] Result<std::shared_ptr<const KnownForm>> make(Id version, body::FormVersion body) {
    auto definition = forms::parse_definition(body.definition);
    if (!definition) {
        return fail(ErrorCode::storage_corrupt,
                    "form version " + to_string(version) + ": " + definition.error().detail);
    }
    HF_TRY(auto filled, forms::Form::make(*std::move(definition)));
    return std::make_shared<const KnownForm>(KnownForm{.version = version,
                                                       .form = body.form,
                                                       .filled = std::move(filled),
                                                       .collections = std::move(body.collections)});
}

}  // namespace

std::shared_ptr<const KnownForm> FormCache::find(BucketId bucket, Id version) {
    const auto found = entries_.find({bucket, version});
    if (found == entries_.end()) {
        return nullptr;
    }
    found->second.used = ++uses_;
    return found->second.form;
}

void FormCache::put(BucketId bucket, std::shared_ptr<const KnownForm> form) {
    if (entries_.size() >= limits::forms_cached_max) {
        entries_.erase(std::ranges::min_element(
            entries_, {}, [](const auto& entry) { return entry.second.used; }));
    }
    const Id version = form->version;
    entries_.insert_or_assign({bucket, version}, Entry{std::move(form), ++uses_});
}

Result<Id> current_version(const World& world, Id organization, Id form) {
    HF_TRY(const auto found,
           facts::find_in(
               world, {BucketKind::forms, organization}, {RowKind::form, form}, body::parse_form));
    if (!found || !found->value.active) {
        return fail(ErrorCode::intent_gone, "form " + to_string(form));
    }
    return found->value.current;
}

Result<std::shared_ptr<const KnownForm>> find_form(const World& world,
                                                   Id organization,
                                                   Id version) {
    HF_TRY(const auto held, world.bucket(BucketKind::forms, organization));
    if (!held) {
        return fail(ErrorCode::intent_gone, "no forms are here");
    }
    FormCache* cache = world.form_cache();
    if (cache != nullptr) {
        if (auto known = cache->find(held->id, version)) {
            return known;
        }
    }
    HF_TRY(auto row,
           facts::find(
               world, RowKey{held->id, RowKind::form_version, version}, body::parse_form_version));
    if (!row) {
        return fail(ErrorCode::intent_gone, "form version " + to_string(version));
    }
    HF_TRY(auto made, make(version, std::move(row->value)));
    if (cache != nullptr) {
        cache->put(held->id, made);
    }
    return made;
}

}  // namespace holdfast
