#include "base/unix/waiting_work.hpp"

#include <system_error>

#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/paths.hpp"

namespace stint {
namespace {

constexpr const char* fileName = "work-waits";
constexpr Bytes longestService = 256; ///< more than any service's name

} // namespace

std::filesystem::path stateDirectoryOf(const std::string& package) {
    return baseDirectory("XDG_STATE_HOME", ".local/state") / package;
}

Result<void> noteWaitingWork(const std::string& package, const std::string& service) {
    std::error_code ignored; // opening it says why
    std::filesystem::create_directories(stateDirectoryOf(package), ignored);
    const Folder folder = STINT_TRY(Folder::open(stateDirectoryOf(package)));
    STINT_TRY(folder.remove(fileName));
    const Fd file = folder.create(fileName);
    const bool written =
        file && ::write(file.get(), service.data(), service.size()) == std::ssize(service) && ::fsync(file.get()) == 0;
    if (!written) return diskRefused("write", folder.at(fileName));
    return folder.sync();
}

void forgetWaitingWork(const std::string& package) {
    if (const auto folder = Folder::open(stateDirectoryOf(package)); folder.ok()) (void)folder->remove(fileName);
}

std::optional<std::string> waitingWorkOf(const std::string& package) {
    const auto folder = Folder::open(stateDirectoryOf(package));
    if (!folder.ok()) return std::nullopt;
    const auto service = folder->read(fileName, longestService);
    return service.ok() ? *service : std::nullopt;
}

} // namespace stint
