#include "faces/cli/run/logs_tail.hpp"

#include "base/result/try.hpp"
#include "base/text/cut.hpp"
#include "base/time/time.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_parts.hpp"

namespace stint::cli {
namespace {

/// The number of bytes at the end that are an incomplete character.
std::size_t cutCharacter(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const char last = text[text.size() - back];
        if (continuesCharacter(last)) continue;
        const auto byte = static_cast<unsigned char>(last);
        const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

} // namespace

std::string shownOutput(std::string_view output) {
    std::string shown;
    while (!output.empty()) {
        auto end = std::min(output.find_first_of("\n\t\r"), output.size());
        shown += printable(output.substr(0, end));
        output.remove_prefix(end);
        if (output.empty()) break;
        const bool plainEnd = output.starts_with("\r\n");
        if (!plainEnd) shown += output.front() == '\r' ? '\n' : output.front();
        output.remove_prefix(1);
    }
    return shown;
}

Result<LogTail> LogTail::open(const std::filesystem::path& spool, const Screen& screen, bool follows) {
    auto reader = STINT_TRY(LogReader::open(spool));
    if (follows) STINT_TRY(reader.watch());
    return LogTail(std::move(reader), screen);
}

Result<void> LogTail::take() {
    if (fd() >= 0) reader_.quiet();
    while (auto piece = STINT_TRY(reader_.next()))
        print(*piece);
    return {};
}

void LogTail::print(const LogReader::Piece& piece) {
    printed_ = true;
    if (screen_.json()) {
        Json line = header();
        line["lost"] = piece.lost;
        line["output"] = piece.text;
        return screen_.print(dumped(line));
    }
    if (piece.lost > 0) screen_.tell(fmt::format("({} of older output are not kept)", formatSize(piece.lost)));
    if (!screen_.outIsTerminal()) return screen_.passBytes(piece.text);
    std::string text = std::exchange(cut_, {}) + piece.text;
    cut_ = text.substr(text.size() - cutCharacter(text));
    text.resize(text.size() - cut_.size());
    screen_.passBytes(shownOutput(text));
}

} // namespace stint::cli
