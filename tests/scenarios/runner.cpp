// Plays every scenario beneath this folder, each as a test case of its name: it passes when all that it expects comes
// true, twice in the same words.
#define DOCTEST_CONFIG_IMPLEMENT
#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "sim/judge/report.hpp"
#include "sim/scenario/scenario.hpp"

using namespace stint;

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return std::move(text).str();
}

Result<sim::Scenario> scenarioNamed(const std::string& name) {
    return sim::readScenario(read(fs::path(STINT_SCENARIOS) / name), name);
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

int main(int argc, char** argv) {
    static std::deque<std::string> names; // doctest keeps pointers to them
    for (const std::string& name : scenarioNames()) {
        names.push_back(name);
        doctest::detail::TestCase test(playCurrent, __FILE__, __LINE__,
                                       doctest_detail_test_suite_ns::getCurrentTestSuite());
        test* names.back().c_str();
        doctest::detail::regTest(test);
    }
    doctest::Context context(argc, argv);
    return context.run();
}
