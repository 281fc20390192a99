#include "tests/forms/work.hpp"

#include <array>
#include <utility>

#include "core/base/assert.hpp"
#include "core/forms/definition.hpp"

namespace holdfast::forms::work {

namespace {

constexpr int groups_count = 100;  // of five components each
constexpr std::uint64_t assets_count = 50'000;

std::string component(const std::string& id, const std::string& rest) {
    return R"({"id":")" + id + R"(","label":{"en":"Question","es":"Pregunta"},)" + rest + "}";
}

/// A list, what it displays, a number, an element and a date, a hundred times over.
std::string large_form() {
    std::string text = R"({"code":"large","components":[)";
    for (int i = 0; i < groups_count; ++i) {
        const std::string n = std::to_string(i);
        text += component("list" + n, R"("kind":"list","items":[{"value":"yes"},{"value":"no"}])") +
                ",";
        text += component("why" + n,
                          R"("kind":"written","required":true,"max":400,"pattern":"[a-zA-Z .,]+",)"
                          R"("show":{"component":"list)" +
                              n + R"(","equal":"no"})") +
                ",";
        text += component("n" + n, R"("kind":"written","input":"number","min":0,"max":100)") + ",";
        text += component("asset" + n, R"("kind":"collection","collection":"asset")") + ",";
        text += component("d" + n, R"("kind":"date","latest":{"from":"send"})");
        text += i + 1 < groups_count ? "," : "]}";
    }
    return text;
}

}  // namespace

std::string small_form() {
    std::string text = R"({"code":"small","components":[)";
    for (int i = 0; i < 10; ++i) {
        const std::string n = std::to_string(i);
        text +=
            component("what" + n, R"("kind":"written","input":"long","required":true,"min":5)") +
            ",";
        text +=
            component("kind" + n,
                      R"("kind":"list","required":true,"items":[{"value":"a"},{"value":"b"}])") +
            ",";
        text += component("when" + n,
                          R"("kind":"date","show":{"component":"kind)" + n + R"(","equal":"a"})");
        text += i < 9 ? "," : "]}";
    }
    return text;
}

std::string small_answers() {
    std::string text = "{";
    for (int i = 0; i < 10; ++i) {
        const std::string n = std::to_string(i);
        text += R"("what)" + n + R"(":"The second pump leaks at its seal.","kind)" + n +
                R"(":["a"],"when)" + n + R"(":{"date":"2026-05-04"})";
        text += i < 9 ? "," : "}";
    }
    return text;
}

std::vector<ElementIndex::Entry> assets() {
    constexpr std::array<const char*, 8> kinds{
        "Bomba", "Válvula", "Motor", "Compresor", "Caldera", "Filtro", "Tablero eléctrico", "Grúa"};
    constexpr std::array<const char*, 5> places{
        "Ñuñoa", "Valparaíso", "Concepción", "Muelle 4", "Planta norte"};
    std::vector<ElementIndex::Entry> entries;
    for (std::uint64_t i = 0; i < assets_count; ++i) {
        const std::string number = std::to_string(i);
        entries.push_back({.element = {.id = Id{1000 + i},
                                       .collection = "asset",
                                       .code = "a_" + number,
                                       .name = std::string(kinds[i % kinds.size()]) + " " + number +
                                               " " + places[(i / 7) % places.size()]}});
    }
    return entries;
}

const std::vector<std::string>& typed_texts() {
    static const std::vector<std::string> texts{
        "v", "va", "val", "valv 1", "bomba nun", "ta", "grua 499", "conc", "zzz", "filtro 123 m"};
    return texts;
}

Desk::Desk() : assets_(assets()), large_(large_form()), answers_(small_answers()) {
    lookup_.add(Element{.id = Id{1}, .collection = "asset", .code = "pump", .name = "Pump"});
    auto definition = parse_definition(small_form());
    HF_ASSERT(definition.has_value());
    small_ = *Form::make(*std::move(definition));
}

Context Desk::context() const {
    return {.lookup = lookup_, .user = Id{7}, .now = {1'777'896'000'000}};
}

bool Desk::open() {
    auto definition = parse_definition(large_);
    auto form = definition
                    ? Form::make(*std::move(definition))
                    : Result<std::shared_ptr<const Form>>(std::unexpected(definition.error()));
    auto filling =
        form ? Filling::open(*form, context()) : Result<Filling>(std::unexpected(form.error()));
    if (!filling || filling->verdict().components.size() != 5U * groups_count) {
        return false;
    }
    filling_ = std::make_unique<Filling>(*std::move(filling));
    return true;
}

std::size_t Desk::press(std::size_t number) {
    const std::string group = std::to_string(number / 3 % groups_count);
    const auto verdicts =
        number % 3 == 0
            ? filling_->set(
                  context(), "list" + group, number / 300 % 2 == 0 ? R"(["no"])" : R"(["yes"])")
            : filling_->set(context(), "why" + group, '"' + std::string(number % 400, 'x') + '"');
    return verdicts ? verdicts->size() : 0;
}

std::size_t Desk::search(std::size_t number) {
    const std::string& typed = typed_texts()[number % typed_texts().size()];
    return assets_.search({.collection = "asset", .typed = typed}).size();
}

bool Desk::submit() {
    return validate_submission(small_, answers_, context()).has_value();
}

}  // namespace holdfast::forms::work
