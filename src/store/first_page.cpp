#include "store/first_page.hpp"

#include <fstream>
#include <string>

#include "store/sqlite.hpp"

namespace stint {

namespace {

namespace fs = std::filesystem;

constexpr auto pageSize = static_cast<std::size_t>(Database::pageSize);

void putNumber(std::string& page, std::size_t offset, std::uint64_t number) { // 4 bytes, most significant first
    for (int i = 0; i < 4; ++i)
        page[offset + static_cast<std::size_t>(i)] = static_cast<char>(number >> (24 - 8 * i));
}

/// The first page of `fresh` as that of a file of `pages` pages. Offsets: sqlite.org/fileformat2.html §1.3.
std::string firstPage(const fs::path& fresh, std::uint64_t pages, bool withLog) {
    std::string page(pageSize, '\0');
    std::ifstream{fresh, std::ios::binary}.read(page.data(), static_cast<std::streamsize>(pageSize));
    page[18] = page[19] = withLog ? 2 : 1; // whether a log is read
    putNumber(page, 28, pages);
    putNumber(page, 32, 0); // no free pages: none will be asked for
    putNumber(page, 36, 0);
    return page;
}

} // namespace

Result<void> copyWithFirstPage(const fs::path& damaged, const fs::path& fresh, const fs::path& copy) {
    const auto logOf = [](const fs::path& file) { return fs::path{file}.concat("-wal"); };
    std::error_code error;
    const auto size = fs::file_size(damaged, error);
    fs::copy_file(damaged, copy, fs::copy_options::overwrite_existing, error);
    if (error) return fail(Errc::Storage, "cannot copy {}: {}", damaged.string(), error.message());
    fs::remove(logOf(copy), error);
    const bool withLog = fs::exists(logOf(damaged), error);
    if (withLog && !fs::copy_file(logOf(damaged), logOf(copy), error))
        return fail(Errc::Storage, "cannot copy {}: {}", logOf(damaged).string(), error.message());
    const auto page = firstPage(fresh, size / pageSize, withLog);
    std::fstream file{copy, std::ios::binary | std::ios::in | std::ios::out};
    file.write(page.data(), static_cast<std::streamsize>(page.size()));
    if (!file.flush()) return fail(Errc::Storage, "cannot write {}", copy.string());
    return {};
}

} // namespace stint
