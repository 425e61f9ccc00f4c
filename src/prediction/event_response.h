#pragma once
#include "prediction/event_curve.h"

#include <map>
#include <string>

namespace forescale {

/// The response of one event that is over.
struct SeenEvent {
    std::string id;
    std::string type;
    std::string name;
    Timestamp start;
    Timestamp end;
    bool day_off = false;  ///< on a weekend or a holiday
    double noise = 0.0;    ///< deviation of demand from its baseline without events, log
    EventCurve curve{};
    template <class Archive>
    void fields(Archive& archive) {
        archive(id, type, name, start, end, day_off, noise, curve);
    }
};

/// What an event is expected to do.
struct EventResponse {
    EventCurve mean{};
    EventCurve variance{};
    double stated = 0.0;           ///< log factor from start to end, beside the curve
    double stated_variance = 0.0;  ///< and its variance
};

/// What the events seen so far say of the next one. Its response is the mean of its type, drawn
/// towards the mean of the same kind of day and then towards that of the same name, by how often
/// each was seen. Its shape is that of many events, its strength that of newer ones; how fast older
/// ones fade is what would have forecast the events of the type best. How far a type's mean is
/// believed depends on how it stands out from the noise and on how often it was seen; the rest is
/// what is stated, or no effect. The variance is that of the events around what was expected of
/// them. Source: shrinkage of group means as in Efron and Morris 1975,
/// doi:10.1080/01621459.1975.10479864.
class EventTypes {
public:
    EventTypes() = default;
    /// Oldest first. O(events).
    explicit EventTypes(std::span<const SeenEvent> seen);
    [[nodiscard]] EventResponse expect(const BusinessEvent& event, bool day_off) const;

private:
    /// A mean of curves: of their shape over many events, at the strength of the newest ones.
    struct Mean {
        double count = 0.0;  ///< of events
        double weight = 0.0;
        EventCurve curve{};
        double strength_weight = 0.0;
        double strength = 0.0;
        void add(const EventCurve& other, double keep);
        [[nodiscard]] EventCurve response() const;
        /// The response, drawn towards another curve, which counts `prior` events.
        [[nodiscard]] EventCurve towards(const EventCurve& other, double prior) const;
    };
    struct Type {
        double keep = 1.0;  ///< of the weight of earlier strengths, per event
        Mean all;
        std::array<Mean, 2> by_day;
        std::map<std::string, Mean, std::less<>> by_name;
        EventCurve surprise{};  ///< fading mean of squares of what each event was beyond what was
                                ///< expected of it
        double noise_square = 0.0;
        double loss = 0.0;  ///< fading sum: how far the strength was from what was expected
        void add(const SeenEvent& seen);
        [[nodiscard]] EventCurve usual(std::string_view name, bool day_off) const;
        [[nodiscard]] double trust(bool is_stated) const;
    };
    std::map<std::string, Type, std::less<>> types_;
};

}  // namespace forescale
