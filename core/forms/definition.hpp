#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/decimal.hpp"
#include "core/forms/value.hpp"

/// A version of a form as a value. docs/internals/forms.md shows its JSON and says what each means.
namespace holdfast::forms {

/// Language → text: {"en": "Asset", "es": "Activo"}.
using Texts = std::map<std::string, std::string>;

/// How many may be chosen or attached.
struct Count {
    std::int64_t min = 0;
    std::int64_t max = 1;
    bool operator==(const Count&) const = default;
};

inline constexpr std::int64_t default_files_max = 10;   ///< pictures and files where none is given
inline constexpr std::int64_t default_nested_max = 20;  ///< forms inside where none is given

// What a component asks for: one struct a kind.

struct Label {};  ///< text to be read: no answer

struct Written {
    enum class Input : std::uint8_t { short_text, long_text, number };
    Input input = Input::short_text;
    std::optional<Decimal> min{};  ///< characters, or the number
    std::optional<Decimal> max{};
    std::string pattern{};  ///< regular expression that the text must match as a whole
    bool scan = false;      ///< may be read from a code
    bool scan_only =
        false;  ///< typing is not offered; nothing can prove afterwards that it was not typed
};

struct Item {
    std::string value{};
    Texts label{};
};
struct FromList {
    std::vector<Item> items{};
    Count count{};
};

/// Which elements of the (first) collection are offered.
struct Filter {
    enum class Kind : std::uint8_t { none, children_of, channel, user };
    Kind kind = Kind::none;
    std::string source{};  ///< children_of: a component; else the collection of the parents
};
struct FromCollection {
    std::vector<std::string>
        levels{};  ///< collections from the first to the one chosen from; often one
    Filter filter{};
    Count count{};  ///< always at most 1 with several levels
};

struct FromUsers {
    enum class Among : std::uint8_t { all, job, subordinates, bosses, peers };
    Among among = Among::all;
    std::string job{};
    Count count{};
};

struct FromApi {
    std::string source{};             ///< https address, or a path behind the operator's base
    std::vector<std::string> pass{};  ///< components whose answers go along
    Count count{};
};

struct Rating {
    std::int64_t min = 1;
    std::int64_t max = 5;
};

/// A limit of dates: none, a day, or a number of days from when the person answers or sends.
struct Bound {
    enum class Kind : std::uint8_t { none, day, answer, send };
    Kind kind = Kind::none;
    std::int64_t days = 0;  ///< Kind::day: its number; else how many days from that moment
};
struct Date {
    bool time = false;   ///< with the time of day
    std::string zone{};  ///< where it is meant; empty: where the person is
    Bound earliest{};
    Bound latest{};
};

struct Location {
    bool free = false;  ///< may be chosen on a map, too
};

struct Camera {
    enum class Source : std::uint8_t { any, camera, gallery };
    Source source = Source::any;
    std::int64_t side_max = 0;  ///< pixels that pictures are scaled to; 0: as the organization says
    Count count{.max = default_files_max};
};

struct Attachment {
    std::vector<std::string> types{};  ///< names of file_types(); empty: all
    Count count{.max = default_files_max};
};

struct Signature {};

struct Nested {
    std::vector<std::string> forms{};  ///< codes of forms inside this definition
    Count count{.max = default_nested_max};
};

/// In the order of `Kind`.
using Input = std::variant<Label,
                           Written,
                           FromList,
                           FromCollection,
                           FromUsers,
                           FromApi,
                           Rating,
                           Date,
                           Location,
                           Camera,
                           Attachment,
                           Signature,
                           Nested>;

enum class Kind : std::uint8_t {
    text,
    written,
    list,
    collection,
    users,
    api,
    rating,
    date,
    location,
    camera,
    attachment,
    signature,
    nested
};

/// One way in which a component may be displayed.
struct Test {
    enum class Operator : std::uint8_t { equal, at_least, at_most, matches };
    Operator op = Operator::equal;
    std::string value{};
};

/// A component is displayed while its commander is, and one of the tests holds for the answer.
struct Condition {
    std::string commander{};
    std::vector<Test> any{};
};

/// What a new filling begins with.
struct Default {
    enum class Kind : std::uint8_t { none, value, now, me };
    Kind kind = Kind::none;
    Value value{};
};

struct Component {
    std::string id{};
    Texts label{};
    Texts help{};
    bool required = false;
    bool read_only = false;
    std::optional<Condition> show{};
    Default initial{};
    Input input{};

    [[nodiscard]] Kind kind() const { return static_cast<Kind>(input.index()); }
};

/// Who is offered the form, tested in this order; an empty list asks for nothing.
struct Access {
    std::vector<std::string> groups{};       ///< codes, one of which the channel's group has
    std::vector<std::string> collections{};  ///< the channel has an element of each
    std::vector<std::string> elements{};     ///< codes, one of which the channel has
    std::vector<std::string> roles{};        ///< names; a user needs one of the roles ...
    std::vector<std::string> permissions{};  ///< ... or one of the permissions
};

/// A list of components: the form itself, or one inside it.
struct Part {
    std::string code{};
    Texts title{};
    std::vector<Component> components{};
};

/// One version of a form, complete in itself: the forms that it nests stand inside. Never changed;
/// a change is another version.
struct Definition {
    Part form{};
    std::int64_t version = 1;
    Access access{};
    bool editable = false;  ///< whether an answer may be changed after it was sent
    /// The last day (UTC) on which answers to older versions are taken; none: for ever.
    std::optional<Day> older_until{};
    std::vector<Part> inside{};  ///< forms that components nest, by code
};

/// What is wrong with a definition, and where: a JSON pointer without the first slash,
/// "components/3/show/any/0/value". docs/internals/forms.md lists the codes.
struct Problem {
    std::string path{};
    std::string code{};
    std::string detail{};  ///< what it is about: an identifier, a collection, a limit
    bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

/// The definition in `text`, as far as it can be read; what cannot goes to `problems` (at most
/// limits::problems_max). Members that this version does not know are problems: a device that
/// skipped a new rule would judge otherwise than its server.
/// Cost    one parse; proportional to the text.
[[nodiscard]] Definition read_definition(std::string_view text, Problems& problems);

/// The same for a definition that must be right in itself, as check_definition() finds it.
/// Errors  form_invalid (params: path, problem, detail of the first problem).
[[nodiscard]] Result<Definition> parse_definition(std::string_view text);

/// Canonical JSON: members in order of their names, defaults left out. The same bytes everywhere.
[[nodiscard]] std::string encode(const Definition& definition);

[[nodiscard]] std::string_view kind_name(Kind kind);

/// Codes of the collections whose elements are chosen, or are parents of what is offered.
[[nodiscard]] std::set<std::string> collections_of(const Definition& definition);

/// Groups of content types that an attachment may be limited to: "pdf", "image", "video", ...
[[nodiscard]] const std::vector<std::string_view>& file_types();

/// The content types of these groups; of all where there are none.
[[nodiscard]] std::vector<std::string_view> types_in(const std::vector<std::string>& groups);

/// Whether a content type ("image/png") belongs to one of the groups; to any known one where there
/// are none.
[[nodiscard]] bool takes_type(const std::vector<std::string>& groups,
                              std::string_view content_type);

}  // namespace holdfast::forms
