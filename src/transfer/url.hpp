// URLs taken apart and put together, by libcurl.
#pragma once
#include <string>

#include "stint/result.hpp"

namespace stint::transfer {

/// IllegalArgument for what is no URL, and for another scheme than http, https and ftp.
Result<void> checkUrl(const std::string& url);

/// The URL without user, query and fragment: names the resource, where a signed link has a new query each time.
/// Empty for what is no URL.
std::string locationOf(const std::string& url);

/// `url` as it is, but for name and password.
std::string withoutUser(const std::string& url);

/// Scheme, host and port: secrets that were given for one are not for another. Empty for what is no URL.
std::string originOf(const std::string& url);
/// The host alone, for people.
std::string hostOf(const std::string& url);

/// `reference` as seen from `base` (RFC 3986 §5): what a Location header means. Empty where it is no http(s) URL.
std::string resolved(const std::string& base, const std::string& reference);

/// `url` with `suffix` behind its path, before its query: "http://h/f.iso.sha256?x".
std::string withSuffix(const std::string& url, const std::string& suffix);
/// `url` with `name`, escaped, behind its path where that ends with a slash; else as it is.
std::string withName(const std::string& url, const std::string& name);

} // namespace stint::transfer
