#include "transfer/download.hpp"

#include "base/fail.hpp"
#include "base/transfer_words.hpp"
#include "transfer/url.hpp"

namespace stint::transfer {
namespace {

Result<void> checkOutput(const std::filesystem::path& output) {
    std::string name = output.filename().native();
    if (output.is_absolute() && !name.empty() && name != "." && name != ".." &&
        output.native().find('\0') == std::string::npos)
        return {};
    return fail(Errc::IllegalArgument, "\"{}\" names no file: an absolute path is needed", output.native());
}

} // namespace

Result<Download> checked(Download wish) {
    STINT_TRY(checkUrl(wish.url));
    STINT_TRY(checkOutput(wish.output));
    STINT_TRY(checkAccess(wish.access));
    if (!wish.checksum.empty() && wish.checksum != checksumAuto)
        wish.checksum = STINT_TRY(parseChecksum(wish.checksum));
    return wish;
}

} // namespace stint::transfer
