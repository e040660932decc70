#include "push/keys/private_file.hpp"

#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"

namespace stint::push {

Result<Fd> privateFile(const std::filesystem::path& file) {
    const auto wrong = [&](std::string_view what) { return fail(Errc::STORAGE, "{}: {}", file.string(), what); };
    const Folder folder = STINT_TRY(Folder::open(file.parent_path()));
    const std::string name = file.filename();
    Fd opened = folder.create(name);
    if (!opened) opened = folder.openOurs(name, O_RDWR);
    if (!opened) return wrong("not a plain file of this user alone");
    struct stat what {};
    if (::fstat(opened.get(), &what) != 0 || (what.st_mode & 077) != 0) return wrong("others may read it: chmod 600");
    return opened;
}

Result<void> makePrivateDirectory(const std::filesystem::path& directory) {
    std::filesystem::path above; // likewise: XDG's base directories are made so
    for (const auto& part : directory) {
        above /= part;
        if (::mkdir(above.c_str(), 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return diskRefused("make", above);
    }
    struct stat found {};
    if (::lstat(directory.c_str(), &found) != 0) return diskRefused("look at", directory);
    if (!S_ISDIR(found.st_mode) || found.st_uid != ::getuid())
        return fail(Errc::SECURITY, "{} is no directory of yours", directory.string());
    if ((found.st_mode & 077) != 0)
        return fail(Errc::SECURITY, "others may look into {}: chmod 700 {}", directory.string(), directory.string());
    return {};
}

Result<void> writePrivateFile(const Folder& folder, const std::string& name, std::string_view text) {
    const std::string fresh = name + ".new";
    STINT_TRY(folder.remove(fresh)); // one that was cut off
    const Fd made = folder.create(fresh);
    if (!made) return diskRefused("make", folder.at(fresh));
    while (!text.empty()) {
        const ssize_t written = ::write(made.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return diskRefused("write", folder.at(fresh));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(made.get()) != 0 ||
        ::renameat(folder.descriptor(), fresh.c_str(), folder.descriptor(), name.c_str()) != 0)
        return diskRefused("write", folder.at(name));
    return folder.sync();
}

} // namespace stint::push
