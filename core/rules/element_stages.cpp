#include "core/rules/element_stages.hpp"

#include <string>
#include <utility>

#include "core/model/body_forms.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "core/model/limits.hpp"
#include "core/model/text.hpp"

namespace holdfast::rules {

namespace {

/// A collection with the bucket of its elements.
struct Place {
    Id id{};
    BucketId bucket{};
    body::Collection body{};
};

[[nodiscard]] Result<Place> place_of(const World& world, Id id) {
    HF_TRY(const BucketId bucket, facts::bucket_of(world, BucketKind::collection, id));
    HF_TRY(auto row,
           facts::find(world, RowKey{bucket, RowKind::collection, id}, body::parse_collection));
    if (!row) {
        return fail(ErrorCode::intent_gone, "collection " + to_string(id));
    }
    return Place{id, bucket, std::move(row->value)};
}

[[nodiscard]] Result<Place> collection_of(const World& world, const std::string& code) {
    HF_TRY(const auto id, world.collection_of_code(code));
    if (!id) {
        return fail(ErrorCode::intent_gone, "collection " + code);
    }
    return place_of(world, *id);
}

/// What the inputs say beside collection and code.
struct Rest {
    std::optional<std::string> name{};
    std::map<std::string, std::string> columns{};
    std::optional<std::string> parent{};  ///< code
};

Rest rest_of(StageInputs& inputs) {
    return {.name = inputs.text("name"),
            .columns = inputs.texts("fields"),
            .parent = inputs.text("parent")};
}

[[nodiscard]] Result<> take(const World& world,
                            const Place& place,
                            const Rest& rest,
                            body::Element& element) {
    if (rest.name) {
        HF_TRY(element.name, take_text(*rest.name, limits::name_bytes_max));
    }
    for (const auto& [column, value] : rest.columns) {
        if (value.empty()) {
            element.columns.erase(column);
        } else {
            element.columns[column] = value;
        }
    }
    if (!rest.parent) {
        return {};
    }
    for (const Id parents : place.body.parents) {
        HF_TRY(const Place above, place_of(world, parents));
        HF_TRY(const auto found, world.row_of_code(above.bucket, RowKind::element, *rest.parent));
        if (found) {
            element.parents = {*found};
            return {};
        }
    }
    return fail(ErrorCode::intent_gone, "element " + *rest.parent);
}

StageDone done(const Place& place, Id id, const body::Element& element) {
    StageDone done{.result =
                       json::Writer{}.write("element", id).write("code", element.code).text()};
    done.effects.rows.push_back(
        {.key = {place.bucket, RowKind::element, id}, .sort = 0, .body = body::encode(element)});
    return done;
}

}  // namespace

Result<StageDone> create_element(World& world, StageInputs& inputs, Id span) {
    const std::string collection = inputs.text("collection").value_or("");
    const std::string code = inputs.text("code").value_or("");
    const Rest rest = rest_of(inputs);
    HF_CHECK(inputs.done());
    HF_TRY(const Place place, collection_of(world, collection));
    HF_TRY(const auto taken, world.row_of_code(place.bucket, RowKind::element, code));
    if (taken || code.empty() || code.size() > limits::name_bytes_max) {
        return fail(ErrorCode::routine_invalid_input, "code", R"({"input":"code"})");
    }
    body::Element element{.code = code};
    HF_CHECK(take(world, place, rest, element));
    if (element.name.empty()) {
        return fail(ErrorCode::intent_empty, "name");
    }
    return done(place, span, element);
}

Result<StageDone> update_element(World& world, StageInputs& inputs) {
    const std::string collection = inputs.text("collection").value_or("");
    const std::string code = inputs.text("code").value_or("");
    const Rest rest = rest_of(inputs);
    HF_CHECK(inputs.done());
    HF_TRY(const Place place, collection_of(world, collection));
    HF_TRY(const auto id, world.row_of_code(place.bucket, RowKind::element, code));
    if (!id) {
        return fail(ErrorCode::intent_gone, "element " + code);
    }
    HF_TRY(auto row,
           facts::find(world, RowKey{place.bucket, RowKind::element, *id}, body::parse_element));
    if (!row) {
        return fail(ErrorCode::intent_gone, "element " + code);
    }
    HF_CHECK(take(world, place, rest, row->value));
    return done(place, *id, row->value);
}

}  // namespace holdfast::rules
