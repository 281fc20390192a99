#pragma once

#include <exception>
#include <string>

#include "core/base/result.hpp"

namespace holdfast::admin {

/// Runs a function that returns a Result; what libraries throw inside becomes an error.
template <class Function>
auto guarded(Function&& function) -> decltype(function()) {
    try {
        return function();
    } catch (const std::exception& thrown) {
        return fail(ErrorCode::storage_failed, std::string("unexpected: ") + thrown.what());
    }
}

}  // namespace holdfast::admin
