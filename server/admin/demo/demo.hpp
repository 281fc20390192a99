#pragma once

#include <cstddef>
#include <string>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "server/storage/common/storage.hpp"

/// Organizations that are made, not applied: the demonstration, and the ones that benchmarks need.
namespace holdfast::admin {

/// Sign-ins that `holdfast demo` prints; every demonstration user has this password.
inline constexpr const char* demo_password = "holdfast-demo";

struct DemoOptions {
    std::string
        password_hash;  ///< of demo_password; hashing is slow, so it is done once, by the caller
    WallTime now{};     ///< history ends here
    std::size_t assets = 50'000;  ///< machines that forms choose from
    std::size_t tasks = 3000;     ///< in all; 62 of them are the ones that people talk about
};

/// Northfield Facilities: 60 people, 14 groups of the four kinds, 180 channels and 25,000 messages
/// over the 90 days before `now`, and 3,000 tasks in three workflows, each with a channel of its
/// own, over half a year; in English and Spanish. The same options give the same
/// organization. One transaction: it is there whole or not at all. Does nothing where it is there
/// already. Cost  some seconds.
[[nodiscard]] Result<> create_demo(storage::Storage& storage, const DemoOptions& options);

struct BenchOptions {
    std::string password_hash;
    std::size_t users = 2;  ///< bench0@holdfast.example, bench1@…
    std::size_t channels = 50;
    std::size_t messages = 100'000;  ///< in all, of about 100 characters
    bool is_private = false;         ///< the channels are for those who were invited: everybody
    std::size_t tasks = 0;           ///< of a group of their own
    std::size_t task_channels = 0;   ///< so many of them have their channel, and can be moved
    WallTime now{};
};

/// An organization for benchmarks: one group, its channels, messages dealt over them in turn, and
/// if it is to have tasks, a group "Tasks" with one workflow of six states.
[[nodiscard]] Result<> create_bench(storage::Storage& storage, const BenchOptions& options);

}  // namespace holdfast::admin
