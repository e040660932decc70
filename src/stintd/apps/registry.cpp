#include "stintd/apps/registry.hpp"

#include <map>
#include <set>
#include <utility>

#include <sys/stat.h>

#include <fmt/format.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/model/agent.hpp"
#include "stintd/apps/directory_watch.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

class FileRegistry : public Registry {
public:
    FileRegistry(std::vector<fs::path> directories, std::vector<Manifest> builtIn, OnChange change, OnError error)
        : directories_(std::move(directories)), change_(std::move(change)), onError_(std::move(error)),
          watch_(directories_, [this] { reload(); }) {
        for (Manifest& manifest : builtIn) {
            std::string package = manifest.package.name;
            builtIn_.emplace(package, std::move(manifest));
        }
    }

    Result<void> start(sd_event* loop) {
        const auto tell = [this](const std::string& sentence) { onError_(fail(Errc::BUSY, "{}", sentence)); };
        STINT_TRY(watch_.start(loop, tell)); // before the reading, so that no change is missed
        installed_ = readAll();
        return {};
    }

    std::vector<Manifest> all() const override {
        std::vector<Manifest> manifests;
        for (const auto& [package, manifest] : installed_)
            manifests.push_back(manifest);
        return manifests;
    }

    const Manifest* find(std::string_view package) const override { return findIn(installed_, package); }

    void addBuiltIn(const Manifest& manifest) override {
        builtIn_.insert_or_assign(manifest.package.name.str(), manifest);
        installed_.insert_or_assign(manifest.package.name.str(), manifest);
    }

    void addGuest(const AppId& app) override {
        guests_.insert(app.name.str());
        installed_.try_emplace(app.name.str(), guestManifest(app.name.str()));
    }

    void dropGuest(const AppId& app) override {
        if (isGuest(app.name)) installed_.erase(app.name.str());
        guests_.erase(app.name.str());
    }

    std::vector<AppId> guests() const override {
        std::vector<AppId> guests;
        for (const std::string& guest : guests_)
            guests.push_back(AppId{guest});
        return guests;
    }

    bool isGuest(std::string_view package) const override {
        const Manifest* const manifest = find(package);
        return manifest && *manifest == guestManifest(package);
    }

    fs::path ownDirectory() const override { return directories_.empty() ? fs::path() : directories_.front(); }

    const std::set<std::string>& errors() const override { return said_; }

    const Manifest* byExecutable(const fs::path& executable) const override {
        struct stat wanted {};
        if (::stat(executable.c_str(), &wanted) != 0) return nullptr;
        const Manifest* match = nullptr;
        for (const auto& [package, manifest] : installed_) {
            struct stat own {};
            if (manifest.executable.empty() || ::stat(manifest.executable.c_str(), &own) != 0) continue;
            if (own.st_dev != wanted.st_dev || own.st_ino != wanted.st_ino) continue;
            if (match) return nullptr;
            match = &manifest;
        }
        return match;
    }

private:
    using Installed = std::map<std::string, Manifest, std::less<>>;

    static Manifest guestManifest(std::string_view package) {
        Manifest manifest;
        manifest.package = AppId{std::string(package)};
        manifest.label = package;
        return manifest;
    }

    Installed readAll() {
        Installed installed = builtIn_;
        std::set<std::string> messages;
        auto say = [&](const Error& error) {
            messages.insert(error.message);
            if (!said_.contains(error.message)) onError_(error); // once, as long as it lasts
        };
        for (const fs::path& directory : directories_)
            for (auto& manifest : readManifests(directory))
                install(std::move(manifest), installed, say);
        for (const std::string& guest : guests_)
            installed.try_emplace(guest, guestManifest(guest));
        said_ = std::move(messages);
        return installed;
    }

    template <class Say> void install(Result<Manifest> manifest, Installed& installed, const Say& say) {
        if (!manifest) return say(manifest.error());
        const std::string& package = manifest->package.name;
        if (builtIn_.contains(package))
            return say(fail(Errc::SECURITY, "{}: {} is built in and cannot be replaced", manifest->file, package));
        for (const Error& warning : warningsAbout(*manifest))
            say(warning);
        std::string key = package; // the manifest of an earlier directory stays
        installed.try_emplace(std::move(key), std::move(manifest).value());
    }

    void reload() {
        const Installed before = std::exchange(installed_, readAll());
        std::vector<Change> changes;
        for (const auto& [package, manifest] : before) {
            if (installed_.contains(package)) continue;
            // A file that is still there has a mistake in it, or is half written: that cancels no jobs and kills no app
            // (jobs.md §7.4 is for one that is gone).
            std::error_code ignored;
            if (fs::exists(fs::symlink_status(manifest.file, ignored))) {
                installed_.emplace(package, manifest);
            } else {
                changes.push_back({std::nullopt, AppId{package}});
            }
        }
        for (const auto& [package, manifest] : installed_) {
            auto old = before.find(package);
            if (old == before.end() || old->second != manifest) changes.push_back({manifest, std::nullopt});
        }
        for (const Change& change : changes)
            change_(change);
    }

    std::vector<fs::path> directories_;
    OnChange change_;
    OnError onError_;
    Installed builtIn_;
    std::set<std::string> guests_;
    Installed installed_;
    std::set<std::string> said_; ///< errors and warnings of the present files
    DirectoryWatch watch_;
};

} // namespace

Result<std::unique_ptr<Registry>> Registry::open(sd_event* loop, std::vector<fs::path> directories,
                                                 std::vector<Manifest> builtIn, OnChange change, OnError error) {
    for (fs::path& directory : directories) {
        directory = fs::absolute(directory).lexically_normal();
        if (!directory.has_filename()) directory = directory.parent_path(); // "apps/"
    }
    auto registry =
        std::make_unique<FileRegistry>(std::move(directories), std::move(builtIn), std::move(change), std::move(error));
    STINT_TRY(registry->start(loop));
    return std::unique_ptr<Registry>(std::move(registry));
}

// The apps that are built in (architecture.md, running a job), as manifests like those of files.

namespace {

Manifest builtIn(std::string_view package, std::string label, std::string icon) {
    Manifest manifest;
    manifest.package = AppId{std::string(package)};
    manifest.label = std::move(label);
    manifest.icon = std::move(icon);
    manifest.permissions = {std::string(runUserInitiatedJobs), std::string(receiveBootCompleted)};
    manifest.builtIn = true;
    return manifest;
}

void addService(Manifest& manifest, Service service) {
    service.permission = bindJobService;
    manifest.services.emplace(service.name, service);
}

} // namespace

Manifest guardManifest(const AppId& app, const std::filesystem::path& libexec) {
    const std::string name = app.name.str().substr(guardPackages.size());
    Manifest guard = builtIn(app.name, name, "utilities-terminal");
    addService(guard, {.name = "Command", .command = {(libexec / "stint-shell").string()}, .processPerJob = true});
    return guard;
}

std::vector<Manifest> builtInManifests(const std::filesystem::path& libexec) {
    Manifest transfer = builtIn(transferPackage, "Transfers", "folder-download");
    addService(transfer, {.name = "Transfer", .command = {(libexec / "stint-transfer").string()}});
    transfer.channels.push_back({"transfers", "Transfers", "low"});

    // Each job has a process of its own: a command is kept in the cgroup of the process that runs it, and takes its
    // classes of CPU and I/O, which must not be another job's.
    Manifest shell = builtIn(shellPackage, "Shell", "utilities-terminal");
    addService(shell, {.name = "Command", .command = {(libexec / "stint-shell").string()}, .processPerJob = true});
    shell.channels.push_back({"commands", "Commands", "low"});

    std::vector<Manifest> all{std::move(transfer), std::move(shell)};
    // A fleet's, where its part is installed: nobody else has anything of it.
    const std::filesystem::path agentProgram = libexec / "stint-agent";
    std::error_code ignored;
    if (!std::filesystem::exists(agentProgram, ignored)) return all;
    Manifest agent = builtIn(agentPackage, "Fleet", "network-workgroup");
    agent.permissions = {std::string(receiveBootCompleted)}; // none of its jobs is a person's
    addService(agent, {.name = agentService, .command = {agentProgram.string()}});
    agent.receivers.emplace(agentReceiver, Receiver{.name = agentReceiver, .command = {agentProgram.string()}});
    all.push_back(std::move(agent));
    return all;
}

std::string howToStart(const Registry& registry, std::string_view kind, std::string_view component) {
    std::string declared, typed;
    for (const Manifest& manifest : registry.all()) {
        const std::string name(component);
        const bool declares = kind == "service" ? manifest.services.contains(name) : manifest.receivers.contains(name);
        if (manifest.builtIn || !declares) continue;
        const std::string_view comma = declared.empty() ? "" : ", ";
        declared += fmt::format("{}{}", comma, manifest.package.name);
        typed += fmt::format("{}stint start {}", comma, manifest.package.name);
    }
    if (!declared.empty())
        return fmt::format("this program was not started as an app, and no manifest has it as its executable; the {} "
                           "\"{}\" is one of {}: start it with: {}",
                           kind, component, declared, typed);
    std::string text = fmt::format(
        "this program is not an app's: no manifest declares a {} \"{}\". Write {}/PACKAGE.toml, with package = "
        "\"PACKAGE\", "
        "command = [\"PROGRAM\"], and a [[{}]] with name = \"{}\"{} and a command; then start it with: stint start "
        "PACKAGE",
        kind, component, registry.ownDirectory().string(), kind, component,
        kind == "service" ? fmt::format(", permission = \"{}\"", bindJobService) : "");
    if (!registry.errors().empty()) text += fmt::format(". A manifest is wrong: {}", *registry.errors().begin());
    return text;
}

} // namespace stint
