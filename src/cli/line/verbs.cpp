#include "cli/line/verbs.hpp"

#include <algorithm>

#include "cli/line/commands.hpp"

namespace stint::cli {
namespace {

std::vector<Verb> table() {
    std::vector<Verb> all;
    for (const auto row : everyVerb)
        all.push_back(row());
    return all;
}

} // namespace

std::string_view Option::longName() const {
    const std::string_view last = names.substr(names.rfind(',') + 1); // npos + 1 is 0
    return last.substr(last.find_first_not_of('-'));
}

std::vector<std::string_view> Option::choices() const {
    std::vector<std::string_view> found;
    if (value.find('|') == std::string_view::npos) return found;
    for (std::string_view rest = value; !rest.empty();) {
        auto end = std::min(rest.find('|'), rest.size());
        found.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return found;
}

std::span<const Verb> verbs() {
    static const std::vector<Verb> all = table();
    return all;
}

std::span<const Option> commonOptions() {
    static const std::vector<Option> all{{"--json", "", "one JSON object a line, for programs"},
                                         {"--plain", "", "no colour and no redrawn lines"},
                                         {"-q,--quiet", "", "only results and trouble"},
                                         {"-h,--help", "", "all about this verb"}};
    return all;
}

const Verb* verbNamed(std::string_view name) {
    auto all = verbs();
    auto found = std::find_if(all.begin(), all.end(), [&](const Verb& verb) { return verb.name == name; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace stint::cli
