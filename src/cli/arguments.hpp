// What a verb was given: its words in order, and its options, checked against the table of verbs.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stint::cli {

struct Arguments {
    std::vector<std::string> words;
    /// By the long name without dashes ("output"); a flag that was given holds nothing.
    std::map<std::string, std::string, std::less<>> options;

    bool has(std::string_view option) const { return options.contains(option); }
    std::optional<std::string> value(std::string_view option) const {
        auto found = options.find(option);
        if (found == options.end()) return std::nullopt;
        return found->second;
    }
};

} // namespace stint::cli
