// A private directory, mode 0700, that goes with its owner, and all that is in it.
#pragma once
#include <filesystem>
#include <string_view>
#include <utility>

#include "stint/result.hpp"

namespace stint {

class ScratchDirectory {
public:
    /// Makes "NAME-XXXXXX" in `parent`. System: it cannot be made there.
    static Result<ScratchDirectory> make(const std::filesystem::path& parent, std::string_view name);
    ~ScratchDirectory();
    ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    ScratchDirectory& operator=(ScratchDirectory&&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_; ///< empty: moved from
};

} // namespace stint
