#include "entrance/pages.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"

namespace stint::entrance {
namespace {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view text) {
    Sha256 digest{};
    STINT_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
    return digest;
}

} // namespace

std::string base64OfSha256(std::string_view text) {
    const Sha256 digest = sha256(text);
    std::array<unsigned char, 45> written{}; // 44 and a zero
    const int length = EVP_EncodeBlock(written.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(written.data()), static_cast<std::size_t>(length)};
}

std::string entityTag(std::string_view bytes) {
    std::string tag = "\"";
    for (const unsigned char byte : sha256(bytes))
        tag += fmt::format("{:02x}", byte);
    return tag.substr(0, 33) + '"';
}

namespace {

struct FileType {
    std::string_view ending;
    std::string_view type;
};
// clang-format off
constexpr std::array fileTypes{
    FileType{".html", "text/html; charset=utf-8"},
    FileType{".css",  "text/css; charset=utf-8"},
    FileType{".js",   "text/javascript; charset=utf-8"},
    FileType{".mjs",  "text/javascript; charset=utf-8"},
    FileType{".svg",  "image/svg+xml"},
};
// clang-format on

constexpr Bytes longestFile = 4 << 20;

Answer file(const Request& request, std::string_view path, std::string tag) {
    Answer answer{200, std::string(typeOf(path))};
    const bool known = matches(request.ifNoneMatch, tag);
    answer.headers = {{"ETag", std::move(tag)}, {"Cache-Control", "no-cache"}};
    if (known) answer = {304, "", "", std::move(answer.headers)};
    return answer;
}

Answer noSuch(const std::string& path) { return refusal(404, fmt::format("there is no {}", path)); }

} // namespace

std::string_view typeOf(std::string_view path) {
    const auto found = std::ranges::find_if(fileTypes, [&](const FileType& one) { return path.ends_with(one.ending); });
    return found == fileTypes.end() ? std::string_view() : found->type;
}

bool matches(std::string_view ifNoneMatch, std::string_view tag) {
    for (std::string_view one : splitAt(ifNoneMatch, ",")) {
        while (one.starts_with(' ') || one.starts_with('\t'))
            one.remove_prefix(1);
        while (one.ends_with(' ') || one.ends_with('\t'))
            one.remove_suffix(1);
        if (one.starts_with("W/")) one.remove_prefix(2); // a weak comparison, as for every GET (RFC 9110 13.1.2)
        if (one == tag || one == "*") return true;
    }
    return false;
}

Answer Pages::fromDisk(const std::string& path, const Request& request) const {
    if (typeOf(path).empty()) return noSuch(path);
    const std::filesystem::path place = *root_ / path.substr(1);
    const Fd descriptor(::open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    const auto bytes = descriptor ? readAtMost(descriptor.get(), longestFile) : std::nullopt;
    if (!bytes) return noSuch(path);
    Answer answer = file(request, path, entityTag(*bytes));
    if (answer.status == 200) answer.body = *bytes;
    return answer;
}

Answer Pages::answer(const Request& request) const {
    const std::string path = request.path == "/" ? index_ : request.path;
    if (root_) return fromDisk(path, request);
    const auto found = std::ranges::find(files_, path, &EmbeddedFile::path);
    if (found == files_.end()) return noSuch(request.path);
    if (!request.takesGzip)
        return refusal(406, "the page is kept compressed; ask with the header Accept-Encoding: gzip");
    Answer answer = file(request, path, std::string(found->tag));
    answer.headers.emplace_back("Vary", "Accept-Encoding");
    if (answer.status != 200) return answer;
    answer.headers.emplace_back("Content-Encoding", "gzip");
    answer.body = found->gzip;
    return answer;
}

} // namespace stint::entrance
