// fleet.md §4.1: words that are sealed for some keys are read with those, and with no other.
#include "fleet/signing/sealing.hpp"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text/printable.hpp"

namespace stint::fleet {

TEST_CASE("fleet.md §4.1: each of the readers opens the words, and nobody else, nor in another place") {
    const auto ann = SecretKey::make(), bob = SecretKey::make(), eve = SecretKey::make();
    const std::array readers{ann.publicKey(), bob.publicKey()};
    for (const std::string& words : {std::string("x"), std::string("no\nflash"), std::string(2'000, 'y')}) {
        const std::string text = sealed(words, "here", readers, 4'000);
        CHECK(text.size() <= 4'000);
        CHECK(text.find("flash") == std::string::npos);
        CHECK(*unsealed(text, "here", ann) == words);
        CHECK(*unsealed(text, "here", bob) == words);
        CHECK(unsealed(text, "there", ann).error().code == Errc::SECURITY);
        CHECK(unsealed(text, "here", eve).error().code == Errc::SECURITY);
        CHECK(sealed(words, "here", readers, 4'000) != text); // a key of its own
    }
    CHECK(sealed("x", "here", {}, 4'000).empty());
    CHECK(sealed("x", "here", readers, 100).empty());
}

TEST_CASE("fleet.md §4.1: words that have no room are cut at a character, for as many readers as there may be") {
    std::vector<SecretKey> keys;
    std::vector<PublicKey> readers;
    for (std::size_t n = 0; n < mostReaders + 1; ++n)
        readers.push_back(keys.emplace_back(SecretKey::make()).publicKey());
    std::string words;
    while (words.size() < 5'000)
        words += "ä€";
    for (std::size_t room = 3'985; room < 4'000; ++room) {
        const std::string text = sealed(words, "", readers, room);
        CHECK(text.size() <= room);
        const auto read = unsealed(text, "", keys.front());
        REQUIRE(read.ok());
        CHECK(read->size() > 2'000);
        CHECK(words.starts_with(*read));
        CHECK(printableLines(*read) == *read);
        CHECK_FALSE(unsealed(text, "", keys.back()).ok());
    }
}

TEST_CASE("fleet.md §4.1: sealed words that were changed, cut or made up are not opened") {
    const auto ann = SecretKey::make();
    const std::string text = sealed("no flash", "here", std::array{ann.publicKey()}, 4'000);
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CHECK_FALSE(unsealed(changed, "here", ann).ok());
        CHECK_FALSE(unsealed(std::string_view(text).substr(0, at), "here", ann).ok());
    }
    for (const char* const none : {"", "=", "====", "AAAA", "/////w==", "no base64", "//"})
        CHECK_FALSE(unsealed(none, "here", ann).ok());
}

} // namespace stint::fleet
