#include "decision/cost_ledger.h"

#include "decision/price.h"

#include <algorithm>
#include <chrono>

namespace forescale {
namespace {

using std::chrono::year_month_day;

/// The instants at which two local midnights are; one that comes twice is the first.
template <class Span>
Span between(const Zone& zone, year_month_day first, year_month_day next) {
    const auto midnight = [&](year_month_day date) {
        const auto local = std::chrono::time_point_cast<Duration>(std::chrono::sys_days(date));
        return zone.from_local(Timestamp(local.time_since_epoch()), Zone::Twice::first);
    };
    return {.begins = midnight(first), .ends = midnight(next)};
}

year_month_day date_of(const Zone& zone, Timestamp now) {
    return std::chrono::floor<std::chrono::days>(zone.to_local(now));
}

}  // namespace

void CostLedger::see(const Service& service, Replicas total, Timestamp now) {
    using std::chrono::days;
    using std::chrono::months;
    const Prices prices = counted_prices(service.policy.prices);
    if (currency_ != prices.currency) *this = {};
    currency_ = prices.currency;
    if (!seen_at_) seen_at_ = now;
    const year_month_day date = date_of(service.zone, now);
    const year_month_day first = date.year() / date.month() / 1;
    const auto tomorrow = year_month_day(std::chrono::sys_days(date) + days(1));
    add(day_, between<Span>(service.zone, date, tomorrow), prices.replica_hour, now);
    add(month_, between<Span>(service.zone, first, first + months(1)), prices.replica_hour, now);
    size_ = total;
    seen_at_ = now;
}

/// A span that is over makes room for the one of now, which begins with what the size since then
/// has cost.
void CostLedger::add(Span& span, const Span& of_now, double price, Timestamp now) const {
    if (now >= span.ends) span = {std::max(of_now.begins, *seen_at_), of_now.ends};
    const Timestamp from = std::max(*seen_at_, span.begins);
    span.spent += size_.value() * price * in_seconds(now - from) / 3600.0;
}

std::optional<Spending> CostLedger::spending() const {
    if (!seen_at_) return std::nullopt;
    const auto shown = [](const Span& span) {
        return SpendingSpan{.begins = span.begins, .ends = span.ends, .spent = span.spent};
    };
    return Spending{.currency = currency_, .day = shown(day_), .month = shown(month_)};
}

}  // namespace forescale
