// The fleet's diary: one text for one entry, and a chain that nothing can be taken out of (fleet.md §2.3).
#include <doctest/doctest.h>

#include <vector>

#include "fleet/audit/audit.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

using namespace std::chrono_literals;

constexpr WallTime begun{std::chrono::hours(500'000)};

std::vector<std::string> diaryOf(int entries) {
    std::vector<std::string> texts;
    for (int n = 1; n <= entries; ++n)
        texts.push_back(
            textOf(AuditEntry{.number = n,
                              .at = begun + n * 1min,
                              .by = n % 3 == 0 ? "root" : "ann, bob",
                              .act = std::string(actRows[static_cast<std::size_t>(n) % actRows.size()].word),
                              .of = "20261123-nvc38b7g",
                              .words = n % 2 == 0 ? "12 devices" : "",
                              .paper = n % 4 == 0 ? sha256Of("signed") : "",
                              .before = texts.empty() ? "" : sha256Of(texts.back())}));
    return texts;
}

/// The place of the first that is wrong; 0: none is.
std::size_t firstWrong(const std::vector<std::string>& texts) {
    AuditChain chain;
    for (std::size_t n = 0; n < texts.size(); ++n)
        if (!chain.follow(texts[n]).ok()) return n + 1;
    return 0;
}

} // namespace

TEST_CASE("§2.3: an entry has one text, and what is written is read") {
    for (const std::string& text : diaryOf(12)) {
        const auto read = auditEntryIn(text);
        REQUIRE(read.ok());
        CHECK(textOf(*read) == text);
        CHECK(!auditEntryIn(text + " ").ok());
        CHECK(!auditEntryIn(text.substr(1)).ok());
    }
    const std::string lengthy = textOf({.number = 1,
                                        .at = begun,
                                        .by = std::string(5'000, 'x'),
                                        .act = "start",
                                        .of = "20261123-nvc38b7g",
                                        .words = std::string(5'000, '"') + "\x1b[2J"});
    CHECK(lengthy.size() <= longestAuditEntry);
    CHECK(auditEntryIn(lengthy).ok());
    CHECK(sha256Of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-4
}

TEST_CASE("§2.3: whatever is changed, left out, put in or moved, the first that is wrong is named") {
    const auto whole = diaryOf(9);
    CHECK(firstWrong(whole) == 0);
    for (std::size_t n = 0; n < whole.size(); ++n) {
        CAPTURE(n);
        auto changed = whole;
        auto entry = *auditEntryIn(changed[n]);
        entry.by = "eve";
        changed[n] = textOf(entry);
        CHECK(firstWrong(changed) == (n + 1 == whole.size() ? 0 : n + 2)); // the last one's hash is what was noted
        changed[n] = "{}";
        CHECK(firstWrong(changed) == n + 1);

        auto lacking = whole;
        lacking.erase(lacking.begin() + static_cast<std::ptrdiff_t>(n));
        const bool isEnd =
            n == 0 || n + 1 == whole.size(); // which the number of the first, or the last one's hash tells
        CHECK(firstWrong(lacking) == (isEnd ? 0 : n + 1));

        auto doubled = whole;
        doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(n), whole[n]);
        CHECK(firstWrong(doubled) == n + 2);
        if (n == 0) continue;
        auto moved = whole;
        std::swap(moved[n - 1], moved[n]);
        CHECK(firstWrong(moved) == (n == 1 ? 2 : n));
    }
    AuditChain chain;
    for (const std::string& text : whole)
        REQUIRE(chain.follow(text).ok());
    CHECK(chain.last() == 9);
    CHECK(chain.hash() == sha256Of(whole.back()));
}

TEST_CASE("§2.3: a diary whose oldest entries had their time begins with a later one") {
    auto texts = diaryOf(5);
    texts.erase(texts.begin(), texts.begin() + 2);
    AuditChain chain;
    CHECK(chain.follow(texts[0])->number == 3);
    CHECK(chain.follow(texts[1]).ok());
}

} // namespace stint::fleet
