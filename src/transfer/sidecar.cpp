#include "transfer/sidecar.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/fail.hpp"
#include "base/fd.hpp"
#include "base/proc.hpp"

namespace stint::transfer {
namespace {

using Json = nlohmann::json;

constexpr int version = 2;

Error refused(std::string_view deed, const std::filesystem::path& file) {
    return fail(Errc::System, "cannot {} {}: {}", deed, file.native(), std::strerror(errno));
}

std::string_view nameOf(Validator::Kind kind) {
    switch (kind) {
    case Validator::Kind::None:
        return "none";
    case Validator::Kind::ETag:
        return "etag";
    case Validator::Kind::LastModified:
        return "last-modified";
    }
    return "none";
}

std::optional<Validator::Kind> kindNamed(std::string_view name) {
    for (auto kind : {Validator::Kind::None, Validator::Kind::ETag, Validator::Kind::LastModified})
        if (nameOf(kind) == name) return kind;
    return std::nullopt;
}

// Reads the fields of an object; one that is missing or of another type spoils the whole.
class Fields {
public:
    explicit Fields(const Json& object) : object_(object) {}

    std::string text(const char* key) {
        auto found = object_.find(key);
        if (found != object_.end() && found->is_string()) return found->get<std::string>();
        whole_ = false;
        return {};
    }
    std::int64_t number(const char* key) {
        auto found = object_.find(key);
        if (found != object_.end() && found->is_number_integer()) return found->get<std::int64_t>();
        whole_ = false;
        return 0;
    }
    bool whole() const { return whole_; }

private:
    const Json& object_;
    bool whole_ = true;
};

Result<void> writeWhole(const std::filesystem::path& file, std::string_view text, Durability durability) {
    // 0600: the URL may hold a password.
    Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return refused("create", file);
    if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return refused("write", file);
    if (durability == Durability::OverPowerLoss && ::fsync(fd.get()) != 0) return refused("sync", file);
    return {};
}

} // namespace

std::string encode(const Sidecar& sidecar) {
    Json object{{"version", version},
                {"url", sidecar.url},
                {"location", sidecar.location},
                {"validator", {{"kind", nameOf(sidecar.validator.kind)}, {"text", sidecar.validator.text}}},
                {"total", sidecar.total.value_or(unknownBytes)},
                {"boot", sidecar.boot},
                {"durable", sidecar.durable},
                {"anew", sidecar.anew},
                {"digest", sidecar.digest},
                {"name", sidecar.name},
                {"checksum", sidecar.checksum},
                {"finishedInode", static_cast<std::int64_t>(sidecar.finishedInode)}};
    // A URL may hold bytes that are no UTF-8. Replaced they name no URL any more, and the file is begun anew.
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Sidecar> decode(std::string_view text) {
    Json object = Json::parse(text, nullptr, false);
    if (!object.is_object() || !object.contains("validator") || !object["validator"].is_object()) return std::nullopt;
    Fields fields(object);
    Fields validator(object["validator"]);
    auto kind = kindNamed(validator.text("kind"));
    Sidecar sidecar;
    sidecar.url = fields.text("url");
    sidecar.location = fields.text("location");
    sidecar.validator = {kind.value_or(Validator::Kind::None), validator.text("text")};
    if (auto total = fields.number("total"); total >= 0) sidecar.total = total;
    sidecar.boot = fields.text("boot");
    sidecar.durable = fields.number("durable");
    sidecar.anew = fields.text("anew");
    sidecar.digest = fields.text("digest");
    sidecar.name = fields.text("name");
    sidecar.checksum = fields.text("checksum");
    sidecar.finishedInode = static_cast<std::uint64_t>(fields.number("finishedInode"));
    bool sound = fields.number("version") == version && kind && sidecar.durable >= 0;
    return sound && fields.whole() && validator.whole() ? std::optional(sidecar) : std::nullopt;
}

std::optional<Sidecar> loadSidecar(const std::filesystem::path& state) {
    auto text = readFile(state);
    return text ? decode(*text) : std::nullopt;
}

Result<void> saveSidecar(const PartPaths& paths, const Sidecar& sidecar, Durability durability) {
    std::filesystem::path fresh = paths.state;
    fresh += "-new";
    STINT_TRY(writeWhole(fresh, encode(sidecar), durability));
    if (::rename(fresh.c_str(), paths.state.c_str()) != 0) return refused("replace", paths.state);
    return {};
}

Result<void> removeSidecar(const PartPaths& paths) {
    if (::unlink(paths.state.c_str()) == 0) return syncDirectory(paths.directory);
    if (errno == ENOENT) return {};
    return refused("remove", paths.state);
}

Result<void> syncDirectory(const std::filesystem::path& directory) {
    Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return refused("sync", directory);
    return {};
}

} // namespace stint::transfer
