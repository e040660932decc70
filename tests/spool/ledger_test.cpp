#include <fstream>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/spool/transfers.hpp"
#include "spool/directory.hpp"

using namespace stint;

namespace {

class Place {
public:
    const std::filesystem::path& path() const { return directory_.path; }
    std::filesystem::path root() const { return path() / "transfers"; }
    Ledger ledger() const { return Ledger::open(root()).value(); }
    LedgerEntry entry(const std::string& name = "x") const {
        return {.target = (path() / name).native(),
                .part = "." + name + ".stint-part",
                .state = "." + name + ".stint-state"};
    }
    void write(const std::string& name, std::size_t size) const {
        std::ofstream(path() / name) << std::string(size, 'x');
        std::filesystem::permissions(path() / name,
                                     std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }

private:
    Directory directory_;
};

} // namespace

TEST_CASE("what is kept is there for the next who opens it, whatever the path has in it") {
    const Place place;
    auto odd = place.entry("a\n\t\x1b b");
    odd.job = 7;
    odd.failures = 3;
    REQUIRE(place.ledger().keep({odd}).ok());
    REQUIRE(place.ledger().keep({place.entry("b")}).ok());
    CHECK(place.ledger().find(odd.target) == odd);
    odd.failures = 4;
    REQUIRE(place.ledger().keep({odd}).ok());
    CHECK(place.ledger().entries() == std::vector{place.entry("b"), odd});
    REQUIRE(place.ledger().forget({odd.target}).ok());
    CHECK(place.ledger().entries() == std::vector{place.entry("b")});
}

TEST_CASE("a damaged ledger, or one that was cut off, has what can be read of it") {
    const Place place;
    REQUIRE(place.ledger().keep({place.entry("a")}).ok());
    REQUIRE(place.ledger().keep({place.entry("b")}).ok());
    const auto file = place.root() / "unfinished";
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
    CHECK(place.ledger().entries() == std::vector{place.entry("a")});
    std::ofstream(file) << "nonsense";
    CHECK(place.ledger().entries().empty());
    CHECK(place.ledger().keep({place.entry("c")}).ok());
}

TEST_CASE("what is done is forgotten with the next that is kept, also of the same file") {
    const Place place;
    for (const char* name : {"a", "b", "c"})
        REQUIRE(place.ledger().keep({place.entry(name)}).ok());
    REQUIRE(place.ledger().keep({place.entry("d")}, {place.entry("a").target, place.entry("none").target}).ok());
    CHECK(place.ledger().entries() == std::vector{place.entry("b"), place.entry("c"), place.entry("d")});
    REQUIRE(place.ledger().keep({place.entry("b")}, {place.entry("b").target}).ok());
    CHECK(place.ledger().entries() == std::vector{place.entry("c"), place.entry("d"), place.entry("b")});
}

TEST_CASE("several are kept in one writing, and what has changed is the newest") {
    const Place place;
    REQUIRE(place.ledger().keep({place.entry("a"), place.entry("b")}).ok());
    auto again = place.entry("a");
    again.failures = 1;
    REQUIRE(place.ledger().keep({place.entry("b"), again, place.entry("c")}).ok());
    CHECK(place.ledger().entries() == std::vector{place.entry("b"), again, place.entry("c")});
}

TEST_CASE("beyond a thousand the oldest are forgotten") {
    const Place place;
    auto ledger = place.ledger();
    for (std::size_t i = 0; i <= Ledger::most; ++i)
        REQUIRE(ledger.keep({place.entry(std::to_string(i))}).ok());
    CHECK(ledger.entries().size() == Ledger::most);
    CHECK(!ledger.find(place.entry("0").target));
}

TEST_CASE("two who change it at once both find their change") {
    const Place place;
    place.ledger();
    const pid_t child = ::fork();
    for (int i = 0; i < 20; ++i) {
        const bool kept = place.ledger().keep({place.entry(std::to_string(child == 0 ? i : i + 100))}).ok();
        if (child == 0 && !kept) ::_exit(1);
        CHECK(kept);
    }
    if (child == 0) ::_exit(0);
    int status = 1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(place.ledger().entries().size() == 40);
}

TEST_CASE("left behind are a download's own files, in each set of names, and not the target") {
    const Place place;
    place.write("x", 1);
    place.write(".x.stint-part", 2048);
    place.write(".x.stint-state-3", 10);
    place.write(".x.stint-part-9", 10); // there are eight
    CHECK(leftoversOf(place.entry()).size() == 2);
    CHECK(leftBehindText(place.entry()) ==
          "left behind: " + (place.path() / ".x.stint-part").native() + ", 2 KiB (`stint clean` removes it)");
    std::filesystem::create_symlink(place.path() / "x", place.path() / ".x.stint-state");
    CHECK(leftoversOf(place.entry()).size() == 2);
    for (const Leftover& one : leftoversOf(place.entry()))
        CHECK(removeLeftover(one).ok());
    CHECK(leftBehindText(place.entry()).empty());
    CHECK(std::filesystem::exists(place.path() / "x"));
}

TEST_CASE("left behind of an upload is the record of it, by which it would go on") {
    const Place place;
    place.write("0123.json", 300);
    const LedgerEntry entry{
        .target = "/home/a b/talk.mp4 4567", .part = (place.path() / "0123.json").native(), .state = {}};
    CHECK(uploadedFrom(entry) == "/home/a b/talk.mp4");
    CHECK(!uploadedFrom(place.entry()));
    REQUIRE(leftoversOf(entry).size() == 1);
    CHECK(removeLeftover(leftoversOf(entry).front()).ok());
    CHECK(leftBehindText(entry).empty());
    CHECK(leftoversOf({.target = "/home/a/talk.mp4 4567", .part = {}, .state = {}}).empty()); // by PUT
}

TEST_CASE("a part that a transfer has locked is not removed") {
    const Place place;
    place.write(".x.stint-part", 1);
    const auto part = place.path() / ".x.stint-part";
    const Fd held(::open(part.c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(::flock(held.get(), LOCK_EX) == 0);
    const auto removed = removeLeftover({part, 1});
    REQUIRE(!removed.ok());
    CHECK(removed.error().code == Errc::BUSY);
    CHECK(std::filesystem::exists(part));
}
