#include "base/cgroup/cgroup.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "base/result/errors.hpp"
#include "base/unix/process.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

// proc(5): space, tab, newline and backslash stand as three octal digits.
std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

void search(const std::string& name, const fs::path& directory, int depth, std::vector<fs::path>& found) {
    if (depth == 0) return;
    for (const fs::path& child : childrenOf(directory)) {
        if (child.filename() == name)
            found.push_back(child);
        else
            search(name, child, depth - 1, found);
    }
}

std::optional<std::uint64_t> idAt(int directory, const char* path, int flags) {
    constexpr unsigned most = 128; // MAX_HANDLE_SZ
    alignas(file_handle) std::array<char, sizeof(file_handle) + most> room{};
    auto* const handle = reinterpret_cast<file_handle*>(room.data());
    handle->handle_bytes = most;
    int mount = 0;
    std::uint64_t id = 0;
    if (::name_to_handle_at(directory, path, handle, &mount, flags) != 0) return std::nullopt;
    if (handle->handle_bytes != sizeof id) {
        errno = EOVERFLOW;
        return std::nullopt;
    }
    std::memcpy(&id, handle->f_handle, sizeof id);
    return id;
}

} // namespace

std::vector<fs::path> childrenOf(const fs::path& cgroup) {
    std::vector<fs::path> children;
    std::error_code error;
    for (fs::directory_iterator entry(cgroup, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code ignored;
        if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) children.push_back(entry->path());
    }
    return children;
}

std::optional<CgroupMount> unifiedMount(std::string_view mountinfo) {
    std::istringstream lines{std::string(mountinfo)};
    for (std::string line; std::getline(lines, line);) {
        // "31 23 0:28 ROOT POINT options [tags…] - TYPE source options"
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos || line.compare(dash + 3, 8, "cgroup2 ") != 0) continue;
        std::istringstream fields(line);
        std::string id, parent, device, root, point;
        if (fields >> id >> parent >> device >> root >> point) return CgroupMount{unescaped(root), unescaped(point)};
    }
    return std::nullopt;
}

std::optional<CgroupMount> unifiedMount() { return unifiedMount(readFile("/proc/self/mountinfo").value_or("")); }

std::optional<CgroupPlace> placeOf(const CgroupMount& mount, const std::string& path) {
    std::string_view below = path;
    if (mount.root != "/") {
        if (!below.starts_with(mount.root)) return std::nullopt;
        below.remove_prefix(mount.root.size());
        if (!below.empty() && below.front() != '/') return std::nullopt;
    }
    if (below.starts_with("/..")) return std::nullopt; // outside of this cgroup namespace
    while (below.starts_with('/'))
        below.remove_prefix(1);
    return CgroupPlace{path, below.empty() ? mount.point : mount.point / below};
}

std::optional<std::uint64_t> idOf(const fs::path& cgroup) { return idAt(AT_FDCWD, cgroup.c_str(), 0); }
std::optional<std::uint64_t> idOf(const Fd& cgroup) { return idAt(cgroup.get(), "", AT_EMPTY_PATH); }

Result<void> makeCgroup(const fs::path& cgroup) {
    if (::mkdir(cgroup.c_str(), 0755) == 0 || errno == EEXIST) return {};
    return fail(Errc::SYSTEM, "cannot make the cgroup {}: {}", cgroup.string(), std::strerror(errno));
}

Result<void> writeCgroupFile(const fs::path& file, const std::string& text) {
    const Fd open(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (open && ::write(open.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
    return fail(Errc::SYSTEM, "cannot write \"{}\" to {}: {}", text, file.string(), std::strerror(errno));
}

void killCgroup(const fs::path& cgroup) {
    const Fd file(::open((cgroup / "cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
    if (file) [[maybe_unused]]
        auto written = ::write(file.get(), "1", 1);
}

void removeCgroup(const fs::path& cgroup) {
    for (const fs::path& child : childrenOf(cgroup))
        removeCgroup(child);
    ::rmdir(cgroup.c_str());
}

Fd openEvents(const fs::path& cgroup) { return Fd(::open((cgroup / "cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)); }

bool populated(const Fd& events) {
    char text[512];
    const ssize_t size = events ? ::pread(events.get(), text, sizeof text, 0) : 0; // ENODEV: the cgroup is gone
    return size > 0 && std::string_view(text, static_cast<std::size_t>(size)).find("populated 1") != std::string::npos;
}

bool waitUntilEmpty(const Fd& events, std::chrono::steady_clock::time_point until) {
    using namespace std::chrono;
    while (populated(events)) {
        auto left = duration_cast<milliseconds>(until - steady_clock::now()).count();
        if (left <= 0) return false;
        pollfd change{events.get(), POLLPRI, 0};
        ::poll(&change, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    }
    return true;
}

Result<void> freezeCgroup(const fs::path& cgroup, bool on) {
    return writeCgroupFile(cgroup / "cgroup.freeze", on ? "1" : "0");
}

bool isFrozen(const fs::path& cgroup) { return readFile(cgroup / "cgroup.freeze").value_or("").starts_with('1'); }

std::vector<fs::path> cgroupsNamed(const std::string& name, const fs::path& directory) {
    constexpr int deepest = 32;
    std::vector<fs::path> found;
    search(name, directory, deepest, found);
    return found;
}

} // namespace stint
