// The files of the page: those that were built into this program, or, for development, those of a directory; and
// SHA-256 in the forms of their headers.
#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "entrance/request.hpp"

namespace stint::entrance {

/// The digest for a Content-Security-Policy.
std::string base64OfSha256(std::string_view text);
/// "\"3b1f…\"": a strong ETag of these bytes.
std::string entityTag(std::string_view bytes);

/// A file of web/ that the build has put into the program (cmake/embed.cmake).
struct EmbeddedFile {
    std::string_view path; ///< "/views/now.js"
    std::string_view tag;  ///< a strong ETag, quotes and all
    std::string_view gzip; ///< its bytes, compressed
};

class Pages {
public:
    /// `files`: sorted by path; `index` is that of "/". `root`: a directory from which each file is read each time, in
    /// place of those built in.
    Pages(std::span<const EmbeddedFile> files, std::string_view index, std::optional<std::filesystem::path> root)
        : files_(files), index_(index), root_(std::move(root)) {}

    /// 200, 304 or 404; 406 for a browser that takes no gzip.
    Answer answer(const Request& request) const;

private:
    Answer fromDisk(const std::string& path, const Request& request) const;

    std::span<const EmbeddedFile> files_;
    std::string index_;
    std::optional<std::filesystem::path> root_;
};

/// "text/javascript; charset=utf-8"; empty: no file of a page ends like this.
std::string_view typeOf(std::string_view path);
/// True if an If-None-Match header names the tag, or is "*".
bool matches(std::string_view ifNoneMatch, std::string_view tag);

} // namespace stint::entrance
