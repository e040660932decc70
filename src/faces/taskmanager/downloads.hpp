// A person's list of downloads, given to `stint get`: what it checks, says and schedules is what it does in a terminal,
// where it has none (linux.md §A.11). What the page adds is narrower than a terminal: the files go to a directory that
// is there, in the person's home and not hidden, by the real path of both.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "faces/taskmanager/request.hpp"

namespace stint::taskmanager {

/// The real path of the directory that a person means: absolute, or below "~". IllegalArgument: it is not there, not in
/// `home`, or hidden.
Result<std::filesystem::path> directoryNamed(const std::string& text, const std::filesystem::path& home);

/// ~/Downloads where that is a directory, else "~".
std::string usualDirectory();

/// The words of `stint get` for {"urls": …, "directory": …, "checksum": …, "when": […]}; the URLs are its stdin.
struct ListOfUrls {
    std::string urls; ///< a line each
    std::vector<std::string> words;
};
Result<ListOfUrls> listOfUrlsIn(const std::string& body, const std::filesystem::path& home);

/// The lists that are being added. Each is a process of its own, which is not waited for longer than a minute.
class Downloads {
public:
    explicit Downloads(sd_event* loop) : loop_(loop) {}
    Downloads(const Downloads&) = delete;
    Downloads& operator=(const Downloads&) = delete;

    /// 200 with {"says": what `stint get` said}; else its error. 429 while too many are being added.
    void add(const Request& request, std::function<void(Answer)> done);

private:
    struct Adding;

    Result<void> start(const ListOfUrls& list, std::function<void(Answer)> done);
    static int ended(sd_event_source*, int, std::uint32_t, void* adding);
    static int late(sd_event_source*, std::uint64_t, void* adding);

    sd_event* loop_;
    std::map<int, std::shared_ptr<Adding>> all_; ///< by the descriptor of the process
};

} // namespace stint::taskmanager
