// Words of ours as scdoc(5) takes them: nothing in them is markup.
#pragma once
#include <string>
#include <string_view>

namespace stint {

inline std::string escaped(std::string_view text) {
    std::string made;
    for (const char letter : text) {
        if (std::string_view("_*\\#`[|]-.<>").find(letter) != std::string_view::npos) made += '\\';
        made += letter;
    }
    return made;
}

} // namespace stint
