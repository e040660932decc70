#include "picture.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr int largest = 20'000; // points on a side

std::size_t place(const Picture& picture, int x, int y) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) + static_cast<std::size_t>(x)) * 3;
}

/// The mean of one colour over the points at most `reach` away.
int meanAround(const Picture& picture, int x, int y, std::size_t colour, int reach) {
    int sum = 0;
    int count = 0;
    for (int row = std::max(0, y - reach); row <= std::min(picture.height - 1, y + reach); ++row)
        for (int column = std::max(0, x - reach); column <= std::min(picture.width - 1, x + reach); ++column, ++count)
            sum += picture.points[place(picture, column, row) + colour];
    return sum / count;
}

template <class Point> bool eachPoint(Picture& picture, const GoesOn& goesOn, Point point) {
    for (int y = 0; y < picture.height; ++y) {
        if (!goesOn()) return false;
        for (int x = 0; x < picture.width; ++x)
            point(x, y, picture.points.data() + place(picture, x, y));
    }
    return true;
}

} // namespace

std::optional<Picture> Picture::read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string kind;
    int most = 0;
    Picture picture;
    in >> kind >> picture.width >> picture.height >> most;
    if (!in || kind != "P6" || most != 255) return std::nullopt;
    if (picture.width < 1 || picture.height < 1 || picture.width > largest || picture.height > largest)
        return std::nullopt;
    in.get(); // the one space before the points
    picture.points.assign(std::istreambuf_iterator<char>(in), {});
    const std::size_t size = place(picture, 0, picture.height);
    if (picture.points.size() < size) return std::nullopt;
    picture.points.resize(size);
    return picture;
}

bool Picture::write(const std::filesystem::path& file) const {
    const auto fresh = file.string() + ".new";
    std::ofstream out(fresh, std::ios::binary);
    out << "P6\n" << width << " " << height << "\n255\n";
    out.write(reinterpret_cast<const char*>(points.data()), static_cast<std::streamsize>(points.size()));
    out.close();
    std::error_code wrong;
    if (out) std::filesystem::rename(fresh, file, wrong);
    return out && !wrong;
}

bool toGrayscale(Picture& picture, const GoesOn& goesOn) {
    return eachPoint(picture, goesOn, [](int, int, std::uint8_t* point) {
        const int light = (299 * point[0] + 587 * point[1] + 114 * point[2]) / 1000;
        std::fill_n(point, 3, static_cast<std::uint8_t>(light));
    });
}

bool blur(Picture& picture, const GoesOn& goesOn) {
    const Picture before = picture;
    return eachPoint(picture, goesOn, [&](int x, int y, std::uint8_t* point) {
        for (std::size_t colour = 0; colour < 3; ++colour)
            point[colour] = static_cast<std::uint8_t>(meanAround(before, x, y, colour, 2));
    });
}

bool waterize(Picture& picture, const GoesOn& goesOn) {
    constexpr int step = 48;
    const Picture before = picture;
    return eachPoint(picture, goesOn, [&](int x, int y, std::uint8_t* point) {
        for (std::size_t colour = 0; colour < 3; ++colour) {
            const int mean = meanAround(before, x, y, colour, 1);
            point[colour] = static_cast<std::uint8_t>(std::min(255, mean / step * step + step / 2));
        }
    });
}
