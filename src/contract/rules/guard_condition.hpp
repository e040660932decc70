// The condition that a guard holds a program to (jobs.md §14.5): words of the device, joined by and, or, not and
// parentheses. Its words exist elsewhere: a job's conditions (contract/model/conditions.hpp, the flags of
// contract/model/job_fields.hpp) and the device's keys (contract/model/device_fields.hpp). Pure.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/reads.hpp"
#include "stint/result.hpp"

namespace stint {

struct World;

/// A condition read from its text: words joined by and, or, not and parentheses. They are those of a job's conditions
/// (contract/model/conditions.hpp), of the flags of contract/model/job_fields.hpp, and the device's keys
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

} // namespace stint
