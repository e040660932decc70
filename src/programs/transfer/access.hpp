// The way to a server: URLs, parsed and built by libcurl, and curl's options of the same names. Much of it is secret:
// it is kept in the job (the store is 0600), given to libcurl, and never shown. It is meant for the origin of the URL
// (scheme, host and port): a redirect to another origin gets nothing secret unless `trustsRedirects` is set.
#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "stint/result.hpp"
#include "stint/units.hpp"

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

struct Access {
    std::vector<std::string> headers;  ///< "Name: value", beside the transfer's own
    std::string cookie;                ///< "a=1; b=2"
    std::filesystem::path cookieFile;  ///< Netscape's format, read at each request
    std::string user;                  ///< "NAME:PASSWORD"
    std::filesystem::path netrc;       ///< read at each request; user and URL come first
    bool trustsRedirects = false;      ///< --location-trusted
    std::string proxy;                 ///< empty: none, whatever this process's environment says
    std::string noProxy;               ///< hosts to reach without it, separated by commas
    std::filesystem::path authorities; ///< trusted certificates, PEM; empty: the system's
    bool insecure = false;             ///< nothing is verified
    std::filesystem::path certificate; ///< the client's, PEM; empty: none
    std::filesystem::path key;         ///< its private key; empty: it is in the certificate's file
    std::string passphrase;            ///< the key's passphrase
    std::string userAgent;             ///< empty: ours
    std::string referer;
    enum class Family { Any, IPv4, IPv6 } family = Family::Any;
    std::vector<std::string> resolve; ///< "HOST:PORT:ADDRESS"
    std::string interface;            ///< a name, an address; empty: any
    std::chrono::seconds connectTimeout{30};
    std::chrono::seconds mostTime{0}; ///< for a whole request; 0: unlimited
    Bytes rate = 0;                   ///< bytes a second at most; 0: unlimited
    Bytes leastRate = 1;              ///< bytes a second: a transfer slower for `leastRateFor` ends, and is retried
    std::chrono::seconds leastRateFor{60};

    bool operator==(const Access&) const = default;
};

/// IllegalArgument for a malformed header, one that the transfer itself sets, and impossible rates.
Result<void> checkAccess(const Access& access);

/// The access for another origin than the URL's: the way there, but no secrets. Unchanged if redirects are trusted.
Access withoutSecrets(Access access);

} // namespace stint::transfer
