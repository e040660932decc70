// A portable pixmap (P6, 8 bits), and the filters of it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

struct Picture {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> points; ///< red, green, blue, line by line

    /// nullopt where it is no such file, or is cut short.
    static std::optional<Picture> read(const std::filesystem::path& file);
    /// Whole, or not at all.
    bool write(const std::filesystem::path& file) const;
};

/// Asks for each line whether to go on; false where that said no.
using GoesOn = std::function<bool()>;
using Filter = bool (*)(Picture& picture, const GoesOn& goesOn);

bool toGrayscale(Picture& picture, const GoesOn& goesOn);
/// Each point becomes the mean of those around it.
bool blur(Picture& picture, const GoesOn& goesOn);
/// Few colours, in patches, as a brush leaves them.
bool waterize(Picture& picture, const GoesOn& goesOn);
