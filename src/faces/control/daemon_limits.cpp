// org.stint.Limits1 and org.stint.AlarmManager1: the operator's calls.
#include <algorithm>
#include <iterator>

#include "base/result/try.hpp"
#include "faces/control/ask.hpp"
#include "faces/control/daemon.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"

namespace stint::cli {
namespace {

using wire::DictionaryWriter;
using wire::Reader;
using wire::Writer;

/// Calls a method of Limits1 that answers nothing.
Result<void> tell(sd_bus* bus, const char* member, const std::function<void(Writer&)>& write) {
    STINT_TRY(ask(bus, wire::limitsInterface, member, write));
    return {};
}

/// Calls a method of Limits1 that answers Doze's state.
Result<wire::DozeView> askDoze(sd_bus* bus, const char* member, const std::function<void(Writer&)>& write) {
    auto answer = STINT_TRY(ask(bus, wire::limitsInterface, member, write));
    Reader reader(answer);
    return wire::readRow<wire::DozeView>(reader);
}

} // namespace

Result<void> Daemon::setStandbyBucket(const std::string& package, const std::string& bucket) {
    return tell(bus_.get(), "SetStandbyBucket", [&](Writer& writer) { writer.string(package).string(bucket); });
}

Result<void> Daemon::predictBucket(const std::string& package, const std::string& bucket) {
    return tell(bus_.get(), "PredictBucket", [&](Writer& writer) { writer.string(package).string(bucket); });
}

Result<void> Daemon::reportUsage(const std::string& package, const std::string& kind) {
    return tell(bus_.get(), "ReportUsage", [&](Writer& writer) { writer.string(package).string(kind); });
}

Result<void> Daemon::setBatteryUse(const std::string& package, const std::string& use) {
    return answerOf(bus_.get(), calls::setBatteryUse(package, use));
}

Result<void> Daemon::setDataSaverExempt(const std::string& package, bool exempt) {
    return tell(bus_.get(), "SetDataSaverExempt", [&](Writer& writer) { writer.string(package).boolean(exempt); });
}

Result<void> Daemon::allowTemporarily(const std::string& package, Duration length) {
    return tell(bus_.get(), "TempAllowlist", [&](Writer& writer) { writer.string(package).int64(length.count()); });
}

Result<void> Daemon::push(const std::string& package, bool high, const std::string& data, const std::string& receiver) {
    STINT_TRY(ask(
        bus_.get(), wire::limitsInterface, "Push",
        [&](Writer& writer) { writer.string(package).boolean(high).string(data); },
        [&](DictionaryWriter& options) {
            if (!receiver.empty()) options.put("receiver", receiver);
        }));
    return {};
}

Result<Quotas> Daemon::quota(const std::string& package) { return told(calls::quota(package)); }

Result<wire::DozeView> Daemon::doze() { return told(calls::doze()); }

Result<wire::DozeView> Daemon::stepDoze(const std::string& machine) {
    return askDoze(bus_.get(), "StepDoze", [&](Writer& writer) { writer.string(machine); });
}

Result<wire::DozeView> Daemon::forceDoze(const std::string& state) {
    return askDoze(bus_.get(), "ForceDoze", [&](Writer& writer) { writer.string(state); });
}

Result<std::vector<AlarmView>> Daemon::alarms(const std::optional<std::string>& package) {
    std::vector<AlarmView> all;
    for (bool more = true; more;) {
        auto page = STINT_TRY(told(calls::alarms(package, all)));
        more = page.more;
        std::ranges::move(page.rows, std::back_inserter(all));
    }
    return all;
}

} // namespace stint::cli
