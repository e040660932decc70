// A guard: a program that is held to a person's condition (jobs.md §14.5). The condition's words and their meanings,
// the condition read from its text, and the gate that holds a program to it. Pure.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/gate.hpp"
#include "contract/rules/world.hpp"
#include "stint/result.hpp"

namespace stint {

/// A word of a condition and its meaning, made from the tables that define it.
struct GuardWord {
    std::string name;
    ReadSet reads = 0;
    std::function<bool(const World&)> holds;
};

/// All words, in the order in which they are listed; no two have the same name.
std::span<const GuardWord> everyGuardWord();

struct World;

/// A condition read from its text: words joined by and, or, not and parentheses. They are those of a job's conditions
/// (contract/model/job_fields.hpp), of the flags of contract/model/job_fields.hpp, and the device's keys
/// (contract/model/device_fields.hpp).
class GuardCondition {
public:
    /// IllegalArgument says what is wrong, and names the nearest word.
    static Result<GuardCondition> parse(std::string_view text);

    bool holds(const World& world) const;
    /// The parts of the world that it reads.
    ReadSet reads() const;
    /// The words that keep it from holding, in its own form: "unmetered, not power-saver"; empty: it holds.
    std::string lacks(const World& world) const;

    struct Node;

private:
    explicit GuardCondition(std::shared_ptr<const Node> whole) : whole_(std::move(whole)) {}

    std::shared_ptr<const Node> whole_;
};

/// The words that stand alone, for the help; a word with a value, such as screen=off, is listed as screen-off.
std::vector<std::string> guardWords();

/// Everything that a condition may read.
inline constexpr ReadSet readByGuards =
    Reads::Power | Reads::Network | Reads::Idle | Reads::Saver | Reads::Thermal | Reads::Scene;
/// The part that the condition of this guard reads.
ReadSet readByGuard(const GateKey&);

/// The words that its condition lacks; empty: it holds.
std::string guardLacks(const GateKey&, const World&);

/// Shut while the condition does not hold: before the program begins, unless it may run without a network, and while it
/// runs, if it is to be stopped then. A program that is to be frozen goes on as far as this gate is concerned.
Verdict guardGate(const Context&);
std::string describeGuard(const Context&);

} // namespace stint
