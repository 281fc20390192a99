#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::client {

/// The beginning of an answer that was cut, in the encoding in which it came.
struct CutAnswer {
    std::string path;
    std::string etag;  ///< strong: of these bytes in this encoding
    std::string bytes;
};

/// Answers to GET that were cut, as far as they came: whoever asks again is sent the rest. Of the
/// last few, in memory.
class CutAnswers {
public:
    /// The oldest one goes for it (limits::cut_answers_max).
    void keep(CutAnswer cut);
    /// It is not kept any more.
    [[nodiscard]] std::optional<CutAnswer> take(std::string_view path);

private:
    std::deque<CutAnswer> kept_;
};

/// What the request for the rest says: "bytes=N-".
[[nodiscard]] std::string range_behind(const CutAnswer& cut);
/// Whether an answer with these headers goes on where the bytes end.
[[nodiscard]] bool goes_on(const CutAnswer& cut,
                           std::string_view etag,
                           std::string_view content_range);

}  // namespace holdfast::client
