#include "base/unix/home_directory.hpp"

#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

namespace stint {

std::filesystem::path homeDirectory() {
    if (const char* const told = std::getenv("HOME"); told && *told == '/') return told;
    const passwd* const user = ::getpwuid(::getuid());
    return user && user->pw_dir && *user->pw_dir == '/' ? user->pw_dir : "/";
}

std::filesystem::path baseDirectory(const char* variable, const char* otherwise) {
    const char* const told = std::getenv(variable);
    return told && *told == '/' ? told : homeDirectory() / otherwise;
}

} // namespace stint
