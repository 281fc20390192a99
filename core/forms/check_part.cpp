#include "core/forms/check_part.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/forms/fields.hpp"
#include "core/forms/graph.hpp"
#include "core/forms/limits.hpp"
#include "core/forms/names.hpp"
#include "core/forms/pattern.hpp"
#include "core/model/text.hpp"

namespace holdfast::forms {

namespace {

using enum Test::Operator;

std::string_view reason_name(PatternFlaw::Reason reason) {
    switch (reason) {
        case PatternFlaw::Reason::syntax:
            return "syntax";
        case PatternFlaw::Reason::backreference:
            return "backreference";
        case PatternFlaw::Reason::lookaround:
            return "lookaround";
        case PatternFlaw::Reason::unknown_escape:
            return "unknown escape";
        case PatternFlaw::Reason::too_large:
            return "too large";
    }
    return "";
}

/// Checks one list of components.
class PartCheck {
public:
    PartCheck(const Definition& definition, const Part& part, std::string path, Problems& problems)
        : definition_(definition),
          part_(part),
          path_(std::move(path)),
          faults_(problems),
          graph_(graph_of(part)) {}

    void run() {
        std::set<std::string, std::less<>> seen;
        if (part_.components.empty()) {
            faults_.add(path_ + "components", "empty");
        }
        for (index_ = 0; index_ < part_.components.size(); ++index_) {
            const Component& component = part_.components[index_];
            if (!component.id.empty() && !seen.insert(component.id).second) {
                refuse("id", "duplicate", component.id);
            }
            check(component);
        }
        check_cycles();
    }

private:
    void refuse(std::string_view member, std::string_view code, std::string detail = {}) {
        faults_.add(path_ + "components/" + std::to_string(index_) + "/" + std::string(member),
                    code,
                    std::move(detail));
    }

    void check(const Component& component) {
        if (component.show) {
            check_condition(*component.show);
        }
        std::visit([&](const auto& input) { check_input(input); }, component.input);
        check_answer_flags(component);
    }

    void check_answer_flags(const Component& component) {
        const bool is_text = component.kind() == Kind::text;
        const bool has_default = component.initial.kind != Default::Kind::none;
        if (is_text && component.required) {
            refuse("required", "no_answer");
        }
        if (is_text && component.read_only) {
            refuse("read_only", "no_answer");
        }
        if (component.read_only && component.required && !has_default) {
            refuse("required", "never_answered");
        }
    }

    void check_input(const Label& /*text*/) {
        if (part_.components[index_].label.empty()) {
            refuse("label", "missing");
        }
    }

    void check_input(const Written& written) {
        if (written.min && written.max && *written.min > *written.max) {
            refuse("min", "range");
        }
        const bool is_number = written.input == Written::Input::number;
        if (!is_number) {
            const auto most = written.input == Written::Input::long_text
                                  ? limits::text_characters_max
                                  : limits::short_characters_max;
            for (const auto& [name, value] :
                 {std::pair{"min", written.min}, std::pair{"max", written.max}}) {
                if (value && (*value < Decimal{} || *value > Decimal::of(most) ||
                              value->millionths % Decimal::of(1).millionths != 0)) {
                    refuse(name, "range", "0 to " + std::to_string(most));
                }
            }
        } else if (!written.pattern.empty()) {
            refuse("pattern", "not_for_numbers");
        }
        // By itself first: `a)|(b` would fit into the brackets that are put around it.
        if (check_pattern("pattern", written.pattern)) {
            (void)check_pattern("pattern", "^(?:" + written.pattern + ")$");
        }
        if (const auto* initial =
                std::get_if<std::string>(&part_.components[index_].initial.value)) {
            if (is_number && !parse_decimal(*initial)) {
                refuse("default", "default");
            }
        }
    }

    bool check_pattern(std::string_view member, std::string_view text) {
        const auto compiled = Pattern::compile(text);
        if (!compiled) {
            refuse(member, "pattern", std::string(reason_name(compiled.error().reason)));
        }
        return compiled.has_value();
    }

    void check_count(const Count& count, std::optional<std::size_t> choices = std::nullopt) {
        if (count.min > count.max) {
            refuse("min", "range");
        }
        if (choices && count.min > static_cast<std::int64_t>(*choices)) {
            refuse("min", "range", std::to_string(*choices));
        }
    }

    void check_input(const FromList& list) {
        if (list.items.empty()) {
            refuse("items", "empty");
        }
        std::set<std::string, std::less<>> values;
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            const std::string path = "items/" + std::to_string(i) + "/value";
            if (trim(list.items[i].value) != list.items[i].value || list.items[i].value.empty()) {
                refuse(path, "empty");
            } else if (!values.insert(list.items[i].value).second) {
                refuse(path, "duplicate", list.items[i].value);
            }
        }
        check_count(list.count, list.items.size());
        const auto* initial =
            std::get_if<std::vector<std::string>>(&part_.components[index_].initial.value);
        if (initial != nullptr && !std::ranges::all_of(*initial, [&](const std::string& value) {
                return values.contains(value);
            })) {
            refuse("default", "default");
        }
    }

    void check_input(const FromCollection& collection) {
        if (collection.levels.empty()) {
            refuse("levels", "empty");
        }
        if (collection.levels.size() > 1 && collection.count.max > 1) {
            refuse("max", "levels");
        }
        check_count(collection.count);
        if (collection.filter.kind != Filter::Kind::children_of) {
            return;
        }
        const std::optional<std::size_t> source = graph_.find(collection.filter.source);
        if (!source) {
            refuse("filter/children_of", "unknown_component", collection.filter.source);
        } else if (part_.components[*source].kind() != Kind::collection) {
            refuse("filter/children_of", "not_a_collection", collection.filter.source);
        }
    }

    void check_input(const FromUsers& users) {
        check_count(users.count);
        const bool by_job = users.among == FromUsers::Among::job;
        if (by_job != !users.job.empty()) {
            refuse("job", by_job ? "missing" : "unknown_member");
        }
    }

    void check_input(const FromApi& api) {
        check_count(api.count);
        if (!api.source.starts_with("https://") && !api.source.starts_with("/")) {
            refuse("source", "source");
        }
        for (std::size_t i = 0; i < api.pass.size(); ++i) {
            const std::optional<std::size_t> passed = graph_.find(api.pass[i]);
            if (!passed || *passed == index_) {
                refuse("pass/" + std::to_string(i), "unknown_component", api.pass[i]);
            }
        }
    }

    void check_input(const Rating& rating) {
        if (rating.min >= rating.max) {
            refuse("min", "range");
        }
        const auto* initial = std::get_if<std::int64_t>(&part_.components[index_].initial.value);
        if (initial != nullptr && (*initial < rating.min || *initial > rating.max)) {
            refuse("default", "default");
        }
    }

    void check_input(const Date& date) {
        if (date.earliest.kind == date.latest.kind && date.earliest.kind != Bound::Kind::none &&
            date.earliest.days > date.latest.days) {
            refuse("earliest", "range");
        }
    }

    void check_input(const Location& /*location*/) { refuse_default(); }
    void check_input(const Signature& /*signature*/) { refuse_default(); }
    void check_input(const Camera& camera) {
        check_count(camera.count);
        refuse_default();
    }

    void check_input(const Attachment& attachment) {
        check_count(attachment.count);
        refuse_default();
        for (std::size_t i = 0; i < attachment.types.size(); ++i) {
            if (std::ranges::count(file_types(), attachment.types[i]) == 0) {
                refuse("types/" + std::to_string(i), "unknown_value", attachment.types[i]);
            }
        }
    }

    void check_input(const Nested& nested) {
        check_count(nested.count);
        if (nested.forms.empty()) {
            refuse("forms", "empty");
        }
        if (part_.components[index_].read_only) {
            refuse("read_only", "no_answer");
        }
        for (std::size_t i = 0; i < nested.forms.size(); ++i) {
            if (std::ranges::none_of(definition_.inside, [&](const Part& part) {
                    return part.code == nested.forms[i];
                })) {
                refuse("forms/" + std::to_string(i), "unknown_form", nested.forms[i]);
            }
        }
    }

    /// Files and places belong to one filling.
    void refuse_default() {
        if (part_.components[index_].initial.kind != Default::Kind::none) {
            refuse("default", "default");
        }
    }

    void check_condition(const Condition& condition) {
        const std::optional<std::size_t> commander = graph_.find(condition.commander);
        if (!commander) {
            refuse("show/component", "unknown_component", condition.commander);
            return;
        }
        if (part_.components[*commander].kind() == Kind::text) {
            refuse("show/component", "no_answer", condition.commander);
            return;
        }
        for (std::size_t i = 0; i < condition.any.size(); ++i) {
            const Test& test = condition.any[i];
            const std::string_view name = names::operators[static_cast<std::size_t>(test.op)];
            const std::string path = condition.any.size() == 1 ? "show/" + std::string(name)
                                                               : "show/any/" + std::to_string(i) +
                                                                     "/" + std::string(name);
            check_test(part_.components[*commander], test, path);
        }
    }

    void check_test(const Component& commander, const Test& test, const std::string& path) {
        if (test.op == matches) {
            (void)check_pattern(path, test.value);
            return;
        }
        if (commander.kind() == Kind::date) {
            const std::string_view value = test.value;
            const bool with_time =
                value.size() == 16 && value[10] == 'T' && parse_minute(value.substr(11));
            if (!parse_day(value.substr(0, 10)) || (value.size() != 10 && !with_time)) {
                refuse(path, "date", test.value);
            }
            return;
        }
        if ((test.op == at_least || test.op == at_most || is_numeric(commander)) &&
            !parse_decimal(test.value)) {
            refuse(path, "number", test.value);
            return;
        }
        const auto* list = std::get_if<FromList>(&commander.input);
        if (test.op == equal && list != nullptr &&
            std::ranges::none_of(list->items,
                                 [&](const Item& item) { return item.value == test.value; })) {
            refuse(path, "not_an_item", test.value);
        }
    }

    /// Whether the answer counts as a number in conditions.
    static bool is_numeric(const Component& component) {
        switch (component.kind()) {
            case Kind::written:
                return std::get<Written>(component.input).input == Written::Input::number;
            case Kind::rating:
            case Kind::location:
            case Kind::camera:
            case Kind::attachment:
            case Kind::signature:
            case Kind::nested:
                return true;
            default:
                return false;
        }
    }

    /// Names the first component of each cycle, or of what hangs on one.
    void check_cycles() {
        for (index_ = 0; index_ < part_.components.size(); ++index_) {
            if (graph_.rank[index_] == part_.components.size() && leads_back(index_)) {
                refuse(graph_.commander[index_] ? "show/component" : "filter/children_of",
                       "cycle",
                       part_.components[index_].id);
            }
        }
    }

    [[nodiscard]] bool leads_back(std::size_t start) const {
        std::set<std::size_t> seen;
        std::vector<std::size_t> open{start};
        while (!open.empty()) {
            const std::size_t at = open.back();
            open.pop_back();
            for (const std::optional<std::size_t> next :
                 {graph_.commander[at], graph_.source[at]}) {
                if (next == start) {
                    return true;
                }
                if (next && seen.insert(*next).second) {
                    open.push_back(*next);
                }
            }
        }
        return false;
    }

    const Definition& definition_;
    const Part& part_;
    const std::string path_;
    Faults faults_;
    const Graph graph_;
    std::size_t index_ = 0;
};

}  // namespace

void check_part(const Definition& definition,
                const Part& part,
                std::string path,
                Problems& problems) {
    PartCheck(definition, part, std::move(path), problems).run();
}

}  // namespace holdfast::forms
