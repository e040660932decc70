// ImageOperations: the chain of work that a person's choice of filters comes to.
#pragma once
#include <filesystem>

#include "workers.hpp"

class ImageOperations {
public:
    class Builder;
    const stint::work::WorkContinuation& continuation() const { return continuation_; }

private:
    explicit ImageOperations(stint::work::WorkContinuation continuation) : continuation_(std::move(continuation)) {}
    stint::work::WorkContinuation continuation_;
};

class ImageOperations::Builder {
public:
    Builder(stint::work::WorkManager& manager, std::filesystem::path image)
        : manager_(manager), image_(std::move(image)) {}
    Builder& setApplyWaterColor(bool apply) { return waterColor_ = apply, *this; }
    Builder& setApplyGrayScale(bool apply) { return grayScale_ = apply, *this; }
    Builder& setApplyBlur(bool apply) { return blur_ = apply, *this; }
    Builder& setApplySave(std::filesystem::path to) { return saveTo_ = std::move(to), *this; }
    ImageOperations build() const;

private:
    stint::work::WorkManager& manager_;
    std::filesystem::path image_;
    bool waterColor_ = false;
    bool grayScale_ = false;
    bool blur_ = false;
    std::filesystem::path saveTo_; ///< empty: it is not saved
};
