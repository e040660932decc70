// The installed apps: manifests read from their directories, checked, and watched for change; those that are built in;
// and the error for a program that is no app's (architecture.md, who is calling). A wrong manifest is reported, and
// harms no other; its app is not installed, or keeps its last right manifest. A file that another user could have
// written is refused.
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
#include "contract/manifest/manifest.hpp"
#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// The directories of manifests (linux.md §A.10, the XDG Base Directory Specification), nearest first, each once:
/// stint/apps of the user's own data directory; `installed`, which came with this stintd; stint/apps of each of the
/// system's data directories. `dataDirs` is XDG_DATA_DIRS: empty stands for its default; relative paths in it are
/// skipped, as that specification says.
std::vector<std::filesystem::path> manifestDirectories(const std::filesystem::path& dataHome,
                                                       const std::optional<std::filesystem::path>& installed,
                                                       std::string_view dataDirs);

/// Reads every *.toml file in it that is not hidden, in the order of their names: each gives a manifest, or the reason
/// why it was refused. A directory that does not exist gives none; one that is refused gives a single error.
std::vector<Result<Manifest>> readManifests(const std::filesystem::path& directory);

/// The apps that need no manifest: org.stint.transfer, org.stint.shell, and org.stint.agent where its program is there.
/// `libexec` holds their programs.
std::vector<Manifest> builtInManifests(const std::filesystem::path& libexec);
/// A guard's app (jobs.md §14.5), which is built in while the daemon has a job of it.
Manifest guardManifest(const AppId& app, const std::filesystem::path& libexec);

class Registry {
public:
    struct Change {
        std::optional<Manifest> installed; ///< new or updated
        std::optional<AppId> removed;
    };
    using OnChange = std::function<void(const Change&)>; ///< called from the event loop
    using OnError = std::function<void(const Error&)>;   ///< called with a refused manifest's error, or a warning

    /// Earlier directories win. `builtIn` manifests cannot be replaced by files. Watches by inotify; directories may
    /// come later. Errors of the files that are there are reported inside this call; the good manifests are in all().
    static Result<std::unique_ptr<Registry>> open(sd_event* loop, std::vector<std::filesystem::path> directories,
                                                  std::vector<Manifest> builtIn, OnChange change, OnError error);
    virtual ~Registry() = default;

    virtual std::vector<Manifest> all() const = 0;
    virtual const Manifest* find(std::string_view package) const = 0;
    /// Adds an app that needs no manifest; OnChange is not called.
    virtual void addBuiltIn(const Manifest& manifest) = 0;
    /// Adds an app that is known by its name alone, until a file has a manifest of it; or takes it away. OnChange is
    /// not called.
    virtual void addGuest(const AppId& app) = 0;
    virtual void dropGuest(const AppId& app) = 0;
    /// All that were added, those that a file has a manifest of included.
    virtual std::vector<AppId> guests() const = 0;
    /// True if all that is known of the app is its name.
    virtual bool isGuest(std::string_view package) const = 0;
    /// The directory of a person's own manifests: the first one.
    virtual std::filesystem::path ownDirectory() const = 0;
    /// The errors of the refused manifests, and warnings.
    virtual const std::set<std::string>& errors() const = 0;
    /// The app whose manifest's `executable` is this very file (by device and inode); /proc/PID/exe will do. nullptr
    /// where two apps name that file.
    virtual const Manifest* byExecutable(const std::filesystem::path& executable) const = 0;
};

/// The apps that declare `component` and the command to type; where none does, the path and the contents of a manifest.
/// `component`: the name of a service or receiver; `kind`: which of the two.
std::string howToStart(const Registry& registry, std::string_view kind, std::string_view component);

} // namespace stint
