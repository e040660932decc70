// How far a campaign has come on this device, and a report of it, as text and back: canonical JSON by rows, as all
// documents of the fleet (fleet/document/fields.hpp). A store may be damaged: whatever is read is checked.
#pragma once
#include <string>
#include <string_view>

#include "fleet/errand/errand.hpp"
#include "fleet/trust/signed.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// All of it but the reports that its server does not have, each of which is a text of its own.
std::string textOf(const Kept& kept);
std::string textOf(const Telling& telling);
/// Its signatures alone.
std::string signaturesOf(const Signed& order);

// IllegalArgument: it is no such text, or of what cannot be.
Result<Kept> keptIn(std::string_view text);
Result<Telling> tellingIn(std::string_view text);
Result<void> readSignatures(std::string_view text, Signed& into);

} // namespace stint::fleet
