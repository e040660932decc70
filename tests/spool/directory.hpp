// A directory that goes with the test.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

namespace stint {

struct Directory {
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "stint-spool-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    std::filesystem::path path;
};

} // namespace stint
