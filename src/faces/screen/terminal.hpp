// The terminal of a verb: results on stdout, errors on stderr, how far each of them is a terminal (CONTRIBUTING.md
// §10, linux.md §A.10: NO_COLOR, TERM=dumb, --plain, --quiet, --json), and the signals that a terminal sends, as a
// descriptor to poll.
#pragma once
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <fmt/core.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// While a Signals exists, Ctrl-C, a hang-up, SIGTERM, a reader of what is printed that has gone (SIGPIPE), and a
/// resized window are read from it and have no other effect. Only one may exist at a time.
class Signals {
public:
    static Result<Signals> open();
    Signals(Signals&&) noexcept = default;
    Signals& operator=(Signals&&) = delete;
    ~Signals();

    int fd() const { return descriptor_.get(); }
    /// The next signal: SIGINT, SIGTERM, SIGHUP, SIGPIPE or SIGWINCH.
    std::optional<int> take();

private:
    Signals(Fd descriptor, sigset_t before) : descriptor_(std::move(descriptor)), before_(before) {}
    Fd descriptor_;
    sigset_t before_;
};

/// The exit code of a program that `signal` ended: 128 and its number.
constexpr int exitCodeOfSignal(int signal) { return 128 + signal; }

/// A word's colour, which is never the only sign of its meaning.
enum class Paint : std::uint8_t { None, Good, Waiting, Bad, Faint, Strong };

/// The options of every verb's output.
struct OutputOptions {
    bool json = false;
    bool plain = false; ///< no colour, no redrawn line: for screen readers and logs
    bool quiet = false; ///< only results and errors
};

class Screen {
public:
    /// Prints to this process's stdout and stderr, by its environment.
    explicit Screen(OutputOptions options);
    /// For tests: `colour` and `redraws` as on a terminal of this size.
    Screen(OutputOptions options, std::FILE* out, std::FILE* err, bool colour, bool redraws, std::size_t columns,
           std::size_t rows = 24);

    bool json() const { return options_.json; }
    bool plain() const { return options_.plain; }
    bool colours() const { return colour_; }
    bool quiet() const { return options_.quiet; }
    /// Lines on stderr may be drawn over and over: progress bars.
    bool redraws() const { return redraws_; }
    /// stdout is a terminal: what is printed may steer it.
    bool outIsTerminal() const { return ::isatty(::fileno(out_)) != 0; }
    /// The same screen without redrawn lines, for messages beside a command's output.
    Screen forLines() const;
    /// The terminal's size now; 80 and 24 if it is not one.
    std::size_t columns() const;
    std::size_t rows() const;

    std::string painted(std::string_view text, Paint) const;

    /// Prints a result on stdout, with a newline; it may consist of several lines.
    void print(std::string_view lines) const;
    // Each of these prints one line: a newline in a name or an app's text is replaced.
    /// Information for a person, on stderr; nothing under --quiet and --json.
    void tell(std::string_view line) const;
    /// True if a person is at the terminal, in whose foreground this process reads.
    bool canAsk() const { return whyNobodyAnswers().empty(); }
    /// "this is not a terminal"; empty: somebody may.
    static std::string_view whyNobodyAnswers();
    /// Asks the person at the terminal, on stderr: "QUESTION [y/N] ". True for y or yes.
    bool agrees(std::string_view question) const;
    /// A warning, though nothing has failed: "stint: …" on stderr, always; an object under --json.
    void warn(std::string_view sentence) const;
    /// An error, likewise, and under --json with the exit code and its word; returns the exit code.
    int fail(int exitCode, std::string_view sentence) const;
    /// "stint: `what`: …"; returns the exit code that belongs to the error.
    int fail(std::string_view what, const Error& cause) const;

    /// Prints lines of another program, with their ends; control characters are replaced.
    void passOut(std::string_view lines) const;
    void passErr(std::string_view lines) const;
    /// Writes to stdout, unchanged.
    void passBytes(std::string_view bytes) const;

    /// Draws `lines`, each one line, over those drawn last; they stay until anything else is printed. None may be as
    /// wide as the terminal, nor may there be more of them than it has rows.
    void redraw(const std::vector<std::string>& lines) const;
    void clearDrawn() const;

private:
    /// nullopt: nothing has failed.
    void complain(std::string_view sentence, std::optional<int> exitCode) const;

    OutputOptions options_;
    std::FILE* out_;
    std::FILE* err_;
    bool colour_ = false;
    bool redraws_ = false;
    std::size_t fixedColumns_ = 0; ///< 0: ask the terminal
    std::size_t fixedRows_ = 0;    ///< likewise
    mutable bool drawn_ = false;   ///< the screen ends with redrawn lines
};

/// True if this process is in the foreground of its controlling terminal: a person can see it (architecture.md, what is
/// visible). The daemon reads the same from the kernel and decides.
bool inTerminalForeground();

} // namespace stint::cli
