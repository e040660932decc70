#include <cstring>
#include <string>
#include <vector>

#include "faces/cli/parse.hpp"
#include "faces/cli/program.hpp"
#include "faces/pushctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"

using namespace stint;

/// Gets the very line of `stint`, whose process becomes this program.
int main(int count, char** words) {
    std::vector<std::string> line(words + 1, words + count);
    // The endpoint's URL and the app's keys are secrets, and every user of the machine can read a line in /proc.
    for (int each = 1; each < count; ++each)
        std::memset(words[each], '*', std::strlen(words[each]));
    if (line.empty()) line = {"push", "send"}; // its error says what it needs
    return cli::runProgram(line, [](const cli::Invocation& asked, const cli::Screen& screen) {
        if (asked.verb->name == "push send") return pushctl::send(asked.arguments, screen);
        return screen.fail(cli::ends::usage, "stint-pushctl sends for `stint push send`; it has no other verb");
    });
}
