#!/usr/bin/env python3
"""Holds Forescale's recurrent networks against PyTorch: the same weights and inputs must give the same outputs, the
same loss and the same gradient by every weight, in single precision.

usage: torch_check.py NETWORK_DUMP     the program that prints what Forescale computes (target network_dump)

Needs Debian's python3-torch; ./dev check installs it. Exit codes: 0 they agree, 1 they do not, 2 wrong arguments.
"""

import subprocess
import sys

import torch

# Sums of a thousand single-precision products in another order; the figures that were seen are ten times smaller.
OUTPUTS_MAX = 2e-5
GRADIENT_MAX = 2e-5

# Where PyTorch expects the gates that Forescale keeps in the order z r n, and i f o g.
GATE_ORDER = {"gru": (1, 0, 2), "lstm": (0, 1, 3, 2)}


def networks(text: str):
    """Each network of the dump as a dictionary of flat tensors, with its sizes under "network"."""
    found = []
    for line in text.splitlines():
        name, *values = line.split()
        if name == "network":
            found.append({name: values})
        else:
            found[-1][name] = torch.tensor([float(v) for v in values])
    return found


class Parts:
    """The flat list of weights, cut as Layout in models/recurrent/network.h cuts it; leaves of the gradient."""

    def __init__(self, flat: torch.Tensor, gates: int, sizes: tuple[int, int, int]) -> None:
        inputs, hidden, outputs = sizes
        shapes = [(inputs, gates), (gates,), (hidden, gates), (gates,), (hidden, outputs), (inputs, outputs), (outputs,)]
        self.leaves, at = [], 0
        for shape in shapes:
            size = torch.Size(shape).numel()
            self.leaves.append(flat[at:at + size].reshape(shape).clone().requires_grad_())
            at += size
        assert at == len(flat), f"{len(flat)} weights, {at} expected"

    def gradient(self) -> torch.Tensor:
        return torch.cat([leaf.grad.flatten() for leaf in self.leaves])


def in_torch_order(matrix: torch.Tensor, cell: str) -> torch.Tensor:
    """[..., gates] of ours to [gates, ...] of PyTorch."""
    blocks = matrix.chunk(len(GATE_ORDER[cell]), dim=-1)
    return torch.cat([blocks[i] for i in GATE_ORDER[cell]], dim=-1).t().contiguous()


def run(dump: dict) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Outputs, loss and gradient as PyTorch computes them."""
    cell = dump["network"][0]
    inputs, hidden, outputs, steps, rows = (int(n) for n in dump["network"][1:])
    parts = Parts(dump["weights"], len(GATE_ORDER[cell]) * hidden, (inputs, hidden, outputs))
    w_in, b_in, w_own, b_own, head_hidden, head_input, head_bias = parts.leaves
    flat = [in_torch_order(w, cell) for w in (w_in, w_own)] + [in_torch_order(b[None], cell).flatten() for b in (b_in, b_own)]
    x = dump["inputs"].reshape(steps, rows, inputs)
    state = dump["states"].reshape(1, rows, hidden)
    if cell == "gru":
        hidden_states, _ = torch._VF.gru(x, state, flat, True, 1, 0.0, False, False, False)
    else:
        carried = (state, dump["cells"].reshape(1, rows, hidden))
        hidden_states, _, _ = torch._VF.lstm(x, carried, flat, True, 1, 0.0, False, False, False)
    said = hidden_states @ head_hidden + x @ head_input + head_bias
    quantiles = dump["quantiles"]
    targets = dump["targets"].reshape(steps, rows, -1, 1)
    error = targets - said.reshape(steps, rows, -1, len(quantiles))
    pinball = torch.maximum(quantiles * error, (quantiles - 1) * error)
    known = ~torch.isnan(targets).expand_as(pinball)
    counted = dump["row_weights"].reshape(steps, rows, 1, 1).expand_as(pinball)
    loss = (pinball[known] * counted[known]).sum()
    loss.backward()
    return said.detach().flatten(), loss.detach(), parts.gradient()


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    torch.set_num_threads(1)
    text = subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True).stdout
    agree = True
    for dump in networks(text):
        outputs, loss, gradient = run(dump)
        off = float((outputs - dump["outputs"]).abs().max())
        off_loss = float((loss - dump["loss"][0]).abs() / loss)
        off_gradient = float((gradient - dump["gradient"]).abs().max() / gradient.abs().max())
        fine = off < OUTPUTS_MAX and off_loss < OUTPUTS_MAX and off_gradient < GRADIENT_MAX
        agree = agree and fine
        print(f"torch_check: {dump['network'][0]}: outputs differ by {off:.1e} at most, the loss by {off_loss:.1e}, the gradient by "
              f"{off_gradient:.1e} of its largest entry{'' if fine else ': TOO MUCH'}")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
