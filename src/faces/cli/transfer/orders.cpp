#include "faces/cli/transfer/orders.hpp"

#include <map>

#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"
#include "base/unix/paths.hpp"
#include "faces/cli/transfer/download.hpp"
#include "faces/cli/transfer/transfer_options.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "programs/spool/transfers.hpp"

namespace stint::cli {
namespace {

Result<Bytes> bytesIn(const Arguments& given, std::string_view option) {
    auto text = given.value(option);
    if (!text) return NETWORK_BYTES_UNKNOWN;
    auto bytes = parseSize(*text);
    if (!bytes.ok()) return within(fmt::format("--{}", option), bytes.error());
    return bytes;
}

/// True if -o names this very file, not a directory.
bool namesFile(const Wanted& wanted, const Arguments& given, const std::filesystem::path& here) {
    auto output = given.value("output");
    return output && wanted.target == (here / *output).lexically_normal();
}

Result<Wanted> one(const std::string& url, const Arguments& given, const std::filesystem::path& here) {
    Wanted wanted;
    wanted.url = url;
    if (given.has("remote-name") && url.find("://") == std::string::npos)
        return fail(Errc::ILLEGAL_ARGUMENT, "-O takes no name, and \"{}\" is not a URL: -o {} names the file",
                    printable(url), shellWord(printable(url)));
    STINT_TRY(checkUrl(url));
    wanted.target = targetOf(url, given.value("output"), here);
    const bool named = namesFile(wanted, given, here);
    if (named && given.has("remote-name"))
        return fail(Errc::ILLEGAL_ARGUMENT, "-O and -o {} contradict each other: name a directory with -o",
                    printable(*given.value("output")));
    wanted.serverNames = !named && !given.has("remote-name");
    if (auto checksum = given.value("checksum")) {
        if (*checksum != "auto") checksum = STINT_TRY(parseChecksum(*checksum));
        wanted.checksum = *checksum;
    }
    wanted.largest = STINT_TRY(bytesIn(given, "max-filesize"));
    wanted.size = STINT_TRY(bytesIn(given, "size"));
    wanted.conditions = STINT_TRY(conditionsIn(given));
    wanted.overwrite = given.has("force");
    STINT_TRY(putReach(given, url, here, wanted.reach));
    return wanted;
}

TransferTask taskFor(const Wanted& wanted) {
    std::string target = printable(wanted.target.native());
    return {.action = fmt::format("download {}", printable(withoutSecrets(wanted.url))),
            .going = fmt::format("downloading to {}", target),
            .place = wanted.target.native(),
            .label = printable(wanted.target.filename().native()),
            .target = wanted.target,
            .job = [wanted](Manner manner) { return jobFor(wanted, manner); }};
}

/// linux.md §B: further sources of the one file that is asked for.
Result<std::vector<std::string>> mirrorsIn(const Arguments& given) {
    std::vector<std::string> mirrors = given.values("mirror");
    if (mirrors.empty()) return mirrors;
    if (given.has("input-file"))
        return fail(Errc::ILLEGAL_ARGUMENT, "--mirror names another source of one file, and the lines of -i have none: "
                                            "get that file by itself, as stint get --mirror URL URL");
    if (given.words.size() > 1)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "--mirror names another source of one file, and {} URLs are given: get one "
                    "of them at a time",
                    given.words.size());
    if (mirrors.size() > mostMirrors)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} mirrors are given: {} are the most", mirrors.size(), mostMirrors);
    for (const std::string& mirror : mirrors) {
        const auto good = checkUrl(mirror);
        if (!good.ok()) return within("--mirror", good.error());
    }
    if (given.value("checksum") == "auto")
        return fail(Errc::ILLEGAL_ARGUMENT, "--mirror and --checksum auto contradict each other: each source would "
                                            "vouch for itself; write sha256:HEX");
    return mirrors;
}

} // namespace

Result<std::vector<Wanted>> wantedBy(const Arguments& given, const std::filesystem::path& here) {
    if (given.value("output") == "") return fail(Errc::ILLEGAL_ARGUMENT, "-o is empty: it takes a file or a directory");
    if (given.value("output") == "-")
        return fail(Errc::ILLEGAL_ARGUMENT, "-o takes a file or a directory: a transfer that outlives this command has "
                                            "no stdout");
    const std::vector<std::string> mirrors = STINT_TRY(mirrorsIn(given));
    std::vector<std::string> urls = given.words;
    if (const auto list = given.value("input-file"))
        for (std::string& url : STINT_TRY(urlsOf(*list, here)))
            urls.push_back(std::move(url));
    if (urls.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "it needs a URL: stint get URL…, or a list of them with -i");
    std::vector<Wanted> all;
    std::map<std::filesystem::path, std::string> targets; // each with the URL that is saved there
    for (const std::string& url : urls) {
        auto order = STINT_TRY(one(url, given, here));
        order.mirrors = mirrors;
        all.push_back(std::move(order));
        const std::filesystem::path& target = all.back().target;
        if (urls.size() > 1 && namesFile(all.back(), given, here))
            return fail(Errc::ILLEGAL_ARGUMENT,
                        "-o {} names one file for {} URLs: name a directory, with a / at its end",
                        printable(*given.value("output")), urls.size());
        if (const auto [other, fresh] = targets.emplace(target, url); !fresh)
            return fail(
                Errc::ILLEGAL_ARGUMENT, "{} and {} would both be saved as {}: get one of them by itself, with -o",
                printable(withoutSecrets(other->second)), printable(withoutSecrets(url)), printable(target.native()));
    }
    return all;
}

Result<JobInfo> jobFor(const Wanted& wanted, Manner manner) {
    PersistableBundle extras = wanted.reach;
    extras.putString("url", wanted.url)
        .putString("output", wanted.target.native())
        .putBoolean("serverNames", wanted.serverNames)
        .putString("checksum", wanted.checksum)
        .putString("label", printable(wanted.target.filename().native()))
        .putBoolean("force", wanted.overwrite);
    if (!wanted.mirrors.empty()) extras.putStringArray("mirrors", wanted.mirrors);
    if (wanted.largest != NETWORK_BYTES_UNKNOWN) extras.putLong("largest", wanted.largest);
    return transferJob(wanted.conditions, manner)
        .setEstimatedNetworkBytes(wanted.size)
        .setExtras(std::move(extras))
        .build();
}

int get(const Arguments& given, const Screen& screen) {
    auto refused = [&](const Error& error) {
        const std::string what = given.words.size() == 1 ? printable(withoutSecrets(given.words[0])) : "the files";
        return failOfLookUp(screen, fmt::format("cannot download {}", what), error);
    };
    auto here = workingDirectory();
    if (!here.ok()) return refused(here.error());
    auto wanted = wantedBy(given, *here);
    if (!wanted.ok()) return refused(wanted.error());
    std::vector<TransferTask> tasks;
    for (const Wanted& one : *wanted) {
        tasks.push_back(taskFor(one));
        std::error_code ignored; // what cannot be made is missed by the check
        if (given.has("create-dirs")) std::filesystem::create_directories(one.target.parent_path(), ignored);
        if (auto target = checkTarget(one.target, one.overwrite); !target.ok())
            return screen.fail(ends::cannotCreate,
                               fmt::format("cannot {}: {}", tasks.back().action, target.error().message));
    }
    return transferAll(given, screen, tasks);
}

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
                    "{} is not a regular file, so it cannot be read again after a restart; save it to one",
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
