#include "faces/cli/top/display.hpp"

#include <clocale>
#include <cstdlib>
#include <string>

#include <sys/ioctl.h>
#include <unistd.h>

#define NCURSES_NOMACROS
#include <curses.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint::cli::top {
namespace {

constexpr int escapeDelay = 25; ///< ms: the bytes of one key come at once

short pairOf(Paint paint) {
    switch (paint) {
    case Paint::Good:
        return 1;
    case Paint::Waiting:
        return 2;
    case Paint::Bad:
        return 3;
    case Paint::None:
    case Paint::Faint:
    case Paint::Strong:
        break;
    }
    return 0;
}

attr_t looksOf(const Span& span) {
    attr_t looks = span.chosen ? A_REVERSE : A_NORMAL;
    if (span.paint == Paint::Strong || span.paint == Paint::Bad) looks |= A_BOLD;
    if (span.paint == Paint::Faint && !span.chosen) looks |= A_DIM;
    return looks;
}

/// On a terminal of one byte a character, those beyond ASCII become question marks.
std::wstring wide(std::string_view text) {
    std::wstring made;
    while (!text.empty()) {
        const char32_t point = takeCodePoint(text);
        made += MB_CUR_MAX == 1 && point >= 0x7F ? L'?' : static_cast<wchar_t>(point);
    }
    return made;
}

Key::What functionKey(wint_t code) {
    using enum Key::What;
    switch (code) {
    case KEY_UP:
        return Up;
    case KEY_DOWN:
        return Down;
    case KEY_PPAGE:
        return PageUp;
    case KEY_NPAGE:
        return PageDown;
    case KEY_HOME:
        return Home;
    case KEY_END:
        return End;
    case KEY_ENTER:
        return Enter;
    case KEY_BACKSPACE:
        return Backspace;
    default:
        return Other;
    }
}

Key characterKey(wint_t code) {
    using enum Key::What;
    switch (code) {
    case '\r':
    case '\n':
        return {Enter};
    case '\t':
        return {Tab};
    case 0x1B:
        return {Escape};
    case 0x7F:
    case '\b':
        return {Backspace};
    default:
        return {Character, static_cast<char32_t>(code)};
    }
}

Error noGrid() {
    const char* const term = std::getenv("TERM");
    return fail(Errc::ILLEGAL_ARGUMENT,
                "this terminal (TERM={}) cannot place text on its screen; `stint top --plain` prints lines",
                term && *term ? printable(term) : "unset");
}

} // namespace

Result<std::unique_ptr<Display>> Display::open(bool colours) {
    char cursorAddress[] = "cup";
    ::set_escdelay(escapeDelay);
    SCREEN* const screen = ::newterm(nullptr, stdout, stdin);
    if (!screen) return noGrid(); // terminfo does not know this terminal
    const char* const places = ::tigetstr(cursorAddress);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): terminfo's word for what is no string
    if (!places || places == reinterpret_cast<char*>(-1)) {
        ::endwin();
        ::delscreen(screen);
        return noGrid();
    }
    return std::unique_ptr<Display>(new Display(colours));
}

Display::Display(bool colours) : colours_(colours && ::has_colors()) {
    ::cbreak();
    ::noecho();
    ::nonl();
    ::keypad(stdscr, true);
    ::nodelay(stdscr, true);
    ::curs_set(0);
    if (!colours_) return;
    ::start_color();
    const short ground = ::use_default_colors() == OK ? -1 : COLOR_BLACK;
    ::init_pair(pairOf(Paint::Good), COLOR_GREEN, ground);
    ::init_pair(pairOf(Paint::Waiting), COLOR_YELLOW, ground);
    ::init_pair(pairOf(Paint::Bad), COLOR_RED, ground);
}

Display::~Display() {
    ::curs_set(1);
    ::endwin();
}

Size Display::size() const {
    return {static_cast<std::size_t>(std::max(getmaxx(stdscr), 1)),
            static_cast<std::size_t>(std::max(getmaxy(stdscr), 1))};
}

void Display::resized() const {
    winsize window{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0)
        ::resizeterm(window.ws_row, window.ws_col);
}

void Display::draw(const Frame& frame) const {
    ::werase(stdscr);
    int row = 0;
    for (const Spans& line : frame.lines) {
        ::wmove(stdscr, row++, 0);
        for (const Span& span : line) {
            const std::wstring text = wide(span.text);
            ::wattr_set(stdscr, looksOf(span), colours_ ? pairOf(span.paint) : 0, nullptr);
            ::waddnwstr(stdscr, text.c_str(), static_cast<int>(text.size()));
        }
    }
    ::wattr_set(stdscr, A_NORMAL, 0, nullptr);
    ::curs_set(frame.cursor ? 1 : 0);
    if (frame.cursor) ::wmove(stdscr, row - 1, static_cast<int>(*frame.cursor));
    ::wrefresh(stdscr);
}

void Display::forget() const { ::clearok(stdscr, true); }

std::optional<Key> Display::key() const {
    wint_t code = 0;
    const int kind = ::wget_wch(stdscr, &code);
    if (kind == ERR) return std::nullopt;
    if (kind == KEY_CODE_YES) return Key{functionKey(code)};
    return characterKey(code);
}

} // namespace stint::cli::top
