#include <utility>

#include "core/model/args.hpp"
#include "core/model/facts.hpp"
#include "core/model/limits.hpp"
#include "core/model/rules.hpp"
#include "core/model/text.hpp"

namespace holdfast::rules {

Result<Effects> update_profile(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::ProfileUpdate wanted, args::parse_profile_update(intent.args));
    HF_TRY(const auto user, facts::writing_user(world, occasion.user));
    body::User changed = user.value;
    HF_TRY(changed.name, take_text(wanted.name, limits::name_bytes_max));
    HF_TRY(changed.last_name, take_optional_text(wanted.last_name, limits::name_bytes_max));
    HF_TRY(changed.phone, take_optional_text(wanted.phone, limits::name_bytes_max));

    Effects effects;
    if (changed != user.value) {
        effects.rows.push_back({.key = user.key, .sort = user.sort, .body = body::encode(changed)});
    }
    return effects;
}

}  // namespace holdfast::rules
