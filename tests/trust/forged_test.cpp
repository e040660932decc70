// fleet.md §11: forged, truncated, retargeted, expired and replayed documents of a generator: none is taken.
// STINT_FLEET_FORGED says how many.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

#include "small_fleet.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

class Forger {
public:
    explicit Forger(SmallFleet& fleet) : fleet_(fleet), random_(20261123) {}

    /// An order that is wrong in one way or more, none of which the fleet's own programs would send.
    Signed forged() {
        Campaign campaign = once(2) ? SmallFleet::campaign() : SmallFleet::campaign(SmallFleet::command);
        campaign.name = "firmware " + std::to_string(random_() % 1'000);
        Signed order = *signedBy(fleet_.ann, campaign);
        switch (random_() % 9) {
        case 0:
            return *signedBy(fleet_.nobody, campaign);
        case 1:
            return *signedBy(fleet_.statement, campaign); // a stolen server's keys
        case 2:
            return *signedBy(fleet_.enrolment, campaign);
        case 3: // another campaign under a signature that is right for this one
            campaign.name += " and a back door";
            order.document = documentOf(campaign);
            return order;
        case 4:
            campaign.targets = *Query::parse("all");
            order.document = documentOf(campaign);
            return order;
        case 5: // its time, prolonged
            campaign.expires += 1h * (1 + random_() % 500);
            order.document = documentOf(campaign);
            return order;
        case 6:
            flip(order.document);
            return order;
        case 7:
            flip(order.signatures.front());
            return order;
        default:
            if (once(2))
                order.document.resize(random_() % order.document.size());
            else
                order.signatures.front().resize(random_() % order.signatures.front().size());
            return order;
        }
    }
    /// A paper of that kind that differs from what was signed.
    template <class Paper> Signed forged(const SecretKey& key, const Paper& paper) {
        Signed made = *signedBy(once(3) ? fleet_.nobody : key, paper);
        if (isSignedBy(made, key.publicKey(), commentOf(paper)))
            flip(once(2) ? made.document : made.signatures.front());
        return made;
    }

private:
    bool once(unsigned in) { return random_() % in == 0; }
    // The first line of a signature is not signed, and says nothing.
    void flip(std::string& text) {
        const std::size_t first = text.starts_with("untrusted") ? text.find('\n') + 1 : 0;
        for (auto times = 1 + random_() % 3; times > 0; --times) {
            char& byte = text[first + random_() % (text.size() - first)];
            byte = static_cast<char>(byte ^ (1 + random_() % 255));
        }
    }

    SmallFleet& fleet_;
    std::mt19937_64 random_;
};

} // namespace

TEST_CASE("fleet.md §6, §11: of generated bad documents none is taken") {
    const char* asked = std::getenv("STINT_FLEET_FORGED");
    const std::uint64_t count = asked ? std::stoull(asked) : 1'500;
    SmallFleet fleet;
    fleet.owner.commands = {"any"};
    fleet.list.operators[0].kinds.emplace_back("policy");
    fleet.owner.kinds.emplace_back("policy");
    const Desired desired{.version = 3, .made = then, .targets = "all", .policy = "job.slots = 3\n", .settings = {}};
    fleet.newest.desired = {sha256Of(documentOf(desired))};
    Trust trust = fleet.trust();
    REQUIRE(fleet.judge(*signedBy(fleet.ann, SmallFleet::campaign()), trust).campaign);
    REQUIRE(trust.judgeDesired(*signedBy(fleet.ann, desired), "4.1", fleet.owner, boot).desired);
    Forger forger(fleet);
    std::map<Reason, std::uint64_t> found;
    std::uint64_t taken = 0;
    fleet.newest.made += 1h;
    ++fleet.list.version;
    ++fleet.certificate.enrolment;
    for (std::uint64_t made = 0; made < count; ++made) {
        const Judgement judged = fleet.judge(forger.forged(), trust);
        if (judged.campaign)
            ++taken;
        else
            ++found[*judged.reason];
        if (made % 4 != 0) continue;
        if (trust.takeOperators(forger.forged(fleet.root, fleet.list)).ok()) ++taken;
        if (trust.takeCertificate(forger.forged(fleet.enrolment, fleet.certificate), phone).ok()) ++taken;
        if (trust.takeStatement(forger.forged(fleet.statement, fleet.newest), boot).ok()) ++taken;
        if (trust.judgeDesired(forger.forged(fleet.ann, desired), "4.1", fleet.owner, boot).desired) ++taken;
        const Instruction cancel{idOf(SmallFleet::campaign()), "cancel",
                                 made % 2 ? fleet.newest.made : fleet.list.made};
        if (trust.judge(forger.forged(fleet.ann, cancel), "4.1").ok()) ++taken;
    }
    CHECK(taken == 0);
    CHECK(trust.operators()->version == 7);
    // A forger whose work is all refused for one reason shows little.
    CHECK(found[Reason::NoDocument] > count / 20);
    CHECK(found[Reason::NotSigned] > count / 4);
    MESSAGE(count << " orders, " << taken << " taken");
}
