#include "transfer/upload_record.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/fail.hpp"
#include "base/proc.hpp"
#include "transfer/digest.hpp"

namespace stint::transfer {
namespace {

using Json = nlohmann::json;

constexpr int version = 1;

Error refused(std::string_view deed, const std::filesystem::path& file) {
    return fail(Errc::System, "cannot {} {}: {}", deed, file.native(), std::strerror(errno));
}

bool isNamed(int descriptor, const std::filesystem::path& path) {
    struct stat held = {};
    struct stat named = {};
    return ::fstat(descriptor, &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

} // namespace

std::string encode(const UploadState& state) {
    Json object{{"version", version},
                {"location", state.location},
                {"device", state.mark.device},
                {"inode", state.mark.inode},
                {"size", state.mark.size},
                {"modified", state.mark.modified},
                {"changed", state.mark.changed},
                {"expires", state.expires.value_or(-1)},
                {"termination", state.termination},
                {"checksum", state.checksum},
                {"anew", state.anew}};
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<UploadState> decodeUpload(std::string_view text) {
    try {
        Json object = Json::parse(text);
        if (object.at("version") != version) return std::nullopt;
        UploadState state;
        object.at("location").get_to(state.location);
        object.at("device").get_to(state.mark.device);
        object.at("inode").get_to(state.mark.inode);
        object.at("size").get_to(state.mark.size);
        object.at("modified").get_to(state.mark.modified);
        object.at("changed").get_to(state.mark.changed);
        if (auto expires = object.at("expires").get<std::int64_t>(); expires >= 0) state.expires = expires;
        object.at("termination").get_to(state.termination);
        object.at("checksum").get_to(state.checksum);
        object.at("anew").get_to(state.anew);
        return state;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

std::filesystem::path UploadRecord::pathOf(const Upload& upload) {
    return upload.records / (fingerprint(upload.url + '\n' + upload.source.native()) + ".json");
}

Result<std::optional<UploadRecord>> UploadRecord::open(const Upload& upload) {
    std::error_code error;
    std::filesystem::create_directories(upload.records, error);
    std::filesystem::path path = pathOf(upload);
    for (;;) {
        Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!fd) return refused("create", path);
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) return std::optional<UploadRecord>{};
            return refused("lock", path);
        }
        // Its last holder may have removed it before this lock was had.
        if (isNamed(fd.get(), path)) return std::optional(UploadRecord(std::move(path), std::move(fd)));
    }
}

std::optional<UploadState> UploadRecord::load() const {
    auto text = readFile(path_);
    return text ? decodeUpload(*text) : std::nullopt;
}

Result<void> UploadRecord::save(const UploadState& state) const {
    std::string text = encode(state);
    // In place, for the lock is on this file: what a power loss tears is no JSON any more, and begins anew.
    if (::ftruncate(fd_.get(), 0) != 0 ||
        ::pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return refused("write", path_);
    if (::fdatasync(fd_.get()) != 0) return refused("sync", path_);
    return {};
}

void UploadRecord::remove() const { ::unlink(path_.c_str()); }

} // namespace stint::transfer
