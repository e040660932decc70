#include <string>
#include <vector>

#include "faces/cli/program.hpp"
#include "faces/player/verbs.hpp"
#include "faces/screen/exit_code.hpp"

using namespace stint;

/// Gets the very line of `stint`, whose process becomes this program.
int main(int count, char** words) {
    std::vector<std::string> line(words + 1, words + count);
    if (line.empty()) line.emplace_back("sim"); // its error says what it needs
    return cli::runProgram(line, [](const cli::Invocation& asked, const cli::Screen& screen) {
        if (asked.verb->name == "sim") return player::playScenarios(asked.arguments, screen);
        if (asked.verb->name == "demo") return player::playDemo(asked.arguments, screen);
        return screen.fail(cli::ends::usage,
                           "stint-sim plays scenarios for `stint sim` and `stint demo`; it has no other verb");
    });
}
