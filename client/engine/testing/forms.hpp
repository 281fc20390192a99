#pragma once

#include <string>
#include <string_view>

#include "client/engine/testing/fake_server.hpp"
#include "core/model/body_forms.hpp"

/// For tests of the device: forms of the fake server's organization, and what they choose from.
namespace holdfast::testing_support {

struct SampleForms {
    static constexpr Id round{Id::make(1, 40)};
    static constexpr Id round_v1{Id::make(1, 41)};
    static constexpr Id round_v2{Id::make(1, 42)};
    static constexpr Id secret{Id::make(1, 43)};
    static constexpr Id secret_v1{Id::make(1, 44)};
    static constexpr Id assets{Id::make(1, 50)};
    static constexpr Id pump{Id::make(1, 51)};
    static constexpr Id fan{Id::make(1, 52)};
    static constexpr BucketId forms_bucket{110};
    static constexpr BucketId assets_bucket{111};

    static constexpr std::string_view round_json =
        R"({"code":"round","version":1,"title":{"en":"Daily round","es":"Ronda diaria"},)"
        R"("components":[)"
        R"({"id":"asset","kind":"collection","collection":"asset","required":true},)"
        R"({"id":"ok","kind":"list","items":[{"value":"yes"},{"value":"no"}],"required":true},)"
        R"({"id":"what","kind":"written","required":true,"show":{"component":"ok","equal":"no"}},)"
        R"({"id":"note","kind":"written","input":"long"}]})";
    static constexpr std::string_view secret_json =
        R"({"code":"secret","access":{"roles":["Chief"]},)"
        R"("components":[{"id":"note","kind":"written"}]})";

    static void add(FakeServer& server) {
        server.add_bucket(forms_bucket, BucketKind::forms, FakeServer::organization, {});
        server.add_bucket(assets_bucket, BucketKind::collection, assets, {});
        server.put({assets_bucket, RowKind::collection, assets},
                   0,
                   body::encode(body::Collection{.code = "asset", .name = "Assets"}));
        server.put({assets_bucket, RowKind::element, pump},
                   0,
                   body::encode(body::Element{.code = "p-7", .name = "Pump P-7"}));
        server.put({assets_bucket, RowKind::element, fan},
                   0,
                   body::encode(body::Element{.code = "f-2", .name = "Fan Ñ-2"}));
        add_version(server, {round, round_v1}, 1, round_json);
        add_version(server, {secret, secret_v1}, 1, secret_json);
    }

    static void add_version(FakeServer& server,
                            std::pair<Id, Id> form,
                            std::int64_t number,
                            std::string_view definition) {
        body::FormVersion version{.form = form.first, .definition = std::string(definition)};
        version.collections["asset"] = assets;
        server.put({forms_bucket, RowKind::form_version, form.second}, 0, body::encode(version));
        server.put({forms_bucket, RowKind::form, form.first},
                   0,
                   body::encode(body::Form{.code = form.first == round ? "round" : "secret",
                                           .version = number,
                                           .current = form.second}));
    }
};

}  // namespace holdfast::testing_support
