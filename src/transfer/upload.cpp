#include "transfer/upload.hpp"

#include "base/fail.hpp"
#include "transfer/url.hpp"

namespace stint::transfer {

Result<Upload> checked(Upload wish) {
    STINT_TRY(checkUrl(wish.url));
    STINT_TRY(checkAccess(wish.access));
    if (!wish.source.is_absolute() || wish.source.native().find('\0') != std::string::npos)
        return fail(Errc::IllegalArgument, "\"{}\" names no file: an absolute path is needed", wish.source.native());
    if (wish.protocol == Upload::Protocol::Put) {
        wish.url = withName(wish.url, wish.source.filename().native());
    } else if (originOf(wish.url).starts_with("ftp:")) {
        return fail(Errc::IllegalArgument, "tus is spoken over http and https alone");
    }
    return wish;
}

} // namespace stint::transfer
