// A program that is started again whenever it ends, and ends with this process. What it prints is heard line by line.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/timer.hpp"
#include "stint/result.hpp"

namespace stint::push {

class Kept {
public:
    struct Hooks {
        std::function<void(std::string_view line)> heard; ///< of its stdout, or stderr
        /// It has ended, or cannot be started: a sentence, with when it is tried again.
        std::function<void(const std::string& sentence)> ended;
    };
    /// `words` are the program's path and what it is told. It has `lock` open as long as it lives.
    Kept(sd_event* loop, std::string name, std::vector<std::string> words, int lock, Hooks hooks);
    /// Kills it, if it lives.
    ~Kept();
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;

    void start();
    /// Nothing where it does not live.
    void signal(int number);
    /// Asks it to end, kills it after 10 s, and calls `done` when it is gone. It is not started again.
    void end(std::function<void()> done);

private:
    Result<void> spawn();
    Result<void> follow(pid_t pid);
    void readSome();
    void hear();
    void gone(int status);
    void startLater(const std::string& why);

    sd_event* loop_;
    std::string name_;
    std::vector<std::string> words_;
    int lock_;
    Hooks hooks_;
    Fd process_, printed_;
    std::string line_; ///< that is not whole yet
    EventSource ends_, prints_;
    Timer again_, patience_;
    Backoff pause_;
    std::uint64_t began_ = 0; ///< µs
    std::function<void()> done_;
};

} // namespace stint::push
