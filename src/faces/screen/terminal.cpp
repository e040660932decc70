#include "faces/screen/terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "base/unix/fd.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {

Result<Signals> Signals::open() {
    sigset_t wanted, before;
    sigemptyset(&wanted);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGWINCH})
        sigaddset(&wanted, signal);
    Fd descriptor{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (!descriptor) return fail(Errc::SYSTEM, "cannot watch for signals: {}", std::strerror(errno));
    ::sigprocmask(SIG_BLOCK, &wanted, &before);
    return Signals{std::move(descriptor), before};
}

Signals::~Signals() {
    if (descriptor_) ::sigprocmask(SIG_SETMASK, &before_, nullptr); // a moved-from one has none
}

std::optional<int> Signals::take() {
    signalfd_siginfo info{};
    if (::read(descriptor_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

namespace {

bool isSet(const char* name) {
    const char* value = std::getenv(name);
    return value && *value;
}

bool isDumb() {
    const char* term = std::getenv("TERM");
    return !term || std::string_view(term) == "dumb";
}

std::string_view codeOf(Paint paint) {
    switch (paint) {
    case Paint::None:
        return "";
    case Paint::Good:
        return "\x1b[32m";
    case Paint::Waiting:
        return "\x1b[33m";
    case Paint::Bad:
        return "\x1b[31m";
    case Paint::Faint:
        return "\x1b[2m";
    case Paint::Strong:
        return "\x1b[1m";
    }
    return "";
}

constexpr std::size_t widestWord = 250; ///< of a word in a complaint

constexpr Paint paints[] = {Paint::Good, Paint::Waiting, Paint::Bad, Paint::Faint, Paint::Strong};
constexpr std::string_view unpainted = "\x1b[0m";

/// The length of the colour code with which `text` begins; 0: none of painted()'s.
std::size_t colourLength(std::string_view text) {
    if (text.starts_with(unpainted)) return unpainted.size();
    for (const Paint paint : paints)
        if (text.starts_with(codeOf(paint))) return codeOf(paint).size();
    return 0;
}

/// Our own text, printable: only painted()'s colours may control the terminal; `show` makes the text between them
/// printable.
std::string shownBy(std::string (*show)(std::string_view), std::string_view text, bool colour) {
    if (!colour) return show(text);
    std::string shown;
    while (!text.empty()) {
        const std::size_t colourEnd = colourLength(text);
        const std::size_t end = colourEnd > 0 ? colourEnd : std::min(text.find('\x1b', 1), text.size());
        shown += colourEnd > 0 ? std::string(text.substr(0, end)) : show(text.substr(0, end));
        text.remove_prefix(end);
    }
    return shown;
}

std::string shownLine(std::string_view line, bool colour) { return shownBy(printable, line, colour); }
std::string shownLines(std::string_view lines, bool colour) { return shownBy(printableLines, lines, colour); }

winsize terminalSize() {
    for (const int descriptor : {STDERR_FILENO, STDOUT_FILENO}) { // either may be a file
        winsize size{};
        if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) return size;
    }
    return {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
}

std::size_t widthWithoutColours(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const std::size_t colourEnd = colourLength(text);
        if (colourEnd == 0) plain += text.front();
        text.remove_prefix(std::max<std::size_t>(colourEnd, 1));
    }
    return widthOf(plain);
}

/// The line broken at blanks where it is wider than `columns`; what follows is indented as its beginning.
std::string brokenLine(std::string_view line, std::size_t columns) {
    if (widthWithoutColours(line) <= columns) return std::string(line);
    std::string broken;
    std::size_t column = 0;
    const std::size_t indented = std::min(line.find_first_not_of(' '), line.size());
    const std::string indent(indented < columns / 2 ? indented : 0, ' ');
    while (!line.empty()) {
        const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
        const std::size_t end = blanks + endOfWord(line.substr(blanks), columns - indent.size());
        const std::size_t width = widthWithoutColours(line.substr(blanks, end - blanks));
        const bool onward = column > indent.size() && column + blanks + width > columns;
        broken += onward ? "\n" + indent + std::string(line.substr(blanks, end - blanks)) : line.substr(0, end);
        column = onward ? indent.size() + width : column + blanks + width;
        line.remove_prefix(end);
    }
    return broken;
}

/// Our own lines as wide as the terminal that the stream is; as they are where it is none, or does not say how wide it
/// is.
std::string fitted(std::FILE* stream, std::string text) {
    winsize size{};
    if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return text;
    std::string lines;
    for (const std::string_view line : splitAt(text, "\n"))
        lines += (lines.empty() && line.data() == text.data() ? "" : "\n") + brokenLine(line, size.ws_col);
    return lines;
}

/// A full disk or a closed pipe sets the stream's error flag, which the program checks at its end.
void put(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

} // namespace

Screen::Screen(OutputOptions options)
    : options_(options), out_(stdout), err_(stderr),
      colour_(::isatty(STDOUT_FILENO) && !isDumb() && !isSet("NO_COLOR")),
      redraws_(::isatty(STDERR_FILENO) && !isDumb()) {
    colour_ = colour_ && !options.plain && !options.json;
    redraws_ = redraws_ && !options.plain && !options.json && !options.quiet;
}

Screen::Screen(OutputOptions options, std::FILE* out, std::FILE* err, bool colour, bool redraws, std::size_t columns,
               std::size_t rows)
    : options_(options), out_(out), err_(err), colour_(colour), redraws_(redraws), fixedColumns_(columns),
      fixedRows_(rows) {}

std::size_t Screen::columns() const { return fixedColumns_ > 0 ? fixedColumns_ : terminalSize().ws_col; }

std::size_t Screen::rows() const { return fixedRows_ > 0 ? fixedRows_ : terminalSize().ws_row; }

std::string Screen::painted(std::string_view text, Paint paint) const {
    if (!colour_ || paint == Paint::None) return std::string(text);
    return fmt::format("{}{}{}", codeOf(paint), text, unpainted);
}

void Screen::print(std::string_view lines) const {
    clearDrawn();
    const std::string shown = shownLines(lines, colour_);
    put(out_, (options_.json ? shown : fitted(out_, shown)) + "\n");
}

void Screen::tell(std::string_view line) const {
    if (options_.quiet || options_.json) return;
    clearDrawn();
    put(err_, fitted(err_, shownLine(line, colour_)) + "\n");
}

// A terminal that does not control this process, as that of `su -c`, stops nobody who reads it.
std::string_view Screen::whyNobodyAnswers() {
    if (::isatty(STDIN_FILENO) == 0) return "this is not a terminal";
    const pid_t front = ::tcgetpgrp(STDIN_FILENO);
    return front < 0 || front == ::getpgrp() ? "" : "this runs in the background of its terminal";
}

bool Screen::agrees(std::string_view question) const {
    put(err_, shownLine(fmt::format("{} [y/N] ", question), colour_));
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

void Screen::passOut(std::string_view lines) const { put(out_, printableLines(lines)); }

void Screen::passErr(std::string_view lines) const { put(err_, printableLines(lines)); }

void Screen::passBytes(std::string_view bytes) const {
    clearDrawn();
    put(out_, bytes);
}

Screen Screen::forLines() const {
    Screen lines = *this;
    lines.redraws_ = false;
    return lines;
}

void Screen::complain(std::string_view sentence, std::optional<int> exitCode) const {
    clearDrawn();
    const std::string text = withShortWords(printable(sentence), widestWord);
    if (!options_.json) return put(err_, fitted(err_, fmt::format("stint: {}", text)) + "\n");
    Json line = header();
    if (exitCode) line["error"] = wordOfExitCode(*exitCode);
    line[exitCode ? "message" : "warning"] = text;
    if (exitCode) line["exitCode"] = *exitCode;
    put(err_, dumped(line) + "\n");
}

void Screen::warn(std::string_view sentence) const { complain(sentence, std::nullopt); }

int Screen::fail(int exitCode, std::string_view sentence) const {
    complain(sentence, exitCode);
    return exitCode;
}

int Screen::fail(std::string_view what, const Error& cause) const {
    return fail(exitCodeOf(cause.code), fmt::format("{}: {}", what, cause.message));
}

// The cursor rests where the lines begin: it is still there after the terminal was resized, whether that wrapped the
// lines anew or cut them off. From below them nobody could tell how many rows up they begin.
void Screen::redraw(const std::vector<std::string>& lines) const {
    std::string drawn;
    for (const std::string& line : lines)
        drawn += fmt::format("{}{}\x1b[K", drawn.empty() ? "\r" : "\n", shownLine(line, colour_));
    drawn += "\x1b[J\r";
    if (lines.size() > 1) drawn += fmt::format("\x1b[{}A", lines.size() - 1);
    put(err_, drawn);
    drawn_ = true;
}

void Screen::clearDrawn() const {
    if (!drawn_) return;
    put(err_, "\r\x1b[J");
    drawn_ = false;
}

bool inTerminalForeground() {
    const Fd terminal{::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    return terminal && ::tcgetpgrp(terminal.get()) == ::getpgrp();
}

} // namespace stint::cli
