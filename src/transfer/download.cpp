#include "transfer/download.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <optional>
#include <string_view>

#include <curl/curl.h>

#include "base/fail.hpp"

namespace stint::transfer {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Url parse(const std::string& text) {
    Url url(curl_url(), &curl_url_cleanup);
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        url.reset();
    return url;
}

std::string partOf(const Url& url, CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
    std::string copied(text);
    curl_free(text);
    return copied;
}

Result<void> checkUrl(const std::string& text) {
    constexpr std::array<std::string_view, 3> supported{"http", "https", "ftp"};
    Url url = parse(text);
    if (!url) return fail(Errc::IllegalArgument, "the URL cannot be read: write http://HOST/PATH, https:// or ftp://");
    std::string scheme = partOf(url, CURLUPART_SCHEME);
    if (std::find(supported.begin(), supported.end(), scheme) == supported.end())
        return fail(Errc::IllegalArgument, "the scheme \"{}\" is not supported: http, https and ftp are", scheme);
    return {};
}

Result<void> checkOutput(const std::filesystem::path& output) {
    std::string name = output.filename().native();
    if (output.is_absolute() && !name.empty() && name != "." && name != ".." &&
        output.native().find('\0') == std::string::npos)
        return {};
    return fail(Errc::IllegalArgument, "\"{}\" names no file: an absolute path is needed", output.native());
}

Result<std::string> checkChecksum(std::string text) {
    constexpr std::string_view algorithm = "sha256:";
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    auto isHex = [](unsigned char c) { return std::isxdigit(c) != 0; };
    if (text.empty() || (text.starts_with(algorithm) && text.size() == algorithm.size() + 64 &&
                         std::all_of(text.begin() + algorithm.size(), text.end(), isHex)))
        return text;
    return fail(Errc::IllegalArgument, "the checksum is not \"sha256:\" and 64 hexadecimal digits");
}

} // namespace

Result<Download> checked(Download wish) {
    STINT_TRY(checkUrl(wish.url));
    STINT_TRY(checkOutput(wish.output));
    wish.checksum = STINT_TRY(checkChecksum(std::move(wish.checksum)));
    return wish;
}

std::string locationOf(const std::string& text) {
    Url url = parse(text);
    if (!url) return {};
    std::string port = partOf(url, CURLUPART_PORT);
    return fmt::format("{}://{}{}{}{}", partOf(url, CURLUPART_SCHEME), partOf(url, CURLUPART_HOST),
                       port.empty() ? "" : ":", port, partOf(url, CURLUPART_PATH));
}

PartPaths partPathsOf(const std::filesystem::path& output) {
    std::filesystem::path directory = output.parent_path();
    std::string name = output.filename().native();
    return {directory, directory / fmt::format(".{}.stint-part", name),
            directory / fmt::format(".{}.stint-state", name)};
}

} // namespace stint::transfer
