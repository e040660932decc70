// A YAML file, read strictly: every key and every value is understood, or complained of at its line and column
// (scenario.md: an unknown key is an error, never ignored). Reading goes on after a complaint, so that a person sees
// all of them at once. What yaml-cpp throws ends here.
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

#include "sim/scenario.hpp"
#include "stint/result.hpp"

namespace stint::sim {

using Node = YAML::Node;

Place placeOf(const YAML::Mark& mark);
Place placeOf(const Node& node);

/// The words a value may be, and what each means.
template <class T> using Words = std::initializer_list<std::pair<std::string_view, T>>;

/// What may stand under a key, and what reads it.
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

    template <class... Args> void complain(Place place, fmt::format_string<Args...> format, Args&&... args) {
        complaints_.emplace_back(place, fmt::format(format, std::forward<Args>(args)...));
    }
    bool clean() const { return complaints_.empty(); }
    /// All complaints, in the order of the file, a line each: "FILE:LINE:COLUMN: what is wrong".
    Error error() const;

    // Each answers a harmless value where it complains.

    /// Reads what stands under each key; complains of a key that is not in `keys`, and of one that stands twice.
    void map(const Node& node, std::string_view what, Keys keys) { mapOf(node, what, {keys.begin(), keys.size()}); }
    /// As map(), of keys that a table says.
    void mapOf(const Node& node, std::string_view what, std::span<const Key> keys);
    /// As map(), where the keys are names of the file's own.
    void names(const Node& node, std::string_view what,
               const std::function<void(const Node& name, const Node& value)>& each);
    void list(const Node& node, std::string_view what, const std::function<void(const Node&)>& each);
    std::string text(const Node& node, std::string_view what);

    template <class T> T word(const Node& node, std::string_view what, Words<T> words, T otherwise = {}) {
        const std::string given = text(node, what);
        std::vector<std::string_view> known;
        for (const auto& [name, meaning] : words) {
            if (name == given) return meaning;
            known.push_back(name);
        }
        if (node.IsScalar()) complain(placeOf(node), "{}", unknownWord(given, what, known));
        return otherwise;
    }
    bool flag(const Node& node, std::string_view what);
    std::int64_t number(const Node& node, std::string_view what, std::int64_t least, std::int64_t most);
    /// What `parse` makes of the text; its error is the complaint.
    template <class T> T parsed(const Node& node, std::string_view what, Result<T> (*parse)(std::string_view)) {
        const std::string given = text(node, what);
        if (!node.IsScalar()) return {};
        auto value = parse(given);
        if (value) return *std::move(value);
        complain(placeOf(node), "{}: {}", what, value.error().message);
        return {};
    }

    /// "unknown state "bakground" (did you mean "background"?)", or with all that there are.
    static std::string unknownWord(std::string_view given, std::string_view what,
                                   const std::vector<std::string_view>& known);

private:
    void complainOfKey(const Node& key, std::string_view what, const std::vector<std::string_view>& known);

    std::string file_;
    std::vector<std::pair<Place, std::string>> complaints_;
};

} // namespace stint::sim
