#include "faces/cli/transfer/put.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/url_text.hpp"
#include "base/unix/program.hpp"
#include "faces/cli/transfer/download.hpp"
#include "faces/cli/transfer/reach.hpp"
#include "faces/cli/transfer/transfers.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

/// Checks that it is a file that can be read; an error says what would be right.
Result<void> checkSource(const std::filesystem::path& source, const std::string& given) {
    std::error_code error;
    if (std::filesystem::is_directory(source, error)) {
        const auto named = source.has_filename() ? source : source.parent_path();
        const std::string file = shellWord(printable(named.filename().native() + ".tar"));
        return fail(Errc::SYSTEM,
                    "{} is a directory, and an upload is one file: make one of it (tar -cf {} {}), or put "
                    "its files one at a time",
                    printable(named.native()), file, shellWord(printable(given)));
    }
    if (!std::filesystem::exists(source, error))
        return fail(Errc::SYSTEM, "there is no file {}{}", printable(source.native()),
                    given == "-" ? ": what outlives this command cannot read its stdin; save it to a file first" : "");
    if (!std::filesystem::is_regular_file(source, error))
        return fail(Errc::SYSTEM,
                    "{} is no regular file, which alone can be read again after a restart: save it to one",
                    printable(source.native()));
    if (::access(source.c_str(), R_OK) != 0)
        return fail(Errc::SYSTEM, "cannot read the file {}: {}", printable(source.native()),
                    std::generic_category().message(errno));
    return checkText(source);
}

} // namespace

Result<Sent> sentBy(const Arguments& given, const std::filesystem::path& here) {
    Sent sent;
    sent.source = (here / given.words[0]).lexically_normal();
    sent.url = given.words[1];
    sent.tus = given.has("tus");
    sent.discardOnCancel = given.has("discard-on-cancel");
    STINT_TRY(checkUrl(sent.url));
    if (sent.tus && sent.url.starts_with("ftp"))
        return fail(Errc::ILLEGAL_ARGUMENT, "tus works over http and https only");
    if (sent.discardOnCancel && !sent.tus)
        return fail(Errc::ILLEGAL_ARGUMENT, "--discard-on-cancel needs --tus: a PUT leaves nothing behind");
    sent.conditions = STINT_TRY(conditionsIn(given));
    STINT_TRY(putReach(given, sent.url, here, sent.reach));
    STINT_TRY(checkSource(sent.source, given.words[0]));
    std::error_code error;
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
        .setEstimatedNetworkBytes(NETWORK_BYTES_UNKNOWN, sent.size)
        .setExtras(std::move(extras))
        .build();
}

int put(const Arguments& given, const Screen& screen) {
    std::string action = fmt::format("upload {}", printable(given.words[0]));
    auto here = workingDirectory();
    if (!here.ok()) return screen.fail(fmt::format("cannot {}", action), here.error());
    auto sent = sentBy(given, *here);
    if (!sent.ok() && sent.error().code == Errc::SYSTEM)
        return screen.fail(ends::noInput, fmt::format("cannot {}: {}", action, sent.error().message));
    if (!sent.ok()) return failOfLookUp(screen, fmt::format("cannot {}", action), sent.error());
    std::string place = withoutSecrets(sent->url);
    const TransferTask task{.action = fmt::format("{} to {}", action, printable(place)),
                            .going = fmt::format("uploading to {}", printable(place)),
                            .place = place,
                            .label = printable(sent->source.filename().native()),
                            .target = {},
                            .job = [&](Manner manner) { return jobFor(*sent, manner); }};
    return transferAll(given, screen, {task});
}

} // namespace stint::cli
