// stintd's main(), and `stintd --stored`.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/process.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"
#include "stintd/daemon/resources.hpp"
#include "stintd/store/store.hpp"

namespace {

using namespace stint;

// `stintd --stored`: what waits in the store of a daemon that does not run, for `stint` alone (linux.md §A.10).

namespace fs = std::filesystem;

constexpr std::size_t mostNamed = 3;
constexpr std::uintmax_t longest = 256 * 1024 * 1024;

/// In memory where there is a directory of the user's there.
Result<ScratchDirectory> placeForCopy() {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    std::error_code absent;
    const bool usable = runtime && fs::is_directory(runtime, absent);
    return ScratchDirectory::make(usable ? runtime : "/tmp", "stint-stored");
}

Result<void> copyInto(const fs::path& directory, const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(file, error);
    if (status.type() == fs::file_type::not_found) return {};
    if (!error && !fs::is_regular_file(status)) return fail(Errc::STORAGE, "{} is no file", file.native());
    if (!error && fs::file_size(file, error) > longest)
        return fail(Errc::STORAGE, "{} is too large to look into", file.native());
    if (!error) fs::copy_file(file, directory / file.filename(), error);
    if (error) return fail(Errc::STORAGE, "{}: {}", file.native(), error.message());
    return {};
}

/// An error of the copy, in the words of the store itself.
Error renamed(Error error, const fs::path& copy, const fs::path& store) {
    std::string& text = error.message;
    for (auto at = text.find(copy.native()); at != std::string::npos;
         at = text.find(copy.native(), at + store.native().size()))
        text.replace(at, copy.native().size(), store.native());
    return error;
}

std::string nameOf(const Job& job) {
    const std::string key = textOf(job.key);
    return printable(job.details->label.empty() ? key : fmt::format("{} ({})", key, job.details->label));
}

/// A sentence for a person: the jobs that the next daemon of this store would have, in this boot; empty: none. Reads a
/// private copy of the store, so nothing of it is made, mended, migrated or locked. An Error says why it cannot be
/// read.
Result<std::string> storedText(const fs::path& store) {
    std::error_code absent;
    if (fs::symlink_status(store / "stint.db", absent).type() == fs::file_type::not_found) return std::string{};
    const auto copy = placeForCopy();
    if (!copy.ok()) return fail(Errc::STORAGE, "no private directory can be made to look into it");
    for (const char* const name : {"stint.db", "stint.db-wal", "stint.db-journal", "stint.commits"})
        STINT_TRY(copyInto(copy->path(), store / name));
    const BootId boot{bootId()};
    auto opened = Store::open({.directory = copy->path(), .boot = boot, .failCommit = {}});
    if (!opened) return renamed(opened.error(), copy->path(), store);
    const auto snapshot = opened->load();
    if (!snapshot) return renamed(snapshot.error(), copy->path(), store);
    std::vector<std::string> names;
    for (const StoredJob& stored : snapshot->jobs) // a reboot ends the others
        if (stored.boot == boot || stored.job.info.isPersisted()) names.push_back(nameOf(stored.job));
    const std::string damage =
        opened->notes().empty() ? "" : "; the store is damaged, and this is what can be read of it";
    if (names.empty()) return damage.empty() ? std::string{} : "no job can be read in the store, which is damaged";
    const std::size_t shown = std::min(names.size(), mostNamed);
    const std::size_t more = names.size() - shown;
    names.resize(shown);
    return fmt::format("{} in the store: {}{}{}", counted(shown + more, "job waits", "jobs wait"),
                       fmt::join(names, ", "), more > 0 ? fmt::format(" and {} more", more) : "", damage);
}

int printStored(const std::filesystem::path& store) {
    const auto text = storedText(store);
    const std::string line = text.ok() ? *text : "the store cannot be read: " + text.error().message;
    if (!line.empty()) fmt::print("{}\n", line);
    return text.ok() ? ends::ok : ends::inputOutput;
}

// The daemon.

/// 69 for what may be otherwise at the next start; 78, which systemd does not try again, for what a person has to mend,
/// such as a store of a newer stint.
int codeOf(const Error& error) { return error.code == Errc::ILLEGAL_STATE ? ends::configuration : ends::unavailable; }

int fails(int code, const Error& error) {
    complain("stintd", error.message);
    return code;
}

} // namespace

int main(int argc, char** argv) {
    auto options = parseOptions(argc, argv);
    if (options.stored) return printStored(options.store);
    auto policy = readPolicyFiles(options.policy);
    if (!policy) return fails(ends::configuration, policy.error());
    startLog();
    options.descriptors = raiseDescriptorLimit();
    Daemon daemon(std::move(options), *std::move(policy));
    if (auto opened = daemon.open(); !opened) return fails(codeOf(opened.error()), opened.error());
    if (auto ran = daemon.run(); !ran) return fails(ends::unavailable, ran.error());
    return 0;
}
