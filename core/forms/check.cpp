#include "core/forms/check.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/forms/check_part.hpp"
#include "core/forms/fields.hpp"
#include "core/forms/graph.hpp"
#include "core/forms/limits.hpp"

namespace holdfast::forms {

namespace {

/// Checks which forms stand inside which.
class NestingCheck {
public:
    NestingCheck(const Definition& definition, Problems& problems)
        : definition_(definition), faults_(problems) {}

    void run() {
        std::set<std::string, std::less<>> codes{definition_.form.code};
        std::size_t components = definition_.form.components.size();
        for (std::size_t i = 0; i < definition_.inside.size(); ++i) {
            const Part& part = definition_.inside[i];
            components += part.components.size();
            if (!codes.insert(part.code).second) {
                faults_.add("forms/" + std::to_string(i) + "/code", "duplicate", part.code);
            }
        }
        if (components > limits::components_max) {
            faults_.add("components", "too_many", std::to_string(limits::components_max));
        }
        depths_.assign(definition_.inside.size(), unknown);
        const std::size_t depth = depth_below(definition_.form);
        if (!endless_ && depth > limits::form_depth_max) {
            faults_.add("forms", "nesting", std::to_string(limits::form_depth_max));
        }
        if (!endless_ && initial_sizes(definition_).front() > limits::filled_components_max) {
            faults_.add("components", "too_many", std::to_string(limits::filled_components_max));
        }
        for (std::size_t i = 0; i < depths_.size() && !endless_; ++i) {
            if (depths_[i] == unknown) {
                faults_.add("forms/" + std::to_string(i), "unused", definition_.inside[i].code);
            }
        }
    }

private:
    static constexpr std::size_t unknown = static_cast<std::size_t>(-1);
    static constexpr std::size_t open = static_cast<std::size_t>(-2);

    /// How many forms stand inside each other below this one.
    std::size_t depth_below(const Part& part) {
        std::size_t deepest = 0;
        for (const Component& component : part.components) {
            const auto* nested = std::get_if<Nested>(&component.input);
            for (const std::string& code :
                 nested == nullptr ? std::vector<std::string>{} : nested->forms) {
                deepest = std::max(deepest, depth_of(code));
            }
        }
        return deepest;
    }

    std::size_t depth_of(std::string_view code) {
        const auto found = std::ranges::find(definition_.inside, code, &Part::code);
        if (found == definition_.inside.end() || endless_) {
            return 0;
        }
        const auto index = static_cast<std::size_t>(found - definition_.inside.begin());
        if (depths_[index] == open) {
            endless_ = true;
            faults_.add("forms/" + std::to_string(index), "endless", std::string(code));
            return 0;
        }
        if (depths_[index] == unknown) {
            depths_[index] = open;
            depths_[index] = 1 + depth_below(*found);
        }
        return depths_[index];
    }

    const Definition& definition_;
    Faults faults_;
    std::vector<std::size_t> depths_;
    bool endless_ = false;
};

/// Checks names against what the organization has.
class NamesCheck {
public:
    NamesCheck(const Surroundings& surroundings, Problems& problems)
        : surroundings_(surroundings), faults_(problems) {}

    void part(const Part& part, const std::string& path) {
        for (std::size_t i = 0; i < part.components.size(); ++i) {
            component(part.components[i], path + "components/" + std::to_string(i) + "/");
        }
    }

    void access(const Access& access) {
        for (std::size_t i = 0; i < access.groups.size(); ++i) {
            want(surroundings_.has_group(access.groups[i]),
                 at("access/groups/", i),
                 "unknown_group",
                 access.groups[i]);
        }
        for (std::size_t i = 0; i < access.collections.size(); ++i) {
            collection(access.collections[i], at("access/collections/", i));
        }
        for (std::size_t i = 0; i < access.roles.size(); ++i) {
            want(surroundings_.has_role(access.roles[i]),
                 at("access/roles/", i),
                 "unknown_role",
                 access.roles[i]);
        }
    }

private:
    static std::string at(std::string_view list, std::size_t index) {
        return std::string(list) + std::to_string(index);
    }

    void want(bool there, std::string path, std::string_view code, const std::string& name) {
        if (!there) {
            faults_.add(std::move(path), code, name);
        }
    }

    void collection(const std::string& code, std::string path) {
        want(surroundings_.has_collection(code), std::move(path), "unknown_collection", code);
    }

    void component(const Component& component, const std::string& path) {
        if (const auto* chosen = std::get_if<FromCollection>(&component.input)) {
            const bool single = chosen->levels.size() == 1;
            for (std::size_t i = 0; i < chosen->levels.size(); ++i) {
                collection(chosen->levels[i], path + (single ? "collection" : at("levels/", i)));
            }
            if (chosen->filter.kind == Filter::Kind::channel) {
                collection(chosen->filter.source, path + "filter/channel");
            } else if (chosen->filter.kind == Filter::Kind::user) {
                collection(chosen->filter.source, path + "filter/user");
            }
        }
        if (const auto* users = std::get_if<FromUsers>(&component.input);
            users != nullptr && !users->job.empty()) {
            want(surroundings_.has_job(users->job), path + "job", "unknown_job", users->job);
        }
        if (const auto* date = std::get_if<Date>(&component.input);
            date != nullptr && !date->zone.empty()) {
            want(surroundings_.has_zone(date->zone), path + "zone", "unknown_zone", date->zone);
        }
    }

    const Surroundings& surroundings_;
    Faults faults_;
};

std::string path_of_inside(std::size_t index) {
    return "forms/" + std::to_string(index) + "/";
}

}  // namespace

Problems check_definition(const Definition& definition) {
    Problems problems;
    check_part(definition, definition.form, "", problems);
    for (std::size_t i = 0; i < definition.inside.size(); ++i) {
        check_part(definition, definition.inside[i], path_of_inside(i), problems);
    }
    NestingCheck(definition, problems).run();
    return problems;
}

Problems check_definition(const Definition& definition, const Surroundings& surroundings) {
    Problems problems = check_definition(definition);
    NamesCheck names(surroundings, problems);
    names.access(definition.access);
    names.part(definition.form, "");
    for (std::size_t i = 0; i < definition.inside.size(); ++i) {
        names.part(definition.inside[i], path_of_inside(i));
    }
    return problems;
}

Result<Definition> parse_definition(std::string_view text) {
    Problems problems;
    Definition definition = read_definition(text, problems);
    if (problems.empty()) {
        problems = check_definition(definition);
    }
    if (!problems.empty()) {
        return std::unexpected(error_of(problems.front()));
    }
    return definition;
}

Error error_of(const Problem& problem) {
    return {ErrorCode::form_invalid,
            problem.path + ": " + problem.code,
            json::Writer{}
                .write("path", problem.path)
                .write("problem", problem.code)
                .write("detail", problem.detail)
                .text()};
}

}  // namespace holdfast::forms
