#include "core/workflow/intent_ids.hpp"

#include <limits>

#include "core/base/assert.hpp"
#include "core/workflow/limits.hpp"

namespace holdfast::workflow {

std::uint32_t ids_reserved(std::size_t form_parts) {
    return static_cast<std::uint32_t>(form_parts) + limits::spare_ids;
}

Result<IntentIds> IntentIds::make(Id intent, std::size_t form_parts) {
    if (!intent || form_parts > limits::form_parts_max) {
        return fail(ErrorCode::intent_malformed, "no id, or too many parts");
    }
    const std::uint32_t count = ids_reserved(form_parts);
    if (intent.counter() > std::numeric_limits<std::uint32_t>::max() - count) {
        return fail(ErrorCode::intent_malformed, "the span of ids leaves the device's counter");
    }
    return IntentIds(intent, count);
}

Id IntentIds::at(std::uint32_t offset) const {
    HF_ASSERT(offset < count_);
    return Id::make(intent_.device(), intent_.counter() + offset);
}

}  // namespace holdfast::workflow
