#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace holdfast::files {

/// An open file of the operating system; closed when it goes.
/// Errors  of every call: storage_full · storage_failed.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;

    /// @param flags  of open(2)
    [[nodiscard]] static Result<Descriptor> open(const std::string& path, int flags);

    [[nodiscard]] Result<std::int64_t> size() const;
    /// Writes all of it.
    [[nodiscard]] Result<> write_at(std::int64_t at, std::string_view bytes) const;
    /// Up to `max` bytes; none at the end.
    [[nodiscard]] Result<std::string> read_at(std::int64_t at, std::size_t max) const;
    /// On the disk when it returns.
    [[nodiscard]] Result<> sync() const;

private:
    int number_ = -1;
};

/// The error of the last system call.
[[nodiscard]] std::unexpected<Error> system_failure(const std::string& what);

/// Makes what has been added to or taken from a folder survive a loss of power.
[[nodiscard]] Result<> sync_folder(const std::string& path);

}  // namespace holdfast::files
