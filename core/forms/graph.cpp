#include "core/forms/graph.hpp"

#include <functional>
#include <queue>

namespace holdfast::forms {

namespace {

/// The component whose answer the choices of this one depend on.
std::string_view source_of(const Component& component) {
    const auto* collection = std::get_if<FromCollection>(&component.input);
    return collection != nullptr && collection->filter.kind == Filter::Kind::children_of
               ? std::string_view(collection->filter.source)
               : std::string_view();
}

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

}  // namespace holdfast::forms
