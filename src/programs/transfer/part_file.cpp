#include "programs/transfer/part_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/unix/process.hpp"
#include "programs/transfer/digest.hpp"

namespace stint::transfer {
namespace {

// A name has 255 bytes at most; ".", ".stint-state-8", "-new-" and sixteen digits are added to it.
constexpr std::size_t longestWhole = 200;
constexpr std::size_t kept = 150; ///< the part of a longer name that is kept

std::string stem(const std::string& file) {
    if (file.size() <= longestWhole) return file;
    return fmt::format("{}~{}", headOf(file, kept), fingerprint(file).substr(0, 32));
}

bool canHave(const Folder& folder, const std::string& name) {
    switch (folder.standing(name)) {
    case Folder::Standing::Absent:
    case Folder::Standing::Ours:
        return true;
    case Folder::Standing::Doubtful:
        return folder.remove(name).ok();
    case Folder::Standing::Foreign:
        return false;
    }
    return false;
}

} // namespace

PartNames partNames(const std::string& file, int slot) {
    const std::string number = slot == 0 ? "" : fmt::format("-{}", slot + 1);
    const std::string beginning = "." + stem(file);
    return {beginning + ".stint-part" + number, beginning + ".stint-state" + number};
}

std::string freshName(const Folder& folder, const std::string& name) {
    std::string fresh = name + "-new";
    if (folder.standing(fresh) != Folder::Standing::Foreign && folder.remove(fresh)) return fresh;
    std::array<char, 8> chance{};
    STINT_CHECK(::getrandom(chance.data(), chance.size(), 0) == static_cast<ssize_t>(chance.size()));
    return fmt::format("{}-{}", fresh, toHex({chance.data(), chance.size()}));
}

Result<PartPlace> partPlaceFor(std::shared_ptr<const Folder> folder, const std::filesystem::path& output) {
    const std::string file = output.filename().native();
    for (int slot = 0; slot < partSlots; ++slot) {
        PartNames names = partNames(file, slot);
        if (canHave(*folder, names.part) && canHave(*folder, names.state))
            return PartPlace{std::move(folder), std::move(names)};
    }
    return fail(Errc::SYSTEM, "another user's files are in the way: {} and the like",
                folder->at(partNames(file).part).native());
}

namespace {

constexpr std::size_t bufferSize = PartFile::mostBuffered;
constexpr Bytes reserveStep = 64_MiB;
// The disk should write while the network receives: the bytes left for the last sync take time.
constexpr Bytes handOverStep = 8_MiB;

/// The umask; where it cannot be read now, the strictest. umask(2) can only return it by setting it, for all threads.
mode_t umaskNow() {
    std::string status = readFile("/proc/self/status").value_or("");
    auto found = status.find("\nUmask:");
    return found == std::string::npos ? 0077 : static_cast<mode_t>(std::strtoul(&status[found + 7], nullptr, 8));
}

} // namespace

PartFile::PartFile(std::filesystem::path path, Fd fd, Bytes size, std::uint64_t inode)
    : path_(std::move(path)), fd_(std::move(fd)), written_(size), reserved_(size), handedOver_(size), inode_(inode) {
    buffer_.reserve(bufferSize);
}

Result<std::optional<PartFile>> PartFile::open(const PartPlace& place) {
    const auto& [folder, names] = place;
    const std::filesystem::path path = folder->at(names.part);
    for (;;) {
        Fd fd = folder->openOurs(names.part, O_RDWR);
        if (!fd) fd = folder->create(names.part);
        if (!fd && errno == EEXIST && folder->standing(names.part) != Folder::Standing::Ours)
            return fail(Errc::SYSTEM, "{} has just appeared, and is no file of this user", path.native());
        if (!fd && errno == EEXIST) continue;
        if (!fd) return diskRefused("create", path);
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) return std::optional<PartFile>{};
            return diskRefused("lock", path);
        }
        struct stat held = {};
        if (::fstat(fd.get(), &held) != 0) return diskRefused("read", path);
        // Its last holder may have renamed it or removed it before this lock was had: then it is another's file now.
        if (folder->names(names.part, fd.get()))
            return std::optional(PartFile(path, std::move(fd), held.st_size, held.st_ino));
    }
}

Result<void> PartFile::append(std::span<const char> bytes) {
    while (!bytes.empty()) {
        auto taken = bytes.first(std::min(bytes.size(), bufferSize - buffer_.size()));
        buffer_.insert(buffer_.end(), taken.begin(), taken.end());
        bytes = bytes.subspan(taken.size());
        if (buffer_.size() == bufferSize) STINT_TRY(flush());
    }
    return {};
}

Result<void> PartFile::flush() {
    reserve();
    std::span<const char> rest = buffer_;
    while (!rest.empty()) {
        const ssize_t count = ::pwrite(fd_.get(), rest.data(), rest.size(), written_);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            Error error = diskRefused("write", path_);
            buffer_.erase(buffer_.begin(), buffer_.end() - static_cast<std::ptrdiff_t>(rest.size()));
            return error;
        }
        written_ += count;
        rest = rest.subspan(static_cast<std::size_t>(count));
    }
    buffer_.clear();
    handOver();
    return {};
}

// Both may fail on some file systems, and on a full disk: then the write reports it, and only the sync matters.
void PartFile::reserve() {
    if (size() <= reserved_ || expected_ <= size()) return;
    reserved_ = std::min(expected_, size() + reserveStep);
    (void)::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, written_, reserved_ - written_);
}

void PartFile::handOver() {
    if (written_ - handedOver_ < handOverStep) return;
    (void)::sync_file_range(fd_.get(), handedOver_, written_ - handedOver_, SYNC_FILE_RANGE_WRITE);
    handedOver_ = written_;
}

void PartFile::giveBack() {
    if (reserved_ <= written_) return;
    [[maybe_unused]] const int ignored = ::ftruncate(fd_.get(), written_); // drops preallocated space
    reserved_ = written_;
}

Result<bool> PartFile::holds(Bytes offset, std::span<const char> bytes) const {
    std::vector<char> there(bytes.size());
    std::size_t count = 0;
    while (count < there.size()) {
        const ssize_t read =
            ::pread(fd_.get(), there.data() + count, there.size() - count, offset + static_cast<Bytes>(count));
        if (read < 0 && errno == EINTR) continue;
        if (read < 0) return diskRefused("read", path_);
        if (read == 0) return false;
        count += static_cast<std::size_t>(read);
    }
    return std::equal(bytes.begin(), bytes.end(), there.begin());
}

Result<void> PartFile::cut(Bytes size) {
    buffer_.clear();
    if (::ftruncate(fd_.get(), size) != 0) return diskRefused("cut", path_);
    written_ = reserved_ = handedOver_ = size;
    return {};
}

Result<void> PartFile::sync() const {
    if (::fdatasync(fd_.get()) != 0) return diskRefused("sync", path_);
    return {};
}

Result<void> PartFile::publish() const {
    (void)::fchmod(fd_.get(), 0666 & ~umaskNow()); // fails where the file system has no modes
    if (::fsync(fd_.get()) != 0) return diskRefused("sync", path_);
    return {};
}

std::optional<Bytes> freeBytes(const std::filesystem::path& directory) {
    struct statvfs system = {};
    if (::statvfs(directory.c_str(), &system) != 0) return std::nullopt;
    return static_cast<Bytes>(system.f_bavail * system.f_frsize);
}

} // namespace stint::transfer
