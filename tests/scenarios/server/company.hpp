#pragma once

#include <cstdlib>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/assert.hpp"
#include "core/model/json.hpp"
#include "server/storage/common/storage.hpp"
#include "tests/scenarios/workflow/world.hpp"

/// For the .cpp files of this folder only.
namespace holdfast::workflow::scenario {

/// The value; a storage in memory fails nothing.
template <class T>
T must(Result<T> result) {
    HF_ASSERT(result.has_value());
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}

/// What a scenario begins with, as rows: people with roles of their own, the group with its
/// workflows, forms and routines, tasks with channels, answers and history.
class Company {
public:
    static constexpr Id id{1};
    static constexpr Id group = World::group_id;

    struct Form {
        Id form{};
        Id before{};  ///< the version before the one that is filled in now
        Id current{};
    };

    /// @param root  the scenario.
    Company(storage::Storage& storage, const json::Value& root, const Bundle& bundle);

    [[nodiscard]] const Form& form(const std::string& code) const { return forms_.at(code); }
    [[nodiscard]] BucketId tasks() const { return tasks_; }

private:
    [[nodiscard]] BucketId make_bucket(BucketKind kind, Id owner, Id parent = {});
    void put(RowKey key, std::string body, std::int64_t sort = 0);
    void make_people(const json::Value& root);
    void make_forms(const json::Value& root, const Bundle& bundle);
    void make_group(const json::Value& root, const Bundle& bundle);
    void make_task(Id task, Task value);
    void make_tasks(const json::Value& root);
    void make_bots(const json::Value& root);

    storage::Storage& storage_;
    BucketId directory_{}, own_{}, tasks_{};
    std::map<std::string, Form> forms_;
};

/// A member of an object, null where it is absent.
[[nodiscard]] inline const json::Value& member(const json::Value& object, const char* name) {
    static const json::Value absent;
    const auto found = object.find(name);
    return found == object.end() ? absent : *found;
}
[[nodiscard]] inline std::string text(const json::Value& object, const char* name) {
    const json::Value& found = member(object, name);
    return found.is_string() ? found.get<std::string>() : std::string{};
}
[[nodiscard]] inline std::int64_t number(const json::Value& object, const char* name) {
    const json::Value& found = member(object, name);
    return found.is_number_integer() ? found.get<std::int64_t>() : 0;
}

}  // namespace holdfast::workflow::scenario
