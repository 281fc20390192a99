#include "core/forms/definition.hpp"

namespace holdfast::forms {

namespace {

void add_collections(const Part& part, std::set<std::string>& found) {
    for (const Component& component : part.components) {
        const auto* choice = std::get_if<FromCollection>(&component.input);
        if (choice == nullptr) {
            continue;
        }
        found.insert(choice->levels.begin(), choice->levels.end());
        const Filter::Kind filter = choice->filter.kind;
        if (filter == Filter::Kind::channel || filter == Filter::Kind::user) {
            found.insert(choice->filter.source);
        }
    }
}

}  // namespace

std::set<std::string> collections_of(const Definition& definition) {
    std::set<std::string> found;
    add_collections(definition.form, found);
    for (const Part& part : definition.inside) {
        add_collections(part, found);
    }
    return found;
}

}  // namespace holdfast::forms
