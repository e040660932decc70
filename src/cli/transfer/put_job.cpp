#include <unistd.h>

#include "base/fail.hpp"
#include "cli/screen/text.hpp"
#include "cli/transfer/download.hpp"
#include "cli/transfer/put.hpp"
#include "cli/transfer/reach.hpp"

namespace stint::cli {

Result<Sent> sentBy(const Arguments& given, const std::filesystem::path& here) {
    Sent sent;
    sent.source = (here / given.words[0]).lexically_normal();
    sent.url = given.words[1];
    sent.tus = given.has("tus");
    sent.discardOnCancel = given.has("discard-on-cancel");
    STINT_TRY(checkUrl(sent.url));
    if (sent.tus && sent.url.starts_with("ftp"))
        return fail(Errc::IllegalArgument, "tus is spoken over http and https alone");
    if (sent.discardOnCancel && !sent.tus)
        return fail(Errc::IllegalArgument, "--discard-on-cancel is tus's: a PUT leaves nothing behind to be discarded");
    sent.conditions = STINT_TRY(conditionsIn(given));
    STINT_TRY(putReach(given, sent.url, here, sent.reach));
    std::error_code error;
    if (!std::filesystem::is_regular_file(sent.source, error) || ::access(sent.source.c_str(), R_OK) != 0)
        return fail(Errc::System, "there is no file {} that can be read", printable(sent.source.native()));
    STINT_TRY(checkText(sent.source));
    sent.size = static_cast<Bytes>(std::filesystem::file_size(sent.source, error));
    return sent;
}

Result<JobInfo> jobFor(const Sent& sent, Manner manner) {
    PersistableBundle extras = sent.reach;
    extras.putString("url", sent.url)
        .putString("source", sent.source.native())
        .putString("protocol", sent.tus ? "tus" : "put")
        .putBoolean("discardOnCancel", sent.discardOnCancel)
        .putString("label", printable(sent.source.filename().native()));
    return transferJob(sent.conditions, manner)
        .setEstimatedNetworkBytes(unknownBytes, sent.size)
        .setExtras(std::move(extras))
        .build();
}

} // namespace stint::cli
