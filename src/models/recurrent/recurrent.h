#pragma once
#include "models/registry.h"

namespace forescale::recurrent {

/// Quantiles of the next steps up to 1 h at once, by a network that was trained over many services:
/// a recurrent layer that sees one grid step at a time, and heads on its state. It answers where
/// its network has a head, and sleeps without a network for the grid step. The state starts from
/// zeros after a gap of 30 min, and whenever the network or the scale of the levels changes; heads
/// were trained from the first step on. 3 us a step with 48 hidden units. source  GRU: Cho et al.
/// 2014, arXiv:1406.1078; LSTM: Hochreiter and Schmidhuber 1997,
///         doi:10.1162/neco.1997.9.8.1735; one network over many series with quantile heads:
///         Wen et al. 2017, arXiv:1711.11053
[[nodiscard]] std::unique_ptr<Model> make_gru(const ModelSettings& settings);
[[nodiscard]] std::unique_ptr<Model> make_lstm(const ModelSettings& settings);

}  // namespace forescale::recurrent
