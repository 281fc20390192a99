#pragma once

#include <string>

#include "server/admin/founder.hpp"

namespace holdfast::admin {

/// One message as maintenance people write it, put together from parts so that few are the same.
[[nodiscard]] std::string demo_text(Dice& dice, bool spanish);

/// A short answer to another message.
[[nodiscard]] std::string demo_reply(Dice& dice, bool spanish);

/// A thing to be maintained with its place: "Pump P-7, basement B2".
[[nodiscard]] std::string demo_asset(Dice& dice);

}  // namespace holdfast::admin
