// A device's places in a directory that goes with the test, and its loop, turned until a step has ended.
#pragma once
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "fleet/steps/steps.hpp"
#include "programs/transfer/digest.hpp"
#include "spool/directory.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

inline const std::string night = "20261123-nvc38b7g";

inline std::string contentOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
inline void write(const fs::path& file, std::string_view content) {
    std::ofstream(file, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

class Stage {
public:
    Stage() {
        sd_event* made = nullptr;
        REQUIRE(sd_event_new(&made) >= 0);
        loop_.reset(made);
        ground = {.work = home.path / "state" / "fleet" / "work",
                  .config = home.path / "config" / "stint",
                  .apps = home.path / "data" / "stint" / "apps",
                  .helper = fs::read_symlink("/proc/self/exe").parent_path() / "stint-exec",
                  .daemon = {},
                  .arrived = {}};
    }

    Directory home;
    Ground ground;
    Owner owner{.kinds = {"get", "run", "verify", "policy", "app", "settings"}, .commands = {"any"}};
    fs::path folder(const std::string& campaign = night) const { return ground.work / campaign; }

    Steps& steps() {
        if (!steps_) steps_ = std::make_unique<Steps>(loop_.get(), ground);
        return *steps_;
    }
    void begin(Step step, Duration mostTime = 0ms, const std::string& campaign = night, std::uint32_t number = 1) {
        ended_.reset();
        steps().begin({campaign, number, std::move(step), mostTime}, owner,
                      [this](const Errand::StepEnded& how) { ended_ = how; });
    }
    /// One turn of the loop; a test that waits for 30 s has failed.
    void turn() { REQUIRE(sd_event_run(loop_.get(), 30'000'000) > 0); }
    void until(const std::function<bool()>& so) {
        while (!so())
            turn();
    }
    Errand::StepEnded end() {
        until([this] { return ended_.has_value(); });
        return *ended_;
    }
    bool hasEnded() const { return ended_.has_value(); }
    Errand::StepEnded run(Step step, Duration mostTime = 0ms) {
        begin(std::move(step), mostTime);
        return end();
    }

private:
    struct Drop {
        void operator()(sd_event* loop) const { sd_event_unref(loop); }
    };
    std::unique_ptr<sd_event, Drop> loop_;
    std::optional<Errand::StepEnded> ended_;
    std::unique_ptr<Steps> steps_;
};

inline Step command(std::vector<std::string> words, StepKind kind = StepKind::Run) {
    Step step;
    step.kind = kind;
    step.command = std::move(words);
    return step;
}
inline Step script(const std::string& text) { return command({"/bin/sh", "-c", text}); }

inline Step content(StepKind kind, const std::string& text) {
    Step step;
    step.kind = kind;
    step.source.text = text;
    return step;
}
/// The signed file at the URL; `to` of a Get.
inline Step file(const std::string& url, const std::string& content, const std::string& to = "fw.img",
                 StepKind kind = StepKind::Get) {
    Step step;
    step.kind = kind;
    step.source = {.url = url,
                   .sha256 = transfer::fingerprint(content),
                   .size = static_cast<Bytes>(content.size()),
                   .to = kind == StepKind::Get ? to : "",
                   .text = {}};
    return step;
}

} // namespace stint::fleet
