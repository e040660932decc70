#include "stintd/store/schema_pages.hpp"

#include <fstream>
#include <map>
#include <string>

#include "base/sqlite/sqlite.hpp"

namespace stint {

namespace {

namespace fs = std::filesystem;

constexpr auto pageSize = static_cast<std::size_t>(Database::pageSize);

/// The number in these bytes of a page, most significant byte first; bytes beyond the page's end count as 0.
std::uint64_t numberAt(const std::string& page, std::size_t offset, std::size_t bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = offset; i < offset + bytes && i < page.size(); ++i)
        number = number << 8 | static_cast<unsigned char>(page[i]);
    return number;
}

void putNumber(std::string& page, std::size_t offset, std::uint64_t number) { // 4 bytes
    for (int i = 0; i < 4; ++i)
        page[offset + static_cast<std::size_t>(i)] = static_cast<char>(number >> (24 - 8 * i));
}

std::string readPage(std::ifstream& file, std::uint64_t number) {
    std::string page(pageSize, '\0');
    file.seekg(static_cast<std::streamoff>((number - 1) * pageSize));
    file.read(page.data(), static_cast<std::streamsize>(pageSize));
    return page;
}

/// The pages of the table sqlite_schema, by number. Its root is page 1, and what does not fit there is on the pages
/// below it. The offsets here and in asFirstOf() are from sqlite.org/fileformat2.html §1.3, §1.6.
std::map<std::uint64_t, std::string> schemaPages(const fs::path& database) {
    constexpr std::size_t head = 100; // the file's own header
    constexpr std::uint64_t interior = 5;
    std::ifstream file{database, std::ios::binary};
    std::map<std::uint64_t, std::string> pages{{1, readPage(file, 1)}};
    const std::string root = pages.at(1);
    if (numberAt(root, head, 1) != interior) return pages;
    const auto add = [&](std::uint64_t number) { pages[number] = readPage(file, number); };
    add(numberAt(root, head + 8, 4));
    const auto cells = numberAt(root, head + 3, 2);
    for (std::size_t nth = 0; nth < cells; ++nth)
        add(numberAt(root, numberAt(root, head + 12 + 2 * nth, 2), 4));
    return pages;
}

/// Returns `page` as the first one of a file of `count` pages.
std::string asFirstOf(std::string page, std::uint64_t count, bool withLog) {
    page[18] = page[19] = withLog ? 2 : 1; // 2: SQLite reads a log
    putNumber(page, 28, count);
    putNumber(page, 32, 0); // no free pages, so SQLite looks for none
    putNumber(page, 36, 0);
    return page;
}

} // namespace

Result<void> copyWithSchemaPages(const fs::path& damaged, const fs::path& fresh, const fs::path& copy) {
    const auto logOf = [](const fs::path& file) { return fs::path{file}.concat("-wal"); };
    std::error_code error;
    const auto size = fs::file_size(damaged, error);
    fs::copy_file(damaged, copy, fs::copy_options::overwrite_existing, error);
    if (error) return fail(Errc::STORAGE, "cannot copy {}: {}", damaged.string(), error.message());
    fs::remove(logOf(copy), error);
    const bool withLog = fs::exists(logOf(damaged), error);
    if (withLog && !fs::copy_file(logOf(damaged), logOf(copy), error))
        return fail(Errc::STORAGE, "cannot copy {}: {}", logOf(damaged).string(), error.message());
    auto pages = schemaPages(fresh);
    pages[1] = asFirstOf(std::move(pages[1]), size / pageSize, withLog);
    std::fstream file{copy, std::ios::binary | std::ios::in | std::ios::out};
    for (const auto& [number, page] : pages) {
        file.seekp(static_cast<std::streamoff>((number - 1) * pageSize));
        file.write(page.data(), static_cast<std::streamsize>(page.size()));
    }
    if (!file.flush()) return fail(Errc::STORAGE, "cannot write {}", copy.string());
    return {};
}

} // namespace stint
