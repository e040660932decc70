// The command line: a verb, plain words, and options of the form --name value or --name.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace testapp {

struct Arguments {
    std::string verb;
    std::vector<std::string> words;
    std::map<std::string, std::string> options; ///< "user-initiated" → "" where it takes no value
    std::vector<std::string> extras;            ///< of --extra, "key=value" each

    bool has(const std::string& option) const { return options.contains(option); }
    std::optional<std::string> value(const std::string& option) const;
    /// The number an option or a word stands for; ends the program with 64 where it is none.
    static long long number(const std::string& text);
};

Arguments parse(int count, char** arguments);

/// Says what is wrong and ends the program with 64 (sysexits: usage).
[[noreturn]] void misuse(const std::string& complaint);

} // namespace testapp
