#include "cli/program.hpp"

#include <clocale>
#include <cstdio>

#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "cli/screen/exit_code.hpp"

namespace stint::cli {

namespace {

int runLine(const std::vector<std::string>& line, const Screen& screen) {
    bool wantsOverview = line.empty() || (line.size() == 1 && (line[0] == "--help" || line[0] == "-h"));
    if (wantsOverview) {
        screen.print(overview());
        return ends::ok;
    }
    if (line.size() == 1 && line[0] == "--version") {
        screen.print("stint " STINT_VERSION);
        return ends::ok;
    }
    auto invocation = parse(line);
    if (!invocation.ok()) return screen.fail(ends::usage, invocation.error().message);
    if (invocation->wantsHelp) {
        screen.print(helpFor(*invocation->verb, screen.columns()));
        return ends::ok;
    }
    return invocation->verb->run(invocation->arguments, Screen{invocation->wish});
}

} // namespace

int runProgram(const std::vector<std::string>& line) {
    std::setlocale(LC_CTYPE, ""); // how wide characters are; nothing else follows the locale
    Screen screen{Wish{}};
    int code = runLine(line, screen);
    if (code == ends::ok && std::ferror(stdout)) return screen.fail(ends::inputOutput, "cannot write to stdout");
    return code;
}

} // namespace stint::cli
