#pragma once
#include "base/zone.h"
#include "domain/series.h"
#include "prediction/event_uplift.h"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

/// What one service's demand does around events, learned by type. Everything else that forecasts
/// works on demand without events: clean() takes them out of what is observed, at() says what
/// they will do to a target.
///
/// Events whose reach overlaps are one episode. What demand would have been during it is the usual
/// shape of those hours, at the level from before. While it lasts, what is expected of the events
/// is taken out of each sample, and, by how sure either side is, a part of what deviates from that:
/// their own strength, which is carried to near targets. When it has been over for two hours, the
/// response of every event is fitted between the level from before and the level after, the history
/// is rewritten with it, and later events of the type are expected to be like it: as the mean of
/// their type, drawn towards that of the same kind of day (a working day or not) and of the same
/// name, each by how often it was seen, with recent ones counting more; and from what is stated
/// (expected_uplift), or from nothing, until then. An event that lasts longer than a week has no
/// baseline: of it only what is stated, or what is known of its type, is used.
/// A holiday is an event of type "holiday" that lasts its local day, and the working day between
/// one and a weekend is of type "bridge day". Such a day is expected to be like the service's own
/// Sundays of late, by a share that is learned for each type, so that holidays tell something
/// before one was seen; the curve is what is left beside that.
///
/// Pure state: the same steps, and the same events known at them, give the same bits. Costs
/// nothing without events; 5 us a step during them, 100 us when an episode ends.
class EventEffects {
public:
    EventEffects() = default;
    EventEffects(Duration step, Zone zone, std::vector<Timestamp> days_off);

    /// The events that are known from now on, cancelled ones too; those of this service only.
    void know(std::vector<BusinessEvent> events);

    /// What types of events did to other services, from now on; null: nothing is known of them.
    void learn_from(std::shared_ptr<const FleetEvents> fleet);

    /// What events have done to this service, oldest first.
    [[nodiscard]] std::span<const SeenEvent> seen() const { return seen_; }

    /// Knows what another one knows.
    void know_as(const EventEffects& other) {
        fleet_ = other.fleet_;
        planned_ = other.planned_;
        longest_ = other.longest_;
        plan();
    }

    /// The newest step's demand without what events do to it. `demand`: what clean() gave for the
    /// steps before. To be called once per step, gaps included.
    [[nodiscard]] double clean(const Series& demand, Timestamp at, double value);
    /// For who found what clean() gave of the newest step implausible: it teaches nothing.
    void disbelieved();
    /// Learns from an episode that is over, and rewrites demand during it. `demand`: up to the
    /// newest step. Returns the first step that was rewritten.
    [[nodiscard]] std::optional<Timestamp> settle(Series& demand);

    /// What events will do at a time after the newest step (or within it).
    [[nodiscard]] EventEffect at(Timestamp target) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(seen_, episode_, newest_, own_strength_, own_share_, sundays_);
    }

private:
    /// Events whose reach overlaps, from the first step of the first to some hours after the last.
    struct Episode {
        Timestamp from;
        double level = Series::missing;  ///< of demand over its shape, log, before it began
        double noise = 0.0;  ///< how well shape and level forecast the day before, log; 0 where no
                             ///< level is known
        double floor = 0.0;  ///< demand below it is as good as none
        std::int64_t quiet_steps = 0;  ///< since the last reach ended
        std::vector<double> raw;       ///< per step from `from`
        [[nodiscard]] bool is_open() const { return !raw.empty(); }
        template <class Archive>
        void fields(Archive& archive) {
            archive(from, level, noise, floor, quiet_steps, raw);
        }
    };
    /// What Sundays differ by from the weekday that a day off falls on, log, per step of that day.
    /// Kept as it was looked up first, a day ahead.
    struct Sunday {
        Timestamp start;
        std::vector<double> differs;
        template <class Archive>
        void fields(Archive& archive) {
            archive(start, differs);
        }
    };
    struct Planned {
        BusinessEvent event;
        bool day_off = false;
        EventResponse response;
    };
    struct Expected {
        double mean = 0.0;
        double variance = 0.0;
        double variance_shared = 0.0;  ///< of the events that reach over the newest step too
        bool reaches = false;
    };

    void plan();
    void add_holidays(std::vector<BusinessEvent>& events) const;
    [[nodiscard]] bool is_day_off(Timestamp time) const;
    [[nodiscard]] Expected expected(Timestamp time) const;
    void look_up_sundays(const Series& demand);
    [[nodiscard]] double sunday_differs(const Series& demand, Timestamp at) const;
    [[nodiscard]] double sunday_at(const BusinessEvent& event, Timestamp time) const;
    void open(const Series& demand, Timestamp at);
    [[nodiscard]] double split(Timestamp at, const Series& demand, double value);
    [[nodiscard]] std::vector<double> baseline(const Series& demand) const;
    void learn(const std::vector<double>& baseline);
    [[nodiscard]] std::pair<double, double> fit_rest(const EventResponse& expected,
                                                     std::span<const CurveSample> samples,
                                                     std::span<const double> sundays) const;
    void fit(const Planned& planned, const std::vector<double>& baseline);
    void rewrite(Series& demand, const std::vector<double>& baseline) const;
    [[nodiscard]] std::vector<const Planned*> of_episode() const;
    [[nodiscard]] double response_at(const Planned& planned, Timestamp time) const;
    [[nodiscard]] double fitted_at(const Planned& planned, Timestamp time) const;
    [[nodiscard]] std::vector<double> shape_of(const Series& demand, Timestamp from,
                                               std::size_t steps) const;
    [[nodiscard]] double shape(const Series& demand, Timestamp at) const;
    [[nodiscard]] double log_of(double value) const {
        return std::log(std::max(value, episode_.floor));
    }
    [[nodiscard]] std::size_t steps_in(Duration span) const {
        return static_cast<std::size_t>(std::max<Duration::rep>(1, span / step_));
    }

    std::shared_ptr<const FleetEvents> fleet_;
    Duration step_{0};
    Zone zone_;
    std::vector<Timestamp> days_off_;
    std::vector<Planned> planned_;  ///< ascending in start; not cancelled
    Duration longest_{0};           ///< of the planned ones
    std::vector<SeenEvent> seen_;   ///< in order of start
    Episode episode_;
    std::vector<Sunday> sundays_;  ///< of days off around now
    Timestamp newest_;
    double own_strength_ = 0.0;     ///< log factor of the running events beyond what was expected
    double own_share_ = 0.0;        ///< of a deviation that is put down to the events
    double strength_before_ = 0.0;  ///< both as they were before the newest step
    double share_before_ = 0.0;
};

}  // namespace forescale
