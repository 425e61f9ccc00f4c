#pragma once
#include "domain/service.h"
#include "domain/spending.h"

#include <optional>
#include <string>

namespace forescale {

/// What a service's replicas have cost on this day and in this month of its wall clock. A size
/// that was seen counts, at the price of now, until another one is: over turns at which the target
/// did not answer, and over the absence of the process. Small: it is stored with every turn.
class CostLedger {
public:
    /// What the target showed at `now`, not before the last time; the same instant again replaces
    /// it. O(1).
    void see(const Service& service, Replicas total, Timestamp now);

    /// As it stood when it was last seen; limits and expectations are left out. Nothing before the
    /// first time.
    [[nodiscard]] std::optional<Spending> spending() const;
    [[nodiscard]] Timestamp seen_at() const { return seen_at_.value_or(Timestamp{}); }

    template <class Archive>
    void fields(Archive& archive) {
        archive(currency_, size_, seen_at_, day_, month_);
    }

private:
    struct Span {
        Timestamp begins;
        Timestamp ends;
        double spent = 0.0;
        template <class Archive>
        void fields(Archive& archive) {
            archive(begins, ends, spent);
        }
    };
    void add(Span& span, const Span& of_now, double price, Timestamp now) const;

    std::string currency_;  ///< of the sums: they begin anew in another one
    Replicas size_{0};
    std::optional<Timestamp> seen_at_;
    Span day_;
    Span month_;
};

}  // namespace forescale
