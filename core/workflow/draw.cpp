#include "core/workflow/draw.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace holdfast::workflow {

namespace {

// Pixels of the picture at 100 %.
constexpr int box_width = 190;
constexpr int box_height = 56;
constexpr int column_step = 320;
constexpr int row_step = 110;
constexpr int margin = 40;
constexpr int head_height = 40;

struct Spot {
    int column = 0;
    int row = 0;
    [[nodiscard]] int x() const { return margin + column * column_step; }
    [[nodiscard]] int y() const { return margin + head_height + row * row_step; }
};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                // Control characters have no place in XML.
                out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return out;
}

std::string number(int value) {
    return std::to_string(value);
}

/// Distance of each state from the initial one, by breadth; -1: not reachable.
std::vector<int> distances(const Workflow& workflow) {
    std::map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < workflow.states.size(); ++i) {
        index.emplace(workflow.states[i].code, i);
    }
    const auto index_of = [&](std::string_view code) {
        const auto found = index.find(code);
        return found == index.end() ? workflow.states.size() : found->second;
    };
    std::vector<int> distance(workflow.states.size(), -1);
    std::vector<std::size_t> queue;
    if (const std::size_t first = index_of(workflow.initial); first < distance.size()) {
        distance[first] = 0;
        queue.push_back(first);
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
        for (const Transition& transition : workflow.states[queue[i]].next) {
            const std::size_t target = index_of(transition.target);
            if (target < distance.size() && distance[target] < 0) {
                distance[target] = distance[queue[i]] + 1;
                queue.push_back(target);
            }
        }
    }
    return distance;
}

std::map<std::string, Spot, std::less<>> layout(const Workflow& workflow) {
    const std::vector<int> distance = distances(workflow);
    const int last = distance.empty() ? 0 : std::ranges::max(distance);
    std::map<std::string, Spot, std::less<>> spots;
    std::map<int, int> rows;
    for (std::size_t i = 0; i < workflow.states.size(); ++i) {
        const int column = distance[i] < 0 ? last + 1 : distance[i];
        spots.emplace(workflow.states[i].code, Spot{column, rows[column]++});
    }
    return spots;
}

std::string_view fill_of(StateKind kind) {
    switch (kind) {
        case StateKind::fresh:
            return "#e8f1fb";
        case StateKind::in_progress:
            return "#fff6dd";
        case StateKind::closed:
            return "#e6f5ec";
    }
    return "#ffffff";
}

std::string box(const State& state, Spot spot, bool initial) {
    std::string out;
    out += "  <rect x=\"" + number(spot.x()) + "\" y=\"" + number(spot.y()) + "\" width=\"" +
           number(box_width) + "\" height=\"" + number(box_height) + "\" rx=\"8\" fill=\"";
    out += fill_of(state.kind);
    out += "\" stroke=\"#243447\" stroke-width=\"" + number(initial ? 3 : 1) + "\"/>\n";
    const int middle = spot.x() + box_width / 2;
    out += "  <text x=\"" + number(middle) + "\" y=\"" + number(spot.y() + 25) +
           "\" text-anchor=\"middle\" font-weight=\"600\">" +
           escaped(state.name.empty() ? state.code : state.name) + "</text>\n";
    out += "  <text x=\"" + number(middle) + "\" y=\"" + number(spot.y() + 44) +
           "\" text-anchor=\"middle\" font-size=\"12\" fill=\"#4a5b6c\">" +
           std::string(to_string(state.kind)) + "</text>\n";
    return out;
}

/// A curve from the right side of a box to the left of another; backwards it goes below both.
std::string arrow(Spot from, Spot to, const Transition& transition, int lane) {
    const bool forward = to.column > from.column;
    const int shift = 8 * (lane % 5) - 16;
    const int x1 = forward ? from.x() + box_width : from.x() + box_width / 2 + shift;
    const int y1 = forward ? from.y() + box_height / 2 + shift / 2 : from.y() + box_height;
    const int x2 = forward ? to.x() : to.x() + box_width / 2 + shift;
    const int y2 = forward ? to.y() + box_height / 2 + shift / 2 : to.y() + box_height;
    const int reach = forward ? (x2 - x1) / 2 : 0;
    const int sag = forward ? 0 : 44 + 6 * (lane % 5);
    std::string out = "  <path d=\"M " + number(x1) + " " + number(y1) + " C " +
                      number(x1 + reach) + " " + number(y1 + sag) + " " + number(x2 - reach) + " " +
                      number(y2 + sag) + " " + number(x2) + " " + number(y2) +
                      "\" fill=\"none\" stroke=\"#243447\"";
    if (transition.change == Change::none) {
        out += " stroke-dasharray=\"5 4\"";
    }
    out += " marker-end=\"url(#end)\"/>\n";
    if (transition.change == Change::form) {
        out += "  <text x=\"" + number((x1 + x2) / 2) + "\" y=\"" +
               number((y1 + y2) / 2 + (forward ? -6 : sag - 6)) +
               "\" text-anchor=\"middle\" font-size=\"11\" fill=\"#1b5e9b\">" +
               escaped(transition.form) + "</text>\n";
    }
    return out;
}

}  // namespace

std::string draw(const Workflow& workflow) {
    const auto spots = layout(workflow);
    int columns = 1;
    int rows = 1;
    for (const auto& [code, spot] : spots) {
        columns = std::max(columns, spot.column + 1);
        rows = std::max(rows, spot.row + 1);
    }
    const int width = 2 * margin + (columns - 1) * column_step + box_width;
    const int height = 2 * margin + head_height + (rows - 1) * row_step + box_height + 40;
    const std::string title = escaped(workflow.name.empty() ? workflow.code : workflow.name);

    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) +
                      " " + number(height) + "\" width=\"" + number(width) + "\" height=\"" +
                      number(height) +
                      "\" role=\"img\" font-family=\"sans-serif\" font-size=\"14\" "
                      "fill=\"#17212b\">\n";
    out += "  <title>" + title + "</title>\n";
    out +=
        "  <defs><marker id=\"end\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" "
        "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
        "<path d=\"M 0 0 L 10 5 L 0 10 z\" fill=\"#243447\"/></marker></defs>\n";
    out += "  <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
    out += "  <text x=\"" + number(margin) + "\" y=\"" + number(margin) +
           "\" font-size=\"18\" font-weight=\"600\">" + title + "</text>\n";
    int lane = 0;
    for (const State& state : workflow.states) {
        for (const Transition& transition : state.next) {
            const auto target = spots.find(transition.target);
            if (target != spots.end()) {
                out += arrow(spots.at(state.code), target->second, transition, lane++);
            }
        }
    }
    for (const State& state : workflow.states) {
        out += box(state, spots.at(state.code), state.code == workflow.initial);
    }
    return out + "</svg>\n";
}

}  // namespace holdfast::workflow
