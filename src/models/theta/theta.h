#pragma once
#include "models/registry.h"

namespace forescale::theta {

/// Theta on deseasonalised log levels, online. The seasons (day, week, and the strongest other one
/// that was found in the history) are smoothed exponentially, without what is beyond three usual
/// deviations. What is left is smoothed at six speeds from 1 to 9 h of memory and less; their
/// differences are the level and the drift at each time scale, and how much of each lasts until the
/// target (all of it: a random walk; half of the drift: Theta; none: the habit) is learned per
/// horizon by a regression on seven columns for the least absolute error. Needs a day of history. 2
/// us per step, 12 KB.
/// source  Assimakopoulos and Nikolopoulos 2000, doi:10.1016/S0169-2070(00)00066-2, whose forecast
/// is simple exponential smoothing with half of the drift (Hyndman and Billah 2003,
/// doi:10.1016/S0169-2070(01)00143-1); weights of the lines learned: Fiorucci et al. 2016,
/// doi:10.1016/j.ijforecast.2016.02.005; double seasons: Taylor 2003,
/// doi:10.1057/palgrave.jors.2601589
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::theta
