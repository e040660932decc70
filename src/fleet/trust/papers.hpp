// The documents beside campaigns (fleet.md §6): who may sign what, which device this is, what is alive, what an
// operator says of a campaign that is, and what devices are to be like. Each is canonical JSON like a campaign's, and
// one text is one paper: any other text is refused. They say nothing of who signed them; signed.hpp does.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/document/query.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// Root's list of operators (§6.1). The keys are minisign's, as text.
struct Operators {
    struct Operator {
        std::string name;
        std::string key;
        std::vector<std::string> kinds; ///< of steps, by their keys: what a campaign that he signs may do
        std::string targets;            ///< a query: the devices that he may mean; empty: any

        bool operator==(const Operator&) const = default;
    };

    std::uint32_t version = 0; ///< counts up: a device takes no older list than it has
    WallTime made{};
    std::string enrolment;        ///< the key that certificates are signed with
    std::string statement;        ///< and statements
    std::vector<std::string> two; ///< the kinds for which two operators are to sign
    std::vector<Operator> operators;

    bool operator==(const Operators&) const = default;
};

struct Certificate {
    std::string device;
    std::string key;             ///< with which the device signs its reports
    std::string user;            ///< its name for the broker
    std::uint32_t enrolment = 0; ///< counts up each time that it joins
    WallTime made{}, until{};
    std::map<std::string, std::string, std::less<>> labels;

    bool operator==(const Certificate&) const = default;
};

/// PROPOSAL: campaigns in each of a statement's lists, and documents of desired state.
inline constexpr std::size_t mostNamed = 2'000, mostDesired = 64;

/// Hourly, by the fleet's server: against a broker that holds back what it should not (§6.3).
struct Statement {
    WallTime made{};
    std::uint32_t operators = 0;        ///< the newest version of the list
    std::vector<std::string> alive;     ///< campaigns that may be begun, in their order
    std::vector<std::string> cancelled; ///< likewise
    std::vector<std::string> desired{}; ///< the hashes of the documents of desired state that stand, in their order

    bool operator==(const Statement&) const = default;
};

inline constexpr std::string_view cancelWord = "cancel", pauseWord = "pause", resumeWord = "resume",
                                  retryWord = "retry";

/// An operator's word for a campaign that is under way.
struct Instruction {
    std::string campaign;
    std::string word;        ///< one of these
    WallTime made{};         ///< after the one before it, so that none is said twice
    std::uint32_t round = 0; ///< a retry's: that it begins

    bool operator==(const Instruction&) const = default;
};

/// How an operator wants some devices to be (§4.3): all of it, and no other document adds to it.
struct Desired {
    std::uint32_t version = 0; ///< counts up in the fleet
    WallTime made{};
    std::string targets;  ///< a query, which asks nothing about when a device was seen
    std::string policy;   ///< a policy's file; empty: none
    std::string settings; ///< settings of apps, as a file; empty: none

    bool operator==(const Desired&) const = default;
};
/// A query that may be a document's targets.
bool isLasting(const Query& query);

std::string documentOf(const Operators& operators);
std::string documentOf(const Certificate& certificate);
std::string documentOf(const Statement& statement);
std::string documentOf(const Instruction& instruction);
std::string documentOf(const Desired& desired);

// IllegalArgument: the text is not what documentOf() writes of one that keeps the rules.
Result<Operators> operatorsIn(std::string_view document);
Result<Certificate> certificateIn(std::string_view document);
Result<Statement> statementIn(std::string_view document);
Result<Instruction> instructionIn(std::string_view document);
Result<Desired> desiredIn(std::string_view document);

/// The rule of a field that has a public key: whatever keeps it PublicKey::readAgain() may read.
std::string_view publicKeyRule(std::string_view text);

} // namespace stint::fleet
