#include "cli/transfer/reach.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include "base/fail.hpp"
#include "base/time.hpp"
#include "base/transfer_words.hpp"
#include "base/try.hpp"
#include "cli/screen/text.hpp"
#include "cli/transfer/lines.hpp"

namespace stint::cli {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// Like curl: lower case first, and http_proxy only in lower case (a CGI program's HTTP_PROXY comes from its client).
std::string proxyFor(std::string_view url) {
    std::string scheme(url.substr(0, url.find(':')));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string upper = scheme;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
    std::string proxy = environment((scheme + "_proxy").c_str());
    if (proxy.empty() && scheme != "http") proxy = environment((upper + "_PROXY").c_str());
    if (proxy.empty()) proxy = environment("all_proxy");
    return proxy.empty() ? environment("ALL_PROXY") : proxy;
}

std::string noProxy() {
    const std::string hosts = environment("no_proxy");
    return hosts.empty() ? environment("NO_PROXY") : hosts;
}

Result<std::vector<std::string>> headersIn(const Arguments& given, const std::filesystem::path& here) {
    std::vector<std::string> all;
    for (const std::string& word : given.values("header")) {
        std::vector<Line> lines{{1, word}};
        if (word.starts_with('@')) lines = STINT_TRY(linesOf(word.substr(1), here));
        for (Line& line : lines) {
            STINT_TRY(checkHeader(line.text));
            all.push_back(std::move(line.text));
        }
    }
    return all;
}

/// The absolute path of a file that the transfer will read; it must exist.
Result<std::string> fileIn(std::string_view option, const std::string& name, const std::filesystem::path& here) {
    const std::filesystem::path file = (here / name).lexically_normal();
    if (std::ifstream(file)) return file.native();
    return fail(Errc::IllegalArgument, "--{}: {} cannot be read", option, printable(file.native()));
}

Result<void> putSecrets(const Arguments& given, const std::filesystem::path& here, PersistableBundle& extras) {
    auto headers = STINT_TRY(headersIn(given, here));
    if (!headers.empty()) extras.putStringArray("headers", std::move(headers));
    if (auto cookie = given.value("cookie")) {
        if (cookie->find('=') != std::string::npos)
            extras.putString("cookie", *cookie);
        else
            extras.putString("cookieFile", STINT_TRY(fileIn("cookie", *cookie, here)));
    }
    if (auto user = given.value("user")) {
        if (user->find(':') == std::string::npos)
            return fail(Errc::IllegalArgument, "--user is NAME:PASSWORD; the job cannot ask for a password");
        extras.putString("user", *user);
    }
    if (given.has("location-trusted")) extras.putBoolean("trustsRedirects", true);
    if (auto file = given.value("netrc-file"))
        extras.putString("netrc", STINT_TRY(fileIn("netrc-file", *file, here)));
    else if (given.has("netrc"))
        extras.putString("netrc", STINT_TRY(fileIn("netrc", environment("HOME") + "/.netrc", here)));
    return {};
}

Result<void> putRates(const Arguments& given, PersistableBundle& extras) {
    for (auto [option, extra] : {std::pair{"limit-rate", "rate"}, {"speed-limit", "leastRate"}})
        if (auto text = given.value(option)) {
            auto rate = parseByteRate(*text);
            if (!rate) return within(fmt::format("--{}", option), rate.error());
            extras.putLong(extra, *rate);
        }
    auto seconds = given.value("speed-time");
    if (!seconds) return {};
    if (seconds->empty() || seconds->size() > 6 || seconds->find_first_not_of("0123456789") != std::string::npos)
        return fail(Errc::IllegalArgument, "--speed-time: \"{}\" is not a number of seconds", printable(*seconds));
    extras.putLong("leastRateFor", std::stol(*seconds));
    return {};
}

} // namespace

Result<Bytes> parseByteRate(std::string_view text) {
    std::string size(text.substr(0, text.rfind("/s")));
    if (!size.empty() && std::isdigit(static_cast<unsigned char>(size.back())) != 0) {
        size += "B";
    } else if (size.size() > 1 && std::isdigit(static_cast<unsigned char>(size[size.size() - 2])) != 0) {
        char unit = static_cast<char>(std::toupper(static_cast<unsigned char>(size.back())));
        if (unit == 'K' || unit == 'M' || unit == 'G')
            size = fmt::format("{}{}iB", size.substr(0, size.size() - 1), unit);
    }
    auto rate = STINT_TRY(parseSize(size));
    if (rate <= 0) return fail(Errc::IllegalArgument, "a rate of \"{}\" moves nothing", printable(text));
    return rate;
}

Result<void> putReach(const Arguments& given, const std::string& url, const std::filesystem::path& here,
                      PersistableBundle& extras) {
    STINT_TRY(putSecrets(given, here, extras));
    STINT_TRY(putRates(given, extras));
    if (auto proxy = given.value("proxy").value_or(proxyFor(url)); !proxy.empty()) extras.putString("proxy", proxy);
    if (auto hosts = given.value("noproxy").value_or(noProxy()); !hosts.empty()) extras.putString("noProxy", hosts);
    if (auto file = given.value("cacert")) extras.putString("authorities", STINT_TRY(fileIn("cacert", *file, here)));
    return {};
}

std::string withoutSecrets(std::string_view url) {
    auto authority = url.find("://");
    if (authority == std::string_view::npos) return std::string(url);
    authority += 3;
    auto end = std::min(url.find_first_of("/?#", authority), url.size());
    auto at = url.substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < authority) return std::string(url);
    return std::string(url.substr(0, authority)) + std::string(url.substr(at + 1));
}

} // namespace stint::cli
