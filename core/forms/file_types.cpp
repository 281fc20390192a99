#include <algorithm>
#include <array>

#include "core/forms/definition.hpp"

namespace holdfast::forms {

namespace {

struct Group {
    std::string_view name;
    std::vector<std::string_view> types;
};

const std::vector<Group>& groups_known() {
    static const std::vector<Group> groups{
        {"image", {"image/gif", "image/jpeg", "image/png", "image/webp"}},
        {"pdf", {"application/pdf"}},
        {"word",
         {"application/msword",
          "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
          "application/vnd.oasis.opendocument.text",
          "application/rtf"}},
        {"spreadsheet",
         {"application/vnd.ms-excel",
          "application/vnd.ms-excel.sheet.macroenabled.12",
          "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          "application/vnd.oasis.opendocument.spreadsheet",
          "text/csv"}},
        {"slides",
         {"application/vnd.ms-powerpoint",
          "application/vnd.openxmlformats-officedocument.presentationml.presentation",
          "application/vnd.oasis.opendocument.presentation"}},
        {"text", {"text/plain", "text/markdown", "text/html", "text/calendar"}},
        {"video", {"video/mp4", "video/mpeg", "video/quicktime", "video/x-msvideo", "video/webm"}},
        {"archive", {"application/zip"}},
    };
    return groups;
}

}  // namespace

const std::vector<std::string_view>& file_types() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> list;
        for (const Group& group : groups_known()) {
            list.push_back(group.name);
        }
        return list;
    }();
    return names;
}

std::vector<std::string_view> types_in(const std::vector<std::string>& groups) {
    std::vector<std::string_view> types;
    for (const Group& group : groups_known()) {
        if (groups.empty() || std::ranges::count(groups, group.name) != 0) {
            types.insert(types.end(), group.types.begin(), group.types.end());
        }
    }
    return types;
}

bool takes_type(const std::vector<std::string>& groups, std::string_view content_type) {
    return std::ranges::count(types_in(groups), content_type) != 0;
}

}  // namespace holdfast::forms
