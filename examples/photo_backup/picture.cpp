#include "picture.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace {

constexpr int largest = 20'000; // points on a side

struct Picture {
    int width = 0;
    int height = 0;
    std::string points; ///< red, green, blue
};

std::string read(const std::filesystem::path& file, Picture& picture) {
    std::ifstream in(file, std::ios::binary);
    std::string kind;
    int most = 0;
    in >> kind >> picture.width >> picture.height >> most;
    if (kind != "P6" || most != 255) return "no P6 pixmap of 8 bits";
    if (picture.width < 1 || picture.height < 1 || picture.width > largest || picture.height > largest)
        return "its size is none";
    in.get(); // the one space before the points
    picture.points.assign(std::istreambuf_iterator<char>(in), {});
    const auto size = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 3;
    return picture.points.size() < size ? "its end is missing" : "";
}

/// The mean of one colour over a square.
char mean(const Picture& picture, int left, int top, int side, int colour) {
    int sum = 0;
    int count = 0;
    for (int y = top; y < std::min(top + side, picture.height); ++y)
        for (int x = left; x < std::min(left + side, picture.width); ++x, ++count)
            sum += static_cast<unsigned char>(
                picture.points[(static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
                                static_cast<std::size_t>(x)) *
                                   3 +
                               static_cast<std::size_t>(colour)]);
    return static_cast<char>(sum / std::max(count, 1));
}

} // namespace

std::string makeThumbnail(const std::filesystem::path& photo, const std::filesystem::path& thumbnail, int width,
                          const std::function<bool()>& goesOn) {
    Picture picture;
    if (auto wrong = read(photo, picture); !wrong.empty()) return wrong;
    const int side = std::max(1, (picture.width + width - 1) / width);
    const int across = (picture.width + side - 1) / side;
    const int down = (picture.height + side - 1) / side;
    std::string points;
    for (int y = 0; y < down; ++y) {
        if (!goesOn()) return "";
        for (int x = 0; x < across; ++x)
            for (int colour = 0; colour < 3; ++colour)
                points += mean(picture, x * side, y * side, side, colour);
    }
    // A name of its own: a run that is stopped goes on until it asks, and its request may be running again by then.
    auto whole = thumbnail.string() + ".XXXXXX";
    if (const int made = mkstemp(whole.data()); made < 0 || close(made) != 0) return "its thumbnail cannot be written";
    std::ofstream(whole, std::ios::binary) << "P6\n" << across << " " << down << "\n255\n" << points;
    std::filesystem::rename(whole, thumbnail);
    return "";
}
