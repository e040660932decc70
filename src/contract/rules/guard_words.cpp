#include "contract/rules/guard_words.hpp"

#include <algorithm>
#include <array>

#include "contract/model/conditions.hpp"
#include "contract/model/device_fields.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/rules/connectivity.hpp"
#include "contract/rules/constraint.hpp"

namespace stint {
namespace {

class Vocabulary {
public:
    Vocabulary() {
        addNetworks();
        addConstraints();
        for (const DeviceField& field : deviceFields())
            addField(field);
        for (const auto& [name, meant] : aliases)
            if (const auto found = std::ranges::find(words, meant, &GuardWord::name); found != words.end())
                add({std::string(name), found->reads, found->holds});
    }

    std::vector<GuardWord> words;

private:
    /// The names that desktops use for words which have another name here.
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> aliases{
        {{"power-saver", "battery-saver"}, {"idle", "device-idle"}}};

    // The first word of a name stays: a job's own conditions say more than a device's reports.
    void add(GuardWord word) {
        if (std::ranges::find(words, word.name, &GuardWord::name) == words.end()) words.push_back(std::move(word));
    }

    // Adds network=unmetered and unmetered; network alone means any (jobs.md §1.3).
    void addNetworks() {
        for (const auto& [word, type] : networkWords) {
            JobInfo::Builder job(JobId{0}, "");
            const auto made = JobInfoAccess::requested(job.setRequiredNetworkType(type));
            const auto asked = made ? made->getRequiredNetwork() : std::nullopt;
            const auto holds = [asked](const World& world) {
                const auto& network = world.device.network;
                return asked ? network && meets(*network, *asked) : !network;
            };
            const ReadSet reads = only(Reads::Network);
            if (type == JobInfo::NETWORK_TYPE_ANY) add({"network", reads, holds});
            add({"network=" + std::string(word), reads, holds});
            if (type != JobInfo::NETWORK_TYPE_ANY && asked) add({std::string(word), reads, holds});
        }
    }

    // jobs.md §3.2. Free space is left out: nobody reports it, and it is not polled for a program.
    void addConstraints() {
        struct Asked {
            std::string_view method;
            Verdict (*ask)(const Context&);
            ReadSet reads;
        };
        static constexpr std::array asked{Asked{"setRequiresCharging", chargingGate, only(Reads::Power)},
                                          Asked{"setRequiresBatteryNotLow", batteryNotLowGate, only(Reads::Power)},
                                          Asked{"setRequiresDeviceIdle", deviceIdleGate, only(Reads::Idle)}};
        for (const JobField& row : jobFields) {
            const auto found = std::ranges::find(asked, row.method, &Asked::method);
            if (found == asked.end()) continue;
            add({std::string(row.option.substr(2)), found->reads, [ask = found->ask](const World& world) {
                     return ask({world, GateKey{}, nullptr}).open;
                 }});
        }
    }

    // A field with choices gives screen-off and screen=off, a flag data-saver; a field of the network goes by its own
    // name. Fields that hold a person's word alone give no word: a condition asks about the device as it is.
    void addField(const DeviceField& field) {
        static constexpr std::array<std::string_view, 5> notOfTheDevice{"power_source", "doze", "network",
                                                                        "storage_low", "sleeping"};
        if (std::ranges::find(notOfTheDevice, field.key) != notOfTheDevice.end()) return;
        const bool ofNetwork = field.key.starts_with(networkPrefix);
        std::string name(ofNetwork ? field.key.substr(networkPrefix.size()) : field.key);
        std::ranges::replace(name, '_', '-');
        const ReadSet reads = ofNetwork ? only(Reads::Network) : field.readers;
        const auto is = [&field](std::string_view text) {
            return [&field, text](const World& world) { return field.text(world.device) == text; };
        };
        const DeviceField::Choices choices = field.choices.empty() ? field.played : field.choices;
        for (const std::string_view choice : choices)
            for (const char* sign : {"-", "="})
                add({name + sign + std::string(choice), reads, is(choice)});
        const bool isFlag = choices.empty() && field.takes == DeviceField{}.takes;
        if (isFlag) add({name, reads, is("true")});
    }
};

} // namespace

std::span<const GuardWord> everyGuardWord() {
    static const Vocabulary all;
    return all.words;
}

} // namespace stint
