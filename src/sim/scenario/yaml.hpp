// A YAML file, read strictly: every key and value is understood, or reported with its line and column (scenario.md: an
// unknown key is an error, never ignored; - and _ are alike in keys and words of ours). Reading continues after a
// mistake, so that a person sees all of them at once. yaml-cpp's exceptions end here.
// A document's bounds are checked before it is loaded: yaml-cpp limits neither its size nor the expansion of aliases
// (twenty lines can name a billion nodes), and produces endless documents from some malformed texts.
#pragma once
#include <array>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include "base/text/words.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/setup.hpp"
#include "stint/result.hpp"

namespace stint::sim {

/// The reason why a text is not a single document of an allowed size, and where. Thrown like yaml-cpp's errors; caught
/// in Yaml::read().
struct OutOfBounds {
    SourceLocation location;
    std::string why;
};

/// Scans `text` once and keeps nothing. False if there is no document. Throws OutOfBounds and YAML::Exception.
bool checkBounds(const std::string& text);

using Node = YAML::Node;

SourceLocation locationOf(const YAML::Mark& mark);
SourceLocation locationOf(const Node& node);

/// The words that a value may be, and what each means.
template <class T> using Choices = std::initializer_list<std::pair<std::string_view, T>>;

/// A key, and the function that reads its value.
struct Key {
    std::string_view name;
    std::function<void(const Node&)> read;
};
using Keys = std::initializer_list<Key>;

class Yaml {
public:
    explicit Yaml(std::string file) : file_(std::move(file)) {}

    /// Hands the one document in `text` to `reader`; complains where it is no YAML.
    void read(const std::string& text, const std::function<void(const Node&)>& reader);

    template <class... Args>
    void complain(SourceLocation location, fmt::format_string<Args...> format, Args&&... args) {
        complaints_.emplace_back(location, fmt::format(format, std::forward<Args>(args)...));
    }
    bool clean() const { return complaints_.empty(); }
    /// All complaints, in the order of the file, a line each: "FILE:LINE:COLUMN: what is wrong".
    Error error() const;

    // Each returns a harmless value after a mistake.

    /// Reads what stands under each key; complains of a key that is not in `keys`, and of one that stands twice.
    void map(const Node& node, std::string_view what, Keys keys) { mapOf(node, what, {keys.begin(), keys.size()}); }
    /// Like map(), with the keys of a table.
    void mapOf(const Node& node, std::string_view what, std::span<const Key> keys);
    /// Like map(), where the keys are names of the file's own.
    void names(const Node& node, std::string_view what,
               const std::function<void(const Node& name, const Node& value)>& each);
    void list(const Node& node, std::string_view what, const std::function<void(const Node&)>& each);
    std::string text(const Node& node, std::string_view what);

    template <class T> T word(const Node& node, std::string_view what, Choices<T> words, T otherwise = {}) {
        const std::string given = text(node, what);
        std::vector<std::string_view> known;
        for (const auto& [name, meaning] : words) {
            if (isSameWord(name, given)) return meaning;
            known.push_back(name);
        }
        if (node.IsScalar()) complain(locationOf(node), "{}", unknownWord(given, what, known));
        return otherwise;
    }
    bool flag(const Node& node, std::string_view what);
    std::int64_t number(const Node& node, std::string_view what, std::int64_t least, std::int64_t most);
    /// The result of `parse`; its error is reported.
    template <class T> T parsed(const Node& node, std::string_view what, Result<T> (*parse)(std::string_view)) {
        const std::string given = text(node, what);
        if (!node.IsScalar()) return {};
        auto value = parse(given);
        if (value) return *std::move(value);
        complain(locationOf(node), "{}: {}", what, value.error().message);
        return {};
    }

    /// "state cannot be "bakground" (did you mean "background"?)", or with all words that there are.
    static std::string unknownWord(std::string_view given, std::string_view what,
                                   const std::vector<std::string_view>& known);

private:
    void complainOfKey(const Node& key, std::string_view what, const std::vector<std::string_view>& known);

    std::string file_;
    std::vector<std::pair<SourceLocation, std::string>> complaints_;
};

} // namespace stint::sim
