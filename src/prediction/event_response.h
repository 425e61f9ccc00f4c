#pragma once
#include "models/event_table.h"
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
    bool day_off = false;    ///< on a weekend or a holiday
    double noise = 0.0;      ///< deviation of demand from its baseline without events, log
    double rest = 0.0;       ///< how far it was like a Sunday: 1 is altogether
    double rest_told = 0.0;  ///< how much it told of that, 0..1
    EventCurve curve{};      ///< beside that
    template <class Archive>
    void fields(Archive& archive) {
        archive(id, type, name, start, end, day_off, noise, rest, rest_told, curve);
    }
};

/// What an event is expected to do.
struct EventResponse {
    EventCurve mean{};
    EventCurve variance{};
    double rest = 0.0;             ///< times what a Sunday differs by
    double rest_variance = 0.0;    ///< of that share
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
/// doi:10.1080/01621459.1975.10479864. What a type did to other services (`fleet`) stands in
/// the place of "no effect", each of them counting as one event, up to three.
class EventTypes {
public:
    EventTypes() = default;
    /// Oldest first. fleet: outlives this. O(events).
    explicit EventTypes(std::span<const SeenEvent> seen, const FleetEvents* fleet = nullptr);
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
        double rest_told = 0.0;
        double rest_sum = 0.0;
        double rest_squares = 0.0;  ///< of how far each was from what was expected
        [[nodiscard]] double rest(double prior) const;
        void add(const SeenEvent& seen);
        [[nodiscard]] EventCurve usual(std::string_view name, bool day_off) const;
        [[nodiscard]] double trust(bool is_stated, double others, const EventCurve& first) const;
        [[nodiscard]] EventResponse drawn_to(const EventResponse& first, double trust,
                                             const EventCurve& own) const;
    };
    [[nodiscard]] static EventResponse at_first(std::string_view type, const FleetEventType* fleet);

    std::map<std::string, Type, std::less<>> types_;
    const FleetEvents* fleet_ = nullptr;
};

/// What one service has seen of each type, as a fleet is told of it.
struct ServiceEvents {
    std::string type;
    std::int64_t events = 0;
    EventCurve curve{};
    EventCurve spread{};  ///< variance of its events
    double rest = 0.0;
    double rest_told = 0.0;  ///< 0: no day off told anything
};
/// Ascending in type.
[[nodiscard]] std::vector<ServiceEvents> events_by_type(std::span<const SeenEvent> seen);

}  // namespace forescale
