// Parses and builds URLs, by libcurl.
#pragma once
#include <string>

#include "stint/result.hpp"

namespace stint::transfer {

/// IllegalArgument if it is not a URL, or has another scheme than http, https and ftp.
Result<void> checkUrl(const std::string& url);

/// The URL without user, query and fragment: the same for a signed link, which has a new query each time. Empty if it
/// is not a URL.
std::string locationOf(const std::string& url);

/// `url` without name and password.
std::string withoutUser(const std::string& url);

/// Scheme, host and port: secrets for one are not for another. Empty if it is not a URL.
std::string originOf(const std::string& url);
/// The host alone, for people.
std::string hostOf(const std::string& url);

/// "example.org port 443", for people.
std::string serverOf(const std::string& url);

/// `reference` resolved against `base` (RFC 3986 §5), as for a Location header. Empty if it is not an http(s) URL.
std::string resolved(const std::string& base, const std::string& reference);

/// `url` with `suffix` behind its path, before its query: "http://h/f.iso.sha256?x".
std::string withSuffix(const std::string& url, const std::string& suffix);
/// `url` with `name`, escaped, behind its path where that ends with a slash; else unchanged.
std::string withName(const std::string& url, const std::string& name);

} // namespace stint::transfer
