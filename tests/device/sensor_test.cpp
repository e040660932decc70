// The sensors that are wanted (STINT_SENSORS), by the words that the manual has for them.
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "stintd/device/sensor.hpp"

namespace stint {
namespace {

/// The words that stintd(8) lists: "any of *upower*, *network*; or *none*".
std::vector<std::string> sensorsInTheManual() {
    std::ifstream file(STINT_MAN "/stintd.8.scd");
    std::ostringstream text;
    text << file.rdbuf();
    std::smatch list;
    const std::string page = text.str();
    REQUIRE(std::regex_search(page, list, std::regex("The sensors to read: any of ([^;]*);")));
    const std::string words = list[1];
    static const std::regex word(R"(\*([a-z-]+)\*)");
    std::vector<std::string> all;
    for (std::sregex_iterator found(words.begin(), words.end(), word), end; found != end; ++found)
        all.push_back((*found)[1]);
    return all;
}

} // namespace

TEST_CASE("the manual lists every sensor, by the word that chooses it alone") {
    sd_event* loop = nullptr;
    REQUIRE(sd_event_new(&loop) >= 0);
    {
        services::Bus system(loop, services::Which::System), session(loop, services::Which::Session);
        const NetworkMarks marks;
        const NetworkRules rules;
        const SensorSources sources{loop, system, session, marks, rules, [] {}};
        ::unsetenv("STINT_SENSORS");
        const std::vector<std::string> listed = sensorsInTheManual();
        CHECK(sensors(sources).size() == listed.size());
        for (const std::string& word : listed) {
            ::setenv("STINT_SENSORS", word.c_str(), 1);
            CHECK_MESSAGE(sensors(sources).size() == 1, word);
        }
        ::unsetenv("STINT_SENSORS");
    }
    sd_event_unref(loop);
}

} // namespace stint
