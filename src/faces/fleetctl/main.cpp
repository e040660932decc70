#include <algorithm>
#include <array>
#include <cstring>
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
constexpr std::array rows{Row{"fleet", help},
                          Row{"fleet init", fleetctl::init},
                          Row{"fleet serve", fleetctl::serve},
                          Row{"fleet invite", fleetctl::invite},
                          Row{"fleet join", fleetctl::join},
                          Row{"fleet leave", fleetctl::leave},
                          Row{"fleet allow", fleetctl::allow},
                          Row{"fleet refuse", fleetctl::refuse},
                          Row{"fleet devices", fleetctl::devices},
                          Row{"fleet remove", fleetctl::remove},
                          Row{"fleet label", fleetctl::label},
                          Row{"fleet device", fleetctl::device},
                          Row{"fleet set", fleetctl::set},
                          Row{"fleet drift", fleetctl::drift},
                          Row{"fleet start", fleetctl::start},
                          Row{"fleet send", fleetctl::send},
                          Row{"fleet campaigns", fleetctl::campaigns},
                          Row{"fleet status", fleetctl::status},
                          Row{"fleet results", fleetctl::results},
                          Row{"fleet why", fleetctl::why},
                          Row{"fleet audit", fleetctl::audit},
                          Row{"fleet doctor", fleetctl::doctor},
                          Row{"fleet ui", fleetctl::ui},
                          Row{"fleet pause", fleetctl::pause},
                          Row{"fleet resume", fleetctl::resume},
                          Row{"fleet retry", fleetctl::retry},
                          Row{"fleet cancel", fleetctl::cancel}};

} // namespace

/// Gets the very line of `stint`, whose process becomes this program.
int main(int count, char** words) {
    std::vector<std::string> line(words + 1, words + count);
    // A code to join is a secret, and every user of the machine can read a line in /proc.
    if (std::ranges::find(line, "join") != line.end())
        for (int each = 1; each < count; ++each)
            std::memset(words[each], '*', std::strlen(words[each]));
    if (line.empty()) line = {"fleet"};
    return cli::runProgram(line, [](const cli::Invocation& asked, const cli::Screen& screen) {
        for (const Row& row : rows)
            if (row.verb == asked.verb->name) return row.run(asked.arguments, screen);
        return screen.fail(cli::ends::usage, fmt::format("stint-fleetctl has no verb \"{}\"", asked.verb->name));
    });
}
