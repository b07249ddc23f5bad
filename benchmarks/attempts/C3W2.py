"""Wrong answers to C3W2 as learners write them; each label says what is wrong."""

# %% error_analysis: divides by the number of ticks instead of mistakes
def error_analysis(tags, dev_error=1.0):
    counts = {}
    for row in tags:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    total = sum(counts.values())
    result = [(n, c / total, c / total * dev_error) for n, c in counts.items()]
    return sorted(result, key=lambda row: (-row[1], row[0]))


# %% error_analysis: divides by the number of mistakes that carry a tag
def error_analysis(tags, dev_error=1.0):
    tagged = [row for row in tags if row]
    names = {name for row in tagged for name in row}
    table = []
    for name in names:
        share = sum(name in row for row in tagged) / len(tagged)
        table.append((name, share, share * dev_error))
    table.sort(key=lambda row: (-row[1], row[0]))
    return table


# %% error_analysis: only the first tag of each mistake counts
def error_analysis(tags, dev_error=1.0):
    counts = {}
    for row in tags:
        if row:
            counts[row[0]] = counts.get(row[0], 0) + 1
    m = len(tags)
    rows = [(name, n / m, n / m * dev_error) for name, n in counts.items()]
    return sorted(rows, key=lambda r: (-r[1], r[0]))


# %% error_analysis: the smallest share comes first
def error_analysis(tags, dev_error=1.0):
    m = len(tags)
    names = sorted({name for row in tags for name in row})
    rows = []
    for name in names:
        share = sum(1 for row in tags if name in row) / m
        rows.append((name, share, share * dev_error))
    return sorted(rows, key=lambda r: r[1])


# %% error_analysis: equal shares come in reverse alphabetical order
def error_analysis(tags, dev_error=1.0):
    counts = {}
    for row in tags:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    rows = [
        (name, count / len(tags), dev_error * count / len(tags))
        for name, count in counts.items()
    ]
    return sorted(rows, key=lambda r: (r[1], r[0]), reverse=True)


# %% error_analysis: the ceiling is the error that is left, not the error that goes away
def error_analysis(tags, dev_error=1.0):
    names = {name for row in tags for name in row}
    table = []
    for name in names:
        share = sum(name in row for row in tags) / len(tags)
        table.append((name, share, dev_error - share * dev_error))
    return sorted(table, key=lambda r: (-r[1], r[0]))


# %% label_noise_report: labels is the share of the mistakes itself, not multiplied
def label_noise_report(dev_error, mislabeled_share, rival_error=None):
    labels = mislabeled_share
    rest = dev_error - labels
    if rival_error is None:
        verdict = None
    elif abs(dev_error - rival_error) < labels:
        verdict = "correct the labels first"
    else:
        verdict = "trust the ranking"
    return {"labels": labels, "rest": rest, "verdict": verdict}


# %% label_noise_report: the difference keeps its sign, so the order matters
def label_noise_report(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    verdict = None
    if rival_error is not None:
        if dev_error - rival_error < labels:
            verdict = "correct the labels first"
        else:
            verdict = "trust the ranking"
    return {"labels": labels, "rest": dev_error - labels, "verdict": verdict}


# %% label_noise_report: a rival with an error of 0 is taken for no rival
def label_noise_report(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    rest = dev_error - labels
    verdict = None
    if rival_error:
        close = abs(dev_error - rival_error) < labels
        verdict = "correct the labels first" if close else "trust the ranking"
    return {"labels": labels, "rest": rest, "verdict": verdict}


# %% label_noise_report: compares the difference with the rest, not with labels
def label_noise_report(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    rest = dev_error * (1 - mislabeled_share)
    report = {"labels": labels, "rest": rest, "verdict": None}
    if rival_error is not None:
        if abs(dev_error - rival_error) < rest:
            report["verdict"] = "correct the labels first"
        else:
            report["verdict"] = "trust the ranking"
    return report


# %% label_noise_report: the rest is the share of the mistakes, not of the pictures
def label_noise_report(dev_error, mislabeled_share, rival_error=None):
    labels = mislabeled_share * dev_error
    rest = 1 - mislabeled_share
    if rival_error is None:
        verdict = None
    else:
        gap = abs(rival_error - dev_error)
        verdict = "correct the labels first" if gap < labels else "trust the ranking"
    return {"labels": labels, "rest": rest, "verdict": verdict}


# %% make_splits: train-dev is cut from the other pictures only
def make_splits(target, other, n_dev, n_test, rng):
    target = rng.permutation(target)
    other = rng.permutation(other)
    dev = target[:n_dev]
    test = target[n_dev : n_dev + n_test]
    train_dev = other[:n_dev]
    train = rng.permutation(np.concatenate([other[n_dev:], target[n_dev + n_test :]]))
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


# %% make_splits: everything is mixed, dev and test are not from the target alone
def make_splits(target, other, n_dev, n_test, rng):
    everything = rng.permutation(np.concatenate([target, other]))
    a, b, c = n_dev, n_dev + n_test, 2 * n_dev + n_test
    return {
        "dev": everything[:a],
        "test": everything[a:b],
        "train_dev": everything[b:c],
        "train": everything[c:],
    }


# %% make_splits: the train-dev examples stay in train as well
def make_splits(target, other, n_dev, n_test, rng):
    target = rng.permutation(target)
    dev, test, rest = np.split(target, [n_dev, n_dev + n_test])
    mix = rng.permutation(np.concatenate([rest, other]))
    return {"train": mix, "train_dev": mix[:n_dev], "dev": dev, "test": test}


# %% make_splits: the rest of the target is not used for training
def make_splits(target, other, n_dev, n_test, rng):
    target = rng.permutation(target)
    other = rng.permutation(other)
    return {
        "train": other[n_dev:],
        "train_dev": other[:n_dev],
        "dev": target[:n_dev],
        "test": target[n_dev : n_dev + n_test],
    }


# %% make_splits: the mix is not shuffled before train-dev is cut from its front
def make_splits(target, other, n_dev, n_test, rng):
    target, other = rng.permutation(target), rng.permutation(other)
    dev = target[:n_dev]
    test = target[n_dev : n_dev + n_test]
    mix = np.concatenate([target[n_dev + n_test :], other])
    return {"train": mix[n_dev:], "train_dev": mix[:n_dev], "dev": dev, "test": test}


# %% make_splits: dev and test are the first of the target, which is not shuffled
def make_splits(target, other, n_dev, n_test, rng):
    dev = target[:n_dev]
    test = target[n_dev : n_dev + n_test]
    mix = rng.permutation(np.concatenate([target[n_dev + n_test :], other]))
    train_dev, train = mix[:n_dev], mix[n_dev:]
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


# %% make_splits: test begins at 0 again and shares its examples with dev
def make_splits(target, other, n_dev, n_test, rng):
    shuffled = rng.permutation(target)
    splits = {"dev": shuffled[:n_dev], "test": shuffled[:n_test]}
    mix = rng.permutation(np.concatenate([shuffled[n_dev + n_test :], other]))
    splits["train_dev"] = mix[:n_dev]
    splits["train"] = mix[n_dev:]
    return splits


# %% make_splits: train-dev has the size of test instead of dev
def make_splits(target, other, n_dev, n_test, rng):
    t = rng.permutation(target)
    dev, test, left = t[:n_dev], t[n_dev : n_dev + n_test], t[n_dev + n_test :]
    mix = rng.permutation(np.concatenate((other, left)))
    return dict(train=mix[n_test:], train_dev=mix[:n_test], dev=dev, test=test)


# %% diagnose_mismatch: variance runs from train to dev, past train-dev
def diagnose_mismatch(human, train, train_dev, dev, test):
    gaps = {
        "avoidable_bias": train - human,
        "variance": dev - train,
        "data_mismatch": dev - train_dev,
        "overfit_to_dev": test - dev,
    }
    return gaps | {"focus": max(gaps, key=gaps.get)}


# %% diagnose_mismatch: the focus is the largest gap without its sign
def diagnose_mismatch(human, train, train_dev, dev, test):
    errors = [human, train, train_dev, dev, test]
    names = ["avoidable_bias", "variance", "data_mismatch", "overfit_to_dev"]
    gaps = {n: b - a for n, a, b in zip(names, errors[:-1], errors[1:])}
    gaps["focus"] = max(names, key=lambda n: abs(gaps[n]))
    return gaps


# %% diagnose_mismatch: the signs are turned around
def diagnose_mismatch(human, train, train_dev, dev, test):
    report = {}
    report["avoidable_bias"] = human - train
    report["variance"] = train - train_dev
    report["data_mismatch"] = train_dev - dev
    report["overfit_to_dev"] = dev - test
    report["focus"] = min(report, key=report.get)
    return report


# %% diagnose_mismatch: negative gaps become 0
def diagnose_mismatch(human, train, train_dev, dev, test):
    report = {
        "avoidable_bias": max(train - human, 0.0),
        "variance": max(train_dev - train, 0.0),
        "data_mismatch": max(dev - train_dev, 0.0),
        "overfit_to_dev": max(test - dev, 0.0),
    }
    report["focus"] = max(report, key=lambda name: report[name])
    return report


# %% diagnose_mismatch: mismatch is measured from the training error
def diagnose_mismatch(human, train, train_dev, dev, test):
    bias = train - human
    variance = train_dev - train
    mismatch = dev - train
    overfit = test - dev
    out = {"avoidable_bias": bias, "variance": variance, "data_mismatch": mismatch,
           "overfit_to_dev": overfit}
    out["focus"] = sorted(out, key=out.get)[-1]
    return out


# %% synthesize: one background for all pictures
def synthesize(clean, noise, rng, level):
    which = rng.integers(len(noise))
    return np.maximum(clean, level * noise[which])


# %% synthesize: adds the background instead of taking the larger
def synthesize(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return np.clip(clean + level * noise[which], 0, 1)


# %% synthesize: the level is applied to the picture and not to the background
def synthesize(clean, noise, rng, level):
    chosen = noise[rng.integers(len(noise), size=len(clean))]
    return np.maximum(level * clean, chosen)


# %% synthesize: backgrounds in order, one after the other, instead of drawn
def synthesize(clean, noise, rng, level):
    out = np.empty(clean.shape, dtype=float)
    for i in range(len(clean)):
        out[i] = np.maximum(clean[i], level * noise[i % len(noise)])
    return out


# %% synthesize: blends picture and background, weighted by the level
def synthesize(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return (1 - level) * clean + level * noise[which]


# %% synthesize: writes into the clean pictures
def synthesize(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return np.maximum(clean, level * noise[which], out=clean)


# %% transfer_learn: all layers are trained, trainable is ignored
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    mine = dict(parameters)
    for _ in range(steps):
        cost, grads = head_gradients(mine, F, Y)
        for name in mine:
            mine[name] = mine[name] - learning_rate * grads[name]
    return mine


# %% transfer_learn: the features are computed again in every step
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    mine = {name: p.copy() for name, p in parameters.items()}
    for step in range(steps):
        F = features(X)
        _, gradients = head_gradients(mine, F, Y)
        for name in trainable:
            mine[name] = mine[name] - learning_rate * gradients[name]
    return mine


# %% transfer_learn: a shallow copy and steps in place, the caller's arrays change
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    head = parameters.copy()
    for _ in range(steps):
        _, gradients = head_gradients(head, F, Y)
        for name in trainable:
            head[name] -= learning_rate * gradients[name]
    return head


# %% transfer_learn: the gradients are always those at the start
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    mine = dict(parameters)
    _, gradients = head_gradients(parameters, F, Y)
    for _ in range(steps):
        for name in trainable:
            mine[name] = mine[name] - learning_rate * gradients[name]
    return mine


# %% transfer_learn: the names in trainable are taken for the frozen ones
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    mine = dict(parameters)
    for _ in range(steps):
        _, grads = head_gradients(mine, F, Y)
        mine = {
            name: p if name in trainable else p - learning_rate * grads[name]
            for name, p in mine.items()
        }
    return mine


# %% transfer_learn: returns only the parameters that were trained
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    mine = dict(parameters)
    for _ in range(steps):
        _, grads = head_gradients(mine, F, Y)
        for name in trainable:
            mine[name] = mine[name] - learning_rate * grads[name]
    return {name: mine[name] for name in trainable}


# %% transfer_learn: gradients anew for each parameter, after others have moved
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    mine = dict(parameters)
    for _ in range(steps):
        for name in trainable:
            gradients = head_gradients(mine, F, Y)[1]
            mine[name] = mine[name] - learning_rate * gradients[name]
    return mine


# %% multitask_loss: gaps are taken for no
def multitask_loss(logits, Y):
    y = np.nan_to_num(Y, nan=0.0)
    n = Y.size
    loss = np.sum(np.logaddexp(0, logits) - y * logits) / n
    gradient = (1 / (1 + np.exp(-logits)) - y) / n
    return loss, gradient


# %% multitask_loss: divides by all entries, labelled or not
def multitask_loss(logits, Y):
    has = ~np.isnan(Y)
    y = np.where(has, Y, 0)
    terms = np.where(has, np.logaddexp(0, logits) - y * logits, 0)
    sigma = 1 / (1 + np.exp(-logits))
    loss = terms.sum() / Y.size
    gradient = np.where(has, sigma - y, 0) / Y.size
    return loss, gradient


# %% multitask_loss: the gradient is not divided by the number of labels
def multitask_loss(logits, Y):
    has = ~np.isnan(Y)
    y = np.where(has, Y, 0.0)
    n = has.sum()
    loss = np.sum(has * (np.logaddexp(0, logits) - y * logits)) / n
    sigmoid = 0.5 * (1 + np.tanh(logits / 2))
    gradient = has * (sigmoid - y)
    return loss, gradient


# %% multitask_loss: the gradient is not 0 where a label is missing
def multitask_loss(logits, Y):
    has = ~np.isnan(Y)
    n = np.sum(has)
    y = np.where(has, Y, 0)
    loss = np.sum(np.where(has, np.logaddexp(0, logits) - y * logits, 0)) / n
    gradient = (1 / (1 + np.exp(-logits)) - y) / n
    return loss, gradient


# %% multitask_loss: multiplies nan by 0, so that everything is nan
def multitask_loss(logits, Y):
    mask = (~np.isnan(Y)).astype(float)
    n = mask.sum()
    loss = np.sum(mask * (np.logaddexp(0, logits) - Y * logits)) / n
    gradient = mask * (1 / (1 + np.exp(-logits)) - Y) / n
    return loss, gradient


# %% multitask_loss: only examples with all labels count
def multitask_loss(logits, Y):
    full = ~np.isnan(Y).any(axis=1)
    gradient = np.zeros_like(logits, dtype=float)
    if not full.any():
        return 0.0, gradient
    z, y = logits[full], Y[full]
    loss = np.mean(np.logaddexp(0, z) - y * z)
    gradient[full] = (1 / (1 + np.exp(-z)) - y) / y.size
    return loss, gradient


# %% multitask_loss: averages per example first, then over the examples
def multitask_loss(logits, Y):
    has = ~np.isnan(Y)
    y = np.where(has, Y, 0.0)
    counts = np.maximum(has.sum(axis=1, keepdims=True), 1)
    terms = np.where(has, np.logaddexp(0, logits) - y * logits, 0.0)
    loss = np.mean(terms.sum(axis=1, keepdims=True) / counts)
    slope = np.where(has, 1 / (1 + np.exp(-logits)) - y, 0.0)
    return loss, slope / counts / len(Y)


# %% pipeline_or_end_to_end: no doubt, the lower mean always wins
def pipeline_or_end_to_end(pipeline, end_to_end):
    verdicts = {}
    for size in pipeline:
        if np.mean(pipeline[size]) < np.mean(end_to_end[size]):
            verdicts[size] = "pipeline"
        else:
            verdicts[size] = "end to end"
    return verdicts


# %% pipeline_or_end_to_end: the winners have changed places
def pipeline_or_end_to_end(pipeline, end_to_end):
    verdicts = {}
    for size, errors in pipeline.items():
        d = np.array(errors) - np.array(end_to_end[size])
        doubt = 2 * np.std(d, ddof=1) / np.sqrt(len(d))
        if abs(d.mean()) <= doubt:
            verdicts[size] = "too close to call"
        else:
            verdicts[size] = "pipeline" if d.mean() > 0 else "end to end"
    return verdicts


# %% pipeline_or_end_to_end: the spread has k below the line, not k - 1
def pipeline_or_end_to_end(pipeline, end_to_end):
    out = {}
    for size in pipeline:
        d = np.subtract(pipeline[size], end_to_end[size])
        mean, doubt = d.mean(), 2 * d.std() / math.sqrt(len(d))
        if abs(mean) > doubt:
            out[size] = "end to end" if mean > 0 else "pipeline"
        else:
            out[size] = "too close to call"
    return out


# %% pipeline_or_end_to_end: two standard deviations, not divided by the root of k
def pipeline_or_end_to_end(pipeline, end_to_end):
    verdict = {}
    for size in pipeline:
        differences = [p - e for p, e in zip(pipeline[size], end_to_end[size])]
        mean = sum(differences) / len(differences)
        s = np.std(differences, ddof=1)
        if abs(mean) <= 2 * s:
            verdict[size] = "too close to call"
        elif mean < 0:
            verdict[size] = "pipeline"
        else:
            verdict[size] = "end to end"
    return verdict


# %% pipeline_or_end_to_end: the spreads of both are added, pairs are not used
def pipeline_or_end_to_end(pipeline, end_to_end):
    verdict = {}
    for size in pipeline:
        p, e = np.array(pipeline[size]), np.array(end_to_end[size])
        k = len(p)
        doubt = 2 * np.sqrt(p.var(ddof=1) / k + e.var(ddof=1) / k)
        gap = p.mean() - e.mean()
        if abs(gap) <= doubt:
            verdict[size] = "too close to call"
        else:
            verdict[size] = "end to end" if gap > 0 else "pipeline"
    return verdict


# %% pipeline_or_end_to_end: one standard error instead of two
def pipeline_or_end_to_end(pipeline, end_to_end):
    result = {}
    for size in pipeline:
        d = np.asarray(pipeline[size]) - np.asarray(end_to_end[size])
        standard_error = d.std(ddof=1) / np.sqrt(d.size)
        if d.mean() > standard_error:
            result[size] = "end to end"
        elif d.mean() < -standard_error:
            result[size] = "pipeline"
        else:
            result[size] = "too close to call"
    return result


# %% error_analysis: only the first category of each mistake counts
def error_analysis(tags, dev_error=1.0):
    counts = {}
    for names in tags:
        if names:
            counts[names[0]] = counts.get(names[0], 0) + 1
    n = len(tags)
    rows = [(c, k / n, k / n * dev_error) for c, k in counts.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


# %% error_analysis: a mistake with several categories is divided among them
def error_analysis(tags, dev_error=1.0):
    worth = {}
    for names in tags:
        for name in names:
            worth[name] = worth.get(name, 0) + 1 / len(names)
    rows = [(c, w / len(tags), w / len(tags) * dev_error) for c, w in worth.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


# %% label_noise_report: the rest of the error, not the error, is compared with the rival
def label_noise_report(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    rest = dev_error - labels
    verdict = None
    if rival_error is not None:
        close = abs(rest - rival_error) < labels
        verdict = "correct the labels first" if close else "trust the ranking"
    return {"labels": labels, "rest": rest, "verdict": verdict}


# %% make_splits: the rest of the target is never used for training
def make_splits(target, other, n_dev, n_test, rng):
    target, other = rng.permutation(target), rng.permutation(other)
    return {
        "train": other[n_dev:],
        "train_dev": other[:n_dev],
        "dev": target[:n_dev],
        "test": target[n_dev : n_dev + n_test],
    }


# %% diagnose_mismatch: the focus is the gap with the largest absolute value
def diagnose_mismatch(human, train, train_dev, dev, test):
    gaps = {
        "avoidable_bias": train - human,
        "variance": train_dev - train,
        "data_mismatch": dev - train_dev,
        "overfit_to_dev": test - dev,
    }
    return gaps | {"focus": max(gaps, key=lambda g: abs(gaps[g]))}


# %% synthesize: image and background are added and cut off at 1
def synthesize(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return np.minimum(clean + level * noise[which], 1)


# %% synthesize: the background shows only where the image is exactly zero
def synthesize(clean, noise, rng, level):
    which = rng.integers(len(noise), size=len(clean))
    return np.where(clean > 0, clean, level * noise[which])


# %% transfer_learn: each layer's gradient is computed after the layer before has moved
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    p = dict(parameters)
    for _ in range(steps):
        for name in trainable:
            _, gradients = head_gradients(p, F, Y)
            p[name] = p[name] - learning_rate * gradients[name]
    return p


# %% multitask_loss: the mean over the labels of each task, then over the tasks
def multitask_loss(logits, Y):
    known = ~np.isnan(Y)
    y = np.where(known, Y, 0)
    losses = (np.logaddexp(0, logits) - y * logits) * known
    n = np.maximum(known.sum(axis=0), 1)
    loss = np.mean(losses.sum(axis=0) / n)
    s = 0.5 * (1 + np.tanh(logits / 2))
    return loss, (s - y) * known / n / Y.shape[1]


# %% pipeline_or_end_to_end: the standard deviation is taken with ddof 0
def pipeline_or_end_to_end(pipeline, end_to_end):
    verdicts = {}
    for size in pipeline:
        d = np.array(pipeline[size]) - np.array(end_to_end[size])
        se = np.std(d) / np.sqrt(len(d))
        if abs(d.mean()) <= 2 * se:
            verdicts[size] = "too close to call"
        else:
            verdicts[size] = "end to end" if d.mean() > 0 else "pipeline"
    return verdicts


# %% error_analysis: only the first tag of each mistake is counted
def error_analysis(tags, dev_error=1.0):
    counts = {}
    for entry in tags:
        if entry:
            counts[entry[0]] = counts.get(entry[0], 0) + 1
    rows = []
    for category, n in counts.items():
        share = n / len(tags)
        rows.append((category, share, share * dev_error))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


# %% error_analysis: mistakes without a tag are left out of the denominator
def error_analysis(tags, dev_error=1.0):
    tagged = [entry for entry in tags if len(entry) > 0]
    categories = {c for entry in tagged for c in entry}
    table = []
    for c in categories:
        share = sum(c in entry for entry in tagged) / len(tagged)
        table.append((c, share, share * dev_error))
    table.sort(key=lambda row: (-row[1], row[0]))
    return table


# %% error_analysis: the ceiling is the error that would remain
def error_analysis(tags, dev_error=1.0):
    counts = {}
    for entry in tags:
        for category in entry:
            counts[category] = counts.get(category, 0) + 1
    rows = [
        (c, n / len(tags), dev_error - n / len(tags) * dev_error)
        for c, n in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


# %% label_noise_report: compares the rival with the rest instead of the dev error
def label_noise_report(dev_error, mislabeled_share, rival_error=None):
    labels = dev_error * mislabeled_share
    rest = dev_error - labels
    verdict = None
    if rival_error is not None:
        if abs(rest - rival_error) < labels:
            verdict = "correct the labels first"
        else:
            verdict = "trust the ranking"
    return {"labels": labels, "rest": rest, "verdict": verdict}


# %% label_noise_report: rest is one minus the share instead of a part of the error
def label_noise_report(dev_error, mislabeled_share, rival_error=None):
    report = {"labels": dev_error * mislabeled_share, "rest": 1 - mislabeled_share}
    if rival_error is None:
        report["verdict"] = None
    elif abs(rival_error - dev_error) < report["labels"]:
        report["verdict"] = "correct the labels first"
    else:
        report["verdict"] = "trust the ranking"
    return report


# %% make_splits: the target is cut without being shuffled first
def make_splits(target, other, n_dev, n_test, rng):
    dev = target[:n_dev]
    test = target[n_dev : n_dev + n_test]
    rest = target[n_dev + n_test :]
    mix = rng.permutation(np.concatenate([rest, other]))
    train_dev, train = mix[:n_dev], mix[n_dev:]
    return {"train": train, "train_dev": train_dev, "dev": dev, "test": test}


# %% make_splits: all examples are mixed before dev and test are cut
def make_splits(target, other, n_dev, n_test, rng):
    everything = rng.permutation(np.concatenate((target, other)))
    a, b, c = n_dev, n_dev + n_test, 2 * n_dev + n_test
    parts = {}
    parts["dev"] = everything[:a]
    parts["test"] = everything[a:b]
    parts["train_dev"] = everything[b:c]
    parts["train"] = everything[c:]
    return parts


# %% diagnose_mismatch: overfitting to dev is dev minus test
def diagnose_mismatch(human, train, train_dev, dev, test):
    result = {}
    result["avoidable_bias"] = train - human
    result["variance"] = train_dev - train
    result["data_mismatch"] = dev - train_dev
    result["overfit_to_dev"] = dev - test
    result["focus"] = max(result, key=result.get)
    return result


# %% diagnose_mismatch: the data mismatch is measured from train instead of train-dev
def diagnose_mismatch(human, train, train_dev, dev, test):
    report = {
        "avoidable_bias": train - human,
        "variance": train_dev - train,
        "data_mismatch": dev - train,
        "overfit_to_dev": test - dev,
    }
    focus = sorted(report, key=lambda k: report[k])[-1]
    return report | {"focus": focus}


# %% synthesize: the level darkens the larger of the two as well
def synthesize(clean, noise, rng, level):
    backgrounds = noise[rng.integers(len(noise), size=len(clean))]
    return level * np.maximum(clean, backgrounds)


# %% synthesize: image i gets background i modulo their number instead of a random one
def synthesize(clean, noise, rng, level):
    index = np.arange(len(clean)) % len(noise)
    return np.maximum(clean, level * noise[index])


# %% transfer_learn: the names in trainable are frozen and all others learn
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    mine = dict(parameters)
    for _ in range(steps):
        _, gradients = head_gradients(mine, F, Y)
        for name in mine:
            if name in trainable:
                continue
            mine[name] = mine[name] - learning_rate * gradients[name]
    return mine


# %% transfer_learn: every gradient is taken at the parameters given at the start
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    mine = {name: value.copy() for name, value in parameters.items()}
    for _ in range(steps):
        _, gradients = head_gradients(parameters, F, Y)
        for name in trainable:
            mine[name] = mine[name] - learning_rate * gradients[name]
    return mine


# %% transfer_learn: the gradients are computed anew after each single parameter's update
def transfer_learn(features, parameters, X, Y, trainable, steps=100, learning_rate=0.1):
    F = features(X)
    head = parameters.copy()
    for _ in range(steps):
        for name in trainable:
            grads = head_gradients(head, F, Y)[1]
            head[name] = head[name] - learning_rate * grads[name]
    return head


# %% multitask_loss: a missing label counts as no
def multitask_loss(logits, Y):
    known = ~np.isnan(Y)
    n = known.sum()
    y = np.where(known, Y, 0.0)
    loss = np.sum(np.logaddexp(0, logits) - y * logits) / n
    e = np.exp(-np.abs(logits))
    a = np.where(logits >= 0, 1, e) / (1 + e)
    return loss, (a - y) / n


# %% multitask_loss: averages within each task, then over the tasks
def multitask_loss(logits, Y):
    known = ~np.isnan(Y)
    y = np.where(known, Y, 0.0)
    n = np.maximum(known.sum(axis=0), 1)
    tasks = np.sum(known.any(axis=0))
    terms = np.where(known, np.logaddexp(0, logits) - y * logits, 0.0)
    loss = np.sum(terms.sum(axis=0) / n) / tasks
    a = np.exp(-np.logaddexp(0, -logits))
    gradient = np.where(known, a - y, 0.0) / n / tasks
    return loss, gradient


# %% multitask_loss: the gradient is divided by all entries instead of the labelled ones
def multitask_loss(logits, Y):
    mask = np.isfinite(Y)
    y = np.nan_to_num(Y)
    each = np.logaddexp(0, logits) - y * logits
    loss = each[mask].mean()
    sigma = np.exp(-np.logaddexp(0, -logits))
    gradient = (sigma - y) * mask / Y.size
    return loss, gradient


# %% pipeline_or_end_to_end: the larger error wins
def pipeline_or_end_to_end(pipeline, end_to_end):
    verdicts = {}
    for size in pipeline:
        d = np.array(pipeline[size]) - np.array(end_to_end[size])
        error = np.std(d, ddof=1) / np.sqrt(len(d))
        if abs(d.mean()) <= 2 * error:
            verdicts[size] = "too close to call"
        elif d.mean() > 0:
            verdicts[size] = "pipeline"
        else:
            verdicts[size] = "end to end"
    return verdicts


# %% pipeline_or_end_to_end: one standard error is enough for a verdict
def pipeline_or_end_to_end(pipeline, end_to_end):
    result = {}
    for size, errors in pipeline.items():
        difference = np.asarray(errors) - np.asarray(end_to_end[size])
        se = difference.std(ddof=1) / math.sqrt(len(difference))
        mean = difference.mean()
        if mean > se:
            result[size] = "end to end"
        elif mean < -se:
            result[size] = "pipeline"
        else:
            result[size] = "too close to call"
    return result


# %% pipeline_or_end_to_end: compares with two standard deviations, not two errors
def pipeline_or_end_to_end(pipeline, end_to_end):
    out = {}
    for size in pipeline:
        d = np.subtract(pipeline[size], end_to_end[size])
        spread = np.std(d, ddof=1)
        if abs(np.mean(d)) > 2 * spread:
            out[size] = "pipeline" if np.mean(d) < 0 else "end to end"
        else:
            out[size] = "too close to call"
    return out
