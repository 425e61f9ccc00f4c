#pragma once
#include "base/time.h"
#include "features/fading.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace forescale {

/// What became clear with a step: an excursion of demand from its habit was a new level, or an
/// incident.
struct Change {
    Timestamp from;   ///< first step of the excursion
    Timestamp until;  ///< first step after it; of a new level: the newest step, where it goes on
    double factor = 1.0;  ///< demand over what was usual
    bool is_incident = false;
    /// Per step of an incident, what was to be expected instead; NaN where that is not known.
    std::vector<double> expected;
};

/// Watches the ratio of demand to its habit, as a logarithm: the smaller one of the distances to
/// the profile of the last days and to that of the same weekday, when both point the same way, so
/// that a weekend is no change. Two CUSUMs of that distance, standardised by its usual size, notice
/// an excursion. One that holds steadily for 12 h (6 h beyond a factor of 1.6) is a new level; one
/// that was extreme and ends within 3 h was an incident, and so was an outage of up to 7 days. Any
/// other excursion is neither: it is learned as it was. Where more than one step in fifty of the
/// last week lay in an incident, spikes are how demand is, and no further one is taken out. O(1) a
/// step.
/// source  CUSUM: Page 1954, Biometrika 41, doi:10.1093/biomet/41.1-2.100
class ChangeWatch {
public:
    ChangeWatch() = default;
    explicit ChangeWatch(Duration step) : step_(step) {}

    struct Step {
        Timestamp at;
        double demand = 0.0;    ///< NaN: missing
        double by_days = 0.0;   ///< demand that the profile of the last days says, or NaN
        double by_weeks = 0.0;  ///< the same for the profile of the weekday
        double scale = 1.0;     ///< usual level of the service
    };
    /// To be called once per step, gaps included.
    [[nodiscard]] std::optional<Change> see(const Step& step);
    /// Whether demand is off its habit, and it is not clear yet what that is.
    [[nodiscard]] bool in_doubt() const { return excursion_.is_noticed; }
    [[nodiscard]] std::int64_t incidents() const { return incidents_; }
    [[nodiscard]] std::int64_t shifts() const { return shifts_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(base_, size_, above_, below_, excursion_, marked_, steps_, longest_, newest_shift_,
                incidents_, shifts_);
    }

private:
    /// Steps in a row on one side of the habit: from where its CUSUM left zero.
    struct Excursion {
        Timestamp from;
        std::vector<double> expected;  ///< demand per step, as long as it may be an incident
        double sign = 0.0;             ///< 0: there is none
        bool is_noticed = false;       ///< the CUSUM passed the alarm
        double steps = 0.0;
        double sum = 0.0;     ///< of distances
        double square = 0.0;  ///< of squared distances
        double peak = 0.0;
        std::int64_t back = 0;  ///< steps in a row at which demand was at its habit again
        [[nodiscard]] bool is_open() const { return sign > 0.0 || sign < 0.0; }
        template <class Archive>
        void fields(Archive& archive) {
            archive(from, expected, sign, is_noticed, steps, sum, square, peak, back);
        }
    };
    [[nodiscard]] double distance(const Step& step) const;
    [[nodiscard]] static double usual(const Step& step, double distance);
    [[nodiscard]] double steps_in(Duration span) const;
    void follow(const Step& step, double distance);
    void extend(const Step& step, double distance);
    [[nodiscard]] double steps_required(double mean) const;
    [[nodiscard]] bool is_large(double mean) const;
    [[nodiscard]] bool is_new_level() const;
    [[nodiscard]] Change new_level(const Step& step);
    [[nodiscard]] std::optional<Change> ended(const Step& step);
    void learn(double distance);

    Duration step_{0};
    FadingMean base_;     ///< of the distance outside of excursions: growth that the profile lags
    FadingMean size_;     ///< of its absolute deviation from that
    double above_ = 0.0;  ///< CUSUMs
    double below_ = 0.0;
    Excursion excursion_;
    double marked_ = 0.0;        ///< fading count of steps in incidents
    double steps_ = 0.0;         ///< fading count of steps
    double longest_ = 0.0;       ///< steps of the longest excursion that ended by itself, fading
    double newest_shift_ = 0.0;  ///< log of its factor, fading
    std::int64_t incidents_ = 0;
    std::int64_t shifts_ = 0;
};

}  // namespace forescale
