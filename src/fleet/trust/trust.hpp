// A device's belief (fleet.md §6.2 to §6.4): root's key, which it was given when it joined, and what follows from
// that by signatures alone. Nothing is made of an order before judge() has taken it, and nothing is begun unless
// mayBegin() says so. Whoever has the broker, or the fleet's server, can say nothing here that counts.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/document/fields.hpp"
#include "fleet/trust/signed.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// A device's owner stands above the fleet (§6.4): its file says what campaigns may do here.
struct Owner {
    std::vector<std::string> kinds;    ///< of steps, by their keys
    std::vector<std::string> commands; ///< programs by their whole paths; "any": all
    std::string hours;                 ///< of the day, in which they may begin; empty: any
    std::string bytes;                 ///< a month on metered networks, as a policy's budget has them; empty: any
    bool ask = false;                  ///< a person is asked before one may begin
    bool isWrong = false;              ///< its file cannot be read as one, so nobody may anything
    bool days = false;                 ///< the fleet's server is told what the device's last days were like (§6.5)

    /// fleet.toml. IllegalArgument: "FILE:LINE:COLUMN: ", what is wrong, and what would be right.
    static Result<Owner> read(std::string_view text, std::string_view file);
    /// Campaigns may run that program.
    bool lets(std::string_view program) const;
    bool operator==(const Owner&) const = default;
};

/// The keys of fleet.toml, each with what it means.
std::span<const Field<Owner>> ownerFields();

/// The reasons of `rejected`, in the order in which they are looked for.
enum class Reason : std::uint8_t {
    NoDocument,
    OldList,
    NotSigned,
    NotAllowed,
    Expired,
    NotMeant,
    OtherEnrolment,
    Forbidden,
    Cancelled,
    OldStatement, ///< of desired state alone, as the next one is
    OldVersion,
    Cloned, ///< by the server's word
};
struct ReasonRow {
    Reason reason;
    std::string_view word;    ///< in reports and metrics
    std::string_view meaning; ///< for people
};
const std::vector<ReasonRow>& reasons();

struct Judgement {
    std::optional<Campaign> campaign; ///< it is to be done
    std::optional<Reason> reason;     ///< it is not, because of this
    std::string words;                ///< more of it: which key, which command
    struct Named {
        std::string id;
        WallTime end;
    };
    std::optional<Named> named; ///< the campaign that came, whether it is to be done or not; nullopt: it was none
};

/// The same of a document of desired state.
struct DesiredJudgement {
    std::optional<Desired> desired;
    std::optional<Reason> reason;
    std::string words;
};

/// A device begins what is more than a file only with a statement that is younger than this (§6.3).
inline constexpr Duration freshFor = std::chrono::hours(48);

struct Claim;

class Trust {
public:
    explicit Trust(PublicKey root) : root_(root) {}

    // The words of root and its server, newer than what was known. Each keeps what it has on an error. Security: it
    // is not signed by whom it should be; IllegalState: it is older than what the device has; IllegalArgument: it is
    // none.
    Result<void> takeOperators(const Signed& given);
    Result<void> takeCertificate(const Signed& given, std::string_view device);
    Result<void> takeStatement(const Signed& given, Instant now);

    /// An order for the campaign, which names an enrolment (§6.2). `version` is this device's own Stint.
    Judgement judge(const Signed& given, std::uint32_t enrolment, std::string_view version, const Owner& owner,
                    Instant now) const;
    /// An operator's word, if he may mean this device. Security: none that counts has signed it.
    Result<Instruction> judge(const Signed& given, std::string_view version) const;
    /// The device may be made as the document says (§4.3).
    DesiredJudgement judgeDesired(const Signed& given, std::string_view version, const Owner& owner, Instant now) const;
    /// The campaign of that id, which was judged, may begin now. IllegalState says why not; later it may.
    Result<void> mayBegin(const Campaign& campaign, std::string_view id, Instant now) const;

    /// The fleet's time as the device knew it before it restarted.
    void takeTime(WallTime known, Instant now);
    /// The fleet's time: a statement's, and what has passed since it was heard. It only moves on, and no clock of the
    /// device's is in it. nullopt: there is no statement yet.
    std::optional<WallTime> time(Instant now) const;
    const std::optional<Operators>& operators() const { return operators_; }
    const std::optional<Certificate>& certificate() const { return certificate_; }
    const std::optional<Statement>& statement() const { return statement_; }

private:
    struct Heard {
        WallTime time;
        Instant at;
    };
    /// A paper of operators' lacks what each has to have: the reason, and more of it.
    struct Unsigned {
        Reason reason;
        std::string words;
    };
    std::optional<Unsigned> unsignedBy(const Signed& given, const Claim& claim, std::string_view version) const;
    bool isFresh(Instant now) const;
    bool isThis(const Query& targets, std::string_view version) const;
    bool mayMean(const Operators::Operator& one, std::string_view version) const;
    bool isNewestList() const { return !statement_ || (operators_ && operators_->version >= statement_->operators); }

    PublicKey root_;
    std::optional<Operators> operators_;
    std::optional<Certificate> certificate_;
    std::optional<Statement> statement_;
    std::optional<Heard> heard_; ///< by which the fleet's time is latest
};

// For the server, which hands on what devices would take: they judge it themselves. Security: too few who may have
// signed it.
Result<void> checkSigners(const Operators& list, const Signed& given, const Campaign& campaign);
Result<void> checkSigners(const Operators& list, const Signed& given, const Instruction& instruction);
Result<void> checkSigners(const Operators& list, const Signed& given, const Desired& desired);
/// The keys of the operators who have signed it, each once.
std::vector<PublicKey> keysOfSigners(const Operators& list, const Signed& given, std::string_view comment);
/// The names of the operators who have signed it, as the comment says what it is: "ann, bob".
std::string namesOfSigners(const Operators& list, const Signed& given, std::string_view comment);

} // namespace stint::fleet
