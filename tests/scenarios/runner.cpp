// Plays every scenario beneath this folder, each as a test case of its name: it passes when all that it expects comes
// true, twice in the same words. Those that need what the core cannot do yet are listed here by name, and skipped.
#define DOCTEST_CONFIG_IMPLEMENT
#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "sim/reader.hpp"
#include "sim/report.hpp"

using namespace stint;

namespace {

namespace fs = std::filesystem;

struct Later {
    std::string_view name;
    std::string_view needs; ///< the first thing of limits.md that it uses
};
// clang-format off
constexpr std::array later{
    Later{"jobs/expedited-out-of-quota.yaml",          "limits.md: QUOTA"},
    Later{"jobs/schedule-rate-restricts.yaml",         "limits.md: expect bucket"},
    Later{"jobs/story-hot-afternoon.yaml",             "limits.md: thermal"},
    Later{"jobs/story-night-on-the-charger.yaml",      "limits.md: alarms"},
    Later{"jobs/story-weekend-without-charger.yaml",   "limits.md: QUOTA"},
    Later{"jobs/uidt-never-notifies-restricted.yaml",  "limits.md: expect bucket"},
    Later{"jobs/uidt-new-estimate.yaml",               "limits.md: battery saver"},
    Later{"jobs/uidt-not-by-service-exemptions.yaml",  "limits.md: alarms"},
    Later{"jobs/uidt-rare-bucket.yaml",                "limits.md: QUOTA"},
    Later{"jobs/uidt-runs-for-hours.yaml",             "limits.md: doze"},
    Later{"jobs/uidt-size-decides-how-long.yaml",      "limits.md: battery saver"},
    Later{"jobs/uidt-size-of-a-small-transfer.yaml",   "limits.md: battery saver"},
    Later{"jobs/uidt-task-manager-stop.yaml",          "limits.md: alarms"},
    Later{"jobs/uidt-thermal.yaml",                    "limits.md: thermal"},
};
// clang-format on

const Later* laterNamed(std::string_view name) {
    const auto* found = std::ranges::find(later, name, &Later::name);
    return found == later.end() ? nullptr : found;
}

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return std::move(text).str();
}

Result<sim::Scenario> scenarioNamed(const std::string& name) {
    return sim::readScenario(read(fs::path(STINT_SCENARIOS) / name), name);
}

std::string firstNeed(const sim::Scenario& scenario) {
    for (const sim::Need& need : sim::needsOf(scenario))
        if (need.essential) return need.what;
    return "nothing";
}

std::string traceOf(const sim::Played& played) {
    std::string text;
    for (const auto& happening : played.history)
        text += sim::traceJson(happening) + "\n";
    return text;
}

/// The test case that runs now bears the scenario's name.
void playCurrent() {
    const auto scenario = scenarioNamed(doctest::getContextOptions()->currentTest->m_name);
    if (!scenario) FAIL(scenario.error().message);
    const auto played = sim::play(*scenario, {});
    REQUIRE(played.ok());
    std::string verdicts;
    for (const auto& line : sim::verdictLines(*scenario, *played, false))
        verdicts += "\n" + line;
    INFO(verdicts);
    CHECK(played->passed());
    CHECK(traceOf(*sim::play(*scenario, {})) == traceOf(*played));
}

std::vector<std::string> scenarioNames() {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(STINT_SCENARIOS))
        if (entry.path().extension() == ".yaml") names.push_back(fs::relative(entry.path(), STINT_SCENARIOS).string());
    std::ranges::sort(names);
    return names;
}

} // namespace

TEST_CASE("exactly the listed scenarios need what the core cannot do yet, for the listed reason") {
    for (const std::string& name : scenarioNames()) {
        CAPTURE(name);
        const auto scenario = scenarioNamed(name);
        if (!scenario) FAIL(scenario.error().message);
        const Later* listed = laterNamed(name);
        CHECK(firstNeed(*scenario) == std::string(listed ? listed->needs : "nothing"));
    }
}

int main(int argc, char** argv) {
    static std::deque<std::string> names; // doctest keeps pointers to them
    for (const std::string& name : scenarioNames()) {
        names.push_back(name);
        doctest::detail::TestCase test(playCurrent, __FILE__, __LINE__,
                                       doctest_detail_test_suite_ns::getCurrentTestSuite());
        test* names.back().c_str();
        if (const Later* listed = laterNamed(name)) {
            std::printf("skipped %s: needs %.*s\n", name.c_str(), static_cast<int>(listed->needs.size()),
                        listed->needs.data());
            test* doctest::skip(true);
        }
        doctest::detail::regTest(test);
    }
    doctest::Context context(argc, argv);
    return context.run();
}
