// One file from one URL, by libcurl. What has arrived stays beside it as FILE.part, with the server's ETag in
// FILE.part.etag: the next try asks for the rest of that very file, and begins anew where it is another one (If-Range).
// It knows nothing of jobs; compare ../foreground_transfer, which runs the same in a foreground service.
#pragma once
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

struct Progress {
    long long done = 0;
    long long total = -1; ///< -1: not known
};

struct Ending {
    enum class Kind { Done, Later, Never } kind = Kind::Later;
    std::string text; ///< one line for a person
};

class Transfer {
public:
    Transfer(std::string url, std::filesystem::path file);

    /// Blocks until the file is in place, something is in the way, or `stopped` is asked for; `tell` is called from
    /// here.
    Ending run(const std::stop_token& stopped, const std::function<void(Progress)>& tell);

private:
    struct Attempt;

    std::string url_;
    std::filesystem::path file_, part_, etag_;
};
