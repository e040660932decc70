// How a server is reached, as curl's options of the same names have it. Much of it is secret: it is kept in the job
// (the store is 0600), handed to libcurl, and shown nowhere. It is meant for the origin of the URL (scheme, host and
// port): where a server leads elsewhere, nothing secret goes along unless `trustsRedirects` says so.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

struct Access {
    std::vector<std::string> headers;  ///< "Name: value", beside the transfer's own
    std::string cookie;                ///< "a=1; b=2"
    std::filesystem::path cookieFile;  ///< Netscape's format, read at each request
    std::string user;                  ///< "NAME:PASSWORD"
    std::filesystem::path netrc;       ///< read at each request; user and URL come first
    bool trustsRedirects = false;      ///< --location-trusted
    std::string proxy;                 ///< empty: none, whatever this process's environment says
    std::string noProxy;               ///< hosts that are reached without it, with commas
    std::filesystem::path authorities; ///< whose certificates are trusted, PEM; empty: the system's
    Bytes rate = 0;                    ///< a second at most; 0: as fast as it goes
    Bytes leastRate = 1;               ///< a second: what is slower for `leastRateFor` ends, to be tried again
    std::chrono::seconds leastRateFor{60};

    bool operator==(const Access&) const = default;
};

/// IllegalArgument for a header that is none, or is the transfer's own; and for rates that can never be right.
Result<void> checkAccess(const Access& access);

/// For another origin than the person named: the way there, and nothing that was meant for the first alone. As it is
/// where that is trusted.
Access withoutSecrets(Access access);

} // namespace stint::transfer
