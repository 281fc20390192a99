#include "core/forms/graph.hpp"

#include <algorithm>
#include <functional>
#include <queue>

#include "core/forms/limits.hpp"

namespace holdfast::forms {

namespace {

/// The component whose answer the choices of this one depend on.
std::string_view source_of(const Component& component) {
    const auto* collection = std::get_if<FromCollection>(&component.input);
    return collection != nullptr && collection->filter.kind == Filter::Kind::children_of
               ? std::string_view(collection->filter.source)
               : std::string_view();
}

/// Sizes of parts, each counted once.
class Sizes {
public:
    explicit Sizes(const Definition& definition)
        : definition_(definition), known_(definition.inside.size()) {}

    std::size_t of(const Part& part) {
        constexpr std::size_t most = limits::filled_components_max + 1;
        std::size_t size = part.components.size();
        for (const Component& component : part.components) {
            const auto* nested = std::get_if<Nested>(&component.input);
            if (nested != nullptr && nested->forms.size() == 1 && nested->count.min > 0) {
                const auto times = static_cast<std::size_t>(nested->count.min);
                size = std::min(most, size + inside(nested->forms.front()) * times);
            }
        }
        return std::min(most, size);
    }

private:
    std::size_t inside(std::string_view code) {
        const auto found = std::ranges::find(definition_.inside, code, &Part::code);
        if (found == definition_.inside.end()) {
            return 0;
        }
        auto& known = known_[static_cast<std::size_t>(found - definition_.inside.begin())];
        if (!known) {
            known = of(*found);
        }
        return *known;
    }

    const Definition& definition_;
    std::vector<std::optional<std::size_t>> known_;
};

}  // namespace

std::optional<std::size_t> Graph::find(std::string_view id) const {
    const auto found = by_id.find(id);
    return found == by_id.end() ? std::nullopt : std::optional(found->second);
}

Graph graph_of(const Part& part) {
    const std::size_t count = part.components.size();
    Graph graph{.commander = std::vector<std::optional<std::size_t>>(count),
                .source = std::vector<std::optional<std::size_t>>(count),
                .dependents = std::vector<std::vector<std::size_t>>(count),
                .rank = std::vector<std::size_t>(count, count)};
    for (std::size_t i = 0; i < count; ++i) {
        graph.by_id.emplace(part.components[i].id, i);
    }
    std::vector<std::size_t> awaited(count, 0);
    const auto depend = [&](std::size_t on, std::size_t dependent) {
        graph.dependents[on].push_back(dependent);
        ++awaited[dependent];
    };
    for (std::size_t i = 0; i < count; ++i) {
        const Component& component = part.components[i];
        graph.commander[i] = component.show ? graph.find(component.show->commander) : std::nullopt;
        graph.source[i] = graph.find(source_of(component));
        if (graph.commander[i]) {
            depend(*graph.commander[i], i);
        }
        if (graph.source[i] && graph.source[i] != graph.commander[i]) {
            depend(*graph.source[i], i);
        }
    }
    // The first in the form goes first, so that the order is the same everywhere.
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < count; ++i) {
        if (awaited[i] == 0) {
            ready.push(i);
        }
    }
    while (!ready.empty()) {
        const std::size_t next = ready.top();
        ready.pop();
        graph.rank[next] = graph.order.size();
        graph.order.push_back(next);
        for (const std::size_t dependent : graph.dependents[next]) {
            if (--awaited[dependent] == 0) {
                ready.push(dependent);
            }
        }
    }
    return graph;
}

std::vector<std::size_t> initial_sizes(const Definition& definition) {
    Sizes sizes(definition);
    std::vector<std::size_t> all{sizes.of(definition.form)};
    for (const Part& part : definition.inside) {
        all.push_back(sizes.of(part));
    }
    return all;
}

}  // namespace holdfast::forms
