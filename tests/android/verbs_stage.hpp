// A stage on which shell verbs are given.
#pragma once
#include <sstream>

#include "contract/android/verbs.hpp"
#include "core/stage.hpp"

namespace stint {

struct Shell : Stage {
    using Stage::Stage;

    /// The verb as a person types it behind `stint`. What it does happens to the core; what the core asks of the world
    /// is left.
    VerbAnswer run(const std::string& line) {
        std::istringstream typed(line);
        std::vector<std::string> words;
        for (std::string word; typed >> word;)
            words.push_back(word);
        Step step;
        VerbAnswer answer = runVerb(*core, words, clock(), step);
        device.dozeForce = core->device().dozeForce;
        return answer;
    }
    std::string out(const std::string& line) { return run(line).out; }
    /// It fails with this code, and says this somewhere.
    bool fails(const std::string& line, int code, std::string_view words) {
        const VerbAnswer answer = run(line);
        return answer.code == code && (answer.out + answer.err).find(words) != std::string::npos;
    }
    AppView app() const {
        for (const AppView& view : core->apps(clock()))
            if (view.manifest.package == mail) return view;
        return {};
    }
};

} // namespace stint
