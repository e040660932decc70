#include "programs/transfer/sidecar.hpp"

#include <cstdio>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "programs/spool/transfers.hpp"
#include "programs/transfer/access.hpp"
#include "programs/transfer/digest.hpp"

namespace stint::transfer {
namespace {

using Json = nlohmann::json;

constexpr int sidecarVersion = 3;

// The limit of encode()'s output: curl bounds an ETag and a server's file name at 100 KiB a header.
constexpr Bytes longestSidecar = 1_MiB;

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

// Reads the fields of an object; a missing one, or one of another type, invalidates all.
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
    /// Empty where it is missing: records of an older Stint lack it.
    std::string laterText(const char* key) { return object_.contains(key) ? text(key) : ""; }
    /// False where it is missing.
    bool laterFlag(const char* key) {
        auto found = object_.find(key);
        if (found == object_.end()) return false;
        whole_ = whole_ && found->is_boolean();
        return found->is_boolean() && found->get<bool>();
    }
    bool whole() const { return whole_; }

private:
    const Json& object_;
    bool whole_ = true;
};

/// Server text in it was made harmless, or parsed, before it was written.
bool isHarmless(const Sidecar& sidecar) {
    const bool digest = sidecar.digest.empty() || parseChecksum(sidecar.digest).ok();
    return digest && harmlessFileName(sidecar.name) == sidecar.name && sidecar.durable >= 0;
}

Result<void> writeWhole(int descriptor, std::string_view text, const std::filesystem::path& file,
                        Durability durability) {
    if (::write(descriptor, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return diskRefused("write", file);
    if (durability == Durability::OverPowerLoss && ::fsync(descriptor) != 0) return diskRefused("sync", file);
    return {};
}

} // namespace

std::string encode(const Sidecar& sidecar) {
    const Json object{{"version", sidecarVersion},
                      {"source", sidecar.source},
                      {"joined", sidecar.joined},
                      {"location", sidecar.location},
                      {"validator",
                       {{"kind", nameOf(sidecar.validator.kind)},
                        {"text", sidecar.validator.text},
                        {"lastModified", sidecar.validator.lastModified}}},
                      {"total", sidecar.total.value_or(NETWORK_BYTES_UNKNOWN)},
                      {"boot", sidecar.boot},
                      {"durable", sidecar.durable},
                      {"anew", sidecar.anew},
                      {"digest", sidecar.digest},
                      {"name", sidecar.name},
                      {"checksum", sidecar.checksum},
                      {"finishedInode", static_cast<std::int64_t>(sidecar.finishedInode)}};
    // Server text may not be UTF-8. With bytes replaced it proves nothing, and the download starts over.
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Sidecar> decode(std::string_view text) {
    Json object = Json::parse(text, nullptr, false);
    if (!object.is_object() || !object.contains("validator") || !object["validator"].is_object()) return std::nullopt;
    Fields fields(object);
    Fields validator(object["validator"]);
    auto kind = kindNamed(validator.text("kind"));
    Sidecar sidecar;
    sidecar.source = fields.text("source");
    sidecar.joined = fields.laterFlag("joined");
    sidecar.location = fields.text("location");
    sidecar.validator = {kind.value_or(Validator::Kind::None), validator.text("text"),
                         validator.laterText("lastModified")};
    // An older Stint accepted an ETag that proves nothing.
    if (kind == Validator::Kind::ETag && !isStrongETag(sidecar.validator.text)) sidecar.validator = {};
    if (auto total = fields.number("total"); total >= 0) sidecar.total = total;
    sidecar.boot = fields.text("boot");
    sidecar.durable = fields.number("durable");
    sidecar.anew = fields.text("anew");
    sidecar.digest = fields.text("digest");
    sidecar.name = fields.text("name");
    sidecar.checksum = fields.text("checksum");
    sidecar.finishedInode = static_cast<std::uint64_t>(fields.number("finishedInode"));
    const bool sound = fields.number("version") == sidecarVersion && kind && isHarmless(sidecar);
    return sound && fields.whole() && validator.whole() ? std::optional(sidecar) : std::nullopt;
}

std::string sourceOf(const std::string& url) { return fingerprint(withoutUser(url)); }

Result<std::optional<Sidecar>> loadSidecar(const PartPlace& place) {
    const std::optional<std::string> text = STINT_TRY(place.folder->read(place.names.state, longestSidecar));
    return text ? decode(*text) : std::nullopt;
}

Result<void> saveSidecar(const PartPlace& place, const Sidecar& sidecar, Durability durability) {
    const auto& [folder, names] = place;
    const std::string fresh = freshName(*folder, names.state);
    const Fd fd = folder->create(fresh);
    if (!fd) return diskRefused("create", folder->at(fresh));
    if (const auto written = writeWhole(fd.get(), encode(sidecar), folder->at(fresh), durability); !written.ok()) {
        (void)folder->remove(fresh);
        return written;
    }
    const int directory = folder->descriptor();
    if (::renameat(directory, fresh.c_str(), directory, names.state.c_str()) == 0) return {};
    Error error = diskRefused("replace", folder->at(names.state));
    (void)folder->remove(fresh);
    return error;
}

Result<void> removeSidecar(const PartPlace& place) {
    if (place.folder->standing(place.names.state) == Folder::Standing::Absent) return {};
    STINT_TRY(place.folder->remove(place.names.state));
    return place.folder->sync();
}

Resume resumeOf(const std::optional<Sidecar>& sidecar, const std::string& source, Bytes partSize,
                const std::string& boot) {
    if (partSize == 0) return {};
    if (!sidecar) return {0, "the record of what was there is missing or damaged"};
    if (sidecar->source != source) return {0, "what was there came from another URL"};
    if (!sidecar->validator.proves()) return {0, "the server cannot resume"};
    // An empty boot id never matches: if the kernel has none, every run counts as one after a power loss.
    const bool sameBoot = sidecar->boot == boot && !boot.empty();
    const Bytes offset = sameBoot ? partSize : sidecar->durable;
    if (partSize < offset || (sidecar->total && *sidecar->total < offset))
        return {0, "what was there does not fit its record"};
    return {offset, {}};
}

} // namespace stint::transfer
