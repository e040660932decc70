// lived_day SCENARIO DIRECTORY: a store as stintd would have it after that day, which ends now: the simulator plays it
// with the very core, and what each step commits goes into a real store. For the page's screenshots.
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string_view>

#include "base/result/containers.hpp"
#include "sim/judge/play.hpp"
#include "sim/scenario/scenario.hpp"
#include "stintd/store/store.hpp"

using namespace stint;

namespace {

/// People's names for the jobs of day.yaml; a scenario has numbers alone.
struct Name {
    std::string_view job, label;
};
constexpr std::array names{
    Name{"com.example.mail/1", "Fetch mail"},          Name{"com.example.photos/1", "Upload 214 photos"},
    Name{"com.example.photos/2", "Tidy thumbnails"},   Name{"com.example.news/1", "Fetch today's news"},
    Name{"org.stint.transfer/1", "lecture-07.mp4"},    Name{"org.stint.transfer/2", "debian-12.8.0-amd64.iso"},
    Name{"org.stint.transfer/3", "field-notes.zip"},   Name{"org.stint.shell/4", "Nightly backup"},
    Name{"org.stint.shell/5", "Render holiday film"},  Name{"org.stint.shell/6", "Check the archive"},
    Name{"com.example.music/1", "Sync offline music"},
};

void name(const JobKey& key, std::string& label) {
    for (const auto& [job, words] : names)
        if (textOf(key) == job) label = words;
}

std::string contentOf(const char* file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

int failed(const Error& error) {
    std::fprintf(stderr, "lived_day: %s\n", error.message.c_str());
    return 1;
}

} // namespace

int main(int count, char** words) {
    if (count != 3) return failed({Errc::ILLEGAL_ARGUMENT, "lived_day SCENARIO DIRECTORY"});
    auto scenario = sim::readScenario(contentOf(words[1]), words[1]);
    if (!scenario) return failed(scenario.error());
    scenario->start = std::chrono::floor<Duration>(std::chrono::system_clock::now()) - sim::endOf(*scenario);
    auto store = Store::open({.directory = words[2], .boot = BootId{"the day that was lived"}, .failCommit = {}});
    if (!store) return failed(store.error());

    std::optional<Error> trouble;
    const auto keep = [&](std::span<const Record> records, const Stamp& stamp) {
        std::vector<Record> named(records.begin(), records.end());
        for (Record& record : named)
            std::visit(Overloaded{[](SaveJob& save) {
                                      std::string label;
                                      name(save.job.key, label);
                                      if (!label.empty()) save.job.details.edit().label = label;
                                  },
                                  [](SaveCompleted& save) { name(save.completed.key, save.completed.label); },
                                  [](auto&) {}},
                       record);
        if (auto kept = store->commit(named, stamp); !kept) trouble = kept.error();
    };
    auto played = sim::play(*scenario, {.until = {}, .policy = {}, .witness = keep});
    if (!played) return failed(played.error());
    if (trouble) return failed(*trouble);
    store->idle();
    std::printf("%zu events\n", static_cast<std::size_t>(played->events));
    return 0;
}
