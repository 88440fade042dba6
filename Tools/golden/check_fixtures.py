"""Recomputes the numbers of Tests/Fixtures from their definitions, with numpy alone.

    python Tools/golden/check_fixtures.py

The files were made by the libraries named in Tests/Fixtures/README.md. This shares no code with
them nor with Hone, so where all three agree, a number is what its name says. Slopes are taken by a
complex step, which is exact to rounding: f(x + ih).imag / h.
"""

import json
from fractions import Fraction
from math import comb
from pathlib import Path
from statistics import NormalDist

import numpy as np

FIXTURES = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures"
# Entries without a definition here; the Swift tests name them too, with the reason.
SKIPPED_LOSSES = ("sapo", "vespo", "dapo/top entropy", "dapo/off-policy")
SKIPPED_CRITICS = ("trl 1.12.0",)


def read(name):
    return json.loads((FIXTURES / name).read_text())


def agree(what, got, expected, tolerance):
    gap = np.max(np.abs(np.asarray(got) - np.asarray(expected)))
    assert gap <= tolerance, f"{what}: off by {gap:.2g}"


def smaller(a, b):
    a, b = np.broadcast_arrays(a, b)
    return np.where(a.real < b.real, a, b)


def larger(a, b):
    return -smaller(-a, -b)


def slope(f, x, step=1e-30):
    """d f / d x for an f of one number, element by element."""
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * step
        result[index] = f(moved).imag / step
    return result


def clipped(ratio, a, low, high, cap=np.inf):
    """The surrogate to be made small: -min(min(rho, cap) A, clip(rho) A)."""
    inside = smaller(larger(ratio, 1 - low), 1 + high)
    return -smaller(smaller(ratio, cap) * a, inside * a)


# -- losses.json ---------------------------------------------------------------------------------
def advantages(entry, options):
    rewards = np.array(entry, dtype=float).reshape(2, 4)
    count = np.sum(~np.isnan(rewards), axis=1, keepdims=True)
    centred = rewards - np.nanmean(rewards, axis=1, keepdims=True)
    if "scale_rewards" not in options and "loss_type" not in options and options:  # RLOO
        result = centred * count / (count - 1)
        if options.get("normalize_advantages"):
            result = (result - np.nanmean(result)) / (np.nanstd(result, ddof=1) + 1e-4)
    else:
        scale = options.get("scale_rewards", "group")
        deviation = {"group": np.nanstd(rewards, axis=1, ddof=1, keepdims=True) + 1e-4,
                     "batch": np.nanstd(rewards, ddof=1) + 1e-4, "none": 1.0}[scale]
        result = centred / deviation
    return np.nan_to_num(result).reshape(8)


def check_losses():
    data = read("losses.json")
    batch = data["batch"]
    new, old, reference, entropies = (
        np.array(batch[k]) for k in ("logprobs", "old_logprobs", "reference_logprobs", "entropies"))
    for name, entry in data["advantages"].items():
        options = entry["options"]
        if isinstance(entry["rewards"][0], list) or options["beta"]:
            continue
        if "reward_clip_range" in options:
            continue
        agree(name, advantages(entry["rewards"], options), entry["advantages"], 1e-11)
    checked = 0
    for name, entry in data["losses"].items():
        if name.startswith(SKIPPED_LOSSES):
            continue
        options = entry["options"]
        mask = np.array(batch["mask"], dtype=float)
        if options.get("mask_truncated_completions"):
            mask[np.array(batch["truncated"])] = 0
        a = advantages(batch["rewards"][entry["rewards"]], options)[:, None]
        if name.startswith("rloo/beta 0.05"):  # its KL went off the rewards
            a = np.array(entry["advantages"])[:, None]
        before = new if options.get("num_iterations") == 1 else old
        kind = options.get("loss_type", "dapo" if entry["trainer"] == "GRPOTrainer" else "rloo")
        low = options.get("epsilon", 0.2)
        high = options.get("epsilon_high") or low
        beta = options.get("beta", 0)
        lengths = mask.sum(axis=1, keepdims=True)

        def loss(x):
            gap = (x - before) * mask
            if kind == "rloo":
                return clipped(np.exp(gap.sum(axis=1, keepdims=True)), a, low, high).mean()
            if options.get("importance_sampling_level") == "sequence":
                gap = gap.sum(axis=1, keepdims=True) / np.maximum(lengths, 1)
            ratio = np.exp(gap)
            if kind == "cispo":
                term = -np.minimum(ratio.real, high) * a * x
            else:
                term = clipped(ratio, a, low, high, options.get("delta") or np.inf)
            if beta:
                distance = reference - x
                k3 = np.exp(distance) - distance - 1
                term = term + beta * k3 * (ratio if options["use_bias_correction_kl"] else 1)
            term = term * mask
            if kind == "grpo":
                return (term.sum(axis=1) / np.maximum(lengths[:, 0], 1)).mean()
            if kind == "dr_grpo":
                return term.sum() / (8 * batch["max_completion_length"])
            if kind == "luspo":
                return term.sum(axis=1).mean()
            if name == "bnpo/two micro-batches":
                return (term[:4].sum() / mask[:4].sum() + term[4:].sum() / mask[4:].sum()) / 2
            entropy = (entropies * mask).sum() / mask.sum()
            return term.sum() / mask.sum() - options.get("entropy_coef", 0) * entropy

        agree(name, loss(new.astype(complex)).real, entry["loss"], 1e-10)
        agree(name + " slopes", slope(loss, new), entry["gradient"], 1e-10)
        checked += 1
    print(f"losses.json: {checked} of {len(data['losses'])} losses with their slopes")


# -- ppo.json ------------------------------------------------------------------------------------
def check_critics():
    data = read("ppo.json")
    example = data["example"]
    mask = np.array(example["mask"], dtype=float)
    new, old, reference, values, after = (
        np.array(example[k])
        for k in ("logprobs", "old_logprobs", "reference_logprobs", "values", "new_values"))
    lengths = mask.sum(axis=1).astype(int)
    rewards = example["kl_coef"] * (reference - old) * mask
    rewards[np.arange(4), lengths - 1] += example["scores"]
    agree("token rewards", rewards, data["token_rewards"], 1e-12)
    for name, entry in data["gae"].items():
        gamma, decay = (float(word) for word in name.split()[1::2])
        next_values = np.append(values[:, 1:], np.zeros((4, 1)), axis=1)
        delta = (rewards + gamma * next_values - values) * mask
        # A_t as the sum it stands for, not as a recurrence.
        ahead = np.arange(6)[None, :] - np.arange(6)[:, None]
        powers = np.where(ahead >= 0, (gamma * decay) ** np.maximum(ahead, 0), 0)
        estimates = delta @ powers.T * mask
        agree(name, estimates, entry["advantages"], 1e-11)
        agree(name, (estimates + values) * mask, entry["returns"], 1e-11)
        flat = estimates[mask > 0]
        white = (estimates - flat.mean()) / np.sqrt(flat.var(ddof=1) + 1e-8) * mask
        agree(name, white, entry["whitened"], 1e-11)
    returns = np.array(data["loss_inputs"]["returns"])
    raw = np.array(data["gae"]["gamma 1 lambda 0.95"]["advantages"])
    flat = raw[mask > 0]
    weights = {"seq-mean-token-sum": mask / 4, "seq-mean-token-mean": mask / lengths[:, None] / 4,
               "seq-mean-token-sum-norm": mask / 4 / 6}
    checked = 0
    for name, entry in data["losses"].items():
        if name in SKIPPED_CRITICS:
            continue
        is_sb3 = name.startswith("sb3")
        a = np.array(data["loss_inputs"]["advantages"])
        if is_sb3:
            a = (raw - flat.mean()) / (flat.std(ddof=1) + 1e-8) if "normalize true" in name else raw
        weight = weights.get(name.split()[-1], mask / mask.sum())
        high, cap = (0.28, 1.5) if "dual" in name else (0.2, np.inf)

        def policy(x):
            term = -a * x if "a2c" in name else clipped(np.exp(x - old), a, 0.2, high, cap)
            return (term * weight).sum()

        def critic(v):
            near = values + smaller(larger(v - values, -0.2 + 0j), 0.2 + 0j)
            if is_sb3:
                return (((near if "clip 0.2" in name else v) - returns) ** 2 * weight).sum()
            return (0.5 * larger((v - returns) ** 2, (near - returns) ** 2) * weight).sum()

        agree(name, policy(new.astype(complex)).real, entry["policy_loss"], 1e-8)
        agree(name, slope(policy, new),
              entry["d_loss_d_logprob" if is_sb3 else "d_policy_loss_d_logprob"], 1e-8)
        if "value_loss" in entry:
            agree(name, critic(after.astype(complex)).real, entry["value_loss"], 1e-8)
            got = slope(critic, after) * (0.5 if is_sb3 else 1)
            agree(name, got, entry["d_loss_d_value" if is_sb3 else "d_value_loss_d_value"], 1e-8)
        checked += 1
    print(f"ppo.json: {len(data['gae'])} estimates, {checked} of {len(data['losses'])} losses")


# -- kl.json, adamw.json, philox.json, stats.json ------------------------------------------------
def check_kl():
    data = read("kl.json")
    normal = lambda x: x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    logits, q = np.array(data["policy_logits"]), normal(np.array(data["reference_logits"]))
    p = normal(logits)
    d = p - q
    estimates = {"k1": lambda d: d, "k2": lambda d: d * d / 2, "k3": lambda d: np.exp(-d) - 1 + d}
    for name, f in estimates.items():
        agree(name, f(d), data["estimates"][name], 1e-11)
        got = slope(lambda x: f(x).sum(), d)
        agree(name, got, data["d_estimate_d_policy_logprob"][name], 1e-11)
        mean = (np.exp(p) * f(d)).sum(axis=1)
        agree(name, mean, data["mean_estimate_under_policy"][name], 1e-11)
    kl = lambda x: (np.exp(normal(x)) * (normal(x) - q)).sum(axis=1)
    entropy = lambda x: -(np.exp(normal(x)) * normal(x)).sum(axis=1)
    agree("kl", kl(logits), data["kl_policy_reference"], 1e-11)
    agree("entropy", entropy(logits), data["entropy_policy"], 1e-11)
    got = slope(lambda x: kl(x).sum(), logits)
    agree("kl slopes", got, data["d_kl_policy_reference_d_policy_logit"], 1e-11)
    got = slope(lambda x: entropy(x).sum(), logits)
    agree("entropy slopes", got, data["d_entropy_d_policy_logit"], 1e-11)
    print("kl.json: estimates, exact divergence and entropy with their slopes")


def check_adamw():
    data = read("adamw.json")
    rate, decay, epsilon = (data["settings"][k] for k in ("lr", "weight_decay", "eps"))
    first, second = data["settings"]["betas"]
    for kind, tolerance in (("float64", 1e-11), ("float32", 1e-5)):
        for clip, steps in data[kind].items():
            x = np.array(data["start"])
            m = v = np.zeros_like(x)
            for t, (gradient, expected) in enumerate(zip(data["gradients"], steps), start=1):
                g = np.array(gradient)
                if clip == "clipped":
                    norm = np.sqrt(g @ g)
                    agree("norm", norm, expected["norm_before_clipping"], tolerance * norm)
                    g = g * min(1, data["max_norm"] / (norm + 1e-6))
                m, v = first * m + (1 - first) * g, second * v + (1 - second) * g * g
                x = x * (1 - rate * decay)
                x = x - rate * (m / (1 - first**t)) / (np.sqrt(v / (1 - second**t)) + epsilon)
                agree(f"{kind} {clip}", x, expected["parameter"], tolerance)
                agree(f"{kind} {clip}", m, expected["exp_avg"], tolerance * max(1, np.abs(m).max()))
                agree(f"{kind} {clip}", v, expected["exp_avg_sq"], tolerance * max(1, v.max()))
    print("adamw.json: four runs of", len(data["gradients"]), "steps")


def check_philox():
    data = read("philox.json")
    cases = data["published"] + data["more"]
    for case in cases:
        (c0, c1, c2, c3), (k0, k1) = case["counter"], case["key"]
        for _ in range(case["rounds"]):
            high0, low0 = divmod(0xD2511F53 * c0, 2**32)
            high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
            c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
            k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
        assert [c0, c1, c2, c3] == case["result"], case
    print(f"philox.json: {len(cases)} cases")


def check_stats():
    data = read("stats.json")
    for row in data["wilson"]:
        n, share = row["n"], row["successes"] / row["n"]
        z = NormalDist().inv_cdf((1 + row["confidence"]) / 2)
        # The ends are where the score test just accepts: (share - p)^2 = z^2 p (1 - p) / n.
        ends = np.sort(np.roots([1 + z * z / n, -2 * share - z * z / n, share * share]).real)
        agree("wilson", ends, [row["low"], row["high"]], 1e-8)
    for row in data["pass_at_k"]:
        value = 1 - Fraction(comb(row["n"] - row["c"], row["k"]), comb(row["n"], row["k"]))
        agree("pass@k", float(value), row["value"], 1e-12)
        assert f"{value.numerator}/{value.denominator}" == row["fraction"]
    print(f"stats.json: {len(data['wilson'])} Wilson intervals, {len(data['pass_at_k'])} of pass@k")


if __name__ == "__main__":
    check_losses()
    check_critics()
    check_kl()
    check_adamw()
    check_philox()
    check_stats()
