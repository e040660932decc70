// SHA-256, in the forms of a page's headers.
#pragma once
#include <string>
#include <string_view>

namespace stint::taskmanager {

/// The digest for a Content-Security-Policy.
std::string base64OfSha256(std::string_view text);
/// "\"3b1f…\"": a strong ETag of these bytes.
std::string entityTag(std::string_view bytes);

} // namespace stint::taskmanager
