#pragma once

#include <string>
#include <string_view>

#include "core/rules/testing/sample_tasks.hpp"

/// For tests only: the sample's work orders, moved by routines.
namespace holdfast::fixture {

/// The start form leaves the task to `make`, the button the change to `begin`, the state form to
/// `close`; the report is offered in `doing` for `note`; a creation is followed by `welcome`.
inline constexpr std::string_view routine_order_json =
    R"({"code":"work_order","name":"Work order","group":"work_orders","collection":"states",)"
    R"("initial":"reported","start_form":{"form":"report","routines":["make"]},)"
    R"("on_create":["welcome"],"states":[)"
    R"({"code":"reported","name":"Reported","kind":"new","next":[)"
    R"({"target":"doing","routines":["begin"]},{"target":"rejected"}]},)"
    R"({"code":"doing","name":"Doing","next":[)"
    R"({"target":"closed","change":"form","form":"acceptance","routines":["close","tell"]}],)"
    R"("survey_triggers":[{"form":"report","routines":["note"]}]},)"
    R"({"code":"closed","name":"Closed","kind":"closed"},)"
    R"({"code":"rejected","name":"Rejected","kind":"closed"}]})";

inline std::string routine_order_body() {
    return body::encode(body::Workflow{.definition = std::string(routine_order_json)});
}

}  // namespace holdfast::fixture
