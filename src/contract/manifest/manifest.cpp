#include "contract/manifest/manifest.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/toml.hpp"
#include "base/text/words.hpp"

namespace stint {
namespace {

using Keys = std::span<const std::string_view>;

constexpr std::array<std::string_view, 17> manifestKeys{
    "package",
    "label",
    "version",
    "icon",
    "desktop_file",
    "command",
    "windows",
    "executable",
    "permissions",
    "debuggable",
    "system",
    "hidden",
    "service",
    "channel",
    "receiver",
    "legacy_fgs_jobs_free",
    "legacy_top_started_jobs_free",
};
constexpr std::array<std::string_view, 5> serviceKeys{"name", "command", "exported", "permission", "foreground_type"};
constexpr std::array<std::string_view, 3> channelKeys{"id", "name", "importance"};
constexpr std::array<std::string_view, 2> receiverKeys{"name", "command"};
constexpr std::array<std::string_view, 6> permissions{
    runUserInitiatedJobs, receiveBootCompleted, scheduleExactAlarm, useExactAlarm, "POST_NOTIFICATIONS", bindJobService,
};

std::string listed(Keys words) { return fmt::format("{}", fmt::join(words, ", ")); }

std::string didYouMean(std::string_view word, Keys known) {
    auto guess = nearest(word, known);
    return guess ? fmt::format(" (did you mean \"{}\"?)", *guess) : "";
}

std::string_view kindOf(const toml::node& node) {
    switch (node.type()) {
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "a whole number";
    case toml::node_type::floating_point:
        return "a number";
    case toml::node_type::boolean:
        return "true or false";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::table:
        return "a table";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
        return "a date";
    case toml::node_type::none:
        return "nothing";
    }
    return "nothing";
}

// jobs.md §12.1. Letters, digits, "_" and "-" alone, since a package is also a file name and part of a cgroup's.
bool isPackage(std::string_view name) {
    auto isLetter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    const bool hasDot = name.find('.') != std::string_view::npos;
    const bool edges = !name.empty() && name.front() != '.' && name.back() != '.';
    const bool letters = std::all_of(name.begin(), name.end(), [&](char c) { return isLetter(c) || c == '.'; });
    return hasDot && edges && letters && name.find("..") == std::string_view::npos;
}

/// One table of the file: reads its keys by type; an error names the line and column.
class Table {
public:
    Table(const toml::table& table, const std::filesystem::path& file) : table_(table), file_(file) {}

    template <class... Args>
    Error wrong(const toml::node* node, fmt::format_string<Args...> format, Args&&... args) const {
        return at((node ? *node : table_).source(), fmt::format(format, std::forward<Args>(args)...));
    }

    const toml::node* node(std::string_view key) const { return table_.get(key); }

    Result<void> only(Keys known) const {
        for (auto&& [key, value] : table_) {
            if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
            std::string guess = didYouMean(key.str(), known);
            if (guess.empty()) guess = "; known are " + listed(known);
            return at(key.source(), fmt::format("unknown key \"{}\"{}", key.str(), guess));
        }
        return {};
    }

    /// The key's string, "" where it is missing.
    Result<std::string> text(std::string_view key) const {
        const toml::node* found = node(key);
        if (!found) return std::string();
        return textOf(*found, key, "a string");
    }
    Result<std::string> neededText(std::string_view key) const {
        std::string value = STINT_TRY(text(key));
        if (value.empty()) return wrong(node(key), "{} is missing or empty", key);
        return value;
    }
    Result<bool> flag(std::string_view key) const {
        const toml::node* found = node(key);
        if (!found) return false;
        if (auto value = found->value_exact<bool>()) return *value;
        return wrong(found, "{} is {}; it must be true or false", key, kindOf(*found));
    }
    Result<std::vector<std::string>> words(std::string_view key) const {
        std::vector<std::string> words;
        const toml::node* found = node(key);
        if (!found) return words;
        constexpr std::string_view wanted = "a list of strings, such as [\"a\", \"b\"]";
        const toml::array* list = found->as_array();
        if (!list) return wrong(found, "{} is {}; it must be {}", key, kindOf(*found), wanted);
        for (const toml::node& word : *list) {
            std::string entry = STINT_TRY(textOf(word, key, wanted));
            words.push_back(std::move(entry));
        }
        return words;
    }
    /// Reads a program and its arguments.
    Result<std::vector<std::string>> command(std::string_view key) const {
        std::vector<std::string> words = STINT_TRY(this->words(key));
        if (!node(key)) return words;
        if (words.empty() || words.front().empty())
            return wrong(node(key), "{} is empty; it must begin with a program", key);
        const bool isPath = words.front().find('/') != std::string::npos;
        if (isPath && words.front().front() != '/')
            return wrong(node(key), "{} begins with \"{}\"; a program is a name in PATH or an absolute path", key,
                         words.front());
        return words;
    }
    Result<std::vector<Table>> tables(std::string_view key) const {
        std::vector<Table> tables;
        const toml::node* found = node(key);
        if (!found) return tables;
        const toml::array* list = found->as_array();
        if (!list) return wrong(found, "{} is {}; each is written as [[{}]]", key, kindOf(*found), key);
        for (const toml::node& entry : *list) {
            const toml::table* table = entry.as_table();
            if (!table) return wrong(&entry, "{} holds {}; each is written as [[{}]]", key, kindOf(entry), key);
            tables.emplace_back(*table, file_);
        }
        return tables;
    }

private:
    Error at(const toml::source_region& where, const std::string& what) const {
        return fail(Errc::ILLEGAL_ARGUMENT, "{}:{}:{}: {}", file_.string(), std::max(where.begin.line, 1u),
                    std::max(where.begin.column, 1u), what);
    }
    Result<std::string> textOf(const toml::node& node, std::string_view key, std::string_view wanted) const {
        auto value = node.value_exact<std::string>();
        if (!value) return wrong(&node, "{} is or holds {}; it must be {}", key, kindOf(node), wanted);
        if (value->find('\0') != std::string::npos) return wrong(&node, "{} holds the character NUL", key);
        return *value;
    }

    const toml::table& table_;
    const std::filesystem::path& file_;
};

Result<Service> serviceFrom(const Table& table) {
    STINT_TRY(table.only(serviceKeys));
    Service service;
    service.name = STINT_TRY(table.neededText("name"));
    if (service.name.find('/') != std::string::npos)
        return table.wrong(table.node("name"), "service \"{}\" has a slash, which parts a package from its service",
                           service.name);
    if (!table.node("command"))
        return table.wrong(nullptr, "service \"{}\" has no command; it names the program that hosts it", service.name);
    service.command = STINT_TRY(table.command("command"));
    service.exported = STINT_TRY(table.flag("exported"));
    service.foregroundType = STINT_TRY(table.text("foreground_type"));
    service.permission = STINT_TRY(table.text("permission")); // may be empty here; schedule() refuses it (§2.2)
    return service;
}

Result<Receiver> receiverFrom(const Table& table) {
    STINT_TRY(table.only(receiverKeys));
    Receiver receiver;
    receiver.name = STINT_TRY(table.neededText("name"));
    if (!table.node("command"))
        return table.wrong(nullptr, "receiver \"{}\" has no command; it names the program that hosts it",
                           receiver.name);
    receiver.command = STINT_TRY(table.command("command"));
    return receiver;
}

Result<Channel> channelFrom(const Table& table) {
    STINT_TRY(table.only(channelKeys));
    Channel channel;
    channel.id = STINT_TRY(table.neededText("id"));
    channel.name = STINT_TRY(table.text("name"));
    if (channel.name.empty()) channel.name = channel.id;
    if (!table.node("importance")) return channel;
    channel.importance = STINT_TRY(table.text("importance"));
    if (std::find(channelImportances.begin(), channelImportances.end(), channel.importance) == channelImportances.end())
        return table.wrong(table.node("importance"), "importance \"{}\" is unknown; it is one of {}",
                           channel.importance, listed(channelImportances));
    return channel;
}

Result<void> readServices(const Table& root, Manifest& manifest) {
    for (const Table& table : STINT_TRY(root.tables("service"))) {
        Service service = STINT_TRY(serviceFrom(table));
        if (manifest.services.contains(service.name))
            return table.wrong(nullptr, "service \"{}\" is declared twice", service.name);
        manifest.services.emplace(service.name, service);
    }
    return {};
}

Result<void> readReceivers(const Table& root, Manifest& manifest) {
    for (const Table& table : STINT_TRY(root.tables("receiver"))) {
        Receiver receiver = STINT_TRY(receiverFrom(table));
        if (manifest.receivers.contains(receiver.name))
            return table.wrong(nullptr, "receiver \"{}\" is declared twice", receiver.name);
        manifest.receivers.emplace(receiver.name, receiver);
    }
    return {};
}

Result<void> readChannels(const Table& root, Manifest& manifest) {
    for (const Table& table : STINT_TRY(root.tables("channel"))) {
        Channel channel = STINT_TRY(channelFrom(table));
        auto same = [&](const Channel& other) { return other.id == channel.id; };
        if (std::any_of(manifest.channels.begin(), manifest.channels.end(), same))
            return table.wrong(nullptr, "channel \"{}\" is declared twice", channel.id);
        manifest.channels.push_back(channel);
    }
    return {};
}

Result<void> readPackage(const Table& root, const std::filesystem::path& file, Manifest& manifest) {
    std::string package = STINT_TRY(root.neededText("package"));
    if (!isPackage(package))
        return root.wrong(root.node("package"),
                          "\"{}\" is not a package; one is a reverse domain name such as com.example.mail, of letters, "
                          "digits, \"_\" and \"-\"",
                          package);
    if (file.stem() != package)
        return root.wrong(root.node("package"), "the package is \"{}\", so the file must be named {}.toml", package,
                          package);
    manifest.package = AppId{package};
    return {};
}

Result<void> readProgram(const Table& root, Manifest& manifest) {
    manifest.command = STINT_TRY(root.command("command"));
    manifest.hasWindows = STINT_TRY(root.flag("windows"));
    if (manifest.hasWindows && manifest.command.empty())
        return root.wrong(root.node("windows"), "windows = true wants a command: the main program that has them");
    manifest.executable = STINT_TRY(root.text("executable"));
    if (!manifest.executable.empty() && manifest.executable.front() != '/')
        return root.wrong(root.node("executable"), "executable \"{}\" is relative; it must be an absolute path",
                          manifest.executable);
    return {};
}

} // namespace

Result<Manifest> parseManifest(std::string_view text, const std::filesystem::path& file) {
    const toml::table parsed = STINT_TRY(parseToml(text, file.native()));
    const Table root(parsed, file);
    STINT_TRY(root.only(manifestKeys));
    Manifest manifest;
    manifest.file = file.string();
    STINT_TRY(readPackage(root, file, manifest));
    manifest.label = STINT_TRY(root.text("label"));
    if (manifest.label.empty()) manifest.label = manifest.package.name;
    manifest.version = STINT_TRY(root.text("version"));
    manifest.icon = STINT_TRY(root.text("icon"));
    manifest.desktopFile = STINT_TRY(root.text("desktop_file"));
    STINT_TRY(readProgram(root, manifest));
    for (const std::string& permission : STINT_TRY(root.words("permissions")))
        manifest.permissions.insert(permission);
    manifest.debuggable = STINT_TRY(root.flag("debuggable"));
    manifest.system = STINT_TRY(root.flag("system"));
    manifest.hidden = STINT_TRY(root.flag("hidden"));
    manifest.legacyFgsJobsFree = STINT_TRY(root.flag("legacy_fgs_jobs_free"));
    manifest.legacyTopStartedJobsFree = STINT_TRY(root.flag("legacy_top_started_jobs_free"));
    STINT_TRY(readServices(root, manifest));
    STINT_TRY(readChannels(root, manifest));
    STINT_TRY(readReceivers(root, manifest));
    return manifest;
}

std::vector<Error> warningsAbout(const Manifest& manifest) {
    std::vector<Error> warnings;
    for (const auto& [name, service] : manifest.services) {
        if (service.exported && service.permission == bindJobService)
            warnings.push_back(fail(Errc::ILLEGAL_ARGUMENT,
                                    "{}: service \"{}\" is exported and needs {} to be bound: only the scheduler can "
                                    "bind it, so exported = false says what is meant",
                                    manifest.file, name, bindJobService));
    }
    for (const std::string& permission : manifest.permissions) {
        if (std::find(permissions.begin(), permissions.end(), permission) != permissions.end()) continue;
        std::string guess = didYouMean(permission, permissions);
        if (!guess.empty())
            warnings.push_back(
                fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown permission \"{}\"{}", manifest.file, permission, guess));
    }
    return warnings;
}

} // namespace stint
