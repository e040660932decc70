#include "contract/rules/guard_condition.hpp"

#include <algorithm>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/nearest.hpp"
#include "contract/rules/guard_words.hpp"

namespace stint {

struct GuardCondition::Node {
    enum class Kind { Word, Not, And, Or };
    Kind kind = Kind::Word;
    const GuardWord* word = nullptr;
    std::vector<Node> parts;

    bool holds(const World& world) const {
        const auto one = [&world](const Node& part) { return part.holds(world); };
        switch (kind) {
        case Kind::Word:
            return word->holds(world);
        case Kind::Not:
            return !parts.front().holds(world);
        case Kind::And:
            return std::ranges::all_of(parts, one);
        case Kind::Or:
            return std::ranges::any_of(parts, one);
        }
        return false;
    }

    ReadSet reads() const {
        ReadSet all = word ? word->reads : 0;
        for (const Node& part : parts)
            all |= part.reads();
        return all;
    }

    /// Adds the words because of which the node is not `wanted`.
    void addLacking(const World& world, bool wanted, std::vector<std::string>& words) const {
        if (holds(world) == wanted) return;
        if (kind == Kind::Word) {
            std::string text = wanted ? word->name : "not " + word->name;
            if (std::ranges::find(words, text) == words.end()) words.push_back(std::move(text));
        }
        for (const Node& part : parts)
            part.addLacking(world, kind == Kind::Not ? !wanted : wanted, words);
    }
};

namespace {

using Node = GuardCondition::Node;

constexpr std::size_t longestText = 1000; // characters that a person may type
constexpr int deepest = 32;               // parentheses and nots inside one another

std::string list(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// expression = term {"or" term}; term = factor {"and" factor}; factor = ["not"] (word | "(" expression ")").
class ConditionReader {
public:
    explicit ConditionReader(std::string_view text) : left_(text) { next(); }

    Result<Node> read() {
        Node whole = STINT_TRY(expression(0));
        if (word_ == ")") return fail(Errc::ILLEGAL_ARGUMENT, "a \")\" has no \"(\" before it");
        if (!word_.empty())
            return fail(Errc::ILLEGAL_ARGUMENT, "before \"{}\" an \"and\" or an \"or\" is missing", word_);
        return whole;
    }

private:
    Result<Node> expression(int depth) { return joined(depth, "or", Node::Kind::Or); }

    Result<Node> joined(int depth, std::string_view by, Node::Kind kind) {
        const auto part = [&] {
            return kind == Node::Kind::Or ? joined(depth, "and", Node::Kind::And) : factor(depth);
        };
        Node first = STINT_TRY(part());
        if (word_ != by) return first;
        Node all{.kind = kind, .parts = {std::move(first)}};
        while (word_ == by) {
            next();
            auto one = STINT_TRY(part());
            all.parts.push_back(std::move(one));
        }
        return all;
    }

    Result<Node> factor(int depth) {
        if (depth > deepest) return fail(Errc::ILLEGAL_ARGUMENT, "it is nested more than {} deep", deepest);
        if (word_.empty() || word_ == ")" || word_ == "and" || word_ == "or") return missing();
        if (word_ == "not") {
            next();
            Node part = STINT_TRY(factor(depth + 1));
            return Node{.kind = Node::Kind::Not, .parts = {std::move(part)}};
        }
        if (word_ != "(") return word();
        next();
        Node inner = STINT_TRY(expression(depth + 1));
        if (word_ != ")") return fail(Errc::ILLEGAL_ARGUMENT, "a \")\" is missing behind \"{}\"", before_);
        next();
        return inner;
    }

    Error missing() const {
        if (before_.empty())
            return fail(Errc::ILLEGAL_ARGUMENT, "it begins with no condition; write one, such as unmetered");
        return fail(Errc::ILLEGAL_ARGUMENT, "a condition is missing behind \"{}\"", before_);
    }

    Result<Node> word() {
        const auto all = everyGuardWord();
        const auto found = std::ranges::find(all, word_, &GuardWord::name);
        if (found == all.end()) return unknown();
        next();
        return Node{.kind = Node::Kind::Word, .word = &*found, .parts = {}};
    }

    Error unknown() const {
        std::vector<std::string_view> names{"and", "or", "not"};
        for (const GuardWord& each : everyGuardWord())
            names.emplace_back(each.name);
        if (const auto meant = nearest(word_, names))
            return fail(Errc::ILLEGAL_ARGUMENT, "no condition is called \"{}\" (did you mean \"{}\"?)", word_, *meant);
        return fail(Errc::ILLEGAL_ARGUMENT, "no condition is called \"{}\"; there are {}", word_, list(guardWords()));
    }

    void next() {
        constexpr std::string_view blanks = " \t\r\n";
        before_ = word_;
        left_.remove_prefix(std::min(left_.find_first_not_of(blanks), left_.size()));
        const bool isSign = left_.starts_with('(') || left_.starts_with(')');
        word_ = left_.substr(0, isSign ? 1 : left_.find_first_of(" \t\r\n()"));
        left_.remove_prefix(word_.size());
    }

    std::string_view left_;
    std::string_view word_;   ///< the one to be read; empty: the end
    std::string_view before_; ///< the one before it
};

} // namespace

Result<GuardCondition> GuardCondition::parse(std::string_view text) {
    if (text.size() > longestText)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} characters are more than the {} a condition may have", text.size(),
                    longestText);
    auto root = STINT_TRY(ConditionReader(text).read());
    return GuardCondition(std::make_shared<const Node>(std::move(root)));
}

bool GuardCondition::holds(const World& world) const { return whole_->holds(world); }
ReadSet GuardCondition::reads() const { return whole_->reads(); }

std::string GuardCondition::lacks(const World& world) const {
    std::vector<std::string> words;
    whole_->addLacking(world, true, words);
    return list(words);
}

std::vector<std::string> guardWords() {
    std::vector<std::string> names;
    for (const GuardWord& word : everyGuardWord())
        if (word.name.find('=') == std::string::npos) names.push_back(word.name);
    return names;
}

} // namespace stint
