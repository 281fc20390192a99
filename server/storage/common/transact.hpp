#pragma once

#include <utility>

#include "server/storage/common/storage.hpp"

namespace holdfast::storage {

/// Runs `body`, which returns a Result, in a transaction: committed where it succeeds, undone where
/// it or the commit fails. Durable when it returns. Nothing throws through it.
/// Errors  those of the body, and of the storage.
template <class Body>
[[nodiscard]] auto transact(Storage& storage, Body&& body) -> decltype(body()) {
    HF_CHECK(storage.begin());
    auto done = body();
    if (done) {
        if (auto committed = storage.commit(); !committed) {
            done = std::unexpected(std::move(committed).error());
        }
    }
    if (!done) {
        storage.rollback();
    }
    return done;
}

}  // namespace holdfast::storage
