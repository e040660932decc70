// Which receiver of an app an alarm or a message goes to: one that its manifest declares.
#pragma once
#include <optional>
#include <string_view>

#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// What is wrong with asking for this receiver (IllegalArgument): none of that name, or, with an empty name, none at
/// all or more than one.
std::optional<Error> receiverError(const Manifest& manifest, std::string_view receiver);

} // namespace stint
