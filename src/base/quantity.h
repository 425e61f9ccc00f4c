#pragma once
#include <compare>

namespace forescale {

/// A number whose unit is part of its type: adding replicas to requests does not compile.
template <class Unit, class Rep>
class Quantity {
public:
    constexpr Quantity() = default;
    constexpr explicit Quantity(Rep value) : value_(value) {}
    [[nodiscard]] constexpr Rep value() const { return value_; }

    friend constexpr auto operator<=>(Quantity, Quantity) = default;
    friend constexpr Quantity operator+(Quantity a, Quantity b) {
        return Quantity(a.value_ + b.value_);
    }
    friend constexpr Quantity operator-(Quantity a, Quantity b) {
        return Quantity(a.value_ - b.value_);
    }
    friend constexpr Quantity operator*(Quantity a, Rep factor) {
        return Quantity(a.value_ * factor);
    }
    friend constexpr Rep operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(value_);
    }

private:
    Rep value_{};
};

/// Instances of a service: pods, virtual machines, tasks.
using Replicas = Quantity<struct ReplicasUnit, int>;
/// Load in the service's own unit (requests/s, jobs/min, cores): whatever its metric measures.
using Demand = Quantity<struct DemandUnit, double>;

}  // namespace forescale
