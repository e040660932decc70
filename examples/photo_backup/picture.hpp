// A thumbnail of a portable pixmap (P6, 8 bits): each of its points is the mean of a square of the photo's.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

/// Empty where it went well, else what is wrong with the photo. Asks `goesOn` for each line of the thumbnail; where it
/// says no, nothing is written.
std::string makeThumbnail(const std::filesystem::path& photo, const std::filesystem::path& thumbnail, int width,
                          const std::function<bool()>& goesOn);
