#include "core/forms/lint.hpp"

#include <set>
#include <utility>

namespace holdfast::forms {

namespace {

class Linter {
public:
    Linter(const ListSizes& sizes, OfflineReport& report) : sizes_(sizes), report_(report) {}

    void part(const Part& part, const std::string& path) {
        languages(part.title, path + "title");
        for (std::size_t i = 0; i < part.components.size(); ++i) {
            path_ = path + "components/" + std::to_string(i);
            component(part.components[i]);
        }
    }

private:
    void advise(std::string_view member, std::string_view code, std::string detail = {}) {
        report_.advice.push_back({path_ + (member.empty() ? "" : "/") + std::string(member),
                                  std::string(code),
                                  std::move(detail)});
    }

    void component(const Component& component) {
        languages(component.label, path_ + "/label");
        if (component.kind() != Kind::text && component.label.empty()) {
            advise("label", "no_label", component.id);
        }
        if (component.kind() == Kind::api) {
            const bool stops = component.required;
            advise(
                "", stops ? "cannot_be_sent_offline" : "cannot_be_answered_offline", component.id);
        }
        if (const auto* location = std::get_if<Location>(&component.input);
            location != nullptr && location->free) {
            advise("free", "map_needs_connection", component.id);
        }
        if (const auto* collection = std::get_if<FromCollection>(&component.input)) {
            for (const std::string& level : collection->levels) {
                list(level);
            }
        }
        if (const auto* camera = std::get_if<Camera>(&component.input);
            camera != nullptr && camera->count.max > many_pictures) {
            advise("max", "many_pictures", std::to_string(camera->count.max));
        }
    }

    void list(const std::string& code) {
        const auto size = sizes_.find(code);
        const ListSize found = size == sizes_.end() ? ListSize{} : size->second;
        if (report_.lists.emplace(code, found).second && found.elements > large_list_elements) {
            advise("", "large_list", code);
        }
    }

    /// The first text of the form sets the languages that the others should have.
    void languages(const Texts& texts, const std::string& path) {
        if (texts.empty()) {
            return;
        }
        std::set<std::string> own;
        for (const auto& [language, text] : texts) {
            own.insert(language);
        }
        if (languages_.empty()) {
            languages_ = std::move(own);
            return;
        }
        for (const std::string& language : languages_) {
            if (!own.contains(language)) {
                report_.advice.push_back({path, "language_missing", language});
            }
        }
    }

    const ListSizes& sizes_;
    OfflineReport& report_;
    std::string path_;
    std::set<std::string> languages_;
};

}  // namespace

OfflineReport lint_offline(const Definition& definition, const ListSizes& sizes) {
    OfflineReport report;
    report.definition_bytes = static_cast<std::int64_t>(encode(definition).size());
    Linter linter(sizes, report);
    linter.part(definition.form, "");
    for (std::size_t i = 0; i < definition.inside.size(); ++i) {
        linter.part(definition.inside[i], "forms/" + std::to_string(i) + "/");
    }
    report.total_bytes = report.definition_bytes;
    for (const auto& [code, size] : report.lists) {
        report.total_bytes += size.bytes;
    }
    return report;
}

}  // namespace holdfast::forms
