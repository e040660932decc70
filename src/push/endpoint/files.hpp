// Files that devices fetch (fleet.md §5.3), of one directory, each under its SHA-256. A slow reader may be slow for
// hours; where there are too many, others take the places of the slowest, and messages never wait for a file.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/message.hpp"
#include "base/unix/folder.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::push {

inline constexpr std::string_view filesPath = "/files/";

// PROPOSALS.
inline constexpr std::size_t mostFiles = 256; ///< sent at once
inline constexpr Duration undisturbed = std::chrono::minutes(1);

/// A part of a file: so many bytes from the first one on.
struct Part {
    std::uint64_t first = 0, size = 0;

    bool operator==(const Part&) const = default;
};
struct Wanted {
    std::optional<Part> part; ///< nullopt: the file does not have it (416)
    bool isAll = false;
};
/// A request's part of a file of that many bytes (RFC 9110 §14.2). A Range that is wrong, or of several parts, or of
/// another version than that of `tag` (§13.1.5), counts as none.
Wanted wantedOf(const http::Request& request, std::string_view tag, std::uint64_t size);

class Files {
public:
    static Result<std::unique_ptr<Files>> open(const std::filesystem::path& directory);

    /// nullopt: there is no such file.
    std::optional<http::Answer> answer(const http::Request& request, const std::string& sender, Instant now);

private:
    class Sending;

    explicit Files(Folder folder) : folder_(std::move(folder)) {}
    bool makeRoom(const std::string& sender, Instant now);

    Folder folder_;
    std::vector<std::weak_ptr<Sending>> sending_;
};

} // namespace stint::push
