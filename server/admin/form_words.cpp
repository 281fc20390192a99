#include "server/admin/form_words.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace holdfast::admin {
namespace {

using Sentence = std::pair<std::string_view, std::string_view>;

/// `{}` stands for the detail in quotes, `[]` for the detail as it is.
constexpr std::array<Sentence, 35> problem_sentences{{
    {"not_json", "this cannot be read"},
    {"wrong_type", "this should be: []"},
    {"missing", "something is missing: []"},
    {"unknown_member", "there is no key {} here"},
    {"unknown_value", "there is no {} here"},
    {"too_large", "the form is larger than [] bytes"},
    {"too_long", "longer than [] bytes"},
    {"too_many", "too many, the limit is: []"},
    {"range", "outside of what is possible: []"},
    {"empty", "something belongs here"},
    {"identifier", "{} is no identifier: small letters, digits and _, a letter first"},
    {"duplicate", "{} stands twice"},
    {"language", "{} is no language"},
    {"number", "this is no number: []"},
    {"date", "{} is no date"},
    {"pattern", "the pattern cannot be used: []"},
    {"unknown_component", "there is no component {}"},
    {"no_answer", "this component has no answer: []"},
    {"not_a_collection", "{} chooses from no collection"},
    {"cycle", "components depend on each other in a circle: []"},
    {"not_an_item", "{} is not among the items, so this never holds"},
    {"not_for_numbers", "a pattern is not for numbers"},
    {"levels", "with several levels one thing is chosen"},
    {"source", "an address that begins with https://, or a path of this server"},
    {"default", "this component does not take such a default"},
    {"never_answered", "required and read-only, without a default: nobody could ever send it"},
    {"unknown_form", "there is no form {} inside"},
    {"endless", "{} nests itself"},
    {"nesting", "forms stand more than [] deep in each other"},
    {"unused", "no component nests {}"},
    {"unknown_collection", "there is no collection {}"},
    {"unknown_job", "nobody has the job {}"},
    {"unknown_zone", "there is no time zone {}"},
    {"unknown_group", "there is no group {}"},
    {"unknown_role", "there is no role {}"},
}};

constexpr std::array<Sentence, 7> advice_sentences{{
    {"cannot_be_sent_offline", "{} needs a connection: offline, the form is kept as a draft"},
    {"cannot_be_answered_offline", "{} needs a connection: offline, it is left out"},
    {"map_needs_connection", "offline there is no map, only the position of the phone"},
    {"large_list", "the collection {} has more than 50,000 elements"},
    {"many_pictures", "as many as [] pictures: they take long to be sent"},
    {"no_label", "{} has no label: a screen reader cannot name it"},
    {"language_missing", "there is no text in the language {}"},
}};

std::string fill(std::string_view sentence, const std::string& detail) {
    std::string text(sentence);
    for (const auto& [mark, value] :
         {std::pair<std::string_view, std::string>{"{}", quote(detail)}, {"[]", detail}}) {
        if (const auto at = text.find(mark); at != std::string::npos) {
            text.replace(at, mark.size(), value);
        }
    }
    return text.ends_with(": ") ? text.substr(0, text.size() - 2) : text;
}

template <std::size_t Count>
std::string words(const std::array<Sentence, Count>& sentences,
                  const std::string& code,
                  const std::string& detail) {
    for (const auto& [known, sentence] : sentences) {
        if (known == code) {
            return fill(sentence, detail);
        }
    }
    return detail.empty() ? code : code + ": " + detail;
}

}  // namespace

void add_form_problems(const std::string& form,
                       const forms::Problems& found,
                       const LinedJson& source,
                       Problems& problems) {
    for (const forms::Problem& one : found) {
        std::string path = one.path;
        while (path.ends_with('/')) {
            path.pop_back();
        }
        const std::string place = path.empty() ? std::string() : ", " + path;
        add_problem(
            problems,
            source.line_of(path),
            "form " + quote(form) + place + ": " + words(problem_sentences, one.code, one.detail));
    }
}

std::string advice_text(const forms::Advice& advice) {
    return words(advice_sentences, advice.code, advice.detail);
}

}  // namespace holdfast::admin
