// The workers of the sample. Each reads the picture that its input names, and names its own in its output.
#pragma once
#include <filesystem>

#include <stint/work/work_manager.hpp>

namespace constants {
inline constexpr const char* imageManipulationWorkName = "image_manipulation_work";
inline constexpr const char* tagOutput = "OUTPUT"; ///< the request whose output a person waits for
inline constexpr const char* keyImage = "IMAGE";   ///< the path of a picture, in and out
inline constexpr const char* keySaveTo = "SAVE_TO";
} // namespace constants

/// The directory of pictures that are on their way.
struct Outputs {
    std::filesystem::path directory;
};

/// All workers of the app, under their names.
stint::work::Configuration::Builder withWorkers(const Outputs& outputs);
