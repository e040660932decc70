#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "faces/cli/program.hpp"
#include "faces/pushctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"

using namespace stint;

namespace {

struct Row {
    std::string_view verb;
    int (*run)(const cli::Arguments&, const cli::Screen&);
};
constexpr std::array rows{
    Row{"push send", pushctl::send},     Row{"push test", pushctl::test},       Row{"push serve", pushctl::serve},
    Row{"push invite", pushctl::invite}, Row{"push join", pushctl::join},       Row{"push leave", pushctl::leave},
    Row{"push doctor", pushctl::doctor}, Row{"push devices", pushctl::devices}, Row{"push revoke", pushctl::revoke}};

} // namespace

/// Gets the very line of `stint`, whose process becomes this program.
int main(int count, char** words) {
    std::vector<std::string> line(words + 1, words + count);
    // Endpoints' URLs, apps' keys and codes are secrets, and every user of the machine can read a line in /proc. A
    // server has none in its line unless it joins another, and stays there for long.
    const auto isJoin = [](const std::string& word) { return word.starts_with("--join"); };
    const bool isServer = line.size() > 1 && line[1] == "serve" && std::ranges::none_of(line, isJoin);
    for (int each = 1; each < count && !isServer; ++each)
        std::memset(words[each], '*', std::strlen(words[each]));
    if (line.empty()) line = {"push", "send"}; // its error says what it needs
    return cli::runProgram(line, [](const cli::Invocation& asked, const cli::Screen& screen) {
        for (const Row& row : rows)
            if (row.verb == asked.verb->name) return row.run(asked.arguments, screen);
        return screen.fail(cli::ends::usage, fmt::format("stint-pushctl has no verb \"{}\"", asked.verb->name));
    });
}
