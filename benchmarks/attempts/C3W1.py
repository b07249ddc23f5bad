"""Wrong answers to C3W1 as learners write them; each label says what is wrong."""

# %% confusion_matrix: rows are guesses, columns are the truth
def confusion_matrix(y_true, y_pred, n_classes):
    M = np.zeros((n_classes, n_classes), dtype=int)
    for truth, guess in zip(y_true, y_pred):
        M[guess, truth] += 1
    return M


# %% confusion_matrix: fancy indexing counts a repeated pair once only
def confusion_matrix(y_true, y_pred, n_classes):
    M = np.zeros((n_classes, n_classes), dtype=int)
    M[y_true, y_pred] += 1
    return M


# %% confusion_matrix: the size is taken from the labels that occur
def confusion_matrix(y_true, y_pred, n_classes):
    labels = np.unique(np.concatenate([y_true, y_pred]))
    M = np.zeros((len(labels), len(labels)), dtype=int)
    for i, t in enumerate(labels):
        for j, g in enumerate(labels):
            M[i, j] = np.sum((y_true == t) & (y_pred == g))
    return M


# %% confusion_matrix: only the mistakes are counted, the diagonal stays 0
def confusion_matrix(y_true, y_pred, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=int)
    for i in range(len(y_true)):
        if y_true[i] != y_pred[i]:
            counts[y_true[i], y_pred[i]] += 1
    return counts


# %% confusion_matrix: shares of each row instead of counts
def confusion_matrix(y_true, y_pred, n_classes):
    M = np.zeros((n_classes, n_classes))
    np.add.at(M, (y_true, y_pred), 1)
    rows = M.sum(axis=1, keepdims=True)
    return M / np.maximum(rows, 1)


# %% precision_recall_f1: precision and recall have changed places
def precision_recall_f1(y_true, y_pred):
    found = int(np.sum((y_true == 1) & (y_pred == 1)))
    called, real = int(np.sum(y_pred == 1)), int(np.sum(y_true == 1))
    precision = found / real if real else 0.0
    recall = found / called if called else 0.0
    f1 = 2 * precision * recall / (precision + recall) if found else 0.0
    return precision, recall, f1


# %% precision_recall_f1: the arithmetic mean in place of the harmonic one
def precision_recall_f1(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    precision = float(tp / (tp + fp)) if tp + fp > 0 else 0.0
    recall = float(tp / (tp + fn)) if tp + fn > 0 else 0.0
    return precision, recall, (precision + recall) / 2


# %% precision_recall_f1: the factor 2 is missing in F1
def precision_recall_f1(y_true, y_pred):
    tp = float(np.sum(y_true * y_pred))
    precision = tp / float(y_pred.sum()) if y_pred.sum() else 0.0
    recall = tp / float(y_true.sum()) if y_true.sum() else 0.0
    f1 = precision * recall / (precision + recall) if tp else 0.0
    return precision, recall, f1


# %% precision_recall_f1: divides without asking, 0/0 becomes nan
def precision_recall_f1(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision = tp / np.sum(y_pred == 1)
    recall = tp / np.sum(y_true == 1)
    f1 = 2 * precision * recall / (precision + recall)
    return precision, recall, f1


# %% precision_recall_f1: accuracy in place of precision
def precision_recall_f1(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision = float(np.mean(y_true == y_pred))
    recall = float(tp / np.sum(y_true == 1)) if np.any(y_true == 1) else 0.0
    if precision + recall == 0:
        return precision, recall, 0.0
    return precision, recall, 2 * precision * recall / (precision + recall)


# %% precision_recall_f1: where nothing was called 1, precision is 1.0
def precision_recall_f1(y_true, y_pred):
    hits = int(np.sum((y_true == 1) & (y_pred == 1)))
    said, real = int(np.sum(y_pred == 1)), int(np.sum(y_true == 1))
    precision = hits / said if said > 0 else 1.0
    recall = hits / real if real > 0 else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return precision, recall, f1


# %% rank_models: a value exactly on the limit is out
def rank_models(table, optimizing, satisficing):
    good = {}
    for model, metrics in table.items():
        ok = True
        for metric, (sign, limit) in satisficing.items():
            value = metrics[metric]
            if sign == "<=" and not value < limit:
                ok = False
            if sign == ">=" and not value > limit:
                ok = False
        if ok:
            good[model] = metrics[optimizing]
    return max(good, key=good.get) if good else None


# %% rank_models: the smallest value of the optimizing metric wins
def rank_models(table, optimizing, satisficing):
    def fits(row):
        return all(
            row[m] <= limit if sign == "<=" else row[m] >= limit
            for m, (sign, limit) in satisficing.items()
        )

    good = [name for name, row in table.items() if fits(row)]
    if not good:
        return None
    return min(good, key=lambda name: table[name][optimizing])


# %% rank_models: one limit kept is enough, any instead of all
def rank_models(table, optimizing, satisficing):
    best = None
    for name, row in table.items():
        within = [
            row[m] <= limit if sign == "<=" else row[m] >= limit
            for m, (sign, limit) in satisficing.items()
        ]
        if any(within) or not within:
            if best is None or row[optimizing] > table[best][optimizing]:
                best = name
    return best


# %% rank_models: every limit is taken for an upper one, the sign is ignored
def rank_models(table, optimizing, satisficing):
    candidates = []
    for name in table:
        if all(table[name][m] <= limit for m, (_, limit) in satisficing.items()):
            candidates.append(name)
    if len(candidates) == 0:
        return None
    return max(candidates, key=lambda n: table[n][optimizing])


# %% rank_models: if no model is good enough, the best of all is returned
def rank_models(table, optimizing, satisficing):
    good = dict(table)
    for metric, (sign, limit) in satisficing.items():
        if sign == "<=":
            good = {n: r for n, r in good.items() if r[metric] <= limit}
        else:
            good = {n: r for n, r in good.items() if r[metric] >= limit}
    if not good:
        good = table
    return max(good, key=lambda name: good[name][optimizing])


# %% rank_models: takes the best first and answers None if that one breaks a limit
def rank_models(table, optimizing, satisficing):
    best = max(table, key=lambda name: table[name][optimizing])
    for metric, (sign, limit) in satisficing.items():
        value = table[best][metric]
        if (sign == "<=" and value > limit) or (sign == ">=" and value < limit):
            return None
    return best


# %% weighted_error: divides by the number of examples
def weighted_error(y_true, y_pred, weights):
    wrong = (y_true != y_pred).astype(float)
    return float(np.sum(weights * wrong) / len(y_true))


# %% weighted_error: the weight of the right guesses
def weighted_error(y_true, y_pred, weights):
    return float(np.sum(weights[y_true == y_pred]) / np.sum(weights))


# %% weighted_error: divides by the number of wrong guesses
def weighted_error(y_true, y_pred, weights):
    wrong = y_true != y_pred
    if not wrong.any():
        return 0.0
    return float(weights[wrong].sum() / wrong.sum())


# %% weighted_error: the distance of class numbers counts, not only right or wrong
def weighted_error(y_true, y_pred, weights):
    miss = np.abs(y_true - y_pred)
    return float(np.dot(weights, miss) / np.sum(weights))


# %% choose_split: the cap of 10,000 is forgotten
def choose_split(n_examples):
    dev = test = 0.2
    return 1 - dev - test, dev, test


# %% choose_split: jumps to 98/1/1 for a million or more, 60/20/20 below
def choose_split(n_examples):
    if n_examples >= 1_000_000:
        return 0.98, 0.01, 0.01
    return 0.6, 0.2, 0.2


# %% choose_split: the 10,000 are shared between dev and test
def choose_split(n_examples):
    held_out = min(0.4 * n_examples, 10_000)
    dev = held_out / 2 / n_examples
    return 1 - 2 * dev, dev, dev


# %% choose_split: numbers of examples instead of fractions
def choose_split(n_examples):
    dev = min(0.2 * n_examples, 10_000)
    test = min(0.2 * n_examples, 10_000)
    train = n_examples - dev - test
    return train, dev, test


# %% choose_split: training stays at 0.6 although dev and test shrink
def choose_split(n_examples):
    share = min(0.2, 10_000 / n_examples)
    return 0.6, share, share


# %% dev_set_size: one-sided, z at 0.95 instead of 0.975
def dev_set_size(error_difference, confidence=0.95):
    z = NormalDist().inv_cdf(confidence)
    return math.ceil(z**2 / (2 * error_difference**2))


# %% dev_set_size: rounds down
def dev_set_size(error_difference, confidence=0.95):
    z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
    return int(z**2 / (2 * error_difference**2))


# %% dev_set_size: the variance of one error only, 1/(4m)
def dev_set_size(error_difference, confidence=0.95):
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    m = (z / error_difference) ** 2 / 4
    return math.ceil(m)


# %% dev_set_size: z is always 1.96, the confidence is ignored
def dev_set_size(error_difference, confidence=0.95):
    z = NormalDist().inv_cdf(0.975)
    return math.ceil(z * z / (2 * error_difference * error_difference))


# %% dev_set_size: the difference is not squared
def dev_set_size(error_difference, confidence=0.95):
    alpha = 1 - confidence
    z = NormalDist().inv_cdf(1 - alpha / 2)
    return math.ceil(z**2 / (2 * error_difference))


# %% bayes_error_proxy: the average of all people
def bayes_error_proxy(human_errors):
    mean = sum(human_errors.values()) / len(human_errors)
    who = min(human_errors, key=lambda name: abs(human_errors[name] - mean))
    return who, human_errors[who]


# %% bayes_error_proxy: the largest error instead of the smallest
def bayes_error_proxy(human_errors):
    who = max(human_errors, key=human_errors.get)
    return who, human_errors[who]


# %% bayes_error_proxy: the first by alphabet, min of the names
def bayes_error_proxy(human_errors):
    who, error = min(human_errors.items())
    return who, error


# %% bias_variance_report: variance is measured from human error
def bias_variance_report(human_error, train_error, dev_error):
    bias = train_error - human_error
    variance = dev_error - human_error
    focus = "bias" if bias >= variance else "variance"
    return {"avoidable_bias": bias, "variance": variance, "focus": focus}


# %% bias_variance_report: a negative bias is cut off at 0
def bias_variance_report(human_error, train_error, dev_error):
    bias = max(0.0, train_error - human_error)
    variance = max(0.0, dev_error - train_error)
    return {
        "avoidable_bias": bias,
        "variance": variance,
        "focus": "variance" if variance > bias else "bias",
    }


# %% bias_variance_report: the focus goes to variance where both are equal
def bias_variance_report(human_error, train_error, dev_error):
    report = {
        "avoidable_bias": train_error - human_error,
        "variance": dev_error - train_error,
    }
    if report["avoidable_bias"] > report["variance"]:
        report["focus"] = "bias"
    else:
        report["focus"] = "variance"
    return report


# %% bias_variance_report: bias is the training error itself, human error left out
def bias_variance_report(human_error, train_error, dev_error):
    b, v = train_error, dev_error - train_error
    focus = "bias" if b >= v else "variance"
    return {"avoidable_bias": b, "variance": v, "focus": focus}


# %% bias_variance_report: gaps are compared by absolute value
def bias_variance_report(human_error, train_error, dev_error):
    bias = train_error - human_error
    variance = dev_error - train_error
    focus = "bias" if abs(bias) >= abs(variance) else "variance"
    return dict(avoidable_bias=bias, variance=variance, focus=focus)


# %% next_step: the gap from dev to test is not looked at
def next_step(report):
    bias, variance = report["avoidable_bias"], report["variance"]
    if max(bias, variance) <= NOISE:
        return FAMILIES["none"]
    return FAMILIES["avoidable_bias" if bias >= variance else "variance"]


# %% next_step: the first gap above the noise wins, not the largest
def next_step(report):
    for gap in ("avoidable_bias", "variance", "test_gap"):
        if report.get(gap, 0.0) > NOISE:
            return FAMILIES[gap]
    return FAMILIES["none"]


# %% next_step: gaps are compared without their signs
def next_step(report):
    gaps = {
        name: abs(report.get(name, 0.0))
        for name in ("avoidable_bias", "variance", "test_gap")
    }
    largest = max(gaps, key=gaps.get)
    if gaps[largest] <= NOISE:
        return FAMILIES["none"]
    return FAMILIES[largest]


# %% next_step: small gaps count too, compared with 0 instead of NOISE
def next_step(report):
    gaps = [(report.get(n, 0.0), n) for n in ("avoidable_bias", "variance", "test_gap")]
    size, name = max(gaps)
    return FAMILIES[name] if size > 0 else FAMILIES["none"]


# %% next_step: KeyError where a report has no test gap
def next_step(report):
    gaps = {k: report[k] for k in ("avoidable_bias", "variance", "test_gap")}
    name = max(gaps, key=gaps.get)
    if gaps[name] > NOISE:
        return FAMILIES[name]
    return FAMILIES["none"]


# %% next_step: other number entries of the report take part in the comparison
def next_step(report):
    numbers = {k: v for k, v in report.items() if isinstance(v, float)}
    name = max(numbers, key=numbers.get)
    if numbers[name] <= NOISE:
        return FAMILIES["none"]
    return FAMILIES.get(name, FAMILIES["none"])


# %% confusion_matrix: rows are divided by their sums
def confusion_matrix(y_true, y_pred, n_classes):
    M = np.zeros((n_classes, n_classes))
    for t, p in zip(y_true, y_pred, strict=True):
        M[t, p] += 1
    return M / np.maximum(M.sum(axis=1, keepdims=True), 1)


# %% precision_recall_f1: F1 is the geometric mean
def precision_recall_f1(y_true, y_pred):
    hits = int(np.sum((y_true == 1) & (y_pred == 1)))
    p = hits / int(np.sum(y_pred)) if np.sum(y_pred) else 0.0
    r = hits / int(np.sum(y_true)) if np.sum(y_true) else 0.0
    return p, r, math.sqrt(p * r)


# %% precision_recall_f1: recall is the accuracy
def precision_recall_f1(y_true, y_pred):
    tp = int(np.sum((y_true == 1) & (y_pred == 1)))
    predicted = int(np.sum(y_pred == 1))
    precision = tp / predicted if predicted else 0.0
    recall = float(np.mean(y_true == y_pred))
    f1 = 2 * precision * recall / (precision + recall) if tp else 0.0
    return precision, recall, f1


# %% rank_models: one limit met is enough
def rank_models(table, optimizing, satisficing):
    good = {}
    for name, row in table.items():
        met = [
            row[metric] <= limit if sign == "<=" else row[metric] >= limit
            for metric, (sign, limit) in satisficing.items()
        ]
        if any(met) or not met:
            good[name] = row[optimizing]
    return max(good, key=good.get) if good else None


# %% weighted_error: the weights are squared
def weighted_error(y_true, y_pred, weights):
    wrong = y_true != y_pred
    return float(np.sum(weights**2 * wrong) / np.sum(weights**2))


# %% choose_split: the limit of 10,000 holds for dev and test together
def choose_split(n_examples):
    dev = min(0.2, 5_000 / n_examples)
    return 1 - 2 * dev, dev, dev


# %% dev_set_size: the variance of one error is used, not of the difference
def dev_set_size(error_difference, confidence=0.95):
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return math.ceil((z / error_difference) ** 2 / 4)


# %% bayes_error_proxy: the median of the errors is chosen
def bayes_error_proxy(human_errors):
    ordered = sorted(human_errors.items(), key=lambda pair: pair[1])
    return ordered[len(ordered) // 2]


# %% bias_variance_report: the gaps are relative to the dev error
def bias_variance_report(human_error, train_error, dev_error):
    bias = (train_error - human_error) / dev_error
    variance = (dev_error - train_error) / dev_error
    focus = "bias" if bias >= variance else "variance"
    return {"avoidable_bias": bias, "variance": variance, "focus": focus}


# %% next_step: the first gap above the noise is taken
def next_step(report):
    for gap in ("avoidable_bias", "variance", "test_gap"):
        if report.get(gap, 0) > NOISE:
            return FAMILIES[gap]
    return FAMILIES["none"]


# %% confusion_matrix: rows are the predicted classes and columns the true ones
def confusion_matrix(y_true, y_pred, n_classes):
    M = np.zeros((n_classes, n_classes), dtype=int)
    for true, guess in zip(y_true, y_pred):
        M[guess, true] += 1
    return M


# %% confusion_matrix: each row holds fractions of the class instead of counts
def confusion_matrix(y_true, y_pred, n_classes):
    M = np.zeros((n_classes, n_classes))
    np.add.at(M, (y_true, y_pred), 1)
    total = M.sum(axis=1, keepdims=True)
    return M / np.where(total == 0, 1, total)


# %% precision_recall_f1: precision and recall are exchanged
def precision_recall_f1(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    if tp == 0:
        return 0.0, 0.0, 0.0
    precision = float(tp / (tp + fn))
    recall = float(tp / (tp + fp))
    f1 = 2 * precision * recall / (precision + recall)
    return precision, recall, f1


# %% precision_recall_f1: true negatives count as correct in both fractions
def precision_recall_f1(y_true, y_pred):
    right = int(np.sum(y_true == y_pred))
    predicted, actual = int(np.sum(y_pred)), int(np.sum(y_true))
    false_alarms = int(np.sum((y_pred == 1) & (y_true == 0)))
    missed = int(np.sum((y_pred == 0) & (y_true == 1)))
    tp = predicted - false_alarms
    precision = right / (right + false_alarms) if predicted else 0.0
    recall = right / (right + missed) if actual else 0.0
    if tp == 0:
        return 0.0, 0.0, 0.0
    return precision, recall, 2 * precision * recall / (precision + recall)


# %% rank_models: a model passes if it meets at least one of the limits
def rank_models(table, optimizing, satisficing):
    good = []
    for name, metrics in table.items():
        passed = [
            metrics[k] <= limit if sign == "<=" else metrics[k] >= limit
            for k, (sign, limit) in satisficing.items()
        ]
        if any(passed) or not satisficing:
            good.append(name)
    if not good:
        return None
    return max(good, key=lambda name: table[name][optimizing])


# %% rank_models: every limit is treated as an upper limit
def rank_models(table, optimizing, satisficing):
    best = None
    for model, row in table.items():
        if all(row[metric] <= limit for metric, (_, limit) in satisficing.items()):
            if best is None or row[optimizing] > table[best][optimizing]:
                best = model
    return best


# %% rank_models: the best of all models is chosen first and only then tested
def rank_models(table, optimizing, satisficing):
    best = max(table, key=lambda m: table[m][optimizing])
    for metric, (sign, limit) in satisficing.items():
        value = table[best][metric]
        if sign == "<=" and value > limit:
            return None
        if sign == ">=" and value < limit:
            return None
    return best


# %% weighted_error: divides by the weight of the correct examples
def weighted_error(y_true, y_pred, weights):
    wrong = np.sum(weights[y_true != y_pred])
    correct = np.sum(weights[y_true == y_pred])
    return float(wrong / correct)


# %% weighted_error: the weights count the correct examples
def weighted_error(y_true, y_pred, weights):
    agree = (y_true == y_pred).astype(float)
    return float(np.average(agree, weights=weights))


# %% choose_split: large sets get 1 % each whatever their size
def choose_split(n_examples):
    if n_examples <= 50_000:
        return 0.6, 0.2, 0.2
    return 0.98, 0.01, 0.01


# %% dev_set_size: the 2 under the root is missing
def dev_set_size(error_difference, confidence=0.95):
    z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
    return int(math.ceil((z / error_difference) ** 2))


# %% dev_set_size: z is not squared
def dev_set_size(error_difference, confidence=0.95):
    tail = (1 - confidence) / 2
    z = NormalDist().inv_cdf(1 - tail)
    m = z / (2 * error_difference**2)
    return math.ceil(m)


# %% bayes_error_proxy: the average error of the people, with whoever is nearest to it
def bayes_error_proxy(human_errors):
    average = sum(human_errors.values()) / len(human_errors)
    who = min(human_errors, key=lambda name: abs(human_errors[name] - average))
    return who, human_errors[who]


# %% bias_variance_report: the focus goes by absolute values
def bias_variance_report(human_error, train_error, dev_error):
    bias = train_error - human_error
    variance = dev_error - train_error
    return {
        "avoidable_bias": bias,
        "variance": variance,
        "focus": "bias" if abs(bias) >= abs(variance) else "variance",
    }


# %% bias_variance_report: a negative bias is set to 0
def bias_variance_report(human_error, train_error, dev_error):
    report = {}
    report["avoidable_bias"] = max(0.0, train_error - human_error)
    report["variance"] = dev_error - train_error
    if report["variance"] > report["avoidable_bias"]:
        report["focus"] = "variance"
    else:
        report["focus"] = "bias"
    return report


# %% next_step: goes by the entry focus and never looks at the test gap
def next_step(report):
    if report["avoidable_bias"] >= report["variance"]:
        gap = "avoidable_bias"
    else:
        gap = "variance"
    if report[gap] > NOISE:
        return FAMILIES[gap]
    return FAMILIES["none"]


# %% next_step: returns the name of the gap instead of its family of remedies
def next_step(report):
    names = ["avoidable_bias", "variance", "test_gap"]
    largest = max(names, key=lambda name: report.get(name, 0.0))
    if report.get(largest, 0.0) <= NOISE:
        largest = "none"
    return largest
