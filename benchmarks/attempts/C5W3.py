"""Wrong answers to C5W3 as learners write them; each label says what is wrong."""

# %% one_step_attention: the softmax runs over the last axis, which has length 1
def one_step_attention(a, s_prev, densor1, densor2):
    m, Tx, _ = a.shape
    n_s = s_prev.shape[1]
    s = nn.broadcast_to(s_prev.reshape(m, 1, n_s), (m, Tx, n_s))
    energies = densor2(densor1(nn.concatenate([a, s])))
    alphas = nn.softmax(energies, axis=-1)
    context = (alphas * a).sum(axis=1, keepdims=True)
    return context, alphas


# %% one_step_attention: the state stands before the notes
def one_step_attention(a, s_prev, densor1, densor2):
    m, Tx, _ = a.shape
    n_s = s_prev.shape[-1]
    repeated = nn.broadcast_to(s_prev.reshape(m, 1, n_s), (m, Tx, n_s))
    concat = nn.concatenate([repeated, a])
    e = densor1(concat)
    energies = densor2(e)
    alphas = nn.softmax(energies, axis=1)
    context = (alphas * a).sum(axis=1, keepdims=True)
    return context, alphas


# %% one_step_attention: the mean of the weighted notes in place of their sum
def one_step_attention(a, s_prev, densor1, densor2):
    m, Tx, _ = a.shape
    s = nn.broadcast_to(s_prev.reshape(m, 1, -1), (m, Tx, s_prev.shape[1]))
    alphas = nn.softmax(densor2(densor1(nn.concatenate([a, s]))), axis=1)
    return nn.mean(alphas * a, axis=1).reshape(m, 1, -1), alphas


# %% modelf: state and memory of the writer start at 0 again at every step
def modelf(Tx, Ty, n_a, n_s, human_vocab_size, machine_vocab_size, rng):
    class Translator(nn.Model):
        def __init__(self):
            self.pre = nn.Bidirectional(
                nn.LSTM, human_vocab_size, n_a, return_sequences=True, rng=rng
            )
            self.densor1 = nn.Dense(2 * n_a + n_s, 10, activation="tanh", rng=rng)
            self.densor2 = nn.Dense(10, 1, rng=rng)
            self.post = nn.LSTM(2 * n_a, n_s, return_state=True, rng=rng)
            self.output = nn.Dense(n_s, machine_vocab_size, rng=rng)

        def forward(self, X, return_weights=False):
            a = self.pre(X)
            m = a.shape[0]
            s0 = nn.as_tensor(np.zeros((m, n_s), np.float32))
            c0 = nn.as_tensor(np.zeros((m, n_s), np.float32))
            scores, weights = [], []
            for _ in range(Ty):
                context, alphas = one_step_attention(
                    a, s0, self.densor1, self.densor2
                )
                out, _, _ = self.post(context, initial_state=(s0, c0))
                scores.append(self.output(out).reshape(m, 1, machine_vocab_size))
                weights.append(alphas.data[:, :, 0])
            scores = nn.concatenate(scores, axis=1)
            if return_weights:
                return scores, np.stack(weights, axis=1)
            return scores

    return Translator()


# %% greedy_decode: the end symbol is not written
def greedy_decode(step, max_len):
    sequence, total = [], 0.0
    while len(sequence) < max_len:
        log_p = step(tuple(sequence))
        best = int(np.argmax(log_p))
        total += log_p[best]
        if best == 0:
            break
        sequence.append(best)
    return sequence, float(total)


# %% greedy_decode: the probability of the end symbol is not counted
def greedy_decode(step, max_len):
    prefix, log_probability = (), 0.0
    for _ in range(max_len):
        scores = step(prefix)
        symbol = int(scores.argmax())
        prefix += (symbol,)
        if symbol == 0:
            break
        log_probability += float(scores[symbol])
    return list(prefix), log_probability


# %% beam_search: the best extension of each parent is kept, not the best B of all
def beam_search(step, B, max_len, length_penalty):
    first = step(())
    order = np.argsort(-first, kind="stable")[:B]
    beams = [((int(i),), float(first[i])) for i in order if np.isfinite(first[i])]
    finished = [beam for beam in beams if beam[0][-1] == 0]
    beams = [beam for beam in beams if beam[0][-1] != 0]
    for _ in range(max_len - 1):
        extended = []
        for prefix, total in beams:
            log_p = step(prefix)
            best = int(np.argmax(log_p))
            if np.isfinite(log_p[best]):
                extended.append(((*prefix, best), total + float(log_p[best])))
        finished += [beam for beam in extended if beam[0][-1] == 0]
        beams = [beam for beam in extended if beam[0][-1] != 0]
    scored = [(y, p / len(y) ** length_penalty) for y, p in finished + beams]
    sequence, score = max(scored, key=lambda one: one[1])
    return list(sequence), score


# %% beam_search: in the end the plain sums compete, the length penalty comes too late
def beam_search(step, B, max_len, length_penalty):
    beams, done = [((), 0.0)], []
    for _ in range(max_len):
        candidates = []
        for prefix, total in beams:
            for symbol, log_p in enumerate(step(prefix)):
                if log_p > -np.inf:
                    candidates.append(((*prefix, symbol), total + log_p))
        candidates.sort(key=lambda c: -c[1])
        best = candidates[:B]
        done += [c for c in best if c[0][-1] == 0]
        beams = [c for c in best if c[0][-1] != 0]
        if not beams:
            break
    sequence, total = max(done + beams, key=lambda c: c[1])
    return list(sequence), float(total / len(sequence) ** length_penalty)


# %% beam_search: sequences cut off by max_len do not compete
def beam_search(step, B, max_len, length_penalty):
    alive, ended = [((), 0.0)], []
    for t in range(max_len):
        extensions = []
        for prefix, total in alive:
            log_p = step(prefix)
            for k in np.flatnonzero(np.isfinite(log_p)):
                extensions.append((total + log_p[k], (*prefix, int(k))))
        extensions = sorted(extensions, key=lambda e: e[0], reverse=True)[:B]
        alive = []
        for total, prefix in extensions:
            if prefix[-1] == 0:
                ended.append((prefix, total))
            else:
                alive.append((prefix, total))
    if not ended:
        ended = alive
    scores = [total / len(y) ** length_penalty for y, total in ended]
    best = int(np.argmax(scores))
    return list(ended[best][0]), float(scores[best])


# %% beam_search: the end is not counted in the length
def beam_search(step, B, max_len, length_penalty):
    def score(item):
        y, total = item
        length = max(1, sum(symbol != 0 for symbol in y))
        return total / length**length_penalty

    beams = [((), 0.0)]
    complete = []
    for _ in range(max_len):
        pool = [
            ((*y, k), total + float(log_p))
            for y, total in beams
            for k, log_p in enumerate(step(y))
            if np.isfinite(log_p)
        ]
        pool = sorted(pool, key=lambda item: item[1], reverse=True)[:B]
        complete.extend(item for item in pool if item[0][-1] == 0)
        beams = [item for item in pool if item[0][-1] != 0]
    best = max(complete + beams, key=score)
    return list(best[0]), score(best)


# %% beam_or_model: the search is blamed for a tie
def beam_or_model(p_star, p_hat):
    return "beam" if p_star >= p_hat else "model"


# %% beam_or_model: the two answers are exchanged
def beam_or_model(p_star, p_hat):
    if p_star > p_hat:
        return "model"
    return "beam"


# %% clipped_precision: clipped at the sum over the references
def clipped_precision(candidate, references, n):
    def grams(words):
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    allowed = Counter()
    for reference in references:
        allowed += grams(reference)
    mine = grams(candidate)
    return sum((mine & allowed).values()), sum(mine.values())


# %% clipped_precision: not clipped, each n-gram that occurs anywhere counts
def clipped_precision(candidate, references, n):
    seen = set()
    for words in references:
        seen.update(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    mine = [tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)]
    matches = sum(gram in seen for gram in mine)
    return matches, len(mine)


# %% clipped_precision: the last n-gram of each sentence is missing
def clipped_precision(candidate, references, n):
    def count(words):
        c = Counter()
        for i in range(len(words) - n):
            c[tuple(words[i : i + n])] += 1
        return c

    own = count(candidate)
    counts = [count(reference) for reference in references]
    matches = 0
    for gram, times in own.items():
        matches += min(times, max((c[gram] for c in counts), default=0))
    return matches, sum(own.values())


# %% bleu: the arithmetic mean of the precisions
def bleu(candidate, references, max_n=4):
    precisions = []
    for n in range(1, max_n + 1):
        matches, total = clipped_precision(candidate, references, n)
        if total == 0 or matches == 0:
            return 0.0
        precisions.append(matches / total)
    c = len(candidate)
    r = min((len(ref) for ref in references), key=lambda k: (abs(k - c), k))
    penalty = 1.0 if c >= r else np.exp(1 - r / c)
    return float(penalty * np.mean(precisions))


# %% bleu: long candidates are punished, short ones are not
def bleu(candidate, references, max_n=4):
    logs = 0.0
    for n in range(1, max_n + 1):
        matches, total = clipped_precision(candidate, references, n)
        if matches == 0:
            return 0.0
        logs += np.log(matches / total) / max_n
    c = len(candidate)
    r = sorted((abs(len(words) - c), len(words)) for words in references)[0][1]
    bp = np.exp(1 - c / r) if c > r else 1.0
    return float(bp * np.exp(logs))


# %% bleu: the shortest reference sets the length, not the nearest
def bleu(candidate, references, max_n=4):
    counts = [clipped_precision(candidate, references, n + 1) for n in range(max_n)]
    if any(matches == 0 for matches, _ in counts):
        return 0.0
    p = np.array([matches / total for matches, total in counts])
    c, r = len(candidate), min(map(len, references))
    brevity = min(1.0, np.exp(1 - r / c))
    return float(brevity * np.exp(np.log(p).mean()))


# %% ctc_collapse: blanks are dropped first, then repeats merged
def ctc_collapse(symbols, blank):
    letters = [s for s in symbols if s != blank]
    return [s for i, s in enumerate(letters) if i == 0 or s != letters[i - 1]]


# %% ctc_alphas: a blank between two equal letters may be skipped
def ctc_alphas(probs, labels, blank):
    z = [blank]
    for label in labels:
        z += [label, blank]
    T, S = len(probs), len(z)
    alpha = np.zeros((T, S))
    alpha[0, 0] = probs[0, z[0]]
    if S > 1:
        alpha[0, 1] = probs[0, z[1]]
    for t in range(1, T):
        for s in range(S):
            total = alpha[t - 1, s]
            if s > 0:
                total += alpha[t - 1, s - 1]
            if s > 1 and z[s] != blank:
                total += alpha[t - 1, s - 2]
            alpha[t, s] = probs[t, z[s]] * total
    return alpha


# %% ctc_alphas: a path may start with the blank only
def ctc_alphas(probs, labels, blank):
    extended = [blank] * (2 * len(labels) + 1)
    extended[1::2] = labels
    T, S = probs.shape[0], len(extended)
    table = np.zeros((T, S))
    table[0, 0] = probs[0, blank]
    for t in range(1, T):
        for s, symbol in enumerate(extended):
            before = table[t - 1, max(0, s - 1) : s + 1].sum()
            if s >= 2 and symbol != blank and symbol != extended[s - 2]:
                before += table[t - 1, s - 2]
            table[t, s] = before * probs[t, symbol]
    return table


# %% ctc_forward: paths that end in the last letter are forgotten
def ctc_forward(probs, labels, blank):
    return float(ctc_alphas(probs, labels, blank)[-1, -1])


# %% ctc_gradient: the probability of the step is not divided out once
def ctc_gradient(probs, labels, blank):
    z = [blank]
    for label in labels:
        z += [label, blank]
    alpha = ctc_alphas(probs, labels, blank)
    beta = ctc_alphas(probs[::-1], list(labels)[::-1], blank)[::-1, ::-1]
    P = ctc_forward(probs, labels, blank)
    gamma = np.zeros(probs.shape)
    for s, symbol in enumerate(z):
        gamma[:, symbol] += alpha[:, s] * beta[:, s] / P
    return probs - gamma


# %% ctc_gradient: a symbol that stands in several places keeps only the last of them
def ctc_gradient(probs, labels, blank):
    z = np.full(2 * len(labels) + 1, blank)
    z[1::2] = labels
    forwards = ctc_alphas(probs, labels, blank)
    backwards = ctc_alphas(probs[::-1], labels[::-1], blank)[::-1, ::-1]
    shares = forwards * backwards / probs[:, z] / ctc_forward(probs, labels, blank)
    gamma = np.zeros_like(probs)
    gamma[:, z] += shares
    return probs - gamma


# %% ctc_gradient: the sign is the opposite
def ctc_gradient(probs, labels, blank):
    labels = list(labels)
    z = [blank] + [symbol for label in labels for symbol in (label, blank)]
    alphas = ctc_alphas(probs, labels, blank)
    betas = np.flip(ctc_alphas(np.flip(probs, 0), labels[::-1], blank))
    P = ctc_forward(probs, labels, blank)
    gamma = np.zeros(probs.shape)
    for t in range(len(probs)):
        for s, k in enumerate(z):
            gamma[t, k] += alphas[t, s] * betas[t, s] / (P * probs[t, k])
    return gamma - probs


# %% spectrogram: the magnitude is taken, not its square
def spectrogram(x, size=200, hop=80):
    starts = range(0, len(x) - size + 1, hop)
    frames = np.array([x[i : i + size] for i in starts]) * np.hanning(size)
    return np.log(1e-6 + np.abs(np.fft.rfft(frames, axis=1)))


# %% spectrogram: the frames are not faded by the window
def spectrogram(x, size=200, hop=80):
    n = (len(x) - size) // hop + 1
    rows = []
    for t in range(n):
        frame = x[t * hop : t * hop + size]
        rows.append(np.log(1e-6 + np.abs(np.fft.rfft(frame)) ** 2))
    return np.array(rows)


# %% is_overlapping: segments that share one millisecond do not count
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(start < e and end > s for s, e in previous_segments)


# %% is_overlapping: only the last of the earlier segments is looked at
def is_overlapping(segment_time, previous_segments):
    segment_start, segment_end = segment_time
    overlap = False
    for previous_start, previous_end in previous_segments:
        overlap = segment_start <= previous_end and segment_end >= previous_start
    return overlap


# %% insert_audio_clip: the clip replaces the background, it is not added
def insert_audio_clip(background, audio_clip, previous_segments):
    segment_ms = int(len(audio_clip) * 1000 / RATE)
    duration_ms = int(len(background) * 1000 / RATE)
    segment = get_random_time_segment(segment_ms, duration_ms)
    retries = 6
    while is_overlapping(segment, previous_segments) and retries > 0:
        segment = get_random_time_segment(segment_ms, duration_ms)
        retries -= 1
    if is_overlapping(segment, previous_segments):
        return background.copy(), (duration_ms, duration_ms)
    previous_segments.append(segment)
    start = segment[0] * RATE // 1000
    new_background = background.copy()
    new_background[start : start + len(audio_clip)] = audio_clip
    return new_background, segment


# %% insert_audio_clip: the new segment is not appended to the earlier ones
def insert_audio_clip(background, audio_clip, previous_segments):
    segment_ms = 1000 * len(audio_clip) // RATE
    duration_ms = 1000 * len(background) // RATE
    for _ in range(7):
        segment_time = get_random_time_segment(segment_ms, duration_ms)
        if not is_overlapping(segment_time, previous_segments):
            break
    else:
        return background.copy(), (duration_ms, duration_ms)
    sound = background.copy()
    first = segment_time[0] * RATE // 1000
    sound[first : first + len(audio_clip)] += audio_clip
    return sound, segment_time


# %% insert_ones: the ones begin in the step in which the word ends
def insert_ones(y, segment_end_ms, duration_ms=10_000):
    Ty = y.shape[1]
    end = int(segment_end_ms * Ty / duration_ms)
    y[0, end : end + 50] = 1
    return y


# %% insert_ones: one label too many
def insert_ones(y, segment_end_ms, duration_ms=10_000):
    Ty = y.shape[1]
    segment_end_y = int(segment_end_ms * Ty / duration_ms)
    for i in range(segment_end_y + 1, segment_end_y + 52):
        if i < Ty:
            y[0, i] = 1.0
    return y


# %% create_training_example: other words are labelled too
def create_training_example(background, activates, negatives, Ty):
    sound, y, segments, ends = background.copy(), np.zeros((1, Ty)), [], []
    duration_ms = int(1000 * len(background) / RATE)
    for words, most in ((activates, 5), (negatives, 3)):
        count = np.random.randint(0, most)
        for i in np.random.randint(len(words), size=count):
            before = len(segments)
            sound, (_, end) = insert_audio_clip(sound, words[i], segments)
            if len(segments) > before:
                y = insert_ones(y, end, duration_ms)
                if words is activates:
                    ends.append(end)
    return sound, y, ends


# %% detect_triggerword: scores are returned, the sigmoid is forgotten
def detect_triggerword(x, model):
    spectrum = spectrogram(x)[np.newaxis]
    return model.predict(spectrum)[:, :, 0]


# %% detection_times: fires at every step above the threshold once it has waited
def detection_times(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    p = probabilities[0]
    times = []
    for i, value in enumerate(p):
        now = i * duration_ms / len(p)
        if value > threshold and (not times or now - times[-1] > wait_ms):
            times.append(now)
    return times


# %% detection_times: the waiting time is forgotten
def detection_times(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    above = np.concatenate([[False], probabilities[0] > threshold])
    steps = np.flatnonzero(above[1:] & ~above[:-1])
    return [float(i * duration_ms / probabilities.shape[1]) for i in steps]


# %% count_events: a word can be hit by more than one alarm
def count_events(found, ends, window_ms=1000):
    hits, false_alarms = 0, 0
    heard = set()
    for moment in found:
        near = [end for end in sorted(ends) if -200 <= moment - end <= window_ms]
        if near:
            hits += 1
            heard.add(near[0])
        else:
            false_alarms += 1
    return hits, false_alarms, len(ends) - len(heard)


# %% count_events: an alarm just before the end of the word is a false one
def count_events(found, ends, window_ms=1000):
    free = sorted(ends)
    hits = 0
    for alarm in found:
        for end in free:
            if 0 <= alarm - end <= window_ms:
                free.remove(end)
                hits += 1
                break
    return hits, len(found) - hits, len(free)


# %% one_step_attention: decoder state first, encoder state second
def one_step_attention(a, s_prev, densor1, densor2):
    m, Tx, _ = a.shape
    n_s = s_prev.shape[1]
    s = nn.broadcast_to(s_prev.reshape(m, 1, n_s), (m, Tx, n_s))
    energies = densor2(densor1(nn.concatenate([s, a])))
    alphas = nn.softmax(energies, axis=1)
    context = (alphas * a).sum(axis=1).reshape(m, 1, a.shape[2])
    return context, alphas


# %% one_step_attention: the context is the mean of the weighted states, not their sum
def one_step_attention(a, s_prev, densor1, densor2):
    m, Tx, n = a.shape
    s_wide = nn.broadcast_to(s_prev.reshape(m, 1, -1), (m, Tx, s_prev.shape[-1]))
    e = densor1(nn.concatenate([a, s_wide]))
    e = densor2(e)
    alphas = nn.softmax(e, axis=1)
    weighted = alphas * a
    context = weighted.sum(axis=1).reshape(m, 1, n) * (1 / Tx)
    return context, alphas


# %% modelf: the attention asks with the cell state instead of the decoder state
def modelf(Tx, Ty, n_a, n_s, human_vocab_size, machine_vocab_size, rng):
    class Translator(nn.Model):
        def __init__(self):
            self.pre = nn.Bidirectional(
                nn.LSTM, human_vocab_size, n_a, return_sequences=True, rng=rng
            )
            self.densor1 = nn.Dense(2 * n_a + n_s, 10, activation="tanh", rng=rng)
            self.densor2 = nn.Dense(10, 1, rng=rng)
            self.post = nn.LSTM(2 * n_a, n_s, return_state=True, rng=rng)
            self.output = nn.Dense(n_s, machine_vocab_size, rng=rng)

        def forward(self, x, return_weights=False):
            a = self.pre(x)
            m = a.shape[0]
            s = nn.Tensor(np.zeros((m, n_s), np.float32))
            c = nn.Tensor(np.zeros((m, n_s), np.float32))
            outputs, weights = [], []
            for _ in range(Ty):
                context, alphas = one_step_attention(a, c, self.densor1, self.densor2)
                _, s, c = self.post(context, initial_state=(s, c))
                scores = self.output(s)
                outputs.append(scores.reshape(m, 1, machine_vocab_size))
                weights.append(alphas.data[:, :, 0])
            result = nn.concatenate(outputs, axis=1)
            if return_weights:
                return result, np.stack(weights, axis=1)
            return result

    return Translator()


# %% greedy_decode: the end symbol is not included in sequence and sum
def greedy_decode(step, max_len):
    sequence, total = [], 0.0
    while len(sequence) < max_len:
        log_p = step(tuple(sequence))
        best = int(np.argmax(log_p))
        if best == 0:
            break
        sequence.append(best)
        total += log_p[best]
    return sequence, float(total)


# %% greedy_decode: the model is asked with the last symbol only
def greedy_decode(step, max_len):
    prefix = ()
    sequence, log_p = [], 0.0
    for _ in range(max_len):
        scores = step(prefix)
        k = int(np.argmax(scores))
        sequence.append(k)
        log_p += float(scores[k])
        prefix = (k,)
        if k == 0:
            break
    return sequence, log_p


# %% beam_search: it stops as soon as the first sequence is finished
def beam_search(step, B, max_len, length_penalty):
    beams, finished = [((), 0.0)], []
    for _ in range(max_len):
        extended = []
        for prefix, total in beams:
            for k, lp in enumerate(step(prefix)):
                if lp > -np.inf:
                    extended.append(((*prefix, k), total + float(lp)))
        extended.sort(key=lambda one: one[1], reverse=True)
        extended = extended[:B]
        finished = [one for one in extended if one[0][-1] == 0]
        beams = [one for one in extended if one[0][-1] != 0]
        if finished or not beams:
            break

    def score(one):
        return one[1] / len(one[0]) ** length_penalty

    best = max(finished + beams, key=score)
    return list(best[0]), score(best)


# %% beam_search: finished sequences keep their places in the beam and compete by the score
def beam_search(step, B, max_len, length_penalty):
    def score(one):
        prefix, total = one
        return total / len(prefix) ** length_penalty

    beams, done = [((), 0.0)], []
    for _ in range(max_len):
        candidates = list(done)
        for prefix, total in beams:
            logs = step(prefix)
            for k in range(len(logs)):
                if np.isfinite(logs[k]):
                    candidates.append((prefix + (k,), total + logs[k]))
        candidates = sorted(candidates, key=score, reverse=True)[:B]
        done = [one for one in candidates if one[0][-1] == 0]
        beams = [one for one in candidates if one[0][-1] != 0]
        if not beams:
            break
    best = max(done + beams, key=score)
    return list(best[0]), float(score(best))


# %% clipped_precision: only distinct n-grams of the candidate are counted
def clipped_precision(candidate, references, n):
    def grams(words):
        return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}

    mine = grams(candidate)
    theirs = set()
    for reference in references:
        theirs |= grams(reference)
    return len(mine & theirs), len(mine)


# %% bleu: of two equally close references the longer counts
def bleu(candidate, references, max_n=4):
    logs = []
    for n in range(1, max_n + 1):
        matches, total = clipped_precision(candidate, references, n)
        if total == 0 or matches == 0:
            return 0.0
        logs.append(np.log(matches / total))
    c = len(candidate)
    r = min((len(one) for one in references), key=lambda k: (abs(k - c), -k))
    penalty = 1.0 if c >= r else np.exp(1 - r / c)
    return float(penalty * np.exp(np.mean(logs)))


# %% bleu: the brevity penalty is c / r instead of the exponential
def bleu(candidate, references, max_n=4):
    c = len(candidate)
    product = 1.0
    for n in range(1, max_n + 1):
        matches, total = clipped_precision(candidate, references, n)
        if matches == 0:
            return 0.0
        product *= matches / total
    r = min((abs(len(one) - c), len(one)) for one in references)[1]
    return min(1.0, c / r) * product ** (1 / max_n)


# %% ctc_collapse: a letter that was seen before is dropped wherever it comes again
def ctc_collapse(symbols, blank):
    result = []
    for s in symbols:
        if s != blank and s not in result:
            result.append(s)
    return result


# %% ctc_alphas: a path must start in the blank at position 0
def ctc_alphas(probs, labels, blank):
    T = len(probs)
    z = [blank]
    for one in labels:
        z += [one, blank]
    S = len(z)
    alphas = np.zeros((T, S))
    alphas[0, 0] = probs[0, blank]
    for t in range(1, T):
        for s in range(S):
            total = alphas[t - 1, s]
            if s >= 1:
                total += alphas[t - 1, s - 1]
            if s >= 2 and z[s] != blank and z[s] != z[s - 2]:
                total += alphas[t - 1, s - 2]
            alphas[t, s] = probs[t, z[s]] * total
    return alphas


# %% ctc_alphas: takes the likeliest of the ways in, as Viterbi does, not their sum
def ctc_alphas(probs, labels, blank):
    z = [blank]
    for label in labels:
        z.extend([label, blank])
    alpha = np.zeros((len(probs), len(z)))
    alpha[0, 0] = probs[0, z[0]]
    if len(z) > 1:
        alpha[0, 1] = probs[0, z[1]]
    for t in range(1, len(probs)):
        for s in range(len(z)):
            ways = [alpha[t - 1, s]]
            if s > 0:
                ways.append(alpha[t - 1, s - 1])
            if s > 1 and z[s] != blank and z[s] != z[s - 2]:
                ways.append(alpha[t - 1, s - 2])
            alpha[t, s] = max(ways) * probs[t, z[s]]
    return alpha


# %% ctc_gradient: the letters are not reversed for the backward table, only the steps
def ctc_gradient(probs, labels, blank):
    labels = list(labels)
    z = [blank]
    for one in labels:
        z += [one, blank]
    alpha = ctc_alphas(probs, labels, blank)
    beta = ctc_alphas(probs[::-1], labels, blank)[::-1, ::-1]
    P = ctc_forward(probs, labels, blank)
    gamma = np.zeros(probs.shape)
    for s, k in enumerate(z):
        gamma[:, k] += alpha[:, s] * beta[:, s] / probs[:, k]
    return probs - gamma / P


# %% spectrogram: each frame is normalized to mean zero before the transform
def spectrogram(x, size=200, hop=80):
    count = (len(x) - size) // hop + 1
    window = np.hanning(size)
    rows = []
    for t in range(count):
        frame = x[t * hop : t * hop + size]
        frame = (frame - frame.mean()) * window
        rows.append(np.log(1e-6 + np.abs(np.fft.rfft(frame)) ** 2))
    return np.array(rows)


# %% is_overlapping: an earlier segment that lies inside the new one is not seen
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    for p_start, p_end in previous_segments:
        if p_start <= start <= p_end or p_start <= end <= p_end:
            return True
    return False


# %% insert_audio_clip: the clip replaces the background instead of being added
def insert_audio_clip(background, audio_clip, previous_segments):
    duration_ms = len(background) * 1000 // RATE
    segment_ms = len(audio_clip) * 1000 // RATE
    segment = get_random_time_segment(segment_ms, duration_ms)
    retries = 0
    while is_overlapping(segment, previous_segments) and retries < 6:
        segment = get_random_time_segment(segment_ms, duration_ms)
        retries += 1
    new = background.copy()
    if is_overlapping(segment, previous_segments):
        return new, (duration_ms, duration_ms)
    previous_segments.append(segment)
    start = segment[0] * RATE // 1000
    new[start : start + len(audio_clip)] = audio_clip
    return new, segment


# %% create_training_example: the labels of the other words are erased to zero
def create_training_example(background, activates, negatives, Ty):
    y = np.zeros((1, Ty))
    duration_ms = len(background) * 1000 // RATE
    sound, segments, ends = background.copy(), [], []
    chosen = np.random.randint(len(activates), size=np.random.randint(0, 5))
    for i in chosen:
        sound, (_, end) = insert_audio_clip(sound, activates[i], segments)
        if end < duration_ms:
            insert_ones(y, end, duration_ms)
            ends.append(end)
    chosen = np.random.randint(len(negatives), size=np.random.randint(0, 3))
    for i in chosen:
        sound, (start, end) = insert_audio_clip(sound, negatives[i], segments)
        if end < duration_ms:
            first = int(start * Ty / duration_ms)
            last = int(end * Ty / duration_ms)
            y[0, first : last + 1] = 0
    return sound, y, ends


# %% detection_times: it fires again after the wait even if it never fell below
def detection_times(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    p = probabilities[0]
    moments = []
    for i in range(len(p)):
        now = i * duration_ms / len(p)
        if p[i] > threshold and (not moments or now - moments[-1] > wait_ms):
            moments.append(now)
    return moments


# %% count_events: an alarm takes the nearest word in the window, not the earliest
def count_events(found, ends, window_ms=1000):
    left = sorted(ends)
    hits = 0
    for alarm in found:
        near = [e for e in left if -200 <= alarm - e <= window_ms]
        if near:
            nearest = min(near, key=lambda e: abs(alarm - e))
            left.remove(nearest)
            hits += 1
    return hits, len(found) - hits, len(left)


# %% one_step_attention: the decoder state stands before the encoder states
def one_step_attention(a, s_prev, densor1, densor2):
    m, Tx, _ = a.shape
    n_s = s_prev.shape[1]
    s = nn.broadcast_to(s_prev.reshape(m, 1, n_s), (m, Tx, n_s))
    hidden = densor1(nn.concatenate([s, a]))
    energies = densor2(hidden)
    alphas = nn.softmax(energies, axis=1)
    context = (alphas * a).sum(axis=1).reshape(m, 1, a.shape[2])
    return context, alphas


# %% modelf: attention always gets the initial state of the decoder
def modelf(Tx, Ty, n_a, n_s, human_vocab_size, machine_vocab_size, rng):
    class Translator(nn.Model):
        def __init__(self):
            self.pre = nn.Bidirectional(
                nn.LSTM, human_vocab_size, n_a, return_sequences=True, rng=rng
            )
            self.densor1 = nn.Dense(2 * n_a + n_s, 10, activation="tanh", rng=rng)
            self.densor2 = nn.Dense(10, 1, rng=rng)
            self.post = nn.LSTM(2 * n_a, n_s, return_state=True, rng=rng)
            self.output = nn.Dense(n_s, machine_vocab_size, rng=rng)

        def forward(self, x, return_weights=False):
            a = self.pre(x)
            m = a.shape[0]
            s0 = nn.as_tensor(np.zeros((m, n_s), np.float32))
            s, c = s0, nn.as_tensor(np.zeros((m, n_s), np.float32))
            scores, weights = [], []
            for _ in range(Ty):
                context, alphas = one_step_attention(a, s0, self.densor1, self.densor2)
                _, s, c = self.post(context, initial_state=(s, c))
                scores.append(self.output(s).reshape(m, machine_vocab_size, 1))
                weights.append(alphas.data[:, :, 0])
            scores = nn.concatenate(scores).transpose(0, 2, 1)
            if return_weights:
                return scores, np.stack(weights, axis=1)
            return scores

    return Translator()


# %% greedy_decode: leaves the end symbol out of the sequence
def greedy_decode(step, max_len):
    sequence = []
    total = 0.0
    while len(sequence) < max_len:
        logp = step(tuple(sequence))
        best = int(np.argmax(logp))
        total += float(logp[best])
        if best == 0:
            break
        sequence.append(best)
    return sequence, total


# %% greedy_decode: gives each step the last symbol only
def greedy_decode(step, max_len):
    sequence, log_probability = [], 0.0
    for _ in range(max_len):
        scores = step(tuple(sequence[-1:]))
        symbol = int(np.argmax(scores))
        sequence.append(symbol)
        log_probability += float(scores[symbol])
        if symbol == 0:
            break
    return sequence, log_probability


# %% beam_search: finished sequences stay in the beam and compete with longer ones
def beam_search(step, B, max_len, length_penalty):
    beams = [((), 0.0)]
    for _ in range(max_len):
        extended = []
        for prefix, total in beams:
            if prefix and prefix[-1] == 0:
                extended.append((prefix, total))
                continue
            for symbol, lp in enumerate(step(prefix)):
                if lp > -np.inf:
                    extended.append((prefix + (symbol,), total + float(lp)))
        extended.sort(key=lambda pair: -pair[1])
        beams = extended[:B]
    scored = [(total / len(p) ** length_penalty, p) for p, total in beams]
    score, best = max(scored, key=lambda pair: pair[0])
    return list(best), score


# %% clipped_precision: each different n-gram counts once
def clipped_precision(candidate, references, n):
    def grams(words):
        return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}

    mine = grams(candidate)
    known = set()
    for reference in references:
        known |= grams(reference)
    return len(mine & known), len(mine)


# %% bleu: compares with the shortest reference instead of the closest in length
def bleu(candidate, references, max_n=4):
    logs = []
    for n in range(1, max_n + 1):
        matches, total = clipped_precision(candidate, references, n)
        if matches == 0 or total == 0:
            return 0.0
        logs.append(np.log(matches / total))
    c = len(candidate)
    r = min(len(reference) for reference in references)
    penalty = 1.0 if c >= r else np.exp(1 - r / c)
    return float(penalty * np.exp(np.mean(logs)))


# %% bleu: adds up all matches and totals before it divides once
def bleu(candidate, references, max_n=4):
    counts = [clipped_precision(candidate, references, n) for n in range(1, max_n + 1)]
    if any(matches == 0 for matches, _ in counts):
        return 0.0
    precision = sum(m for m, _ in counts) / sum(t for _, t in counts)
    c = len(candidate)
    r = min((len(ref) for ref in references), key=lambda n: (abs(n - c), n))
    if c < r:
        precision *= np.exp(1 - r / c)
    return float(precision)


# %% ctc_alphas: a letter may be skipped too, from blank to blank
def ctc_alphas(probs, labels, blank):
    z = [blank]
    for label in labels:
        z += [label, blank]
    T, S = len(probs), len(z)
    alphas = np.zeros((T, S))
    alphas[0, 0] = probs[0, z[0]]
    if S > 1:
        alphas[0, 1] = probs[0, z[1]]
    for t in range(1, T):
        for s in range(S):
            total = alphas[t - 1, s]
            if s >= 1:
                total += alphas[t - 1, s - 1]
            if s >= 2 and (z[s] == blank or z[s] != z[s - 2]):
                total += alphas[t - 1, s - 2]
            alphas[t, s] = total * probs[t, z[s]]
    return alphas


# %% ctc_alphas: a path can start with the blank only
def ctc_alphas(probs, labels, blank):
    z = np.full(2 * len(labels) + 1, blank)
    z[1::2] = labels
    T = probs.shape[0]
    alphas = np.zeros((T, len(z)))
    alphas[0, 0] = probs[0, blank]
    for t in range(1, T):
        before = alphas[t - 1]
        for s, symbol in enumerate(z):
            value = before[s]
            if s > 0:
                value += before[s - 1]
            if s > 1 and symbol != blank and symbol != z[s - 2]:
                value += before[s - 2]
            alphas[t, s] = probs[t, symbol] * value
    return alphas


# %% ctc_gradient: the products are not divided by the probability of step t
def ctc_gradient(probs, labels, blank):
    z = [blank]
    for label in labels:
        z.extend([label, blank])
    alphas = ctc_alphas(probs, labels, blank)
    betas = ctc_alphas(probs[::-1], labels[::-1], blank)[::-1, ::-1]
    P = ctc_forward(probs, labels, blank)
    gamma = np.zeros_like(probs, dtype=float)
    for s, k in enumerate(z):
        gamma[:, k] += alphas[:, s] * betas[:, s]
    return probs - gamma / P


# %% ctc_gradient: the table of the last steps is not reversed along the positions
def ctc_gradient(probs, labels, blank):
    z = np.full(2 * len(labels) + 1, blank)
    z[1::2] = labels
    alphas = ctc_alphas(probs, labels, blank)
    betas = ctc_alphas(probs[::-1], labels[::-1], blank)[::-1]
    share = alphas * betas / probs[:, z] / ctc_forward(probs, labels, blank)
    gamma = np.zeros(probs.shape)
    for s in range(len(z)):
        gamma[:, z[s]] += share[:, s]
    return probs - gamma


# %% spectrogram: takes the magnitude instead of its square
def spectrogram(x, size=200, hop=80):
    count = (len(x) - size) // hop + 1
    window = np.hanning(size)
    frames = np.array([x[t * hop : t * hop + size] * window for t in range(count)])
    return np.log(1e-6 + np.abs(np.fft.rfft(frames, axis=1)))


# %% spectrogram: the logarithm has base 10
def spectrogram(x, size=200, hop=80):
    window = np.hanning(size)
    rows = []
    for start in range(0, len(x) - size + 1, hop):
        spectrum = np.fft.rfft(window * x[start : start + size])
        rows.append(np.log10(1e-6 + np.abs(spectrum) ** 2))
    return np.array(rows)


# %% is_overlapping: looks at the last of the earlier segments only
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    overlap = False
    for previous_start, previous_end in previous_segments:
        overlap = start <= previous_end and end >= previous_start
    return overlap


# %% insert_audio_clip: after the seventh overlap the last segment is recorded all the same
def insert_audio_clip(background, audio_clip, previous_segments):
    duration_ms = 1000 * len(background) // RATE
    segment_ms = 1000 * len(audio_clip) // RATE
    segment = get_random_time_segment(segment_ms, duration_ms)
    tries = 0
    while is_overlapping(segment, previous_segments) and tries < 6:
        segment = get_random_time_segment(segment_ms, duration_ms)
        tries += 1
    room = not is_overlapping(segment, previous_segments)
    previous_segments.append(segment)
    sound = np.copy(background)
    if not room:
        return sound, (duration_ms, duration_ms)
    begin = segment[0] * RATE // 1000
    sound[begin : begin + len(audio_clip)] += audio_clip
    return sound, segment


# %% insert_ones: sets 51 labels
def insert_ones(y, segment_end_ms, duration_ms=10_000):
    Ty = y.shape[1]
    end = int(segment_end_ms * Ty / duration_ms)
    for i in range(end + 1, end + 52):
        if i < Ty:
            y[0, i] = 1
    return y


# %% insert_ones: the labels before the ones are set to 0
def insert_ones(y, segment_end_ms, duration_ms=10_000):
    Ty = y.shape[1]
    step = int(segment_end_ms * Ty / duration_ms)
    y[0, :step] = 0
    y[0, step + 1 : step + 51] = 1
    return y


# %% create_training_example: trigger words without room get labels and an end too
def create_training_example(background, activates, negatives, Ty):
    sound = background.copy()
    duration_ms = 1000 * len(background) // RATE
    y = np.zeros((1, Ty))
    segments, ends = [], []
    n = np.random.randint(0, 5)
    for k in np.random.randint(len(activates), size=n):
        sound, (_, end) = insert_audio_clip(sound, activates[k], segments)
        ends.append(end)
        y = insert_ones(y, end, duration_ms)
    n = np.random.randint(0, 3)
    for k in np.random.randint(len(negatives), size=n):
        sound, _ = insert_audio_clip(sound, negatives[k], segments)
    return sound, y, ends


# %% create_training_example: the other words have a list of segments of their own
def create_training_example(background, activates, negatives, Ty):
    duration_ms = len(background) * 1000 // RATE
    y = np.zeros((1, Ty))
    ends = []
    sound = background.copy()
    taken = []
    count = np.random.randint(0, 5)
    for i in np.random.randint(len(activates), size=count):
        sound, (start, end) = insert_audio_clip(sound, activates[i], taken)
        if start < duration_ms:
            insert_ones(y, end, duration_ms)
            ends.append(end)
    taken = []
    count = np.random.randint(0, 3)
    for i in np.random.randint(len(negatives), size=count):
        sound, _ = insert_audio_clip(sound, negatives[i], taken)
    return sound, y, ends


# %% trigger_model: the ReLU comes before the second batch norm
def trigger_model(n_freq, n_filters, n_units, rng):
    class Detector(nn.Model):
        def __init__(self):
            self.scale = nn.BatchNorm(n_freq)
            self.conv = nn.Conv1D(
                n_freq, n_filters, 15, stride=2, padding="valid", rng=rng
            )
            self.norm = nn.BatchNorm(n_filters)
            self.dropout = nn.Dropout(0.3, rng=rng)
            self.gru = nn.GRU(n_filters, n_units, return_sequences=True, rng=rng)
            self.output = nn.Dense(n_units, 1, rng=rng)

        def forward(self, x):
            x = self.conv(self.scale(x))
            x = self.dropout(self.norm(nn.relu(x)))
            x = self.dropout(self.gru(x))
            return self.output(x)

    return Detector()


# %% detection_times: waits after the last step above the threshold, not after firing
def detection_times(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    p = probabilities[0]
    Ty = len(p)
    times = []
    last = -np.inf
    before = 0.0
    for i in range(Ty):
        now = i * duration_ms / Ty
        if p[i] > threshold:
            if before <= threshold and now - last > wait_ms:
                times.append(now)
            last = now
        before = p[i]
    return times


# %% detection_times: fires again after the wait although the probability stayed high
def detection_times(probabilities, threshold=0.5, wait_ms=500, duration_ms=10_000):
    Ty = probabilities.shape[1]
    fired = []
    for i, p in enumerate(probabilities[0]):
        moment = i * duration_ms / Ty
        if p > threshold and (not fired or moment - fired[-1] > wait_ms):
            fired.append(moment)
    return fired


# %% count_events: a second alarm for the same word is not counted at all
def count_events(found, ends, window_ms=1000):
    free = sorted(ends)
    used = []
    hits = false_alarms = 0
    for alarm in found:
        match = [e for e in free if -200 <= alarm - e <= window_ms]
        if match:
            free.remove(match[0])
            used.append(match[0])
            hits += 1
        elif not any(-200 <= alarm - e <= window_ms for e in used):
            false_alarms += 1
    return hits, false_alarms, len(free)
