#include "sim/scenario/yaml_bounds.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/text/code_point.hpp"
#include "sim/scenario/yaml.hpp"

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
        if (wrong) throw OutOfBounds{location, "this is no UTF-8; save the file as UTF-8"};
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

} // namespace stint::sim
