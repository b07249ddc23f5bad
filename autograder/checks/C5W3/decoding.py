"""Hidden tests of C5W3: greedy and beam search."""

import numpy as np

from autograder.checks.C5W3.common import lab, ref
from autograder.checks.check import case


def table_of(rng, k, V, zeros=0.0):
    """Probabilities of the next symbol by time (mod k) and symbol, some of them 0."""
    p = rng.dirichlet(np.full(V, 0.7), size=(k, V + 1))
    p = p + 0.01
    if zeros:
        keep = rng.random(p.shape) >= zeros
        keep[..., 1] |= ~keep.any(axis=-1)
        p = p * keep
    return p / p.sum(axis=-1, keepdims=True)


def relabelled(rng, table):
    """The same table with other names for the symbols, and slightly other numbers."""
    V = table.shape[2]
    new = np.append(0, 1 + rng.permutation(V - 1))
    moved = np.zeros(table.shape)
    rows = np.append(new, V)  # the last row is for the start
    moved[:, rows[:, None], new] = table * rng.uniform(0.97, 1.03, table.shape)
    return moved / moved.sum(axis=-1, keepdims=True)


def rules(V, *steps):
    """A table from the rules of each step: symbol before → {symbol: probability}."""
    table = np.ones((len(steps), V + 1, V))
    for row, step in zip(table, steps, strict=True):
        for before, shares in step.items():
            row[V if before is None else before] = 0.004
            for symbol, p in shares.items():
                row[V if before is None else before, symbol] = p
    return table / table.sum(axis=-1, keepdims=True)


def led_astray():
    """Greedy takes 1 (0.5, then at best 0.4); 2 (0.4, then the end, 0.9) is better."""
    return rules(
        3,
        {None: {0: 0.1, 1: 0.5, 2: 0.4}, 2: {0: 0.6, 1: 0.2, 2: 0.2}},
        {1: {0: 0.3, 1: 0.3, 2: 0.4}, 2: {0: 0.9, 1: 0.05, 2: 0.05}},
    )


def stepping_aside():
    """For two beams. An end comes early, but loses; 1, 4 is right, 3, 5 better still.

    A search that lets the end keep its place in the beam, or keeps one extension of
    each prefix, misses 1, 4. One that keeps more than two prefixes finds 3, 5.
    """
    return rules(
        6,
        {None: {1: 0.44, 0: 0.3, 3: 0.22, 2: 0.01}},
        {1: {2: 0.45, 4: 0.41, 3: 0.05}, 3: {5: 0.97}},
        {4: {0: 0.86, 1: 0.1}, 5: {0: 0.98}, 2: {1: 0.3, 3: 0.3, 5: 0.2}},
        {},
    )


def three_beams():
    """For three beams. 1, 4 is right; 2, 5 would be better, but is the fourth."""
    return rules(
        6,
        {None: {1: 0.45, 2: 0.3, 3: 0.15, 4: 0.06}},
        {1: {2: 0.45, 4: 0.42}, 2: {3: 0.5, 5: 0.43}, 3: {1: 0.3, 2: 0.3, 4: 0.3}},
        {
            4: {0: 0.58, 1: 0.2, 2: 0.2},
            5: {0: 0.98},
            2: {1: 0.3, 3: 0.3, 4: 0.3},
            3: {1: 0.3, 2: 0.3, 4: 0.3},
        },
        {},
    )


def two_early_ends():
    """For two beams. Both have ended after two symbols; 1, 2, 3, 0 scores better."""
    return rules(
        4,
        {None: {0: 0.3, 1: 0.6, 2: 0.05}},
        {1: {0: 0.5, 2: 0.48}},
        {2: {3: 0.97}},
        {3: {0: 0.98}},
    )


@lab.check("greedy_decode", points=4, driver="decoded")
def greedy_decode(rng):
    """Ends early, ends at once, cut off at max_len, impossible symbols."""
    yield case(relabelled(rng, led_astray()), 9)
    for V, length, ends in [(5, 12, True), (3, 3, False), (4, 1, False)]:
        while True:
            table = table_of(rng, 2, V, 0.3)
            table[:, :, 0] *= 0.4  # the end comes late, if at all
            found, _ = ref.greedy_decode(over(table), length)
            if (found[-1] == 0) == ends and len(found) > 2 * ends:
                break
        yield case(table, length)
    at_once = table_of(rng, 1, 4)
    at_once[0, 4] = [0.6, *rng.dirichlet(np.full(3, 9.0)) * 0.4]
    yield case(at_once, 5)
    cut = table_of(rng, 1, 3)
    cut[..., 0] = 0
    yield case(cut, 4)


def _greedy(
    step,
    max_len,
    *,
    add=lambda total, log_p: total + log_p,
    keep_end=True,
    pick=np.argmax,
    stop=True,
    context=lambda y: tuple(y),
):
    y, total = [], 0.0
    for _ in range(max_len):
        log_p = step(context(y))
        best = int(pick(log_p))
        total = add(total, log_p[best])
        if best or keep_end:
            y.append(best)
        if best == 0 and stop:
            break
    return y, total


@greedy_decode.mistake(
    "The end symbol is missing from the sequence. It is part of the output."
)
def leaves_out_the_end(step, max_len):
    return _greedy(step, max_len, keep_end=False)


@greedy_decode.mistake("The sequence may have one symbol more than `max_len`.")
def one_symbol_too_many(step, max_len):
    return _greedy(step, max_len + 1)


@greedy_decode.mistake(
    "`step` gets only the last symbol. Give it all symbols written so far."
)
def forgets_the_prefix(step, max_len):
    return _greedy(step, max_len, context=lambda y: tuple(y[-1:]))


@greedy_decode.mistake("It does not stop at the end symbol, 0.")
def runs_on(step, max_len):
    return _greedy(step, max_len, stop=False)


@greedy_decode.mistake(
    "The log probability of the end symbol is not counted. It is part of the output."
)
def end_not_counted(step, max_len):
    y, total = _greedy(step, max_len)
    return y, total - step(tuple(y[:-1]))[0] if y[-1] == 0 else total


@greedy_decode.mistake("The second result is the probability. Return its logarithm.")
def greedy_probability(step, max_len):
    y, total = _greedy(step, max_len)
    return y, np.exp(total)


@greedy_decode.mistake(
    "The log probabilities were multiplied. The logarithm of a product is a sum."
)
def multiplies_logarithms(step, max_len):
    y, _ = _greedy(step, max_len)
    logs = [step(tuple(y[:t]))[s] for t, s in enumerate(y)]
    return y, np.prod(logs)


@greedy_decode.mistake(
    "The log probability is that of the last symbol only. Add up those of all symbols."
)
def last_symbol_only(step, max_len):
    return _greedy(step, max_len, add=lambda total, log_p: log_p)


@greedy_decode.mistake(
    "The second result is the mean of the log probabilities. Return their sum."
)
def greedy_mean(step, max_len):
    y, total = _greedy(step, max_len)
    return y, total / len(y)


@greedy_decode.mistake(
    "It stops after the first symbol. Go on until the end symbol, 0, or `max_len`."
)
def stops_at_once(step, max_len):
    return _greedy(step, 1)


@greedy_decode.mistake(
    "The end symbol is missing, both from the sequence and from the sum. It is part of "
    "the output."
)
def stops_before_the_end(step, max_len):
    y, total = [], 0.0
    while len(y) < max_len:
        log_p = step(tuple(y))
        best = int(np.argmax(log_p))
        if best == 0:
            break
        y.append(best)
        total += log_p[best]
    return y, total


@greedy_decode.right
def greedy_recursive(step, max_len, prefix=()):
    if max_len == 0 or (prefix and prefix[-1] == 0):
        return list(prefix), 0.0
    log_p = step(prefix)
    best = max(range(len(log_p)), key=lambda i: log_p[i])
    y, rest = greedy_recursive(step, max_len - 1, (*prefix, best))
    return y, rest + log_p[best]


@greedy_decode.right
def greedy_in_an_array(step, max_len):
    y, logs = np.zeros(max_len, int), []
    for t in range(max_len):
        log_p = step(tuple(y[:t]))
        y[t] = log_p.argmax()
        logs.append(log_p.max())
        if y[t] == 0:
            return y[: t + 1], np.sum(logs)
    return y, np.sum(logs)


@greedy_decode.right
def greedy_in_float32(step, max_len):
    y, total = _greedy(lambda prefix: step(prefix).astype(np.float32), max_len)
    return tuple(y), np.float32(total)


lab.concept(
    "width_one",
    points=1,
    answer="A",
    why="Keeping one prefix is greedy search; keeping all of them tries every output.",
    because={
        "B": "Nothing is drawn at random, and a wide beam compares more outputs.",
        "C": "It is the other way round: a wider beam compares more outputs.",
        "D": "All outputs are compared by their score, short and long ones.",
    },
)


@lab.check("beam_search", points=9, driver="searched")
def beam_search(rng):
    """Widths from 1 up, penalties 0 to 1.2, cut off or ended, impossible symbols.

    The statement: the best B of all extensions, no more, whatever their prefixes are ·
    finished ones are set aside · impossible ones are dropped · at most max_len symbols
    · the sum over a power of the length, the end included · in the end all compete.
    """
    yield case(relabelled(rng, led_astray()), 2, 6, 0.0)
    for penalty in (0.7, 0.9, 0.5):
        yield case(relabelled(rng, stepping_aside()), 2, 6, penalty)
    for penalty in (0.6, 1.2):
        yield case(relabelled(rng, three_beams()), 3, 5, penalty)
    yield case(relabelled(rng, two_early_ends()), 2, 6, 0.7)
    # The best is cut off by max_len; others have ended. No beam is needed for it.
    late = told_apart(
        lambda: fading(rng),
        (3, 5, 0.7),
        differ=(ended_ones_only, winner_by_the_sum),
        same=(loses_the_finished, best_of_each_prefix, keeps_one, keeps_all),
    )
    yield case(late, 3, 5, 0.7)
    # Wide enough for all; the best has ended, and is not the likeliest.
    wide = told_apart(
        lambda: table_of(rng, 3, 3, 0.2),
        (40, 4, 1.2),
        differ=(winner_by_the_sum, loses_the_finished, keeps_one),
        same=(ended_ones_only, best_of_each_prefix),
    )
    yield case(wide, 40, 4, 1.2)
    # A finished sequence scores better than a prefix of the winner.
    taken = told_apart(
        lambda: table_of(rng, 4, 5, 0.2),
        (2, 6, 1.2),
        differ=(finished_compete_for_the_beam,),
        same=(),
    )
    yield case(taken, 2, 6, 1.2)
    yield case(table_of(rng, 1, 6), 4, 1, 0.0)
    # Short ends are likely, long ones cheap by the symbol: the penalty decides.
    shares = {
        None: {0: 0.30, 1: 0.60, 2: 0.10},
        1: {0: 0.05, 1: 0.90, 2: 0.05},
        2: {0: 0.80, 1: 0.10, 2: 0.10},
    }
    for penalty in (0.0, 0.7, 1.0):
        yield case(relabelled(rng, rules(3, shares)), 2, 7, penalty)


def over(table):
    """Step function of a table, as the driver makes it."""

    def step(prefix):
        with np.errstate(divide="ignore"):
            row = prefix[-1] if prefix else table.shape[2]
            return np.log(table[len(prefix) % len(table), row])

    return step


def fading(rng):
    """A table whose sequences end late, if at all."""
    table = table_of(rng, 3, 4, 0.2)
    table[..., 0] *= 0.5
    return table / table.sum(axis=-1, keepdims=True)


def told_apart(make, given, differ, same):
    """A table over which some wrong searches find another sequence, others the same."""
    while True:
        table = make()
        best, _ = ref.beam_search(over(table), *given)
        if all(wrong(over(table), *given)[0] != best for wrong in differ) and all(
            wrong(over(table), *given)[0] == best for wrong in same
        ):
            return table


def _beam(
    step,
    B,
    max_len,
    penalty,
    *,
    each=False,
    ended_only=False,
    open_only=False,
    length=len,
    add=np.add,
    best=max,
    raw=False,
    keep_going=False,
    prune=True,
    rank=None,
    first_end=False,
    ends=None,
    apart=False,
    final=lambda total: total,
):
    beams, finished = [((), 0.0)], []
    for _ in range(max_len):
        found = []
        for prefix, total in beams:
            if keep_going and prefix and prefix[-1] == 0:
                found.append((prefix, total))
                continue
            log_p = step(prefix)
            more = [
                ((*prefix, int(i)), add(total, log_p[i]))
                for i in np.flatnonzero(np.isfinite(log_p))
            ]
            more.sort(key=lambda one: -one[1])
            found += more[:1] if each == "one" else more[:B] if each else more
        found.sort(key=rank or (lambda one: -one[1]))
        if apart:
            finished += [one for one in found if one[0][-1] == 0]
            found = [one for one in found if one[0][-1] != 0]
        kept = found[:B] if prune else found
        if keep_going:
            beams = kept
        else:
            finished += [one for one in kept if one[0][-1] == 0]
            beams = [one for one in kept if one[0][-1] != 0]
        if (first_end and finished) or (ends and len(finished) >= ends):
            break
    if keep_going:
        finished = []
    pool = beams if open_only else finished + beams
    if ended_only:
        pool = finished or beams
    if not pool:
        return [], 0.0
    scored = [(list(y), final(total) / length(y) ** penalty) for y, total in pool]
    y, score = best(scored, key=lambda one: one[1])
    if raw:
        score = {tuple(y): t for y, t in pool}[tuple(y)]
    return y, score


@beam_search.mistake(
    "The score is not normalized by the length: `length_penalty` is not used."
)
def not_normalized(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, 0.0)


@beam_search.mistake(
    "The sum is always divided by the length itself, whatever `length_penalty` is."
)
def always_the_mean(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, 1.0)


@beam_search.mistake(
    "The sequence is right, but the score is the plain sum. Return the normalized one."
)
def returns_the_sum(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, raw=True)


@beam_search.mistake(
    "The length leaves out the end symbol. It counts, as its log probability does."
)
def length_without_the_end(step, B, max_len, length_penalty):
    return _beam(
        step, B, max_len, length_penalty, length=lambda y: max(len(y) - (y[-1] == 0), 1)
    )


@beam_search.mistake(
    "Each prefix keeps only its own best extension. Keep the best B of all extensions "
    "together."
)
def best_of_each_prefix(step, B, max_len, length_penalty):
    log_p = step(())
    order = np.argsort(-log_p, kind="stable")[:B]
    beams = [((int(i),), log_p[i]) for i in order if np.isfinite(log_p[i])]
    finished = [one for one in beams if one[0][-1] == 0]
    beams = [one for one in beams if one[0][-1] != 0]
    for _ in range(max_len - 1):
        grown = []
        for prefix, total in beams:
            log_p = step(prefix)
            i = int(np.argmax(log_p))
            grown.append(((*prefix, i), total + log_p[i]))
        finished += [one for one in grown if one[0][-1] == 0]
        beams = [one for one in grown if one[0][-1] != 0]
    scored = [(list(y), t / len(y) ** length_penalty) for y, t in finished + beams]
    return max(scored, key=lambda one: one[1])


@beam_search.mistake("Only one prefix is kept in each round: that is greedy search.")
def keeps_one(step, B, max_len, length_penalty):
    return _beam(step, 1, max_len, length_penalty)


@beam_search.mistake(
    "Sequences cut off by `max_len` are dropped. They compete with the finished ones."
)
def ended_ones_only(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, ended_only=True)


@beam_search.mistake(
    "The beam becomes narrower with every finished sequence. Set these aside and keep "
    "the B best extensions in every round."
)
def finished_block_the_beam(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, keep_going=True)


@beam_search.mistake(
    "It stops when B sequences are finished. Others may still score better: go on "
    "until `max_len`, or until no prefix is left."
)
def stops_at_the_last_of_b(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, ends=B)


@beam_search.mistake(
    "It makes one round too few: a sequence may have `max_len` symbols."
)
def one_round_too_few(step, B, max_len, length_penalty):
    return _beam(step, B, max_len - 1, length_penalty)


@beam_search.mistake(
    "Extensions that end were taken out before the B best were chosen. Choose among "
    "all, then set aside those that end."
)
def ends_taken_out_first(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, apart=True)


@beam_search.mistake(
    "Probabilities were multiplied. The score is a sum of their logarithms."
)
def multiplies_probabilities(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, final=np.exp)


@beam_search.mistake(
    "The sequence with the lowest score comes back. Scores are negative; the largest "
    "one wins."
)
def picks_the_worst(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, best=min)


@beam_search.mistake("The sum was multiplied by a power of the length. Divide by it.")
def multiplies_by_the_length(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, -length_penalty)


@beam_search.mistake(
    "Finished sequences are lost: only those that are cut off compete at the end."
)
def loses_the_finished(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, open_only=True)


@beam_search.mistake(
    "Only the extensions of the last prefix are kept. Collect those of all prefixes."
)
def extends_the_last_only(step, B, max_len, length_penalty):
    beams, finished = [((), 0.0)], []
    for _ in range(max_len):
        found = []
        for prefix, total in beams:
            log_p = step(prefix)
            found = [
                ((*prefix, int(i)), total + log_p[i])
                for i in np.flatnonzero(np.isfinite(log_p))
            ]
        found.sort(key=lambda one: -one[1])
        finished += [one for one in found[:B] if one[0][-1] == 0]
        beams = [one for one in found[:B] if one[0][-1] != 0]
    pool = [(list(y), t / len(y) ** length_penalty) for y, t in finished + beams]
    return max(pool, key=lambda one: one[1])


@beam_search.mistake(
    "More than B beginnings go on. Of all extensions together, keep the B best and no "
    "more."
)
def keeps_all(step, B, max_len, length_penalty):
    return _beam(step, 500, max_len, length_penalty)


@beam_search.mistake(
    "More than B beginnings go on. Of all extensions together, keep the B best and no "
    "more."
)
def one_beam_too_many(step, B, max_len, length_penalty):
    return _beam(step, B + 1, max_len, length_penalty)


@beam_search.mistake(
    "More than B beginnings go on. Of all extensions together, keep the B best and no "
    "more."
)
def twice_as_wide(step, B, max_len, length_penalty):
    return _beam(step, 2 * B, max_len, length_penalty)


@beam_search.mistake(
    "The winner is the sequence with the largest sum. Compare the scores, which are "
    "normalized by the length."
)
def winner_by_the_sum(step, B, max_len, length_penalty):
    y, total = _beam(step, B, max_len, 0.0)
    return y, total / max(len(y), 1) ** length_penalty


@beam_search.mistake(
    "The least likely extensions are kept. Keep those with the largest sums."
)
def keeps_the_least_likely(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, rank=lambda one: one[1])


@beam_search.mistake(
    "It stops as soon as one sequence is finished. Others may still score better: go "
    "on until `max_len`, or until no prefix is left."
)
def stops_at_the_first_end(step, B, max_len, length_penalty):
    return _beam(step, B, max_len, length_penalty, first_end=True)


@beam_search.mistake(
    "Finished sequences compete with the extensions for places in the beam. Set them "
    "aside: they compete at the end."
)
def finished_compete_for_the_beam(step, B, max_len, length_penalty):
    return _beam(
        step,
        B,
        max_len,
        length_penalty,
        keep_going=True,
        rank=lambda one: -one[1] / len(one[0]) ** length_penalty,
    )


@beam_search.right
def beam_by_heap(step, B, max_len, length_penalty):
    import heapq

    beams, pool = {(): 0.0}, {}
    for _ in range(max_len):
        grown = {}
        for prefix, total in beams.items():
            for symbol, log_p in enumerate(step(prefix)):
                if log_p > -np.inf:
                    grown[(*prefix, symbol)] = total + log_p
        best = heapq.nlargest(B, grown, key=grown.get)
        pool |= {y: grown[y] for y in best if y[-1] == 0}
        beams = {y: grown[y] for y in best if y[-1] != 0}
        if not beams:
            break
    scores = {y: t / len(y) ** length_penalty for y, t in (pool | beams).items()}
    y = max(scores, key=scores.get)
    return list(y), scores[y]


@beam_search.right
def beam_with_arrays(step, B, max_len, length_penalty):
    prefixes, totals, scored = [()], np.zeros(1), []
    for t in range(max_len):
        if not prefixes:
            break
        table = totals[:, None] + np.array([step(prefix) for prefix in prefixes])
        order = np.argsort(-table, axis=None)[:B]
        order = [i for i in order if np.isfinite(table.flat[i])]
        V = table.shape[1]
        grown = [((*prefixes[i // V], int(i % V)), table.flat[i]) for i in order]
        scored += [
            (list(y), v / (t + 1) ** length_penalty)
            for y, v in grown
            if y[-1] == 0 or t == max_len - 1
        ]
        grown = [one for one in grown if one[0][-1] != 0]
        prefixes, totals = [y for y, _ in grown], np.array([v for _, v in grown])
    return max(scored, key=lambda one: one[1])


@beam_search.right
def beam_in_float32(step, B, max_len, length_penalty):
    def rounded(prefix):
        return step(prefix).astype(np.float32)

    y, score = _beam(rounded, B, max_len, length_penalty)
    return tuple(y), np.float32(score)


lab.concept(
    "short_outputs",
    points=1,
    answer="B",
    why="Dividing by a power of the length makes up for that.",
    because={
        "A": "A wider beam is even more likely to find the short, likely outputs.",
        "C": "A longer output has a smaller probability, never one above 1.",
        "D": "The encoder reads the whole sentence, whatever λ is.",
    },
)


@lab.check("beam_or_model", points=2, all_or_nothing=True)
def beam_or_model(rng):
    """Probabilities and logarithms; both equal. A coin would be right in every other.

    The statement: the search is at fault only if it missed something likelier.
    """
    for sign in (1, -1):
        low, high = np.sort(rng.random(2) * 0.4)
        yield case(sign * low, sign * high)
        yield case(sign * high, sign * low)
    equal = float(rng.uniform(0.1, 0.9))
    yield case(-10 * equal, -10 * equal)
    yield case(equal, equal)


@beam_or_model.mistake(
    "It is the wrong way round: if the model finds the person's output likelier, the "
    "search missed it."
)
def errors_swapped(p_star, p_hat):
    return "model" if p_star > p_hat else "beam"


@beam_or_model.mistake(
    "If both outputs are equally likely, the search has missed nothing better."
)
def beam_for_ties(p_star, p_hat):
    return "beam" if p_star >= p_hat else "model"


@beam_or_model.mistake('The answer is always "model". Compare the two numbers.')
def always_the_model(p_star, p_hat):
    return "model"


@beam_or_model.mistake('The answer is always "beam". Compare the two numbers.')
def always_the_beam(p_star, p_hat):
    return "beam"


@beam_or_model.right
def fault_by_difference(p_star, p_hat):
    return ["model", "beam"][int(p_star - p_hat > 0)]


@beam_or_model.right
def fault_by_maximum(p_star, p_hat):
    return "model" if max(p_star, p_hat) == p_hat else "beam"
