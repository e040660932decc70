#include "faces/cli/line/verbs.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <fmt/core.h>

#include "base/text/words.hpp"

namespace stint::cli {
namespace {

std::vector<Verb> table() {
    std::vector<Verb> all;
    for (const auto row : everyVerb)
        all.push_back(row());
    return all;
}

/// True if `names`, such as "-o,--output", has `name`.
bool isAmong(std::string_view names, std::string_view name) {
    for (std::string_view rest = names; !rest.empty();) {
        const auto end = std::min(rest.find(','), rest.size());
        if (rest.substr(0, end) == name) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

} // namespace

std::string_view Option::longName() const {
    const std::string_view last = names.substr(names.rfind(',') + 1); // npos + 1 is 0
    return last.substr(last.find_first_not_of('-'));
}

bool Option::isCalled(std::string_view name) const {
    return isAmong(names, name) || (!setter.empty() && androidName() == name);
}

bool OptionElsewhere::isCalled(std::string_view name) const { return isAmong(names, name); }

std::string Option::androidName() const {
    if (setter.empty()) return {};
    std::string name = "-";
    for (const char letter : setter.substr(std::string_view("set").size())) {
        if (std::isupper(static_cast<unsigned char>(letter))) name += '-';
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    return name;
}

std::vector<std::string_view> Option::choices() const {
    if (value.find('|') == std::string_view::npos) return {};
    return splitAt(value, "|");
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

std::string withOptionsOf(const Verb& verb, std::string_view sentence) {
    std::string text;
    while (!sentence.empty()) {
        const auto isLetter = [](char sign) { return std::isalpha(static_cast<unsigned char>(sign)); };
        const auto end = std::find_if_not(sentence.begin(), sentence.end(), isLetter);
        const std::string_view word(sentence.begin(), end);
        const auto option = std::ranges::find(verb.options, word, &Option::setter);
        if (!word.empty() && option != verb.options.end())
            text += fmt::format("--{} ({})", option->longName(), word);
        else
            text += sentence.substr(0, std::max<std::size_t>(1, word.size()));
        sentence.remove_prefix(std::max<std::size_t>(1, word.size()));
    }
    return text;
}

const Verb* verbNamed(std::string_view name) {
    auto all = verbs();
    auto found = std::find_if(all.begin(), all.end(), [&](const Verb& verb) { return verb.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::vector<Verb> verbsBelow(const Verb& verb) {
    std::vector<Verb> below;
    std::ranges::copy_if(verbs(), std::back_inserter(below),
                         [&](const Verb& one) { return one.name.starts_with(fmt::format("{} ", verb.name)); });
    return below;
}

} // namespace stint::cli
