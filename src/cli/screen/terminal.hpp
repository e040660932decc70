// Where a verb prints: results on stdout, trouble on stderr, and how much of a terminal each of them is
// (CONTRIBUTING.md §10, linux.md §A.10: NO_COLOR, TERM=dumb, --plain, --quiet, --json).
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <unistd.h>

#include <fmt/core.h>

#include "stint/result.hpp"

namespace stint::cli {

/// How a word is set off from others. Never the only sign of what it means.
enum class Paint : std::uint8_t { None, Good, Waiting, Bad, Faint, Strong };

/// What the person asked of every verb's output.
struct Wish {
    bool json = false;
    bool plain = false; ///< no colour, no redrawn line: for screen readers and logs
    bool quiet = false; ///< only results and trouble
};

class Screen {
public:
    /// This process's stdout and stderr, and its environment.
    explicit Screen(Wish wish);
    /// A screen of a test: `colour` and `redraws` as if of a terminal so wide.
    Screen(Wish wish, std::FILE* out, std::FILE* err, bool colour, bool redraws, std::size_t columns);

    bool json() const { return wish_.json; }
    bool quiet() const { return wish_.quiet; }
    /// One line on stderr may be drawn over and over: a progress bar.
    bool redraws() const { return redraws_; }
    /// stdout is a terminal: what is printed may steer it.
    bool outIsTerminal() const { return ::isatty(::fileno(out_)) != 0; }
    /// The same, for words beside the output of another: whole lines, none of them redrawn.
    Screen forLines() const;
    /// As wide as the terminal is now; 80 where it is none.
    std::size_t columns() const;

    std::string painted(std::string_view text, Paint) const;

    /// A result, on stdout, with a newline.
    void print(std::string_view line) const;
    /// What goes on, for a person, on stderr; nothing under --quiet and --json.
    void tell(std::string_view line) const;
    /// Lines of another's, with their ends, as they are but for what would steer the terminal.
    void passOut(std::string_view lines) const;
    void passErr(std::string_view lines) const;
    /// On stdout, as they are.
    void passBytes(std::string_view bytes) const;
    /// "stint: …" on stderr, always.
    void trouble(std::string_view sentence) const;
    /// As trouble(), and answers the exit code that belongs to the error: "stint: `what`: …".
    int fail(std::string_view what, const Error& error) const;
    int fail(int exitCode, std::string_view sentence) const;

    /// Draws `line` over the last one that was drawn; it stays until the next word on the screen.
    void redraw(std::string_view line) const;
    void clearDrawn() const;

private:
    Wish wish_;
    std::FILE* out_;
    std::FILE* err_;
    bool colour_ = false;
    bool redraws_ = false;
    std::size_t fixedColumns_ = 0; ///< 0: ask the terminal
    mutable bool drawn_ = false;   ///< a redrawn line stands at the end of the screen
};

/// Whether this process is in the foreground of its controlling terminal: a person can see it (architecture.md, what is
/// visible). The daemon reads the same from the kernel and decides.
bool inTerminalForeground();

} // namespace stint::cli
