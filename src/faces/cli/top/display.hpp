// The terminal as a grid of cells, by ncurses: frames onto it, keys from it. It decides nothing. Only one exists at a
// time; when it goes, the terminal is as it was.
#pragma once
#include <memory>
#include <optional>

#include "faces/cli/top/board.hpp"
#include "stint/result.hpp"

namespace stint::cli::top {

class Display {
public:
    /// Opens the terminal. IllegalArgument: it cannot place text, or terminfo does not know it.
    static Result<std::unique_ptr<Display>> open(bool colours);
    ~Display();
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;

    Size size() const;
    /// Takes over the window's new size.
    void resized() const;
    void draw(const Frame& frame) const;
    /// The next draw() redraws the whole screen: another program has written there.
    void forget() const;
    /// The next key that was pressed; nullopt: none.
    std::optional<Key> key() const;

private:
    explicit Display(bool colours);
    bool colours_;
};

} // namespace stint::cli::top
