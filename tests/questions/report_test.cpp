// Reports as signed papers (fleet.md §4.1).
#include <doctest/doctest.h>

#include "questions/given.hpp"

namespace stint::fleet {

TEST_CASE("a report is a paper that its device signs, and its comment says which one it is") { // fleet.md §4.1
    const SecretKey key = SecretKey::make();
    const DeviceReport report = aReport();
    const auto signedReport = signedBy(key, report).value();
    CHECK(*deviceReportIn(signedReport.document) == report);
    CHECK(commentOf(report) == "stint report 20261123-nvc38b7g 4TQ0000000000000000000000A 3.1.9");
    CHECK(isSignedBy(signedReport, key.publicKey(), commentOf(report)));
    DeviceReport other = report;
    other.telling.sequence = 10;
    CHECK_FALSE(isSignedBy({documentOf(other), signedReport.signatures}, key.publicKey(), commentOf(other)));
    CHECK_FALSE(isSignedBy(signedReport, key.publicKey(), commentOf(other)));
}

TEST_CASE("a report says what a device can know, and each thing once") { // fleet.md §4.1
    const auto errorOf = [](auto change) {
        DeviceReport report = aReport();
        change(report);
        const auto read = deviceReportIn(documentOf(report));
        return read.ok() ? std::string() : read.error().message;
    };
    CHECK(errorOf([](DeviceReport&) {}).empty());
    CHECK(errorOf([](DeviceReport& r) { r.telling.phase = Phase::Offered; }).find("phase") != std::string::npos);
    CHECK(errorOf([](DeviceReport& r) { r.telling.outcome = Outcome::Unreachable; }).find("outcome") !=
          std::string::npos);
    CHECK(errorOf([](DeviceReport& r) { r.telling.outcome = Outcome::None; }).find("where it has ended") !=
          std::string::npos);
    CHECK(errorOf([](DeviceReport& r) { r.telling.phase = Phase::Running; }).find("where it has ended") !=
          std::string::npos);
    CHECK(errorOf([](DeviceReport& r) { r.telling.sequence = 0; }).find("sequence") != std::string::npos);
    CHECK(errorOf([](DeviceReport& r) { r.enrolment = 0; }).find("enrolment") != std::string::npos);
    CHECK(errorOf([](DeviceReport& r) { r.device = "D"; }).find("device") != std::string::npos);
    for (const auto& [phase, word, meaning] : phaseRows) {
        CHECK(phaseIn(word) == phase);
        CHECK_FALSE(meaning.empty());
    }
    for (const OutcomeRow& row : outcomeRows)
        CHECK(outcomeIn(row.word) == row.outcome);
    CHECK(wordOf(Outcome::None).empty());
    CHECK_FALSE(outcomeIn("").has_value());
}

TEST_CASE("a report of a device that waits says why, since when, and for how long") { // fleet.md §4.1
    DeviceReport report = aReport();
    report.telling = {.sequence = 9, .phase = Phase::Waiting};
    report.telling.blockers = {{"CONSTRAINT_CHARGING", then}, {"QUOTA", then + 1h}};
    report.telling.forecast = then + 2h;
    const std::string document = documentOf(report);
    CHECK(*deviceReportIn(document) == report);
    CHECK(document.starts_with(R"({"blockers":{"CONSTRAINT_CHARGING":)"));
    const auto wrongly = [&](std::string_view was, const std::string& is) {
        std::string other = document;
        other.replace(other.find(was), was.size(), is);
        return deviceReportIn(other);
    };
    CHECK_FALSE(wrongly("QUOTA", "quota").ok());
    CHECK_FALSE(wrongly("QUOTA", "").ok());
    CHECK_FALSE(wrongly("QUOTA", std::string(65, 'Q')).ok());
    CHECK(wrongly("QUOTA", "A_REASON_OF_A_NEWER_DEVICE").error().message.find("one form") != std::string::npos);
    CHECK(wrongly("QUOTA", "QUOTA_OF_A_NEWER_DEVICE").ok());
    CHECK_FALSE(wrongly(R"("phase":"waiting")", R"("phase":"running")").ok());
    report.telling.blockers.clear();
    for (std::size_t n = 0; n <= mostBlockers; ++n)
        report.telling.blockers.push_back({std::string(n + 1, 'A'), then});
    CHECK_FALSE(deviceReportIn(documentOf(report)).ok());
    report.telling.blockers.pop_back();
    CHECK(*deviceReportIn(documentOf(report)) == report);
}

TEST_CASE("a device's clock keeps no report from being one") { // fleet.md §4.1
    DeviceReport report = aReport();
    report.made = WallTime(-1h);
    CHECK(deviceReportIn(documentOf(report))->made == WallTime(0h));
    report.made = WallTime(Duration::max());
    CHECK(deviceReportIn(documentOf(report)).ok());
}

TEST_CASE("words are cut at a character, and are read as they are written") { // fleet.md §4.1
    struct Row {
        std::string given, told;
    };
    const std::string umlauts = [] {
        std::string text = "a"; // so that no character ends at the limit
        while (text.size() < 2 * longestWords)
            text += "ü";
        return text;
    }();
    for (const Row& row :
         {Row{"", ""}, Row{"two\nlines\n", "two\nlines\n"}, Row{"a\tb\rc", "a b c"},
          Row{"red \x1b[31mred", "red \xEF\xBF\xBD[31mred"}, Row{"no\xff UTF-8", "no\xEF\xBF\xBD UTF-8"},
          Row{std::string(longestWords, 'x'), std::string(longestWords, 'x')},
          Row{std::string(longestWords + 1, 'x'), std::string(longestWords, 'x')},
          Row{std::string(5'000, '"'), std::string(longestWords / 2, '"')},
          Row{umlauts, umlauts.substr(0, longestWords - 1)}}) {
        DeviceReport report = aReport();
        report.telling.words = row.given;
        const auto read = deviceReportIn(documentOf(report));
        REQUIRE(read.ok());
        CHECK(read->telling.words == row.told);
    }
}

TEST_CASE("the longest report is no longer than a message of the stream may be") { // fleet.md §2, §4.1
    const SecretKey key = SecretKey::make();
    for (const char letter : {'"', '\\', '\n', 'x', '\x01', '\xff'}) {
        DeviceReport report = aReport();
        report.telling = {255,
                          4'294'967'295,
                          4'294'967'295,
                          Phase::Ended,
                          Outcome::TimedOut,
                          1'000,
                          INT32_MIN,
                          std::string(100'000, letter)};
        const auto text = textOf(signedBy(key, report).value());
        CHECK(text.size() <= longestReport);
        CHECK(deviceReportIn(signedIn(text)->document).ok());
    }
}

} // namespace stint::fleet
