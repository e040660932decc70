// Files that devices fetch (fleet.md §5.3), by RFC 9110's ranges; and what is none of them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

#include "push/endpoint/files.hpp"

using namespace stint;
using namespace stint::push;

namespace {

const std::string fileName(64, 'a');

http::Request asked(std::string name, http::Headers headers = {}, std::string method = "GET") {
    return {.method = std::move(method),
            .path = std::string(filesPath) + std::move(name),
            .query = {},
            .headers = std::move(headers),
            .body = {},
            .caller = {}};
}

/// A directory with one file of ten bytes.
struct Shelf {
    Shelf() {
        std::string name = "/tmp/stint-files-XXXXXX";
        if (!::mkdtemp(name.data())) throw std::runtime_error("no directory");
        directory = name;
        put(fileName);
        files = *Files::open(directory);
    }
    ~Shelf() { std::filesystem::remove_all(directory); }
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;

    void put(const std::string& name, std::string_view text = "0123456789") const {
        std::ofstream(directory / name) << text;
        std::filesystem::permissions(directory / name, std::filesystem::perms(0644));
    }
    std::optional<http::Answer> answer(const http::Request& request, Instant now = Instant(),
                                       const std::string& sender = "192.0.2.1") const {
        return files->answer(request, sender, now);
    }

    std::filesystem::path directory;
    std::unique_ptr<Files> files;
};

std::string bytesOf(const std::optional<http::Answer>& answer) {
    std::string all;
    while (all.size() < answer->source->size()) {
        const std::string some = answer->source->take();
        if (some.empty()) break;
        all += some;
    }
    return all;
}

std::string headerOf(const std::optional<http::Answer>& answer, std::string_view name) {
    for (const auto& [its, value] : answer->headers)
        if (its == name) return value;
    return {};
}

} // namespace

TEST_CASE("a part is what its Range says, where that is one that can be meant (RFC 9110 §14.1.2)") {
    struct Row {
        std::string_view range;
        std::string_view part; ///< empty: all; "-": none
    };
    const Shelf shelf;
    for (const Row& row :
         {Row{"bytes=0-0", "0"}, Row{"bytes=3-", "3456789"}, Row{"bytes=3-5", "345"}, Row{"bytes=8-100", "89"},
          Row{"bytes=-3", "789"}, Row{"bytes=-100", "0123456789"}, Row{"bytes=9-9", "9"}, Row{"bytes=10-", "-"},
          Row{"bytes=-0", "-"}, Row{"bytes=18446744073709551615-", "-"},
          // Wrong, or of several parts: all of it.
          Row{"bytes=5-3", ""}, Row{"bytes=", ""}, Row{"bytes=-", ""}, Row{"bytes=a-b", ""}, Row{"bytes=0-1,3-4", ""},
          Row{"bytes=0--1", ""}, Row{"bytes= 1-2", ""}, Row{"lines=1-2", ""}, Row{"bytes=18446744073709551616-", ""}}) {
        CAPTURE(row.range);
        const auto answer = shelf.answer(asked(fileName, {{"Range", std::string(row.range)}}));
        REQUIRE(answer);
        CHECK(answer->status == (row.part.empty() ? 200 : row.part == "-" ? 416 : 206));
        if (answer->status == 416)
            CHECK(headerOf(answer, "Content-Range") == "bytes */10");
        else
            CHECK(bytesOf(answer) == (row.part.empty() ? "0123456789" : row.part));
    }
    CHECK(headerOf(shelf.answer(asked(fileName, {{"Range", "bytes=3-5"}})), "Content-Range") == "bytes 3-5/10");
    CHECK(shelf.answer(asked(fileName, {{"Range", "bytes=3-5"}, {"Range", "bytes=3-5"}}))->status == 200);
    CHECK(shelf.answer(asked(fileName, {{"Range", "bytes=3-5"}}, "HEAD"))->status == 200);
}

TEST_CASE("a part is of the version that its reader has begun (RFC 9110 §13.1.5)") {
    const Shelf shelf;
    const std::string tag = headerOf(shelf.answer(asked(fileName)), "ETag");
    CHECK(tag.starts_with('"')); // a strong one
    const auto with = [&](const std::string& version) {
        return shelf.answer(asked(fileName, {{"Range", "bytes=5-"}, {"If-Range", version}}))->status;
    };
    CHECK(with(tag) == 206);
    CHECK(with("W/" + tag) == 200);
    CHECK(with("Fri, 27 Nov 2026 11:50:00 GMT") == 200);
    std::filesystem::remove(shelf.directory / fileName);
    shelf.put(fileName, "9876543210");
    const auto other = shelf.answer(asked(fileName, {{"Range", "bytes=5-"}, {"If-Range", tag}}));
    CHECK(headerOf(other, "ETag") != tag);
    CHECK(other->status == 200);
    CHECK(bytesOf(other) == "9876543210");
}

TEST_CASE("nothing but a file of the server's own user, under 64 digits, is answered (fleet.md §5.3)") {
    const Shelf shelf;
    shelf.put("secret");
    std::filesystem::create_symlink(shelf.directory / "secret", shelf.directory / std::string(64, 'b'));
    std::filesystem::create_hard_link(shelf.directory / "secret", shelf.directory / std::string(64, 'c'));
    std::filesystem::create_directory(shelf.directory / std::string(64, 'd'));
    REQUIRE(::mkfifo((shelf.directory / std::string(64, 'e')).c_str(), 0600) == 0);
    shelf.put(std::string(64, 'f'));
    std::filesystem::permissions(shelf.directory / std::string(64, 'f'), std::filesystem::perms(0666));
    for (const std::string& name :
         {std::string(), std::string("secret"), std::string(64, 'b'), std::string(64, 'c'), std::string(64, 'd'),
          std::string(64, 'e'), std::string(64, 'f'), std::string(64, '0'), std::string(64, 'A'), fileName + "/",
          fileName + std::string(1, '\0'), "../" + shelf.directory.filename().string() + "/" + fileName,
          std::string("%61") + std::string(63, 'a'), "." + fileName + ".part", std::string(1 << 16, 'a')}) {
        CAPTURE(name);
        CHECK_FALSE(shelf.answer(asked(name)));
    }
    CHECK(shelf.answer(asked(fileName)));
}

TEST_CASE("a file that shrinks while it is sent ends, and is not made up (fleet.md §5.3)") {
    const Shelf shelf;
    const auto answer = shelf.answer(asked(fileName));
    std::filesystem::resize_file(shelf.directory / fileName, 4);
    CHECK(bytesOf(answer) == "0123");
}

TEST_CASE("where all places are taken the slowest gives way, and not before its minute is over (fleet.md §5.3)") {
    const Shelf shelf;
    std::vector<std::optional<http::Answer>> held;
    const auto at = [](int second) { return Instant(std::chrono::seconds(second)); };
    for (std::size_t n = 0; n < mostFiles; ++n)
        held.push_back(shelf.answer(asked(fileName), at(0), n % 2 == 0 ? "192.0.2.1" : "192.0.2.2"));
    for (std::size_t n = 0; n < mostFiles; ++n)
        if (n != 6) CHECK(held[n]->source->take().size() == 10); // all but one are quick
    CHECK(shelf.answer(asked(fileName), at(59), "192.0.2.3")->status == 503);
    CHECK(shelf.answer(asked(fileName, {}, "HEAD"), at(59), "192.0.2.3")->status == 200); // it sends nothing
    const auto next = shelf.answer(asked(fileName), at(60), "192.0.2.3");
    CHECK(next->status == 200);
    CHECK(held[6]->source->take().empty());
    held[6].reset();
    held.pop_back(); // whoever is done makes room at once
    CHECK(shelf.answer(asked(fileName), at(60), "192.0.2.3")->status == 200);
}

TEST_CASE("an address that has more than half of the places gives way to another at once (fleet.md §5.3)") {
    const Shelf shelf;
    std::vector<std::optional<http::Answer>> held;
    for (std::size_t n = 0; n < mostFiles; ++n)
        held.push_back(shelf.answer(asked(fileName), Instant(), "192.0.2.66"));
    CHECK(shelf.answer(asked(fileName), Instant(), "192.0.2.66")->status == 503); // not to itself
    for (int n = 0; n < 100; ++n) {
        held.push_back(shelf.answer(asked(fileName), Instant(), "192.0.2.1"));
        CHECK(held.back()->status == 200);
    }
    for (std::size_t n = held.size() - 100; n < held.size(); ++n)
        CHECK(bytesOf(held[n]) == "0123456789");
}
