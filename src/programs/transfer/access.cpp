#include "programs/transfer/access.hpp"

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "programs/spool/transfer_words.hpp"

namespace stint::transfer {

Result<void> checkAccess(const Access& access) {
    for (const std::string& header : access.headers)
        STINT_TRY(checkHeader(header));
    if (access.cookie.find_first_of("\r\n") != std::string::npos)
        return fail(Errc::ILLEGAL_ARGUMENT, "the cookie contains a line break");
    for (const std::string* const text : {&access.userAgent, &access.referer})
        if (text->find_first_of("\r\n") != std::string::npos)
            return fail(Errc::ILLEGAL_ARGUMENT, "a header contains a line break");
    if (access.connectTimeout.count() < 0 || access.mostTime.count() < 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "a time must not be negative");
    if (access.rate < 0 || access.leastRate < 0 || access.leastRateFor.count() < 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "a rate must not be negative");
    return {};
}

Access withoutSecrets(Access access) {
    if (access.trustsRedirects) return access;
    access.headers.clear();
    access.cookie.clear();
    access.cookieFile.clear();
    access.user.clear();
    access.netrc.clear(); // it names hosts, but no ports
    access.certificate.clear();
    access.key.clear();
    access.passphrase.clear();
    access.referer.clear();
    return access;
}

} // namespace stint::transfer
