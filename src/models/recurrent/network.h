#pragma once
#include "base/time.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace forescale::recurrent {

enum class Cell : std::uint8_t { gru, lstm };
[[nodiscard]] std::string_view name_of(Cell cell);

/// The quantiles that every head says, in this order.
constexpr std::array<float, 5> head_quantiles{0.1F, 0.3F, 0.5F, 0.7F, 0.9F};
constexpr std::size_t head_median = 2;

/// Sizes of a network, and where its parts lie in the one flat list of weights. Matrices are by
/// input: row k holds what input k adds to each column.
struct Layout {
    Cell cell = Cell::gru;
    std::size_t inputs = 0;
    std::size_t hidden = 0;
    std::size_t outputs = 0;

    [[nodiscard]] std::size_t gates() const { return (cell == Cell::gru ? 3 : 4) * hidden; }
    [[nodiscard]] std::size_t input() const { return 0; }  ///< [inputs][gates]
    [[nodiscard]] std::size_t input_bias() const { return inputs * gates(); }
    [[nodiscard]] std::size_t recurrent() const {  ///< [hidden][gates]
        return input_bias() + gates();
    }
    [[nodiscard]] std::size_t recurrent_bias() const { return recurrent() + hidden * gates(); }
    [[nodiscard]] std::size_t head_hidden() const {  ///< [hidden][outputs]
        return recurrent_bias() + gates();
    }
    [[nodiscard]] std::size_t head_input() const {  ///< [inputs][outputs]
        return head_hidden() + hidden * outputs;
    }
    [[nodiscard]] std::size_t head_bias() const { return head_input() + inputs * outputs; }
    [[nodiscard]] std::size_t size() const { return head_bias() + outputs; }
};

/// One network: a recurrent layer over the steps as they come, and heads on its state and on the
/// inputs of the newest step, which answer for all horizons at once.
struct Network {
    Cell cell = Cell::gru;
    Duration step{0};             ///< of the grid
    std::vector<int> horizons;    ///< steps ahead that it answers for, ascending
    std::vector<int> looks;       ///< anchors whose target columns are inputs, ascending
    std::uint64_t inputs_id = 0;  ///< of the input columns that it was trained on
    std::uint32_t hidden = 0;
    std::vector<float> weights;
    std::uint64_t lineage = 0;  ///< id of the network that it was fine-tuned from, and that from; a
                                ///< state is understood within one lineage
    std::uint64_t id = 0;       ///< fingerprint() once trained

    [[nodiscard]] Layout layout() const;
    /// Whether sizes fit each other and the inputs of this version, every weight is finite, and the
    /// id is that of the content.
    [[nodiscard]] bool is_sound() const;
    /// FNV-1a of everything else in it. 0.1 ms.
    [[nodiscard]] std::uint64_t fingerprint() const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(cell, step, horizons, looks, inputs_id, hidden, weights, lineage, id);
    }
};

/// Every recurrent network of one training, at most one per cell and grid step.
struct NetworkSet {
    std::vector<Network> networks;

    [[nodiscard]] bool empty() const { return networks.empty(); }
    [[nodiscard]] const Network* find(Cell cell, Duration step) const;

    /// A set with a network that is not sound is not read.
    template <class Archive>
    void fields(Archive& archive) {
        archive(networks);
        if constexpr (Archive::is_reading)
            for (const Network& network : networks)
                if (!network.is_sound()) archive.refuse();
    }
};

}  // namespace forescale::recurrent
