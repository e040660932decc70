// The document that is signed: a campaign as canonical JSON (fleet.md §6.1). One campaign has one text, and any other
// text is refused, be it only a blank away: so a hash of the text is the campaign's name.
//
//     {"expires":"30d","format":1,"made":1795428000000,"name":"firmware 4.2","rollout":{…},"step":[…],"targets":"…"}
//
// Its keys are the file's (campaign_fields.hpp), and so are its values, each in one form: a duration by units, largest
// first; a share without zeros at its end; a query as Query::text() has it; a flag only where it is true.
#pragma once
#include <string>
#include <string_view>

#include "fleet/document/campaign.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

std::string documentOf(const Campaign& campaign);

/// IllegalArgument: the text is not what documentOf() writes of a campaign that keeps the rules.
Result<Campaign> campaignIn(std::string_view document);

/// The day on which it was made, in UTC, and 8 characters of Crockford's base32, small, of the document's SHA-256:
/// "20261123-k3v7qa2m". The document is one.
std::string idOf(const Campaign& campaign);
/// The same, of the document that it was read from.
std::string idOf(const Campaign& campaign, std::string_view document);
bool isCampaignId(std::string_view text);

/// SHA-256, in hexadecimal digits.
std::string sha256Of(std::string_view text);

} // namespace stint::fleet
