// A real nginx on loopback that serves one directory, and a log of what it gave away. It dies with the test.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "stint/units.hpp"

namespace stint::transfer {

class Nginx {
public:
    /// `serverLines`: further lines of its server block, such as "limit_rate 4m;".
    Nginx(const std::filesystem::path& directory, const std::string& serverLines = {});
    ~Nginx();
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;

    /// False where no nginx is installed: nothing can be tested then.
    static bool installed();

    std::string url(const std::string& name) const;
    struct Served {
        int status = 0;
        Bytes bytes = 0;
        std::string range; ///< "-" where none was asked for
    };
    /// The log's lines of all requests that are over.
    std::vector<Served> served() const;
    /// Ends it in good order: every request is in the log then.
    void quit();

private:
    std::filesystem::path home_;
    int port_ = 0;
    pid_t process_ = -1;
};

} // namespace stint::transfer
