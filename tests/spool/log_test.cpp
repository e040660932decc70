// The output that is kept of a command: bounded, and read while it is written.
#include <doctest/doctest.h>

#include <poll.h>
#include <sys/stat.h>

#include "programs/spool/log.hpp"
#include "spool/directory.hpp"

using namespace stint;

namespace {

std::size_t filesIn(const std::filesystem::path& directory) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

LogReader::Piece all(LogReader& reader) {
    LogReader::Piece whole;
    while (auto piece = reader.next().value()) {
        whole.lost += piece->lost;
        whole.text += piece->text;
    }
    return whole;
}

} // namespace

TEST_CASE("what is written is read, by one who comes before and by one who comes later") {
    const Directory place;
    LogReader early = LogReader::open(place.path).value();
    CHECK(!early.next().value());
    LogWriter log = LogWriter::open(place.path, 10).value();
    REQUIRE(log.write("one\n").ok());
    CHECK(all(early).text == "one\n");
    REQUIRE(log.write("two\nthree\n").ok());
    CHECK(all(early).text == "two\nthree\n");
    LogReader late = LogReader::open(place.path).value();
    CHECK(all(late).text == "one\ntwo\nthree\n");
}

TEST_CASE("between one and two lengths of the newest output are kept") {
    const Directory place;
    LogWriter log = LogWriter::open(place.path, 10).value();
    std::string written;
    for (int i = 0; i < 1000; ++i) {
        const std::string piece = std::to_string(i) + (i % 3 == 0 ? "\n" : " ");
        written += piece;
        REQUIRE(log.write(piece).ok());
        REQUIRE(filesIn(place.path) <= 2);
    }
    LogReader reader = LogReader::open(place.path).value();
    auto kept = all(reader);
    CHECK(kept.text.size() >= 10);
    CHECK(kept.text.size() <= 20);
    CHECK(static_cast<std::size_t>(kept.lost) == written.size() - kept.text.size());
    CHECK(written.ends_with(kept.text));
}

TEST_CASE("a reader that is too slow is told how much it has missed, and misses no more") {
    const Directory place;
    LogWriter log = LogWriter::open(place.path, 10).value();
    REQUIRE(log.write("0123456789").ok());
    LogReader reader = LogReader::open(place.path).value();
    CHECK(all(reader).text == "0123456789");
    REQUIRE(log.write("abcdefghijABCDEFGHIJklm").ok());
    auto next = all(reader);
    CHECK(next.lost == 10);
    CHECK(next.text == "ABCDEFGHIJklm");
}

TEST_CASE("a writer goes on where the last one ended") {
    const Directory place;
    REQUIRE(LogWriter::open(place.path, 10)->write("0123456789abc").ok());
    LogWriter again = LogWriter::open(place.path, 10).value();
    CHECK(!again.isAtLineStart());
    REQUIRE(again.write("d\n").ok());
    CHECK(again.isAtLineStart());
    LogReader reader = LogReader::open(place.path).value();
    CHECK(all(reader).text == "0123456789abcd\n");
}

TEST_CASE("a watched log wakes its reader, also by its first byte and by a new file") {
    const Directory place;
    LogReader reader = LogReader::open(place.path).value();
    REQUIRE(reader.watch().ok());
    pollfd change{reader.fd(), POLLIN, 0};
    CHECK(::poll(&change, 1, 0) == 0);
    LogWriter log = LogWriter::open(place.path, 4).value();
    for (const char* piece : {"a", "b", "cdefg"}) {
        REQUIRE(log.write(piece).ok());
        CHECK(::poll(&change, 1, 10'000) == 1);
        reader.quiet();
        CHECK(all(reader).text == piece);
        CHECK(::poll(&change, 1, 0) == 0);
    }
}

TEST_CASE("a reader of the end is told how much stands before it, kept or not") {
    const Directory place;
    CHECK(!LogReader::openEnd(place.path, 5).value().next().value());
    LogWriter log = LogWriter::open(place.path, 10).value();
    for (const char* const line : {"one\n", "two\n", "three\n", "four\n", "five\n"})
        REQUIRE(log.write(line).ok());
    LogReader end = LogReader::openEnd(place.path, 7).value();
    const auto piece = all(end);
    CHECK(piece.text == "r\nfive\n");
    CHECK(piece.lost == 17);
    LogReader whole = LogReader::openEnd(place.path, 1000).value();
    const auto kept = all(whole);
    CHECK(static_cast<Bytes>(kept.text.size()) + kept.lost == 24);
    REQUIRE(log.write("six\n").ok());
    CHECK(all(end).text == "six\n");
}

TEST_CASE("what is no file in place of the output is not waited for") {
    const Directory place;
    REQUIRE(::mkfifo((place.path / "output.0").c_str(), 0600) == 0);
    CHECK(LogReader::open(place.path).error().code == Errc::SYSTEM);
    CHECK(LogReader::openEnd(place.path, 10).error().code == Errc::SYSTEM);
}
