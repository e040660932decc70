#include "netguard/authority.hpp"

#include <memory>
#include <utility>

#include "base/fail.hpp"
#include "base/try.hpp"
#include "wire/errors.hpp"
#include "wire/reader.hpp"

namespace stint {
namespace {

constexpr const char* polkitName = "org.freedesktop.PolicyKit1";
constexpr const char* polkitPath = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* polkitInterface = "org.freedesktop.PolicyKit1.Authority";

struct Question {
    const char* action;
    Allowed then;
};

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

int answered(sd_bus_message* answer, void* data, sd_bus_error*) {
    const std::unique_ptr<Question> question(static_cast<Question*>(data));
    question->then(verdictIn(wire::Message::sharing(answer), question->action));
    return 0;
}

} // namespace

void askPolkit(sd_bus* bus, const std::string& name, const Peer& peer, const char* action, Allowed then) {
    if (peer.uid == 0) return then({});
    auto question = std::make_unique<Question>(Question{action, std::move(then)});
    constexpr std::uint32_t noInteraction = 0;
    const int result = sd_bus_call_method_async(
        bus, nullptr, polkitName, polkitPath, polkitInterface, "CheckAuthorization", answered, question.get(),
        "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s", name.c_str(), action, 0, noInteraction, "");
    if (result < 0) return question->then(wire::errorFromErrno(-result));
    (void)question.release(); // answered() takes it; there is an answer, if only that none came in time
}

} // namespace stint
