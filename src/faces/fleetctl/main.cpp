#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "faces/cli/program.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"

using namespace stint;

namespace {

int help(const cli::Arguments&, const cli::Screen& screen) {
    screen.print(cli::helpFor(*cli::verbNamed("fleet"), screen.columns()));
    return cli::ends::ok;
}

struct Row {
    std::string_view verb;
    int (*run)(const cli::Arguments&, const cli::Screen&);
};
constexpr std::array rows{Row{"fleet", help}, Row{"fleet init", fleetctl::init}};

} // namespace

/// Gets the very line of `stint`, whose process becomes this program.
int main(int count, char** words) {
    std::vector<std::string> line(words + 1, words + count);
    if (line.empty()) line = {"fleet"};
    return cli::runProgram(line, [](const cli::Invocation& asked, const cli::Screen& screen) {
        for (const Row& row : rows)
            if (row.verb == asked.verb->name) return row.run(asked.arguments, screen);
        return screen.fail(cli::ends::usage, fmt::format("stint-fleetctl has no verb \"{}\"", asked.verb->name));
    });
}
