"""Hidden tests of C5W4: writing text."""

import numpy as np

from autograder.checks.C5W4.common import lab, ref
from autograder.checks.check import case
from helpers.drivers.C5W4 import written


@lab.check("generate", points=4, driver="generated", atol=0.05)
def generate(rng):
    """Greedy and k = 1, prompts longer than the context, temperatures, the top k."""
    for temperature, top_k, n, context, wrong in [
        (0, None, 1, 9, [first_position]),
        (
            0.7,
            1,
            5,
            3,
            [
                first_position,
                context_ignored,
                top_k_ignored,
                others_score_zero,
                last_token_only,
                first_tokens,
            ],
        ),
        (0, 3, 4, 2, [first_position, context_ignored, last_token_only, first_tokens]),
    ]:
        while True:
            given = {
                "table": 3 * rng.normal(size=(7, 7)),
                "prompt": rng.integers(0, 7, n).tolist(),
                "temperature": temperature,
                "top_k": top_k,
                "length": 9,
                "context": context,
            }
            right = written(ref.generate, **given)
            if all((written(one, **given) != right).any() for one in wrong):
                break
        yield case("tokens", **given)
    for temperature, top_k in [(1.0, None), (0.5, None), (2.5, None), (1.5, 3)]:
        logits = rng.permutation([0.0, 0.5, 1.1, 1.8, -0.6])
        yield case(
            "shares",
            logits=logits,
            temperature=temperature,
            top_k=top_k,
            seed=int(rng.integers(1, 99)),
        )


def _write(
    model,
    prompt,
    temperature,
    top_k,
    rng,
    length,
    context,
    *,
    crop=True,
    use=lambda z, t: z / t,
    keep=True,
    others=-np.inf,
    position=-1,
):
    ids = list(prompt)
    for _ in range(length):
        window = ids[-context:] if crop else ids
        z = np.asarray(model(np.array([window])), float)[0, position]
        if temperature == 0:
            ids.append(int(z.argmax()))
            continue
        if top_k is not None and keep:
            z = np.where(z >= np.sort(z)[-top_k], z, others)
        z = use(z, temperature)
        p = np.exp(z - z.max())
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return np.array(ids)


@generate.mistake("The temperature has no effect. Divide the scores by it.")
def temperature_ignored(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(
        model, prompt, temperature, top_k, rng, length, context, use=lambda z, t: z
    )


@generate.mistake("The scores were multiplied by the temperature. Divide by it.")
def temperature_multiplied(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    return _write(
        model, prompt, temperature, top_k, rng, length, context, use=lambda z, t: z * t
    )


@generate.mistake("All tokens may be drawn. Allow only the `top_k` best.")
def top_k_ignored(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context, keep=False)


@generate.mistake(
    "The scores of the other tokens were set to 0, so they can still be drawn. Set "
    "them to minus infinity."
)
def others_score_zero(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context, others=0.0)


@generate.mistake(
    "The model gets more than `context` tokens. Give it only the last ones."
)
def context_ignored(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context, crop=False)


@generate.mistake(
    "The scores at the first position were used. Those at the last one predict the "
    "next token."
)
def first_position(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context, position=0)


@generate.mistake("The prompt is missing from the result.")
def without_the_prompt(model, prompt, temperature, top_k, rng, length=100, context=64):
    ids = _write(model, prompt, temperature, top_k, rng, length, context)
    return ids[len(prompt) :]


@generate.mistake(
    "It always takes the best token. Draw a token unless the temperature is 0."
)
def always_greedy(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, 0, top_k, rng, length, context)


@generate.mistake(
    "All tokens are drawn with the same probability, whatever their scores."
)
def drawn_uniformly(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(
        model,
        prompt,
        temperature,
        top_k,
        rng,
        length,
        context,
        use=lambda z, t: np.where(np.isfinite(z), 0.0, z),
    )


@generate.mistake(
    "The draws do not come from `rng`: equal generators give different texts."
)
def draws_from_elsewhere(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    rng = np.random.default_rng()
    return _write(model, prompt, temperature, top_k, rng, length, context)


@generate.mistake(
    "The text is too short: `length` is the number of new tokens, without the prompt."
)
def length_counts_the_prompt(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    length -= len(prompt)
    return _write(model, prompt, temperature, top_k, rng, length, context)


@generate.mistake("The `top_k` tokens with the lowest scores are kept. Keep the best.")
def keeps_the_worst(model, prompt, temperature, top_k, rng, length=100, context=64):
    def turned(ids):
        scores = np.array(model(ids), float)
        if top_k is not None:
            row = scores[0, -1]
            row[row > np.sort(row)[top_k - 1]] = -np.inf
        return scores

    return _write(turned, prompt, temperature, None, rng, length, context)


@generate.mistake(
    "The model gets the first `context` tokens of the text. Give it the last ones."
)
def first_tokens(model, prompt, temperature, top_k, rng, length=100, context=64):
    ids = list(prompt)
    for _ in range(length):
        new = _write(
            lambda _: model(np.array([ids[:context]])),
            ids,
            temperature,
            top_k,
            rng,
            1,
            context,
        )
        ids.append(int(new[-1]))
    return np.array(ids)


@generate.mistake(
    "The model gets only the last token. Give it the last `context` ones."
)
def last_token_only(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, 1)


@generate.mistake(
    "The scores of the other tokens were set to 0, so they can still be drawn. Set "
    "them to minus infinity."
)
def zeros_for_the_others(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    def changed(ids):
        scores = np.array(model(ids), float)
        if top_k is not None:
            row = scores[0, -1]
            row[row < np.sort(row)[-top_k]] = 0
        return scores

    return _write(changed, prompt, temperature, None, rng, length, context)


@generate.mistake("One token too few may be drawn: `top_k` of them are allowed.")
def one_of_the_best_too_few(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    few = top_k if top_k in (None, 1) else top_k - 1
    return _write(model, prompt, temperature, few, rng, length, context)


@generate.right
def write_by_cumulative_sum(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    ids = [int(i) for i in prompt]
    for _ in range(length):
        z = np.array(model(np.array(ids[-context:])[None])[0][-1], dtype=float)
        if top_k:
            z[np.argsort(z)[:-top_k]] = -np.inf
        if not temperature:
            ids.append(int(np.argmax(z)))
            continue
        p = np.exp((z - z.max()) / temperature)
        edges = np.cumsum(p) / p.sum()
        ids.append(int(np.searchsorted(edges, rng.random())))
    return ids


@generate.right
def write_with_choice(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context)


@generate.right
def write_among_the_best(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    ids = np.array(prompt, int)
    while len(ids) < len(prompt) + length:
        scores = model(ids[np.newaxis, -context:])[0, -1]
        best = np.argsort(-scores)[: top_k or len(scores)]
        if temperature == 0:
            new = best[0]
        else:
            p = np.exp((scores[best] - scores[best].max()) / temperature)
            new = rng.choice(best, p=p / p.sum())
        ids = np.append(ids, new)
    return ids
