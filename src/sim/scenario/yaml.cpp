#include "sim/scenario/yaml.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"

namespace stint::sim {
namespace {

// A scenario is a page, a recording 32 MiB (stintd/daemon/recorder.hpp); a job's extras are its deepest part.
constexpr std::size_t mostBytes = std::size_t{40} << 20;
constexpr std::size_t mostNodes = 2'000'000;
constexpr std::size_t deepest = 64;

using YAML::anchor_t;
using YAML::Mark;

/// Counts a document's nodes as its readers see them: an alias counts as its whole target.
class NodeCount final : public YAML::EventHandler {
public:
    Mark begin; ///< the document's
    bool empty = true;

    void OnDocumentStart(const Mark& mark) override { begin = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const Mark& mark, anchor_t anchor) override { leaf(mark, anchor, 1); }
    void OnScalar(const Mark& mark, const std::string&, anchor_t anchor, const std::string&) override {
        empty = false;
        leaf(mark, anchor, 1);
    }
    void OnAlias(const Mark& mark, anchor_t anchor) override {
        const auto size = sizes_.find(anchor);
        if (size == sizes_.end()) throw OutOfBounds{locationOf(mark), "an alias stands within what it names"};
        leaf(mark, {}, size->second);
    }
    void OnSequenceStart(const Mark& mark, const std::string&, anchor_t anchor, YAML::EmitterStyle::value) override {
        enter(mark, anchor);
    }
    void OnSequenceEnd() override { leave(); }
    void OnMapStart(const Mark& mark, const std::string&, anchor_t anchor, YAML::EmitterStyle::value) override {
        enter(mark, anchor);
    }
    void OnMapEnd() override { leave(); }

private:
    struct Open {
        anchor_t anchor;
        std::size_t before; ///< nodes that stand before it
    };

    void leaf(const Mark& mark, anchor_t anchor, std::size_t size) {
        count_ += size;
        if (count_ > mostNodes)
            throw OutOfBounds{locationOf(mark), fmt::format("more than {} values, aliases unfolded", mostNodes)};
        if (anchor) sizes_[anchor] = size;
    }
    void enter(const Mark& mark, anchor_t anchor) {
        empty = false;
        if (open_.size() == deepest) throw OutOfBounds{locationOf(mark), fmt::format("more than {} deep", deepest)};
        open_.push_back({anchor, count_});
        leaf(mark, {}, 1);
    }
    void leave() {
        if (open_.back().anchor) sizes_[open_.back().anchor] = count_ - open_.back().before;
        open_.pop_back();
    }

    std::size_t count_ = 0;
    std::vector<Open> open_;
    std::map<anchor_t, std::size_t> sizes_; ///< those of complete nodes
};

// Throws where the text is no UTF-8, which yaml-cpp lets pass.
void checkEncoding(std::string_view text) {
    SourceLocation location{1, 1};
    while (!text.empty()) {
        const std::size_t before = text.size();
        const bool newLine = text.front() == '\n';
        const bool wrong = takeCodePoint(text) == replacement && before - text.size() == 1;
        if (wrong) throw OutOfBounds{location, "this is not UTF-8; save the file as UTF-8"};
        location = newLine ? SourceLocation{location.line + 1, 1} : SourceLocation{location.line, location.column + 1};
    }
}

} // namespace

bool checkBounds(const std::string& text) {
    if (text.size() > mostBytes)
        throw OutOfBounds{{}, fmt::format("the file has {} bytes; a scenario has at most {}", text.size(), mostBytes)};
    checkEncoding(text);
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    NodeCount document;
    if (!parser.HandleNextDocument(document)) return false;
    if (!parser) return !document.empty;
    NodeCount next;
    parser.HandleNextDocument(next);
    // Without a "---" between them, the parser has stopped at text that continues nothing, and would stop there again.
    const auto rest = std::string_view(text).substr(std::min<std::size_t>(next.begin.pos, text.size()));
    if (rest.starts_with("---"))
        throw OutOfBounds{locationOf(next.begin),
                          "a second document begins here; write each scenario into a file of its own"};
    throw OutOfBounds{locationOf(next.begin), "this is not YAML: nothing that stands here continues what is before"};
}

namespace {

constexpr std::size_t mostComplaints = 20; ///< more would hide the first ones

std::string joined(const std::vector<std::string_view>& words) {
    std::string text;
    for (std::string_view word : words)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", word);
    return text;
}

std::string_view shapeOf(const Node& node) {
    if (node.IsMap()) return "a map";
    if (node.IsSequence()) return "a list";
    return node.IsScalar() ? "a single value" : "nothing";
}

} // namespace

SourceLocation locationOf(const YAML::Mark& mark) { return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }
SourceLocation locationOf(const Node& node) { return locationOf(node.Mark()); }

void Yaml::read(const std::string& text, const std::function<void(const Node&)>& reader) {
    try {
        if (!checkBounds(text)) return complain({}, "the file is empty; a scenario has at least a timeline");
        reader(YAML::Load(text));
    } catch (const OutOfBounds& error) {
        complain(error.location, "{}", error.why);
    } catch (const YAML::Exception& error) {
        complain(locationOf(error.mark), "this is not YAML: {}", error.msg);
    }
}

Error Yaml::error() const {
    auto sorted = complaints_;
    std::ranges::stable_sort(sorted, {}, [](const auto& complaint) { return complaint.first; });
    std::string all;
    for (const auto& [location, sentence] : std::span(sorted).first(std::min(sorted.size(), mostComplaints)))
        all += fmt::format("{}{}:{}:{}: {}", all.empty() ? "" : "\n", file_, location.line, location.column, sentence);
    if (sorted.size() > mostComplaints)
        all += fmt::format("\n{}: {}", file_, counted(sorted.size() - mostComplaints, "more mistake"));
    return {Errc::ILLEGAL_ARGUMENT, all};
}

void Yaml::mapOf(const Node& node, std::string_view what, std::span<const Key> keys) {
    std::vector<std::string_view> known;
    for (const Key& key : keys)
        known.push_back(key.name);
    std::set<std::string_view> seen;
    names(node, what, [&](const Node& name, const Node& value) {
        const auto key =
            std::ranges::find_if(keys, [&](const Key& one) { return isSameWord(one.name, name.Scalar()); });
        if (key == keys.end()) return complainOfKey(name, what, known);
        if (!seen.insert(key->name).second)
            return complain(locationOf(name), "\"{}\" stands twice in {}; leave one out", key->name, what);
        key->read(value);
    });
}

void Yaml::names(const Node& node, std::string_view what,
                 const std::function<void(const Node& name, const Node& value)>& each) {
    if (!node.IsMap()) return complain(locationOf(node), "{} is {}; write a map, {{key: value}}", what, shapeOf(node));
    std::set<std::string> seen;
    for (const auto& pair : node) {
        if (!pair.first.IsScalar()) {
            complain(locationOf(pair.first), "a key of {} is {}; write a word", what, shapeOf(pair.first));
        } else if (!seen.insert(pair.first.Scalar()).second) {
            complain(locationOf(pair.first), "\"{}\" stands twice in {}; leave one out", pair.first.Scalar(), what);
        } else {
            each(pair.first, pair.second);
        }
    }
}

void Yaml::list(const Node& node, std::string_view what, const std::function<void(const Node&)>& each) {
    if (!node.IsSequence()) return complain(locationOf(node), "{} is {}; write a list, [a, b]", what, shapeOf(node));
    for (const Node& item : node)
        each(item);
}

std::string Yaml::text(const Node& node, std::string_view what) {
    if (node.IsScalar()) return node.Scalar();
    complain(locationOf(node), "{} is {}; write a single value", what, shapeOf(node));
    return {};
}

bool Yaml::flag(const Node& node, std::string_view what) {
    return word<bool>(node, what, {{"true", true}, {"false", false}});
}

std::int64_t Yaml::number(const Node& node, std::string_view what, std::int64_t least, std::int64_t most) {
    const std::string given = text(node, what);
    if (!node.IsScalar()) return least;
    if (const auto value = numberIn<std::int64_t>(given); value && least <= *value && *value <= most) return *value;
    complain(locationOf(node), "{} cannot be \"{}\"; it is a whole number from {} to {}", what, given, least, most);
    return least;
}

std::string Yaml::unknownWord(std::string_view given, std::string_view what,
                              const std::vector<std::string_view>& known) {
    if (const auto meant = nearest(given, known))
        return fmt::format("{} cannot be \"{}\" (did you mean \"{}\"?)", what, given, *meant);
    return fmt::format("{} cannot be \"{}\"; it is one of {}", what, given, joined(known));
}

void Yaml::complainOfKey(const Node& key, std::string_view what, const std::vector<std::string_view>& known) {
    if (const auto meant = nearest(key.Scalar(), known))
        return complain(locationOf(key), "unknown key \"{}\" of {} (did you mean \"{}\"?)", key.Scalar(), what, *meant);
    complain(locationOf(key), "unknown key \"{}\" of {}; it takes {}", key.Scalar(), what, joined(known));
}

} // namespace stint::sim
