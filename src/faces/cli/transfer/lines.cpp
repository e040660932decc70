#include "faces/cli/transfer/lines.hpp"

#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "faces/cli/transfer/download.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t mostBytes = 1024 * 1024;

std::string trimmed(const std::string& text) {
    constexpr std::string_view blank = " \t";
    const auto first = text.find_first_not_of(blank);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blank) + 1 - first);
}

} // namespace

Result<std::vector<Line>> linesOf(const std::string& name, const std::filesystem::path& here) {
    std::ifstream file;
    if (name != "-") file.open(here / name);
    if (name != "-" && !file.is_open()) return cannotRead(name);
    std::istream& stream = name == "-" ? std::cin : file;
    std::vector<Line> lines;
    std::size_t bytes = 0;
    Line line{1, {}};
    for (; std::getline(stream, line.text); ++line.number) {
        bytes += line.text.size();
        if (bytes > mostBytes)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} has more than 1 MiB: give less of it at a time", printable(name));
        if (line.text.ends_with('\r')) line.text.pop_back();
        if (!line.text.empty()) lines.push_back(line);
    }
    if (stream.eof()) return lines;
    return cannotRead(name);
}

Error cannotRead(const std::string& name) {
    return fail(Errc::ILLEGAL_STATE, "{} cannot be read: {}", printable(name), std::generic_category().message(errno));
}

Result<std::vector<std::string>> urlsOf(const std::string& name, const std::filesystem::path& here) {
    std::vector<std::string> urls;
    for (const Line& line : STINT_TRY(linesOf(name, here))) {
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

} // namespace stint::cli
