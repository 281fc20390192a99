#include "server/admin/form_lint.hpp"

#include <utility>

#include "core/forms/lint.hpp"
#include "server/admin/form_words.hpp"
#include "server/admin/guarded.hpp"
#include "server/admin/org_check.hpp"
#include "server/admin/org_file.hpp"
#include "server/admin/org_state.hpp"

namespace holdfast::admin {
namespace {

/// What a row weighs besides its body: keys, version, sort.
constexpr std::int64_t row_overhead_bytes = 40;

std::int64_t weight(const body::Element& element) {
    return static_cast<std::int64_t>(body::encode(element).size()) + row_overhead_bytes;
}

forms::ListSizes sizes_of(const OrgFile& file, const OrgState& state) {
    forms::ListSizes sizes;
    for (const auto& [id, collection] : state.collections) {
        forms::ListSize& size = sizes[collection.body.code];
        for (const auto& [element, body] : collection.elements) {
            size.elements += 1;
            size.bytes += weight(body);
        }
    }
    for (const CollectionEntry& entry : file.collections.value_or(std::vector<CollectionEntry>{})) {
        if (!entry.elements) {
            continue;
        }
        forms::ListSize size;
        for (const ElementEntry& element : *entry.elements) {
            size.elements += 1;
            size.bytes +=
                weight({.code = element.code.value,
                        .name = element.name.value_or(std::string()),
                        .parents = std::vector<Id>(element.parents ? element.parents->size() : 0,
                                                   Id{std::uint64_t{1} << 40U}),
                        .columns = element.columns.value_or(std::map<std::string, std::string>{})});
        }
        sizes[entry.code.value] = size;
    }
    return sizes;
}

LintedForm lint(const FormEntry& entry, const forms::ListSizes& sizes) {
    const forms::OfflineReport report = forms::lint_offline(*entry.definition, sizes);
    LintedForm linted{.code = entry.code.value,
                      .bytes = report.definition_bytes,
                      .total_bytes = report.total_bytes};
    for (const forms::Advice& one : report.advice) {
        add_problem(linted.advice, entry.source.line_of(one.path), advice_text(one));
    }
    for (const auto& [code, size] : report.lists) {
        linted.lists.push_back(code + ": " + std::to_string(size.elements) + " elements, " +
                               size_text(size.bytes));
    }
    return linted;
}

}  // namespace

std::string size_text(std::int64_t bytes) {
    constexpr std::int64_t kilo = 1000;
    if (bytes < kilo) {
        return std::to_string(bytes) + " bytes";
    }
    if (bytes < kilo * kilo) {
        return std::to_string((bytes + kilo / 2) / kilo) + " KB";
    }
    const std::int64_t tenths = (bytes + kilo * kilo / 20) / (kilo * kilo / 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

Result<std::vector<LintedForm>> lint_forms(std::string_view text,
                                           storage::Storage* storage,
                                           Problems& problems) {
    return guarded([&]() -> Result<std::vector<LintedForm>> {
        const OrgFile file = read_org_file(text, problems);
        OrgState state;
        if (storage != nullptr) {
            HF_TRY(auto known, load_organization(*storage, file.organization.code.value));
            state = known ? *std::move(known) : OrgState{};
        }
        if (problems.empty()) {
            check_org_file(file, state, problems);
        }
        if (!problems.empty()) {
            return std::unexpected(as_error(ErrorCode::org_invalid, problems));
        }
        const forms::ListSizes sizes = sizes_of(file, state);
        std::vector<LintedForm> linted;
        for (const FormEntry& entry : file.forms.value_or(std::vector<FormEntry>{})) {
            if (entry.definition) {
                linted.push_back(lint(entry, sizes));
            }
        }
        return linted;
    });
}

}  // namespace holdfast::admin
