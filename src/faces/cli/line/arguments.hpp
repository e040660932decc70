// A verb's arguments: its words in order, and its options, checked against the table of verbs.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stint::cli {

/// A verb's words in order, and its options, checked against the table of verbs.
struct Arguments {
    std::vector<std::string> words;
    /// The options by their long names without dashes ("output"); a flag has an empty value.
    std::map<std::string, std::string, std::less<>> options;
    /// All values, in order, of options that may be given more than once; the first is in `options`, too.
    std::map<std::string, std::vector<std::string>, std::less<>> repeated = {};

    bool has(std::string_view option) const { return options.contains(option); }
    std::vector<std::string> values(std::string_view option) const {
        auto found = repeated.find(option);
        return found == repeated.end() ? std::vector<std::string>{} : found->second;
    }
    std::optional<std::string> value(std::string_view option) const {
        auto found = options.find(option);
        if (found == options.end()) return std::nullopt;
        return found->second;
    }
};

} // namespace stint::cli
