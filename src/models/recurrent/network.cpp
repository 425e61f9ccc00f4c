#include "models/recurrent/network.h"

#include "models/recurrent/inputs.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace forescale::recurrent {

namespace {
// Far beyond what is ever trained: a file that asks for more is not ours.
constexpr std::uint32_t hidden_max = 512;
constexpr std::size_t horizons_max = 64;
constexpr int horizon_max = 2016;  ///< a week of 5 min steps

bool ascends(const std::vector<int>& steps) {
    return std::ranges::is_sorted(steps) && std::ranges::adjacent_find(steps) == steps.end() &&
           steps.front() > 0 && steps.back() <= horizon_max;
}

/// FNV-1a.
class Hash {
public:
    template <class T>
    void add(const T& value) {
        std::array<unsigned char, sizeof(T)> bytes;
        std::memcpy(bytes.data(), &value, sizeof value);
        for (const unsigned char byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001b3U;
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325U;
};
}  // namespace

std::string_view name_of(Cell cell) {
    return cell == Cell::gru ? "gru" : "lstm";
}

Layout Network::layout() const {
    return {.cell = cell,
            .inputs = input_columns(looks.size()),
            .hidden = hidden,
            .outputs = horizons.size() * head_quantiles.size()};
}

bool Network::is_sound() const {
    if (cell != Cell::gru && cell != Cell::lstm) return false;
    if (step <= Duration(0) || hidden == 0 || hidden > hidden_max) return false;
    if (horizons.empty() || horizons.size() > horizons_max || !ascends(horizons)) return false;
    if (looks.empty() || looks.size() > horizons_max || !ascends(looks)) return false;
    if (inputs_id != id_of_inputs() || weights.size() != layout().size()) return false;
    return std::ranges::all_of(weights, [](float w) { return std::isfinite(w); }) &&
           id == fingerprint();
}

std::uint64_t Network::fingerprint() const {
    Hash hash;
    hash.add(cell);
    hash.add(step.count());
    for (const int horizon : horizons) hash.add(horizon);
    for (const int look : looks) hash.add(look);
    hash.add(inputs_id);
    hash.add(hidden);
    for (const float weight : weights) hash.add(weight);
    return hash.value();
}

const Network* NetworkSet::find(Cell cell, Duration step) const {
    for (const Network& network : networks)
        if (network.cell == cell && network.step == step) return &network;
    return nullptr;
}

}  // namespace forescale::recurrent
