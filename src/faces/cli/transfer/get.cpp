#include "faces/cli/transfer/get.hpp"

#include <map>

#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/url_text.hpp"
#include "base/time/time.hpp"
#include "base/unix/program.hpp"
#include "faces/cli/transfer/download.hpp"
#include "faces/cli/transfer/lines.hpp"
#include "faces/cli/transfer/reach.hpp"
#include "faces/cli/transfer/transfers.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "programs/spool/transfer_words.hpp"

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
        return fail(Errc::ILLEGAL_ARGUMENT, "-O takes no name, and \"{}\" is no URL: -o {} names the file",
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

} // namespace

Result<std::vector<Wanted>> wantedBy(const Arguments& given, const std::filesystem::path& here) {
    if (given.value("output") == "") return fail(Errc::ILLEGAL_ARGUMENT, "-o is empty: it takes a file or a directory");
    if (given.value("output") == "-")
        return fail(Errc::ILLEGAL_ARGUMENT, "-o takes a file or a directory: a transfer that outlives this command has "
                                            "no stdout");
    std::vector<std::string> urls = given.words;
    if (const auto list = given.value("input-file"))
        for (std::string& url : STINT_TRY(urlsOf(*list, here)))
            urls.push_back(std::move(url));
    if (urls.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "it needs a URL: stint get URL…, or a list of them with -i");
    std::vector<Wanted> all;
    std::map<std::filesystem::path, std::string> targets; // each with the URL that is saved there
    for (const std::string& url : urls) {
        auto order = STINT_TRY(one(url, given, here));
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
        if (auto target = checkTarget(one.target, one.overwrite); !target.ok())
            return screen.fail(ends::cannotCreate,
                               fmt::format("cannot {}: {}", tasks.back().action, target.error().message));
    }
    return transferAll(given, screen, tasks);
}

} // namespace stint::cli
