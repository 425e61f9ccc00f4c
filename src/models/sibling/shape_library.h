#pragma once
#include "base/time.h"

#include <array>
#include <vector>

namespace forescale::sibling {

constexpr std::size_t hours_of_week = 168;
constexpr std::size_t shapes_max = 64;  ///< of a library: what a new service is compared with

/// A usual week: log of the mean of each local hour, from Monday 00:00 on, over the mean of the
/// week.
struct WeekShape {
    std::vector<float> log_ratios;  ///< [hours_of_week]
    float services = 1.0F;          ///< how many looked like this

    template <class Archive>
    void fields(Archive& archive) {
        archive(log_ratios, services);
    }
};

/// Weeks of other services, to recognise a new one by.
struct ShapeLibrary {
    std::vector<WeekShape> shapes;

    [[nodiscard]] bool empty() const { return shapes.empty(); }
    /// The last part of a bundle: an empty library takes no bytes.
    template <class Archive>
    void fields(Archive& archive) {
        if constexpr (Archive::is_reading) {
            if (archive.at_end()) return;
        } else if (shapes.empty()) {
            return;
        }
        archive(shapes);
    }
};

/// Hour of the week, 0 = Monday 00:00, of a local time.
[[nodiscard]] inline std::size_t hour_of_week(Timestamp local) {
    constexpr Duration monday = day * 4;  // 1970-01-05 was one
    const Timestamp since_monday = local - monday;
    return static_cast<std::size_t>((since_monday - floor_to(since_monday, day * 7)) /
                                    std::chrono::hours(1));
}

}  // namespace forescale::sibling
