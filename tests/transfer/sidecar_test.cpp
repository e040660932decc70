#include "programs/transfer/sidecar.hpp"

#include <doctest/doctest.h>

#include "transfer/place.hpp"

using namespace stint;
using namespace stint::transfer;

namespace {

Sidecar example() {
    return {.source = sourceOf("http://example.org/file?x=1"),
            .location = "a place",
            .validator = {Validator::Kind::ETag, "\"v1\"", "Mon, 05 Jan 2026 08:00:00 GMT"},
            .total = 1000,
            .boot = "one",
            .durable = 400,
            .anew = "changed on the server",
            .checksum = "",
            .finishedInode = 7};
}

} // namespace

TEST_CASE("a sidecar is read as it was written") {
    Sidecar sidecar = example();
    CHECK(decode(encode(sidecar)) == sidecar);
    sidecar.total.reset();
    sidecar.validator = {Validator::Kind::LastModified, "Mon, 05 Jan 2026 08:00:00 GMT"};
    CHECK(decode(encode(sidecar)) == sidecar);
    sidecar.joined = true;
    CHECK(decode(encode(sidecar)) == sidecar);
}

TEST_CASE("a sidecar from before there were mirrors is of one source") { // linux.md §B
    std::string text = encode(example());
    const std::string_view joined = "\"joined\": false,";
    REQUIRE(text.find(joined) != std::string::npos);
    CHECK(decode(text.erase(text.find(joined), joined.size())) == example());
}

TEST_CASE("a sidecar of an older Stint is read, and what it took for a validator and is none proves nothing") {
    Sidecar sidecar = example();
    for (const char* tag : {"\"v1\"", "\"\""}) {
        CAPTURE(tag);
        sidecar.validator.text = tag;
        std::string text = encode(sidecar);
        const auto at = text.find("\"lastModified\"");
        REQUIRE(at != std::string::npos);
        text.erase(at, text.find('\n', at) - at); // the keys are sorted: another comes after it
        const auto read = decode(text);
        REQUIRE(read);
        CHECK(read->validator.proves() == (tag == std::string_view("\"v1\"")));
        CHECK(read->validator.lastModified.empty());
    }
}

TEST_CASE("a damaged sidecar is none") {
    std::string text = encode(example());
    for (std::size_t length = 0; length + 2 < text.size(); length += 7)
        CHECK(!decode(text.substr(0, length)));
    for (const char* other : {"", "null", "[]", "7", "{}", "{\"validator\": {}}", "{\"validator\": 3}", "\0\0\0"})
        CHECK(!decode(other));
    auto with = [&](const char* from, const char* to) {
        std::string changed = text;
        changed.replace(changed.find(from), std::string_view(from).size(), to);
        return decode(changed);
    };
    CHECK(with("400", "401"));
    CHECK(!with("400", "-1"));
    CHECK(!with("400", "\"400\""));
    CHECK(!with("400", "4.5"));
    CHECK(!with("\"etag\"", "\"weak\""));
    CHECK(!with("\"version\": 3", "\"version\": 2"));
}

TEST_CASE("words that are no UTF-8 are written without harm") {
    Sidecar sidecar = example();
    sidecar.validator.text = "\"\xff\"";
    auto read = decode(encode(sidecar));
    REQUIRE(read);
    CHECK(read->validator != sidecar.validator);
}

TEST_CASE("what a part is worth depends on the boot, the URL and the record") {
    Sidecar sound = example();
    Sidecar elsewhere = sound;
    elsewhere.source = sourceOf("http://example.org/other");
    Sidecar weak = sound;
    weak.validator = {};
    struct Row {
        const char* what;
        std::optional<Sidecar> sidecar;
        Bytes partSize;
        const char* boot;
        Bytes offset;
        bool gaveUp;
    };
    for (const Row& row : {
             Row{"nothing there", std::nullopt, 0, "one", 0, false},
             Row{"a part without a record", std::nullopt, 500, "one", 0, true},
             Row{"the same boot: its size", sound, 500, "one", 500, false},
             Row{"whole", sound, 1000, "one", 1000, false},
             Row{"longer than the file", sound, 1001, "one", 0, true},
             Row{"another boot: what was durable", sound, 500, "two", 400, false},
             Row{"another boot, grown by a power loss", sound, 5000, "two", 400, false},
             Row{"another boot, shorter than was durable", sound, 399, "two", 0, true},
             Row{"no boot id at all", sound, 500, "", 400, false},
             Row{"from another URL", elsewhere, 500, "one", 0, true},
             Row{"of a server that cannot resume", weak, 500, "one", 0, true},
         }) {
        CAPTURE(row.what);
        Resume resume = resumeOf(row.sidecar, sound.source, row.partSize, row.boot);
        CHECK(resume.offset == row.offset);
        CHECK(!resume.reason.empty() == row.gaveUp);
    }
}

TEST_CASE("a sidecar on the disk is replaced whole, and leaves nothing behind") {
    const Place place;
    const PartPlace parts = place.partPlace();
    CHECK(!place.sidecar());
    REQUIRE(saveSidecar(parts, example(), Durability::OverPowerLoss));
    Sidecar second = example();
    second.durable = 800;
    REQUIRE(saveSidecar(parts, second, Durability::InThisBoot));
    CHECK(place.sidecar() == second);
    CHECK(place.list() == ".file.stint-state");
    REQUIRE(removeSidecar(parts));
    REQUIRE(removeSidecar(parts));
    CHECK(place.list().empty());
}

TEST_CASE("no password stands in a record, and a new one names the same source") {
    Sidecar sidecar = example();
    sidecar.source = sourceOf("http://me:hunter2@example.org/hunter2?hunter2#hunter2");
    CHECK(encode(sidecar).find("hunter2") == std::string::npos);
    CHECK(sidecar.source == sourceOf("http://me:other@example.org/hunter2?hunter2#hunter2"));
    CHECK(sidecar.source != sourceOf("http://me:other@example.org/hunter2?other"));
}

TEST_CASE("a record leads to no other directory, and to no digest that is none") {
    Sidecar sidecar = example();
    sidecar.name = "../../etc/passwd";
    CHECK(!decode(encode(sidecar)));
    sidecar.name = "fine";
    CHECK(decode(encode(sidecar)));
    sidecar.digest = "md5:00";
    CHECK(!decode(encode(sidecar)));
}

TEST_CASE("a record that is larger than any is none, however large") {
    const Place place;
    Sidecar sidecar = example();
    sidecar.anew.resize(2'000'000, 'x');
    REQUIRE(saveSidecar(place.partPlace(), sidecar, Durability::InThisBoot));
    CHECK(!place.sidecar());
}
