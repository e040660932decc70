// The address of a user's one stint-taskmanager: a lock in the runtime directory that it holds for as long as it
// lives, and a file beside it. The file is 0600 in a directory of 0700, for the address has the token in it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

class DoorPlate {
public:
    /// nullopt: another one serves, and `addressOf()` says where. Waits for one that is about to end.
    static Result<std::optional<DoorPlate>> take(const std::filesystem::path& directory);
    /// The address of the one that serves; System where it cannot be read.
    static Result<std::string> addressOf(const std::filesystem::path& directory);
    DoorPlate(DoorPlate&&) noexcept = default;
    DoorPlate& operator=(DoorPlate&&) noexcept = default;
    ~DoorPlate();

    Result<void> write(const std::string& address);

private:
    DoorPlate(std::filesystem::path file, Fd lock) : file_(std::move(file)), lock_(std::move(lock)) {}

    std::filesystem::path file_;
    Fd lock_;
};

} // namespace stint::taskmanager
