#include "faces/fleetctl/offering.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/paths.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/pushctl/server/serving.hpp"
#include "fleet/enrolment/files.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleetctl {
namespace {

constexpr const char* filesNote = "files"; ///< "ORIGIN DIRECTORY", in the fleet's directory
constexpr Bytes longestNote = 8'192;
constexpr std::size_t copiedAtOnce = std::size_t{1} << 20;

Result<void> writeAll(int into, std::string_view bytes, const std::filesystem::path& name) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(into, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(Errc::STORAGE, "cannot write {}: {}", name.string(), std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

struct Read {
    Bytes size = 0;
    std::string sha256;
};
/// All of `from`, which is copied to `into`, where that is named.
Result<Read> readAll(const Fd& from, const std::filesystem::path& name, int into, const std::filesystem::path& to) {
    crypto_hash_sha256_state hashing;
    crypto_hash_sha256_init(&hashing);
    std::string piece(copiedAtOnce, '\0');
    Read read;
    while (true) {
        const ssize_t count = ::read(from.get(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(Errc::REFUSED, "cannot read {}: {}", printable(name.string()), std::strerror(errno));
        if (count == 0) break;
        const auto some = std::string_view(piece).substr(0, static_cast<std::size_t>(count));
        crypto_hash_sha256_update(&hashing, reinterpret_cast<const unsigned char*>(some.data()), some.size());
        if (into >= 0) STINT_TRY(writeAll(into, some, to));
        read.size += count;
    }
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&hashing, hash.data());
    for (const unsigned char byte : hash)
        read.sha256 += fmt::format("{:02x}", byte);
    return read;
}

Result<Fd> opened(const std::filesystem::path& file) {
    errno = 0;
    Fd fd = openRegular(AT_FDCWD, file.string());
    if (fd) return fd;
    return fail(Errc::REFUSED, "cannot read {}: {}", printable(file.string()),
                errno == 0 ? "it is no file" : std::strerror(errno));
}

struct Shelf {
    std::string origin;
    std::filesystem::path directory;
};
Result<Shelf> shelfOf(const cli::Arguments& given) {
    const auto data = STINT_TRY(fleetDirectory(given));
    const auto folder = STINT_TRY(fleet::privateFolder(data));
    auto text = folder ? folder->read(filesNote, longestNote) : Result<std::optional<std::string>>(std::nullopt);
    if (!text.ok()) return text.error();
    const auto blank = *text ? (*text)->find(' ') : std::string::npos;
    if (blank == std::string::npos)
        return fail(Errc::REFUSED, "the fleet's server has no files: `stint fleet serve --files DIR` is one that has");
    return Shelf{(*text)->substr(0, blank), (*text)->substr(blank + 1)};
}

} // namespace

Result<std::filesystem::path> filesOf(const cli::Arguments& given) {
    if (!given.has("files")) return std::filesystem::path();
    auto directory = STINT_TRY(pushctl::directoryOf(given, "files", {}));
    if (std::error_code ignored; !std::filesystem::exists(directory, ignored))
        STINT_TRY(push::makePrivateDirectory(directory));
    if (const auto folder = Folder::open(directory); !folder.ok()) return within("--files", folder.error());
    return directory;
}

Result<void> noteFiles(const std::filesystem::path& fleet, const std::string& origin,
                       const std::filesystem::path& files) {
    const Folder folder = STINT_TRY(Folder::open(fleet));
    if (files.empty()) return folder.remove(filesNote);
    return push::writePrivateFile(folder, filesNote, fmt::format("{} {}", origin, files.string()));
}

Result<Offer> offerOf(const cli::Arguments& given, const std::string& file) {
    const Fd from = STINT_TRY(opened(file));
    const Shelf shelf = STINT_TRY(shelfOf(given));
    const Read read = STINT_TRY(readAll(from, file, -1, {}));
    Offer offer{.file = file, .source = {}, .directory = shelf.directory};
    offer.source.url = fmt::format("{}/files/{}", shelf.origin, read.sha256);
    offer.source.sha256 = read.sha256;
    offer.source.size = read.size;
    offer.source.to = offer.file.filename().string();
    return offer;
}

// It is written beside its place, under a name that no device can ask for. One that died has left that, which the next
// one writes anew.
Result<void> put(const Offer& offer) {
    const Folder folder = STINT_TRY(Folder::open(offer.directory));
    const std::string& name = offer.source.sha256;
    const auto isThere = [&]() -> Result<bool> {
        const Fd there = folder.openOurs(name, O_RDONLY);
        if (!there) return false;
        const Read read = STINT_TRY(readAll(there, folder.at(name), -1, {}));
        return read.sha256 == name;
    };
    const bool isGood = STINT_TRY(isThere());
    if (isGood) return {};
    const std::string part = fmt::format(".{}.part", name);
    const Fd made(
        ::openat(folder.descriptor(), part.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
    if (!made) return fail(Errc::STORAGE, "cannot write {}: {}", folder.at(part).string(), std::strerror(errno));
    if (folder.standing(part) != Folder::Standing::Ours)
        return fail(Errc::STORAGE, "{} is another user's, or others may write it", folder.at(part).string());
    const bool isOurs = ::flock(made.get(), LOCK_EX | LOCK_NB) == 0 && folder.names(part, made.get());
    if (!isOurs) return fail(Errc::BUSY, "{} is being put there by another `stint fleet send`", offer.file.string());
    const auto written = [&]() -> Result<void> {
        if (::ftruncate(made.get(), 0) != 0) return diskRefused("empty", folder.at(part));
        const Fd from = STINT_TRY(opened(offer.file));
        const Read read = STINT_TRY(readAll(from, offer.file, made.get(), folder.at(part)));
        if (read.sha256 != name)
            return fail(Errc::ILLEGAL_STATE, "{} has changed meanwhile; nothing was handed over",
                        printable(offer.file.string()));
        if (::fsync(made.get()) != 0) return diskRefused("write", folder.at(part));
        if (::renameat(folder.descriptor(), part.c_str(), folder.descriptor(), name.c_str()) != 0)
            return diskRefused("name", folder.at(name));
        return folder.sync();
    }();
    if (!written.ok()) (void)folder.remove(part);
    return written;
}

} // namespace stint::fleetctl
