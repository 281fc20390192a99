#pragma once

#include <string>
#include <string_view>

#include "core/model/body_forms.hpp"
#include "core/model/testing/memory_world.hpp"

/// For tests only: forms of the small organization, and what they choose from.
namespace holdfast::fixture {

inline constexpr Id inspection{601}, night_round{602};
inline constexpr Id survey{603}, survey_v1{614};
inline constexpr Id inspection_v1{611}, inspection_v2{612}, night_round_v1{613};
inline constexpr Id assets{621}, pump_7{631}, pump_8{632}, pump_old{633};

inline constexpr std::string_view inspection_json =
    R"({"code":"inspection","version":1,"title":{"en":"Inspection","es":"Inspección"},)"
    R"("components":[)"
    R"({"id":"asset","kind":"collection","collection":"asset","required":true},)"
    R"({"id":"seen","kind":"written","input":"long","min":3,"required":true},)"
    R"({"id":"safe","kind":"list","items":[{"value":"yes"},{"value":"no"}],"required":true},)"
    R"({"id":"why","kind":"written","required":true,"show":{"component":"safe","equal":"no"}}]})";

inline constexpr std::string_view inspection_2_json =
    R"({"code":"inspection","version":2,"title":{"en":"Inspection"},)"
    R"("components":[{"id":"grade","kind":"rating","required":true}]})";

inline constexpr std::string_view night_round_json =
    R"({"code":"night_round","title":{"es":"Ronda"},"access":{"roles":["Night shift"]},)"
    R"("components":[{"id":"note","kind":"written"}]})";

inline void add_forms(Organization& org) {
    MemoryWorld& world = org.world;
    const BucketId forms = world.add_bucket(BucketKind::forms, Organization::organization);
    const auto version = [&](Id id, Id form, std::string_view definition) {
        body::FormVersion body{.form = form, .definition = std::string(definition)};
        body.collections["asset"] = assets;
        world.put({forms, RowKind::form_version, id}, body::encode(body));
    };
    version(inspection_v1, inspection, inspection_json);
    version(inspection_v2, inspection, inspection_2_json);
    version(night_round_v1, night_round, night_round_json);
    world.put(
        {forms, RowKind::form, inspection},
        body::encode(body::Form{.code = "inspection", .version = 2, .current = inspection_v2}));
    const BucketId list = world.add_bucket(BucketKind::collection, assets);
    world.put({list, RowKind::collection, assets},
              body::encode(body::Collection{.code = "asset", .name = "Assets"}));
    const auto element = [&](Id id, body::Element body) {
        world.put({list, RowKind::element, id}, body::encode(body));
    };
    element(pump_7, {.code = "p-7", .name = "Pump P-7"});
    element(pump_8, {.code = "p-8", .name = "Pump P-8"});
    element(pump_old, {.code = "p-1", .name = "Pump P-1", .active = false});
}

/// A form that is offered where the channel has a site, and chooses pumps of it, or of the user's.
inline constexpr Id order{604}, order_v1{615}, sites{622}, site_north{641}, site_south{642};
inline void add_filtered_form(Organization& org) {
    constexpr std::string_view json =
        R"({"code":"order","title":{"en":"Order"},"access":{"collections":["site"]},"components":[)"
        R"({"id":"here","kind":"collection","collection":"asset","filter":{"channel":"site"}},)"
        R"({"id":"mine","kind":"collection","collection":"asset","filter":{"user":"site"}}]})";
    const BucketId forms = org.world.bucket_id(BucketKind::forms, Organization::organization);
    body::FormVersion version{.form = order, .definition = std::string(json)};
    version.collections["asset"] = assets;
    org.world.put({forms, RowKind::form_version, order_v1}, body::encode(version));
    const BucketId list = org.world.bucket_id(BucketKind::collection, assets);
    const auto stands = [&](Id id, Id site) {
        org.world.put({list, RowKind::element, id},
                      body::encode(body::Element{.code = "p", .name = "Pump", .parents = {site}}));
    };
    stands(pump_7, site_north);
    stands(pump_8, site_south);
}

/// A form that asks for a picture. The others must be there.
inline void add_files_form(Organization& org) {
    constexpr std::string_view json =
        R"({"code":"survey","title":{"en":"Survey"},)"
        R"("components":[{"id":"photo","kind":"camera","max":2,"required":true}]})";
    const BucketId forms = org.world.bucket_id(BucketKind::forms, Organization::organization);
    org.world.put({forms, RowKind::form_version, survey_v1},
                  body::encode(body::FormVersion{.form = survey, .definition = std::string(json)}));
}

}  // namespace holdfast::fixture
