// The words between a device and its fleet's server, over the line (fleet.md §2): orders, which are pushed, and
// questions with their answers. The subject names the device, whatever a question says; each side takes the other's
// words for a stranger's, and one value has one text (fleet/document/paper.hpp).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/document/words.hpp"
#include "fleet/trust/signed.hpp"
#include "fleet/trust/trace.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// PROPOSAL: bytes of an order; campaigns of which a device tells at once; bytes of documents that a hello brings.
inline constexpr std::size_t longestOrder = 1'024, mostTold = 200, mostBrought = std::size_t{64} << 10;

/// The body of a push message: the campaign is there for this device, which gets its document by hello or doc; or,
/// without one, there is another desired state, which its hello brings. Nothing in it is signed, and nothing follows
/// from it but that question.
struct OrderMessage {
    std::string campaign;
    std::uint32_t enrolment = 0;
    std::uint32_t round = 0;
    bool again = false;        ///< the device knows it, and may have a slot now
    std::uint32_t desired = 0; ///< the desired state's version, in place of a campaign

    bool operator==(const OrderMessage&) const = default;
};

/// hello: a device that has started, joined, got another endpoint or another version says what it has.
struct Hello {
    std::string version;  ///< of its Stint
    std::string endpoint; ///< a URL at which orders are pushed to it; empty: it has none yet
    // Its papers; 0: it has none.
    std::uint32_t operators = 0; ///< the list's version
    std::uint32_t enrolment = 0; ///< the certificate's
    WallTime certificate{};      ///< when it was made
    WallTime statement{};        ///< likewise
    /// The sequence of its last report of each campaign that it has; and of those that have ended there, for the broker
    /// may have lost what the server had read.
    std::map<std::string, std::uint32_t, std::less<>> open, ended;
    std::optional<Signed> reported{}; ///< its state (§4.3), as a DeviceState; nullopt: nothing was desired of it
    Trace trace{};                    ///< §3.1
    std::string days{};               ///< its last days (§6.5); empty: its owner does not have them told

    bool operator==(const Hello&) const = default;
};
/// The papers that are newer than those which the device has; what it is to tell again; and its orders.
struct HelloAnswer {
    std::optional<Signed> operators, certificate, statement;
    std::optional<Signed> desired{};  ///< its desired state, where it has told none that is made so
    std::vector<std::string> missing; ///< campaigns of which the server lacks the last report
    std::map<std::string, std::uint32_t, std::less<>> orders; ///< the rounds of campaigns that it has not named
    /// The documents of campaigns of which it has told nothing yet, as many as go into `mostBrought`.
    std::map<std::string, Signed, std::less<>> documents{};
    std::uint32_t number = 0; ///< of the last trace that was heard of it, where it has said none
    bool isCloned = false;    ///< it is there twice, or was put back: nothing runs there until it joins anew

    bool operator==(const HelloAnswer&) const = default;
};

/// slot (§4.2); its answer is a Reply.
struct SlotQuestion {
    std::string campaign;
    std::uint32_t enrolment = 0;
    std::uint32_t round = 0;
    std::uint32_t slot = 0;

    bool operator==(const SlotQuestion&) const = default;
};

/// doc: its answer is the campaign's document, signed; and the operator's word that began that round.
struct DocQuestion {
    std::string campaign;
    std::uint32_t round = 0;

    bool operator==(const DocQuestion&) const = default;
};

struct DocAnswer {
    Signed document;
    std::optional<Signed> retry; ///< an Instruction; nullopt: of the first round, or of none

    bool operator==(const DocAnswer&) const = default;
};

std::string textOf(const OrderMessage& order);
std::string textOf(const Hello& hello);
std::string textOf(const HelloAnswer& answer);
std::string textOf(const SlotQuestion& question);
std::string textOf(const DocQuestion& question);
std::string textOf(const DocAnswer& answer);
std::string textOf(const Reply& reply);
/// The answer to any question that is refused.
std::string errorAnswer(std::string_view wrong);

// IllegalArgument: the text is not what textOf() writes of one that keeps the rules.
Result<OrderMessage> orderIn(std::string_view text);
Result<Hello> helloIn(std::string_view text);
Result<SlotQuestion> slotQuestionIn(std::string_view text);
Result<DocQuestion> docQuestionIn(std::string_view text);

// Answers. IllegalArgument: the server has refused the question, with its words; Unavailable: this is no answer.
Result<HelloAnswer> helloAnswerIn(std::string_view text);
Result<Reply> replyIn(std::string_view text);
Result<DocAnswer> docAnswerIn(std::string_view text);

} // namespace stint::fleet
