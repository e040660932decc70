// The installed apps: manifests read from their directories, checked, and watched for change (architecture.md, who is
// calling). A manifest that is wrong is told of, and harms no other; its app is not installed, or stays as it was when
// the file was last right.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-event.h>

#include "base/text/app_id.hpp"
#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// Reads one manifest. IllegalArgument: "FILE:LINE:COLUMN: what is wrong, and what would be right" (an unknown key
/// names the nearest known one). `file` is only for messages, and its stem must be the package.
Result<Manifest> parseManifest(std::string_view text, const std::filesystem::path& file);

/// What is legal in a manifest and hardly meant: an exported job service (jobs.md §2.2), a permission spelled wrong.
std::vector<Error> warningsAbout(const Manifest& manifest);

/// The apps that need no manifest: org.stint.transfer and org.stint.shell. `libexec` holds their programs.
std::vector<Manifest> builtInManifests(const std::filesystem::path& libexec);
/// The app of a guard (jobs.md §14.5), which is built in while the daemon knows of a job of it.
Manifest guardManifest(const AppId& app, const std::filesystem::path& libexec);

class Registry {
public:
    struct Change {
        std::optional<Manifest> installed; ///< new or updated
        std::optional<AppId> removed;
    };
    using OnChange = std::function<void(const Change&)>; ///< from the event loop
    using OnError = std::function<void(const Error&)>;   ///< a manifest that was refused, a warning

    /// Earlier directories win. `builtIn` manifests cannot be replaced by files. Watches by inotify; directories may
    /// come later. Trouble with what is there already is told from inside this call, what is good is in all().
    static Result<std::unique_ptr<Registry>> open(sd_event* loop, std::vector<std::filesystem::path> directories,
                                                  std::vector<Manifest> builtIn, OnChange change, OnError error);
    virtual ~Registry() = default;

    virtual std::vector<Manifest> all() const = 0;
    virtual const Manifest* find(std::string_view package) const = 0;
    /// One that needs no manifest, from now on; OnChange is not told.
    virtual void addBuiltIn(const Manifest& manifest) = 0;
    /// Where a person's own manifests are: the first of the directories.
    virtual std::filesystem::path ownDirectory() const = 0;
    /// What is wrong with the manifests as they are: the refused ones, and warnings.
    virtual const std::set<std::string>& errors() const = 0;
    /// The app whose manifest's `executable` is this very file (by device and inode); /proc/PID/exe will do. Where
    /// two apps name the same file it is neither's.
    virtual const Manifest* byExecutable(const std::filesystem::path& executable) const = 0;
};

} // namespace stint
