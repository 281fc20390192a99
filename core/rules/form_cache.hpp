#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/forms/form.hpp"
#include "core/model/world.hpp"

namespace holdfast {

namespace limits {
inline constexpr std::size_t forms_cached_max = 64;  // the one that was not used for longest goes
}

/// A version of a form, ready to be filled in.
struct KnownForm {
    Id version{};  ///< the row
    Id form{};
    std::shared_ptr<const forms::Form> filled{};  ///< shared with whoever fills it in just now
    std::map<std::string, Id> collections{};      ///< code → id of each that the form names
};

/// Versions that were read already: they never change, and making one costs more than judging an
/// answer. Owned by whoever owns the world; one thread.
class FormCache {
public:
    /// By the bucket too: a version of another organization is never found.
    [[nodiscard]] std::shared_ptr<const KnownForm> find(BucketId bucket, Id version);
    void put(BucketId bucket, std::shared_ptr<const KnownForm> form);

private:
    struct Entry {
        std::shared_ptr<const KnownForm> form;
        std::uint64_t used = 0;
    };
    std::map<std::pair<BucketId, Id>, Entry> entries_;
    std::uint64_t uses_ = 0;
};

/// The version of a form that is filled in now.
/// Errors  intent_gone: there is no such form, or it is out of use.
[[nodiscard]] Result<Id> current_version(const World& world, Id organization, Id form);

/// The version with this row, from the world's cache or from the row.
/// Errors  intent_gone: the world does not hold it · storage_corrupt: its row cannot be read.
[[nodiscard]] Result<std::shared_ptr<const KnownForm>> find_form(const World& world,
                                                                 Id organization,
                                                                 Id version);

}  // namespace holdfast
