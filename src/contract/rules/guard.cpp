#include "contract/rules/guard.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "contract/model/device_fields.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/rules/connectivity.hpp"
#include "contract/rules/gates.hpp"

namespace stint {
namespace {

class Vocabulary {
public:
    Vocabulary() {
        addNetworks();
        addConstraints();
        for (const DeviceField& field : deviceFields())
            addField(field);
        for (const auto& [name, meant] : aliases)
            if (const auto found = std::ranges::find(words, meant, &GuardWord::name); found != words.end())
                add({std::string(name), found->reads, found->holds});
    }

    std::vector<GuardWord> words;

private:
    /// The names that desktops use for words which have another name here.
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> aliases{
        {{"power-saver", "battery-saver"}, {"idle", "device-idle"}}};

    // The first word of a name stays: a job's own conditions say more than a device's reports.
    void add(GuardWord word) {
        if (std::ranges::find(words, word.name, &GuardWord::name) == words.end()) words.push_back(std::move(word));
    }

    // Adds network=unmetered and unmetered; network alone means any (jobs.md §1.3).
    void addNetworks() {
        for (const auto& [word, type] : networkWords) {
            JobInfo::Builder job(JobId{0}, "");
            const auto made = JobInfoAccess::requested(job.setRequiredNetworkType(type));
            const auto asked = made ? made->getRequiredNetwork() : std::nullopt;
            const auto holds = [asked](const World& world) {
                const auto& network = world.device.network;
                return asked ? network && meets(*network, *asked) : !network;
            };
            const ReadSet reads = only(Reads::Network);
            if (type == JobInfo::NETWORK_TYPE_ANY) add({"network", reads, holds});
            add({"network=" + std::string(word), reads, holds});
            if (type != JobInfo::NETWORK_TYPE_ANY && asked) add({std::string(word), reads, holds});
        }
    }

    // jobs.md §3.2: the gates of a job's constraints. Free space is left out: nobody reports it, and it is not polled
    // for a program. A guard's condition speaks of the device, not of an app.
    void addConstraints() {
        for (const Gate& gate : gates()) {
            if (gate.constraint == 0 || gate.reads & Reads::Storage) continue;
            const JobField& row = jobFields[static_cast<std::size_t>(std::countr_zero(gate.constraint))];
            add({std::string(row.option.substr(2)), gate.reads & ~only(Reads::App),
                 [ask = gate.ask](const World& world) {
                     return ask({world, GateKey{}, nullptr}).open;
                 }});
        }
    }

    // A field with choices gives screen-off and screen=off, a flag data-saver; a field of the network goes by its own
    // name. Fields that hold a person's word alone give no word: a condition asks about the device as it is.
    void addField(const DeviceField& field) {
        static constexpr std::array<std::string_view, 5> notOfTheDevice{"power_source", "doze", "network",
                                                                        "storage_low", "sleeping"};
        if (std::ranges::find(notOfTheDevice, field.key) != notOfTheDevice.end()) return;
        const bool ofNetwork = field.key.starts_with(networkPrefix);
        std::string name(ofNetwork ? field.key.substr(networkPrefix.size()) : field.key);
        std::ranges::replace(name, '_', '-');
        const ReadSet reads = ofNetwork ? only(Reads::Network) : field.readers;
        const auto is = [&field](std::string_view text) {
            return [&field, text](const World& world) { return field.text(world.device) == text; };
        };
        const DeviceField::Choices choices = field.choices.empty() ? field.played : field.choices;
        for (const std::string_view choice : choices)
            for (const char* sign : {"-", "="})
                add({name + sign + std::string(choice), reads, is(choice)});
        const bool isFlag = choices.empty() && field.takes == DeviceField{}.takes;
        if (isFlag) add({name, reads, is("true")});
    }
};

} // namespace

std::span<const GuardWord> everyGuardWord() {
    static const Vocabulary all;
    return all.words;
}

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
            return fail(Errc::ILLEGAL_ARGUMENT, "there is no condition \"{}\" (did you mean \"{}\"?)", word_, *meant);
        return fail(Errc::ILLEGAL_ARGUMENT, "there is no condition \"{}\"; the conditions are {}", word_,
                    list(guardWords()));
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

// The condition was checked when it was scheduled; one in another version's words lacks what the error of them says.
std::string guardLacks(const GateKey& gateKey, const World& world) {
    const auto condition = GuardCondition::parse(gateKey.guard);
    return condition ? condition->lacks(world) : condition.error().message;
}

ReadSet readByGuard(const GateKey& gateKey) {
    if (!gateKey.isGuard()) return 0;
    const auto condition = GuardCondition::parse(gateKey.guard);
    return condition ? condition->reads() : 0;
}

Verdict guardGate(const Context& c) {
    if (!c.gateKey.isGuard() || c.gateKey.guardElse == GuardElse::Offline) return Verdict::yes();
    if (c.run && c.gateKey.guardElse != GuardElse::Stop) return Verdict::yes();
    if (guardLacks(c.gateKey, c.world).empty()) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_DEVICE_STATE);
}

std::string describeGuard(const Context& c) {
    return fmt::format("its guard wants {}; lacks {}", c.gateKey.guard.str(), guardLacks(c.gateKey, c.world));
}

} // namespace stint
