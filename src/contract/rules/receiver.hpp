// The receiver of an app that an alarm or a message goes to: one that its manifest declares.
#pragma once
#include <optional>
#include <string_view>

#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// The error of naming this receiver for an alarm or a message (IllegalArgument): the app declares none of that name,
/// or, with an empty name, none at all or more than one.
std::optional<Error> receiverError(const Manifest& manifest, std::string_view receiver);

} // namespace stint
