#include "core/offline/reason.hpp"

namespace holdfast::offline {

std::string_view reason_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::access_read_only:
            return reason::read_only;
        case ErrorCode::intent_gone:
            return reason::gone;
        case ErrorCode::intent_too_late:
            return reason::too_late;
        case ErrorCode::intent_needs_connection:
            return reason::offline_mode;
        case ErrorCode::task_action_waiting:
            return reason::action_waiting;
        case ErrorCode::offline_no_connection:
            return reason::no_connection;
        case ErrorCode::offline_not_ready:
            return reason::not_synchronized;
        case ErrorCode::offline_too_long:
            return reason::too_long_offline;
        case ErrorCode::outbox_read_only:
            return reason::not_upgraded;
        case ErrorCode::entitlement_granted:
            return reason::has_offline;
        default:
            return reason::no_permission;
    }
}

}  // namespace holdfast::offline
