#include "netguard/authority.hpp"

#include <utility>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"

namespace stint {
namespace {

constexpr const char* polkitName = "org.freedesktop.PolicyKit1";
constexpr const char* polkitPath = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* polkitInterface = "org.freedesktop.PolicyKit1.Authority";

Result<void> verdictIn(const wire::Message& answer, const char* action) {
    if (answer.isError())
        return fail(Errc::SECURITY, "polkit cannot be asked whether you may ({}); without it only root may",
                    answer.error().message);
    bool may = false;
    wire::Reader reader(answer);
    STINT_TRY(reader.structure("bba{ss}", [&](wire::Reader& fields) -> Result<void> {
        may = STINT_TRY(fields.boolean());
        return fields.skip("ba{ss}");
    }));
    if (may) return {};
    return fail(Errc::SECURITY,
                "polkit does not let you ({}): it lets users who are active at this machine; an administrator can let "
                "others by a rule in /etc/polkit-1/rules.d",
                action);
}

} // namespace

void Authority::ask(const std::string& name, const Peer& peer, const char* action, Allowed then) {
    if (peer.uid == 0) return then({});
    users_[peer.uid].waiting.push_back(
        std::make_unique<Question>(Question{this, name, peer.uid, action, std::move(then)}));
    askNext(peer.uid);
}

void Authority::askNext(uid_t user) {
    User& its = users_[user];
    while (its.asked < mostAtOnce && !its.waiting.empty()) {
        auto question = std::move(its.waiting.front());
        its.waiting.pop_front();
        constexpr std::uint32_t noInteraction = 0;
        const int result =
            sd_bus_call_method_async(bus_, nullptr, polkitName, polkitPath, polkitInterface, "CheckAuthorization",
                                     answered, question.get(), "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
                                     question->name.c_str(), question->action, 0, noInteraction, "");
        if (result < 0) {
            question->then(wire::errorFromErrno(-result));
            continue;
        }
        ++its.asked;
        (void)question.release(); // answered() owns it; an answer always comes, if only that none came in time
    }
    if (its.asked == 0) users_.erase(user);
}

int Authority::answered(sd_bus_message* answer, void* data, sd_bus_error*) {
    const std::unique_ptr<Question> question(static_cast<Question*>(data));
    --question->owner->users_[question->user].asked;
    question->then(verdictIn(wire::Message::sharing(answer), question->action));
    question->owner->askNext(question->user);
    return 0;
}

} // namespace stint
