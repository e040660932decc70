#include "base/unix/paths.hpp"

#include <algorithm>
#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

#include "base/result/errors.hpp"

namespace stint {

std::filesystem::path homeDirectory() {
    if (const char* const value = std::getenv("HOME"); value && *value == '/') return value;
    const passwd* const user = ::getpwuid(::getuid());
    return user && user->pw_dir && *user->pw_dir == '/' ? user->pw_dir : "/";
}

std::filesystem::path baseDirectory(const char* variable, const char* otherwise) {
    const char* const value = std::getenv(variable);
    return value && *value == '/' ? value : homeDirectory() / otherwise;
}

std::filesystem::path stateDirectory() { return baseDirectory("XDG_STATE_HOME", ".local/state") / "stint"; }

namespace {

namespace fs = std::filesystem;

enum class Kind { Program, NoProgram, Nothing };

Kind kindOf(const fs::path& file) {
    std::error_code ignored;
    auto status = fs::status(file, ignored);
    if (!fs::exists(status)) return Kind::Nothing;
    return fs::is_regular_file(status) && ::access(file.c_str(), X_OK) == 0 ? Kind::Program : Kind::NoProgram;
}

Error noProgram(const std::string& file) {
    return fail(Errc::SECURITY, "cannot start {}: it is there, but it is not a program that may be executed", file);
}

} // namespace

Result<fs::path> findProgram(const std::string& program, const std::string& path, const fs::path& directory) {
    if (program.empty()) return fail(Errc::SYSTEM, "cannot start a command that is empty");
    if (program.find('/') != std::string::npos) {
        const fs::path file = directory / program;
        const Kind kind = kindOf(file);
        if (kind == Kind::Nothing) return fail(Errc::SYSTEM, "cannot start {}: no such program", file.string());
        return kind == Kind::Program ? Result<fs::path>(file) : Result<fs::path>(noProgram(file.string()));
    }
    fs::path passedOver;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        fs::path file = directory / path.substr(begin, end - begin) / program;
        const Kind kind = kindOf(file);
        if (kind == Kind::Program) return file;
        if (kind == Kind::NoProgram && passedOver.empty()) passedOver = file;
        begin = end + 1;
    }
    if (!passedOver.empty()) return noProgram(passedOver.string());
    return fail(Errc::SYSTEM, "cannot start {}: no such program in PATH ({})", program, path);
}

Result<fs::path> findOnPath(const std::string& program, const fs::path& directory) {
    const char* const path = std::getenv("PATH");
    return findProgram(program, path ? path : defaultPath, directory);
}

fs::path ownDirectory() {
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

fs::path libexecDirectory() {
    std::error_code ignored;
    const fs::path here = ownDirectory();
    return fs::exists(here / "stint-exec", ignored) ? here : (here / STINT_LIBEXEC).lexically_normal();
}

Result<fs::path> workingDirectory() {
    std::error_code error;
    fs::path here = fs::current_path(error);
    if (error) return fail(Errc::SYSTEM, "the working directory is gone: {}", error.message());
    return here;
}

std::vector<char*> pointersTo(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (std::string& word : words)
        list.push_back(word.data());
    list.push_back(nullptr);
    return list;
}

} // namespace stint
