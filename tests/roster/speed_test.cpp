// The processor's time for a fleet's reports and questions; not a test of anything. Run it with:
//   roster_tests --no-skip --test-case="*the time that*"
//   STINT_ROSTER_REPORTS: how many, from 20,000; STINT_ROSTER_DEVICES: of how many devices, from 20,000
#include <ctime>
#include <iostream>

#include "roster/stage.hpp"

namespace stint::fleet {
namespace {

std::size_t numberFrom(const char* name, std::size_t otherwise) {
    const char* const given = std::getenv(name);
    return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

/// The processor's, for this machine may have others to serve.
template <class Work> double seconds(Work work) {
    const std::clock_t start = std::clock();
    work();
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

} // namespace

TEST_CASE("the time that reports and questions take" * doctest::skip()) {
    const std::size_t count = numberFrom("STINT_ROSTER_REPORTS", 20'000);
    const std::size_t devices = numberFrom("STINT_ROSTER_DEVICES", 20'000);
    constexpr std::size_t batchSize = 500;
    Stage stage(0);
    std::cout << devices << " devices put: " << seconds([&] {
        Roster roster = stage.file.open();
        stage.fill(roster, devices);
    }) << " s\n";
    double taking = 0;
    std::size_t taken = 0;
    {
        Roster roster = stage.file.open();
        std::vector<StreamedReport> batch;
        for (std::size_t n = 0; n < count; ++n) {
            const auto sequence = static_cast<std::uint32_t>(n / devices + 1);
            batch.push_back(
                stage.told(n % devices, n + devices < count ? running(sequence) : ended(sequence, Outcome::Succeeded)));
            if (batch.size() < batchSize && n + 1 < count) continue;
            taking += seconds([&] { taken += valueOf(roster.take(reports, batch)).reports.size(); });
            batch.clear();
        }
        CHECK(taken == count);
        std::cout << count << " reports taken: " << taking << " s\n";
        for (const char* const text : {"all", "label site=berlin and label model=p1 and not version<4.2"}) {
            const Query query = valueOf(Query::parse(text));
            std::size_t yes = 0;
            std::cout << text << ": " << seconds([&] {
                done(roster.eachState("", then + 1h, [&](const StateEntry& one) {
                    if (ask(query, one.facts) == Answer::Yes) ++yes;
                    return true;
                }));
            });
            std::cout << " s, " << yes << " devices\n";
        }
        std::cout << "counts: " << seconds([&] { valueOf(roster.counts(stage.campaign)); }) << " s\n";
        const auto page = [&] { valueOf(roster.results(stage.campaign, {}, 0, 100, then)); };
        std::cout << "a page: " << seconds(page) << " s\n";
    }
    std::cout << "opened again: " << seconds([&] { stage.file.open(); }) << " s\n";
    const std::string text = stage.papers.signedReport(stage.papers.report(0, running(1)), stage.papers.keyOf(3));
    const PublicKey key = stage.papers.keyOf(3).publicKey();
    const Signed paper = valueOf(signedIn(text));
    constexpr int times = 2'000;
    std::cout << times << " reports read: " << seconds([&] {
        for (int n = 0; n < times; ++n)
            valueOf(deviceReportIn(valueOf(signedIn(text)).document));
    })
              << " s, verified: " << seconds([&] {
                     for (int n = 0; n < times; ++n)
                         CHECK(isSignedBy(paper, key, commentOf(stage.papers.report(0, running(1)))));
                 })
              << " s\n";
}

} // namespace stint::fleet
