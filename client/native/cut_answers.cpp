#include "client/native/cut_answers.hpp"

#include <algorithm>
#include <utility>

#include "client/native/limits.hpp"

namespace holdfast::client {

void CutAnswers::keep(CutAnswer cut) {
    if (!cut.etag.starts_with('"') || cut.bytes.empty()) {
        return;  // nobody could say whether the rest belongs to it
    }
    (void)take(cut.path);
    if (kept_.size() == limits::cut_answers_max) {
        kept_.pop_front();
    }
    kept_.push_back(std::move(cut));
}

std::optional<CutAnswer> CutAnswers::take(std::string_view path) {
    const auto found = std::ranges::find(kept_, path, &CutAnswer::path);
    if (found == kept_.end()) {
        return std::nullopt;
    }
    CutAnswer cut = std::move(*found);
    kept_.erase(found);
    return cut;
}

std::string range_behind(const CutAnswer& cut) {
    return "bytes=" + std::to_string(cut.bytes.size()) + "-";
}

bool goes_on(const CutAnswer& cut, std::string_view etag, std::string_view content_range) {
    return etag == cut.etag &&
           content_range.starts_with("bytes " + std::to_string(cut.bytes.size()) + "-");
}

}  // namespace holdfast::client
