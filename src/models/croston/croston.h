#pragma once
#include "models/registry.h"

namespace forescale::croston {

/// Intermittent demand: whether there is any, and how much if so, are two questions (Croston), and
/// both are smoothed at every step, so that demand that ends is seen to end (Teunter, Syntetos and
/// Babai). Whether: the share of steps with demand at this hour of the day, shrunk to that of the
/// whole day, plus what lasts of being busy or idle now, learned per horizon. How much: the last 64
/// amounts. It says the median of the mixture, which is 0 where demand is less likely than not: the
/// mean, which Croston's formula gives, is wrong at almost every single step, and it is the
/// intervals that must carry the peaks. Sleeps unless a fifth of the last day or so was zero; needs
/// a day of history.
/// source  Croston 1972, doi:10.1057/jors.1972.50; TSB: Teunter, Syntetos and Babai 2011,
/// doi:10.1016/j.ejor.2011.05.018
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::croston
