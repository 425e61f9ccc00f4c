#pragma once

namespace forescale {

/// Tells demand that stood at what could be served, which may be less than was wanted, from demand
/// that is measured whatever can be served: a service seen to go beyond its bound has none.
class ServedBound {
public:
    /// Whether `demand` may have been more than was measured. `served_max`: what could be served
    /// then, above 0. What is not plausible does not show that there is no bound.
    [[nodiscard]] bool clips(double demand, double served_max, bool is_plausible = true) {
        constexpr double at_bound = 0.98;
        constexpr double beyond_bound = 1.05;
        exceeded_ = exceeded_ || (demand > beyond_bound * served_max && is_plausible);
        return !exceeded_ && demand >= at_bound * served_max;
    }

    template <class Archive>
    void fields(Archive& archive) {
        archive(exceeded_);
    }

private:
    bool exceeded_ = false;
};

}  // namespace forescale
