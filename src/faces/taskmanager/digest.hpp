// SHA-256, as a page's headers want it.
#pragma once
#include <string>
#include <string_view>

namespace stint::taskmanager {

/// For a Content-Security-Policy.
std::string base64OfSha256(std::string_view text);
/// "\"3b1f…\"": a strong ETag of these bytes.
std::string entityTag(std::string_view bytes);

} // namespace stint::taskmanager
