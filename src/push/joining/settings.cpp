#include "push/joining/settings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/toml.hpp"
#include "base/text/words.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/paths.hpp"
#include "push/envelope/bytes.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {
namespace {

constexpr Bytes longestFile = 16 << 10;
constexpr std::size_t mostBrokers = 8, longestUrl = 512, longestOrigin = 256;

/// A text as TOML writes it: in this much it is JSON's.
std::string inToml(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// A file's table with its name, for messages.
class Table {
public:
    Table(const toml::table& table, std::string file, std::string path)
        : table_(table), file_(std::move(file)), path_(std::move(path)) {}

    Error wrong(std::string_view key, std::string_view what) const {
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: {}{}{} {}", file_, path_, path_.empty() ? "" : ".", key, what);
    }
    Result<void> knowsOnly(std::span<const std::string_view> keys) const {
        for (const auto& [key, value] : table_) {
            const std::string_view name = key.str();
            if (std::ranges::find(keys, name) != keys.end()) continue;
            const auto guess = nearest(name, keys);
            return wrong(name, guess ? fmt::format("is unknown; did you mean \"{}\"?", *guess)
                                     : fmt::format("is unknown; there are {}", fmt::join(keys, ", ")));
        }
        return {};
    }
    Result<Table> table(const char* key) const {
        const auto* const found = table_[key].as_table();
        if (!found) return wrong(key, "is missing; it is a table");
        return Table(*found, file_, key);
    }
    /// Empty where it is not there.
    Result<std::string> text(const char* key) const {
        const auto node = table_[key];
        if (!node) return std::string();
        const auto value = node.value_exact<std::string>();
        if (!value) return wrong(key, "is no text");
        return *value;
    }
    Result<std::vector<std::string>> texts(const char* key, std::size_t most) const {
        const auto* const list = table_[key].as_array();
        if (!list || list->empty() || list->size() > most)
            return wrong(key, fmt::format("is a list of 1 to {} texts", most));
        std::vector<std::string> texts;
        for (const auto& one : *list) {
            const auto value = one.value_exact<std::string>();
            if (!value) return wrong(key, fmt::format("is a list of 1 to {} texts", most));
            texts.push_back(*value);
        }
        return texts;
    }
    /// 32 bytes. The error does not repeat what stands there: it may be a secret.
    Result<std::array<unsigned char, 32>> bytes(const char* key) const {
        const std::string given = STINT_TRY(text(key));
        const auto read = from64(given);
        if (!read || read->size() != 32) return wrong(key, "is 32 bytes in base64url, 43 characters");
        std::array<unsigned char, 32> its{};
        std::ranges::copy(*read, its.begin());
        return its;
    }

private:
    const toml::table& table_;
    std::string file_;
    std::string path_;
};

bool isPlainText(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool isOrigin(std::string_view text) {
    const bool hasScheme = text.starts_with("https://") || text.starts_with("http://");
    return hasScheme && text.size() <= longestOrigin && isPlainText(text) &&
           text.find_first_of("/?#@\\", text.find("//") + 2) == std::string_view::npos && !text.ends_with("//");
}

bool isFileName(std::string_view text) {
    return text.find('/') == std::string_view::npos && text != "." && text != ".." &&
           text.find('\0') == std::string_view::npos;
}

Result<void> readServer(const Table& file, LineSettings& into) {
    static constexpr std::array<std::string_view, 3> keys{"origin", "brokers", "key"};
    const Table server = STINT_TRY(file.table("server"));
    STINT_TRY(server.knowsOnly(keys));
    into.origin = STINT_TRY(server.text("origin"));
    if (!isOrigin(into.origin))
        return server.wrong("origin", "is an origin without a path, as in \"https://push.example\"");
    into.brokers = STINT_TRY(server.texts("brokers", mostBrokers));
    if (!std::ranges::all_of(into.brokers, isBroker))
        return server.wrong("brokers", "is a list of URLs, as in \"nats://127.0.0.1:4222\" or \"tls://push.example\"");
    into.serverKey = STINT_TRY(server.bytes("key"));
    return {};
}

Result<void> readDevice(const Table& file, const std::filesystem::path& directory, LineSettings& into) {
    static constexpr std::array<std::string_view, 4> keys{"name", "shard", "line_key", "credentials"};
    const Table device = STINT_TRY(file.table("device"));
    STINT_TRY(device.knowsOnly(keys));
    into.device = STINT_TRY(device.text("name"));
    if (!isDevice(into.device)) return device.wrong("name", "is 26 characters of Crockford's base32");
    into.shard = STINT_TRY(device.text("shard"));
    if (!isShard(into.shard)) return device.wrong("shard", "is \"00\" to \"0f\"");
    into.lineKey = STINT_TRY(device.bytes("line_key"));
    const std::string credentials = STINT_TRY(device.text("credentials"));
    if (!isFileName(credentials)) return device.wrong("credentials", "is the name of a file beside this one");
    if (!credentials.empty()) into.credentials = directory / credentials;
    return {};
}

Result<void> checkOwn(int descriptor, const std::filesystem::path& file) {
    struct stat found {};
    if (::fstat(descriptor, &found) != 0) return diskRefused("look at", file);
    if (found.st_uid != ::getuid())
        return fail(Errc::SECURITY, "{} belongs to uid {}; it must be yours", file.string(), found.st_uid);
    const unsigned others = found.st_mode & 0177U;
    if (others != 0)
        return fail(Errc::SECURITY, "{} has mode {:04o}; it has secrets, and must have 0600 (chmod 0600 {})",
                    file.string(), found.st_mode & 07777U, file.string());
    return {};
}

} // namespace

bool isBroker(std::string_view text) {
    return (text.starts_with("nats://") || text.starts_with("tls://")) && text.size() <= longestUrl &&
           isPlainText(text);
}

std::filesystem::path LineSettings::directory() { return stateDirectory() / "push"; }

Result<std::optional<LineSettings>> LineSettings::read(const std::filesystem::path& directory) {
    const std::filesystem::path file = directory / fileName;
    const Fd opened = openRegular(AT_FDCWD, file);
    if (!opened && errno == ENOENT) return std::optional<LineSettings>();
    if (!opened && errno == 0) return fail(Errc::SECURITY, "{} is no regular file", file.string());
    if (!opened) return diskRefused("open", file);
    STINT_TRY(checkOwn(opened.get(), file));
    const auto text = readAtMost(opened.get(), longestFile);
    if (!text) return diskRefused("read", file);
    auto settings = STINT_TRY(parse(*text, directory));
    return std::optional(std::move(settings));
}

Result<LineSettings> LineSettings::parse(std::string_view text, const std::filesystem::path& directory) {
    static constexpr std::array<std::string_view, 2> keys{"server", "device"};
    const std::string name = (directory / fileName).string();
    const toml::table parsed = STINT_TRY(parseToml(text, name));
    const Table file(parsed, name, "");
    STINT_TRY(file.knowsOnly(keys));
    LineSettings settings;
    STINT_TRY(readServer(file, settings));
    STINT_TRY(readDevice(file, directory, settings));
    return settings;
}

Result<void> LineSettings::write(const std::filesystem::path& directory, std::string_view itsCredentials) {
    const std::string beside = device + ".creds";
    const std::string itsText = text(beside);
    const LineSettings read = STINT_TRY(parse(itsText, directory));
    STINT_TRY(makePrivateDirectory(directory));
    const Folder folder = STINT_TRY(Folder::open(directory));
    STINT_TRY(writePrivateFile(folder, beside, itsCredentials));
    STINT_TRY(writePrivateFile(folder, fileName, itsText));
    credentials = read.credentials;
    return {};
}

std::string LineSettings::text(const std::string& beside) const {
    std::vector<std::string> urls;
    for (const std::string& url : brokers)
        urls.push_back(inToml(url));
    return fmt::format("# The line of this device: `stint push join` writes it, and `stint push leave` removes it.\n"
                       "[server]\norigin = {}\nbrokers = [{}]\nkey = {}\n\n"
                       "[device]\nname = {}\nshard = {}\nline_key = {}\ncredentials = {}\n",
                       inToml(origin), fmt::join(urls, ", "), inToml(in64(charactersOf(serverKey))), inToml(device),
                       inToml(shard), inToml(in64(charactersOf(lineKey))), inToml(beside));
}

Result<void> LineSettings::remove(const std::filesystem::path& directory) const {
    const Folder folder = STINT_TRY(Folder::open(directory));
    STINT_TRY(folder.remove(fileName));
    if (!credentials.empty()) STINT_TRY(folder.remove(std::filesystem::path(credentials).filename()));
    return folder.sync();
}

bool LineSettings::learn(const std::vector<std::string>& places) {
    const auto isSecure = [](const std::string& url) { return url.starts_with("tls://"); };
    const std::string scheme = std::ranges::any_of(brokers, isSecure) ? "tls://" : "nats://";
    const std::size_t before = brokers.size();
    for (const std::string& place : places) {
        std::string url = scheme + place;
        const bool isKnown = std::ranges::any_of(brokers, [&](const std::string& one) {
            return one == url || one.ends_with("@" + place); // a user of tests stands before it
        });
        if (!isKnown && isBroker(url) && brokers.size() < mostBrokers) brokers.push_back(std::move(url));
    }
    return brokers.size() > before;
}

bool LineSettings::isSameJoin(const LineSettings& other) const {
    LineSettings same = other;
    same.brokers = brokers;
    return same == *this;
}

Result<void> LineSettings::keepBrokers(const std::filesystem::path& directory) const {
    const auto there = STINT_TRY(read(directory));
    if (!there || !isSameJoin(*there)) return {};
    const Folder folder = STINT_TRY(Folder::open(directory));
    return writePrivateFile(folder, fileName, text(std::filesystem::path(credentials).filename()));
}

std::string LineSettings::endpointOf(std::string_view token) const {
    return fmt::format("{}{}{}", origin, postPath, token);
}

} // namespace stint::push
