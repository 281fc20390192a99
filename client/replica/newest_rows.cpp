#include "client/replica/newest_rows.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace holdfast::client {

NewestRows::Found NewestRows::find(BucketId bucket, RowKind kind, std::size_t count) {
    const auto at = std::ranges::find_if(windows_, [&](const Window& window) {
        return window.bucket == bucket && window.kind == kind &&
               (window.count >= count || window.is_whole());
    });
    if (at == windows_.end()) {
        return {};
    }
    windows_.splice(windows_.begin(), windows_, at);
    return {.known = true, .rows = std::span(at->rows).first(std::min(count, at->rows.size()))};
}

void NewestRows::put(BucketId bucket,
                     RowKind kind,
                     std::size_t count,
                     const std::vector<Row>& rows) {
    std::erase_if(windows_, [&](const Window& window) {
        return window.bucket == bucket && window.kind == kind;
    });
    if (count > limits::window_rows_kept_max) {
        return;
    }
    windows_.push_front({.bucket = bucket, .kind = kind, .count = count, .rows = rows});
    if (windows_.size() > limits::windows_kept_max) {
        windows_.pop_back();
    }
}

void NewestRows::wrote(BucketId bucket, const RowRef& row) {
    std::erase_if(windows_, [&](Window& window) {
        return window.bucket == bucket && window.kind == row.kind && !window.take(row);
    });
}

void NewestRows::erased(RowKey key) {
    std::erase_if(windows_, [&](Window& window) {
        return window.bucket == key.bucket && window.kind == key.kind && !window.take_out(key.id);
    });
}

void NewestRows::forget(BucketId bucket) {
    std::erase_if(windows_, [&](const Window& window) { return window.bucket == bucket; });
}

bool NewestRows::Window::take(const RowRef& row) {
    const bool was_whole = is_whole();
    const bool was_here = std::erase_if(rows, [&](const Row& old) { return old.id == row.id; }) > 0;
    const auto is_newer = [&](const Row& old) {
        return std::pair(old.sort, old.id) > std::pair(row.sort, row.id);
    };
    const auto place = std::ranges::find_if_not(rows, is_newer);
    if (place == rows.end() && !was_whole) {
        return !was_here;  // it stands below, or something that does comes up in its place
    }
    rows.insert(place,
                Row{.kind = row.kind,
                    .id = row.id,
                    .version = row.version,
                    .sort = row.sort,
                    .body = std::string(row.body)});
    if (rows.size() > count) {
        rows.pop_back();
    }
    return true;
}

bool NewestRows::Window::take_out(Id id) {
    const bool was_whole = is_whole();
    const bool was_here = std::erase_if(rows, [&](const Row& old) { return old.id == id; }) > 0;
    return was_whole || !was_here;
}

}  // namespace holdfast::client
