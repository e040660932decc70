#include "faces/cli/transfer/transfer_options.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <system_error>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/paths.hpp"
#include "faces/cli/transfer/download.hpp"
#include "faces/screen/text.hpp"
#include "programs/spool/transfers.hpp"

namespace stint::cli {
namespace {

/// The service of org.stint.transfer that moves files.
constexpr const char* transferService = "Transfer";

} // namespace

Result<Conditions> conditionsIn(const Arguments& given) {
    auto network = STINT_TRY(networkIn(given, JobInfo::NETWORK_TYPE_ANY));
    return Conditions{network, constraintsIn(given)};
}

JobInfo::Builder transferJob(const Conditions& conditions, Manner manner) {
    JobInfo::Builder job(JobId{0}, transferService);
    job.setUserInitiated(manner == Manner::UserInitiated).setPersisted(true).setRequiredNetworkType(conditions.network);
    setConstraints(job, conditions.constraints);
    return job;
}

namespace {

/// A hundred thousand lines of a URL each have room in it.
constexpr std::size_t mostBytes = std::size_t{32} * 1024 * 1024;

std::string trimmed(const std::string& text) {
    constexpr std::string_view blank = " \t";
    const auto first = text.find_first_not_of(blank);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blank) + 1 - first);
}

} // namespace

Result<std::vector<NumberedLine>> linesOf(const std::string& name, const std::filesystem::path& here) {
    std::ifstream file;
    if (name != "-") file.open(here / name);
    if (name != "-" && !file.is_open()) return cannotRead(name);
    std::istream& stream = name == "-" ? std::cin : file;
    // Read as a whole before any of it counts: it may be a pipe, or be written meanwhile.
    std::string text;
    for (std::array<char, 65'536> piece{}; stream.read(piece.data(), piece.size()) || stream.gcount() > 0;) {
        text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > mostBytes)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} has more than 32 MiB: give less of it at a time", printable(name));
    }
    if (!stream.eof()) return cannotRead(name);
    std::vector<NumberedLine> lines;
    std::istringstream all(std::move(text));
    for (NumberedLine line{1, {}}; std::getline(all, line.text); ++line.number) {
        if (line.text.ends_with('\r')) line.text.pop_back();
        if (!line.text.empty()) lines.push_back(line);
    }
    return lines;
}

Error cannotRead(const std::string& name) {
    return fail(Errc::ILLEGAL_STATE, "{} cannot be read: {}", printable(name), std::generic_category().message(errno));
}

Result<std::vector<std::string>> urlsOf(const std::string& name, const std::filesystem::path& here) {
    std::vector<std::string> urls;
    for (const NumberedLine& line : STINT_TRY(linesOf(name, here))) {
        std::string url = trimmed(line.text);
        if (url.empty() || url.starts_with('#')) continue;
        if (const auto good = checkUrl(url); !good.ok())
            return within(fmt::format("{}, line {}", name == "-" ? "stdin" : printable(name), line.number),
                          good.error());
        urls.push_back(std::move(url));
    }
    if (urls.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "{} lists no URL", name == "-" ? "stdin" : printable(name));
    return urls;
}

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// The proxy that the environment names, like curl: lower case first, and http_proxy only in lower case (a CGI
/// program's HTTP_PROXY comes from its client).
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
        std::vector<NumberedLine> lines{{1, word}};
        if (word.starts_with('@')) lines = STINT_TRY(linesOf(word.substr(1), here));
        for (NumberedLine& line : lines) {
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
    return within(fmt::format("--{}", option), cannotRead(file.native()));
}

/// How the word of an option becomes an extra.
enum class Takes : std::uint8_t {
    Flag,
    Text,
    File, ///< its absolute path
    Rate, ///< bytes a second
    Seconds,
    Count,
};

struct Carried {
    std::string_view option;
    const char* extra;
    Takes takes;
};

/// The options that a job carries unchanged; those that mean more are below.
constexpr std::array<Carried, 18> carried{{
    {"location-trusted", "trustsRedirects", Takes::Flag},
    {"netrc-file", "netrc", Takes::File},
    {"cacert", "authorities", Takes::File},
    {"insecure", "insecure", Takes::Flag},
    {"cert", "certificate", Takes::File},
    {"key", "certificateKey", Takes::File},
    {"pass", "passphrase", Takes::Text},
    {"user-agent", "userAgent", Takes::Text},
    {"referer", "referer", Takes::Text},
    {"ipv4", "ipv4", Takes::Flag},
    {"ipv6", "ipv6", Takes::Flag},
    {"interface", "interface", Takes::Text},
    {"connect-timeout", "connectTimeout", Takes::Seconds},
    {"max-time", "mostTime", Takes::Seconds},
    {"retries", "retries", Takes::Count},
    {"limit-rate", "rate", Takes::Rate},
    {"speed-limit", "leastRate", Takes::Rate},
    {"speed-time", "leastRateFor", Takes::Seconds},
}};

Result<std::int64_t> countIn(std::string_view option, std::string_view text, std::string_view what) {
    const auto number = numberIn<std::uint32_t>(text);
    if (number) return *number;
    return fail(Errc::ILLEGAL_ARGUMENT, "--{}: \"{}\" is not a number of {}", option, printable(text), what);
}

Result<void> carry(const Carried& one, const std::string& text, const std::filesystem::path& here,
                   PersistableBundle& extras) {
    switch (one.takes) {
    case Takes::Flag:
        extras.putBoolean(one.extra, true);
        return {};
    case Takes::Text:
        if (text.find_first_of("\r\n") != std::string::npos)
            return fail(Errc::ILLEGAL_ARGUMENT, "--{} contains a line break", one.option);
        extras.putString(one.extra, text);
        return {};
    case Takes::File: {
        const std::string file = STINT_TRY(fileIn(one.option, text, here));
        extras.putString(one.extra, file);
        return {};
    }
    case Takes::Rate: {
        auto rate = parseByteRate(text);
        if (!rate) return within(fmt::format("--{}", one.option), rate.error());
        extras.putLong(one.extra, *rate);
        return {};
    }
    case Takes::Seconds:
    case Takes::Count: {
        const auto count = STINT_TRY(countIn(one.option, text, one.takes == Takes::Seconds ? "seconds" : "tries"));
        extras.putLong(one.extra, count);
        return {};
    }
    }
    return {};
}

Result<void> putSecrets(const Arguments& given, const std::filesystem::path& here, PersistableBundle& extras) {
    auto headers = STINT_TRY(headersIn(given, here));
    if (!headers.empty()) extras.putStringArray("headers", std::move(headers));
    if (auto cookie = given.value("cookie")) {
        const bool isFile = cookie->find('=') == std::string::npos;
        if (isFile) cookie = STINT_TRY(fileIn("cookie", *cookie, here));
        extras.putString(isFile ? "cookieFile" : "cookie", *cookie);
    }
    if (auto user = given.value("user")) {
        if (user->find(':') == std::string::npos)
            return fail(Errc::ILLEGAL_ARGUMENT, "--user is NAME:PASSWORD; the job cannot ask for a password");
        extras.putString("user", *user);
    }
    if (given.has("netrc") && !given.has("netrc-file")) {
        const std::string file = STINT_TRY(fileIn("netrc", homeDirectory() / ".netrc", here));
        extras.putString("netrc", file);
    }
    return {};
}

/// Checks HOST:PORT:ADDRESS, which is curl's form; an IPv6 address may be in brackets.
Result<void> checkResolve(std::string_view text) {
    const auto host = text.find(':');
    const auto port = host == std::string_view::npos ? host : text.find(':', host + 1);
    if (host != 0 && port != std::string_view::npos && port + 1 < text.size() &&
        numberIn<std::uint16_t>(text.substr(host + 1, port - host - 1)))
        return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "--resolve: \"{}\" is not HOST:PORT:ADDRESS", printable(text));
}

/// Refuses options that contradict each other, or that need another.
Result<void> checkTogether(const Arguments& given) {
    if (given.has("ipv4") && given.has("ipv6")) return fail(Errc::ILLEGAL_ARGUMENT, "-4 and -6 contradict each other");
    if (given.has("insecure") && given.has("cacert"))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "--insecure and --cacert contradict each other: the first verifies nothing");
    for (const char* const option : {"key", "pass"})
        if (given.has(option) && !given.has("cert"))
            return fail(Errc::ILLEGAL_ARGUMENT, "--{} needs --cert: the certificate that it belongs to", option);
    return {};
}

} // namespace

Result<Bytes> parseByteRate(std::string_view text) {
    auto rate = STINT_TRY(parseShortSize(text.substr(0, text.rfind("/s"))));
    if (rate <= 0) return fail(Errc::ILLEGAL_ARGUMENT, "a rate of \"{}\" moves nothing", printable(text));
    return rate;
}

Result<void> putReach(const Arguments& given, const std::string& url, const std::filesystem::path& here,
                      PersistableBundle& extras) {
    STINT_TRY(checkTogether(given));
    STINT_TRY(putSecrets(given, here, extras));
    for (const Carried& one : carried)
        if (const auto text = given.value(one.option)) STINT_TRY(carry(one, *text, here, extras));
    for (const std::string& text : given.values("resolve"))
        STINT_TRY(checkResolve(text));
    if (given.has("resolve")) extras.putStringArray("resolve", given.values("resolve"));
    if (auto proxy = given.value("proxy").value_or(proxyFor(url)); !proxy.empty()) extras.putString("proxy", proxy);
    if (auto hosts = given.value("noproxy").value_or(noProxy()); !hosts.empty()) extras.putString("noProxy", hosts);
    return {};
}

} // namespace stint::cli
