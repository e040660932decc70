// The words of a device that joins a fleet, or has its certificate renewed, and of the fleet's server (fleet.md §3).
// Each takes the other for a stranger: what is read is bounded, and has one text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "fleet/enrolment/code.hpp"
#include "fleet/trust/signed.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// A device's, signed by its key.
struct JoinQuestion {
    std::string device;     ///< its id in push, which the question's subject names, too
    std::string key;        ///< minisign's, as text: it signs this, and the device's reports
    std::string user;       ///< its name for the broker
    std::string version;    ///< of its Stint
    std::string invitation; ///< its id; empty: the certificate is to be renewed
    std::string proof;      ///< proofOf(); empty likewise

    bool operator==(const JoinQuestion&) const = default;
};
std::string documentOf(const JoinQuestion& question);
std::string commentOf(const JoinQuestion& question);
/// IllegalArgument: the text is not what documentOf() writes.
Result<JoinQuestion> joinQuestionIn(std::string_view document);

/// Likewise, of a device that leaves.
struct LeaveQuestion {
    std::string device;
    std::uint32_t enrolment = 0; ///< its certificate's: a question of before it joined anew has another

    bool operator==(const LeaveQuestion&) const = default;
};
std::string documentOf(const LeaveQuestion& question);
/// "stint leave DEVICE ENROLMENT"
std::string commentOf(const LeaveQuestion& question);
Result<LeaveQuestion> leaveQuestionIn(std::string_view document);
/// The answer to one that was heard.
std::string leaveAnswer();

/// Shows that whoever made the question has the invitation's secret, and is good for this question's key alone: nobody
/// on the way can let another one in by it.
std::string proofOf(const JoinQuestion& question, std::string_view secret);

inline constexpr std::size_t longestJoinQuestion = 4'096; ///< bytes, with its signature

/// The server's, to whom it has let in.
struct JoinAnswer {
    std::string fleet; ///< its name
    std::string root;  ///< minisign's, as text
    // The texts of what is signed (textOf()).
    std::string operators, certificate;
    std::string statement; ///< empty: there is none yet, or it is fetched later

    bool operator==(const JoinAnswer&) const = default;
};
/// To whom it has not.
struct Refusal {
    std::string error;
    Duration again{0}; ///< after that it may be asked once more; 0: it would be refused again

    bool operator==(const Refusal&) const = default;
};
std::string textOf(const JoinAnswer& answer);
std::string textOf(const Refusal& refusal);
/// IllegalArgument: it is neither.
Result<std::variant<JoinAnswer, Refusal>> joinAnswerIn(std::string_view text);

} // namespace stint::fleet
