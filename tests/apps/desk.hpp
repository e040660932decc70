// A loop, directories of manifests that come and go, and a registry whose every word is kept.
#pragma once
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "stintd/apps/registry.hpp"

namespace stint {

class Desk {
public:
    Desk() {
        REQUIRE(sd_event_new(&loop) >= 0);
        std::string name = (std::filesystem::temp_directory_path() / "stint-apps-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        root = name;
    }
    ~Desk() {
        registry.reset();
        sd_event_unref(loop);
        std::error_code ignored;
        std::filesystem::remove_all(root, ignored);
    }

    void open(std::vector<std::filesystem::path> directories, std::vector<Manifest> builtIn = {}) {
        auto change = [this](const Registry::Change& c) {
            changes.push_back(c.installed ? "+" + c.installed->package.name : "-" + c.removed->name);
        };
        auto opened = Registry::open(loop, std::move(directories), std::move(builtIn), change,
                                     [this](const Error& error) { errors.push_back(error.message); });
        if (!opened) FAIL(opened.error().message);
        registry = std::move(opened).value();
    }

    void runUntil(const std::function<bool()>& so) {
        while (!so())
            REQUIRE_MESSAGE(sd_event_run(loop, 30'000'000) > 0, "what the test waits for does not happen");
    }
    /// All that is waiting already, and nothing that is not.
    void settle() {
        while (sd_event_run(loop, 0) > 0) {
        }
    }

    /// The changes since the last call.
    std::vector<std::string> news() { return std::exchange(changes, {}); }

    sd_event* loop = nullptr;
    std::filesystem::path root;
    std::vector<std::string> changes; ///< "+com.example.a", "-com.example.a"
    std::vector<std::string> errors;
    std::unique_ptr<Registry> registry;
};

inline void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

inline void install(const std::filesystem::path& directory, const std::string& package, const std::string& more = "") {
    write(directory / (package + ".toml"), "package = \"" + package + "\"\n" + more);
}

} // namespace stint
