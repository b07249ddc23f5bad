"""Wrong answers to C4W3 as learners write them; each label says what is wrong."""

# %% localization_loss: p_c is masked too, it costs nothing where there is no object
def localization_loss(y_true, y_pred):
    mask = y_true[:, 0:1]
    errors = mask * (y_pred - y_true) ** 2
    return float(errors.sum(axis=1).mean())


# %% localization_loss: mean over the numbers of a picture in place of their sum
def localization_loss(y_true, y_pred):
    squared = (y_true - y_pred) ** 2
    losses = []
    for row, truth in zip(squared, y_true, strict=True):
        if truth[0] == 1:
            losses.append(np.mean(row))
        else:
            losses.append(row[0])
    return float(np.mean(losses))


# %% localization_loss: box and classes are masked by the predicted p_c
def localization_loss(y_true, y_pred):
    squared = (y_true - y_pred) ** 2
    there = (y_pred[:, 0:1] > 0.5).astype(float)
    box = np.sum(there * squared[:, 1:], axis=1)
    return float(np.mean(squared[:, 0] + box))


# %% dense_as_convolution: the rows of W are cut with the channels first
def dense_as_convolution(W, f):
    n_units = W.shape[1]
    return W.reshape(-1, f, f, n_units).transpose(1, 2, 0, 3)


# %% dense_as_convolution: W is transposed before the reshape
def dense_as_convolution(W, f):
    n_units = W.shape[1]
    n_C = W.shape[0] // (f * f)
    return W.T.reshape(f, f, n_C, n_units)


# %% iou: a negative width and height are not cut off at 0
def iou(box1, box2):
    top, left = max(box1[0], box2[0]), max(box1[1], box2[1])
    bottom, right = min(box1[2], box2[2]), min(box1[3], box2[3])
    intersection = (bottom - top) * (right - left)
    area1 = (box1[2] - box1[0]) * (box1[3] - box1[1])
    area2 = (box2[2] - box2[0]) * (box2[3] - box2[1])
    union = area1 + area2 - intersection
    return float(intersection / union) if union > 0 else 0.0


# %% iou: the union counts the intersection twice
def iou(box1, box2):
    height = max(0, min(box1[2], box2[2]) - max(box1[0], box2[0]))
    width = max(0, min(box1[3], box2[3]) - max(box1[1], box2[1]))
    both = height * width
    areas = [(y2 - y1) * (x2 - x1) for y1, x1, y2, x2 in (box1, box2)]
    if sum(areas) == 0:
        return 0.0
    return float(both / sum(areas))


# %% iou: counts pixels, with 1 added to each side, as older detectors do
def iou(box1, box2):
    y1, x1 = max(box1[0], box2[0]), max(box1[1], box2[1])
    y2, x2 = min(box1[2], box2[2]), min(box1[3], box2[3])
    inter = max(0, y2 - y1 + 1) * max(0, x2 - x1 + 1)
    area1 = (box1[2] - box1[0] + 1) * (box1[3] - box1[1] + 1)
    area2 = (box2[2] - box2[0] + 1) * (box2[3] - box2[1] + 1)
    return float(inter / (area1 + area2 - inter))


# %% kmeans_anchors: boxes go to the anchor at the least Euclidean distance
def kmeans_anchors(wh, k, rng):
    anchors = wh[rng.choice(len(wh), k, replace=False)].astype(float)
    nearest = None
    for _ in range(100):
        distances = np.linalg.norm(wh[:, np.newaxis] - anchors, axis=2)
        new = distances.argmin(axis=1)
        if nearest is not None and np.array_equal(new, nearest):
            break
        nearest = new
        for j in range(k):
            if np.any(nearest == j):
                anchors[j] = wh[nearest == j].mean(axis=0)
    return anchors[np.argsort(anchors.prod(axis=1), kind="stable")]


# %% kmeans_anchors: the largest anchor comes first
def kmeans_anchors(wh, k, rng):
    wh = np.asarray(wh, float)
    anchors = wh[rng.choice(len(wh), k, replace=False)]
    before = np.full(len(wh), -1)
    for _ in range(100):
        both = np.minimum(wh[:, np.newaxis], anchors).prod(axis=2)
        union = wh.prod(axis=1)[:, np.newaxis] + anchors.prod(axis=1) - both
        now = np.argmax(both / union, axis=1)
        if (now == before).all():
            break
        before = now
        for a in range(k):
            members = wh[now == a]
            if len(members):
                anchors[a] = members.mean(axis=0)
    return anchors[np.argsort(-anchors.prod(axis=1))]


# %% kmeans_anchors: anchors move to the median of their boxes
def kmeans_anchors(wh, k, rng):
    n = len(wh)
    anchors = np.array(wh[rng.choice(n, k, replace=False)], dtype=float)
    last = np.full(n, -1)
    for _ in range(100):
        overlap = np.zeros((n, k))
        for j, (a_w, a_h) in enumerate(anchors):
            shared = np.minimum(wh[:, 0], a_w) * np.minimum(wh[:, 1], a_h)
            overlap[:, j] = shared / (wh[:, 0] * wh[:, 1] + a_w * a_h - shared)
        cluster = overlap.argmax(axis=1)
        if np.all(cluster == last):
            break
        for j in range(k):
            if np.any(cluster == j):
                anchors[j] = np.median(wh[cluster == j], axis=0)
        last = cluster
    area = anchors[:, 0] * anchors[:, 1]
    return anchors[np.argsort(area, kind="stable")]


# %% encode_yolo: row and column of the cell are exchanged
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    Y = np.zeros((grid, grid, len(anchors), 5 + n_classes))
    for (x, y, w, h), label in zip(boxes, classes, strict=True):
        column = min(int(x * grid), grid - 1)
        row = min(int(y * grid), grid - 1)
        alike = [iou((0, 0, h, w), (0, 0, a_h, a_w)) for a_w, a_h in anchors]
        for a in np.argsort(-np.array(alike), kind="stable"):
            if Y[column, row, a, 0] == 0:
                Y[column, row, a, 0] = 1
                Y[column, row, a, 1:3] = x * grid - column, y * grid - row
                Y[column, row, a, 3:5] = np.log([w / anchors[a][0], h / anchors[a][1]])
                Y[column, row, a, 5 + label] = 1
                break
    return Y


# %% encode_yolo: a second object overwrites the first where the best anchor is taken
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    Y = np.zeros((grid, grid, len(anchors), 5 + n_classes))
    for (x, y, w, h), label in zip(boxes, classes, strict=True):
        column = min(int(x * grid), grid - 1)
        row = min(int(y * grid), grid - 1)
        overlaps = [iou((0, 0, h, w), (0, 0, a_h, a_w)) for a_w, a_h in anchors]
        best = int(np.argmax(overlaps))
        a_w, a_h = anchors[best]
        slot = np.zeros(5 + n_classes)
        slot[0] = 1
        slot[1:5] = x * grid - column, y * grid - row, np.log(w / a_w), np.log(h / a_h)
        slot[5 + label] = 1
        Y[row, column, best] = slot
    return Y


# %% encode_yolo: the middle is told in shares of the picture, not within its cell
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    anchors = np.asarray(anchors)
    Y = np.zeros((grid, grid, len(anchors), 5 + n_classes))
    for box, c in zip(boxes, classes, strict=True):
        x, y, w, h = box
        col, row = np.minimum((np.array([x, y]) * grid).astype(int), grid - 1)
        scores = np.array([iou([0, 0, w, h], [0, 0, *anchor]) for anchor in anchors])
        for a in np.argsort(-scores, kind="stable"):
            if not Y[row, col, a, 0]:
                Y[row, col, a, :3] = 1, x, y
                Y[row, col, a, 3:5] = np.log(box[2:] / anchors[a])
                Y[row, col, a, 5 + c] = 1
                break
    return Y


# %% encode_yolo: sizes are ratios to the anchor, the logarithm is forgotten
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    A = len(anchors)
    Y = np.zeros((grid, grid, A, 5 + n_classes))
    for i in range(len(boxes)):
        x, y, w, h = boxes[i]
        column, row = min(int(x * grid), grid - 1), min(int(y * grid), grid - 1)
        similarity = np.array(
            [iou((0, 0, w, h), (0, 0, anchors[a][0], anchors[a][1])) for a in range(A)]
        )
        free = [a for a in np.argsort(-similarity, kind="stable")
                if Y[row, column, a, 0] == 0]  # fmt: skip
        if not free:
            continue
        a = free[0]
        Y[row, column, a, 0] = 1.0
        Y[row, column, a, 1] = x * grid - column
        Y[row, column, a, 2] = y * grid - row
        Y[row, column, a, 3] = w / anchors[a][0]
        Y[row, column, a, 4] = h / anchors[a][1]
        Y[row, column, a, 5 + classes[i]] = 1.0
    return Y


# %% decode_yolo: columns are counted along the first axis and rows along the second
def decode_yolo(Y, anchors):
    grid = Y.shape[0]
    columns = np.arange(grid)[:, np.newaxis, np.newaxis]
    rows = np.arange(grid)[np.newaxis, :, np.newaxis]
    x = (columns + Y[..., 1]) / grid
    y = (rows + Y[..., 2]) / grid
    box_xy = np.stack([x, y], axis=-1)
    box_wh = anchors * np.exp(Y[..., 3:5])
    return box_xy, box_wh, Y[..., 0:1], Y[..., 5:]


# %% decode_yolo: places stay in cells, they are not divided by the grid
def decode_yolo(Y, anchors):
    grid = len(Y)
    xs, ys = np.meshgrid(np.arange(grid), np.arange(grid))
    cells = np.stack([xs, ys], axis=-1)[:, :, np.newaxis, :]
    box_xy = Y[..., 1:3] + cells
    box_wh = np.exp(Y[..., 3:5]) * np.asarray(anchors)
    return box_xy, box_wh, Y[..., :1], Y[..., 5:]


# %% yolo_boxes_to_corners: x before y
def yolo_boxes_to_corners(box_xy, box_wh):
    low, high = box_xy - box_wh / 2, box_xy + box_wh / 2
    return np.concatenate([low, high], axis=-1)


# %% yolo_boxes_to_corners: the middle is taken for the top left corner
def yolo_boxes_to_corners(box_xy, box_wh):
    left, top = box_xy[..., 0], box_xy[..., 1]
    right, bottom = left + box_wh[..., 0], top + box_wh[..., 1]
    return np.stack([top, left, bottom, right], axis=-1)


# %% yolo_filter_boxes: the threshold is held against p_c alone
def yolo_filter_boxes(boxes, box_confidence, box_class_probs, threshold=0.6):
    box_scores = box_confidence * box_class_probs
    classes = np.argmax(box_scores, axis=-1)
    scores = np.max(box_scores, axis=-1)
    mask = box_confidence[..., 0] >= threshold
    return scores[mask], boxes[mask], classes[mask]


# %% yolo_filter_boxes: the scores given back are those of the class without p_c
def yolo_filter_boxes(boxes, box_confidence, box_class_probs, threshold=0.6):
    products = box_confidence * box_class_probs
    keep = products.max(axis=-1) >= threshold
    best = box_class_probs.max(axis=-1)
    return best[keep], boxes[keep], products.argmax(axis=-1)[keep]


# %% yolo_non_max_suppression: boxes of other classes are suppressed too
def yolo_non_max_suppression(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if len(kept) == max_boxes:
            break
        if all(iou(boxes[i], boxes[j]) <= iou_threshold for j in kept):
            kept.append(i)
    kept = np.array(kept, dtype=int)
    return scores[kept], boxes[kept], classes[kept]


# %% yolo_non_max_suppression: boxes already dropped go on suppressing others
def yolo_non_max_suppression(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    order = np.argsort(-scores, kind="stable")
    keep = []
    for n, i in enumerate(order):
        surer = [j for j in order[:n] if classes[j] == classes[i]]
        if not any(iou(boxes[i], boxes[j]) > iou_threshold for j in surer):
            keep.append(i)
    keep = np.array(keep[:max_boxes], dtype=int)
    return scores[keep], boxes[keep], classes[keep]


# %% yolo_non_max_suppression: at most max_boxes for each class, not over all classes
def yolo_non_max_suppression(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    selected = []
    for c in np.unique(classes):
        mine = np.flatnonzero(classes == c)
        mine = mine[np.argsort(-scores[mine], kind="stable")]
        chosen = []
        for i in mine:
            if len(chosen) < max_boxes and all(
                iou(boxes[i], boxes[j]) <= iou_threshold for j in chosen
            ):
                chosen.append(i)
        selected += chosen
    selected = np.sort(np.array(selected, dtype=int))
    selected = selected[np.argsort(-scores[selected], kind="stable")]
    return scores[selected], boxes[selected], classes[selected]


# %% scale_boxes: rows are multiplied by the width and columns by the height
def scale_boxes(boxes, image_shape):
    height, width = image_shape
    return boxes * np.array([width, height, width, height])


# %% yolo_eval: iou_threshold and max_boxes are not passed on
def yolo_eval(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    box_xy, box_wh, box_confidence, box_class_probs = yolo_outputs
    boxes = yolo_boxes_to_corners(box_xy, box_wh)
    found = yolo_filter_boxes(boxes, box_confidence, box_class_probs, score_threshold)
    scores, boxes, classes = yolo_non_max_suppression(*found)
    return scores, scale_boxes(boxes, image_shape), classes


# %% match_detections: a truth can be hit more than once
def match_detections(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    hits = []
    for i in np.argsort(-scores, kind="stable"):
        here = np.flatnonzero(true_pictures == pictures[i])
        overlaps = [iou(boxes[i], true_boxes[j]) for j in here]
        hits.append(len(overlaps) > 0 and max(overlaps) >= iou_threshold)
    return np.array(hits, dtype=bool)


# %% match_detections: a detection whose best truth is taken may hit the next best
def match_detections(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    order = np.argsort(-scores, kind="stable")
    free = np.ones(len(true_boxes), dtype=bool)
    hits = np.zeros(len(scores), dtype=bool)
    for rank, i in enumerate(order):
        best, best_overlap = None, iou_threshold
        for j in np.flatnonzero((true_pictures == pictures[i]) & free):
            overlap = iou(boxes[i], true_boxes[j])
            if overlap >= best_overlap and (best is None or overlap > best_overlap):
                best, best_overlap = j, overlap
        if best is not None:
            free[best] = False
            hits[rank] = True
    return hits


# %% match_detections: the answers stand in the order of the input, not by falling score
def match_detections(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    hits = np.zeros(len(scores), dtype=bool)
    taken = set()
    for i in np.argsort(-scores, kind="stable"):
        candidates = np.flatnonzero(true_pictures == pictures[i])
        if len(candidates) == 0:
            continue
        overlaps = np.array([iou(boxes[i], true_boxes[j]) for j in candidates])
        j = candidates[overlaps.argmax()]
        if overlaps.max() >= iou_threshold and j not in taken:
            taken.add(j)
            hits[i] = True
    return hits


# %% average_precision: divides by the number of hits, missed truths cost nothing
def average_precision(hits, n_truths):
    hits = np.asarray(hits, bool)
    if not hits.any():
        return 0.0
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[hits].sum() / hits.sum())


# %% average_precision: the best precision so far is taken, not the best still to come
def average_precision(hits, n_truths):
    hits = np.asarray(hits, dtype=bool)
    precision = np.cumsum(hits) / (np.arange(len(hits)) + 1)
    envelope = np.maximum.accumulate(precision)
    return float(np.sum(envelope[hits]) / n_truths)


# %% average_precision: precision as it is at each hit, the later maximum is forgotten
def average_precision(hits, n_truths):
    total, found = 0.0, 0
    for k, hit in enumerate(hits, start=1):
        if hit:
            found += 1
            total += found / k
    return total / n_truths


# %% transposed_conv: overlapping blocks overwrite each other
def transposed_conv(X, W, stride, pad):
    m, n_H, n_W, _ = X.shape
    f, _, n_C, _ = W.shape
    H, V = stride * (n_H - 1) + f, stride * (n_W - 1) + f
    out = np.zeros((m, H, V, n_C))
    for i in range(n_H):
        for j in range(n_W):
            block = np.einsum("mk,uvck->muvc", X[:, i, j], W)
            top, left = i * stride, j * stride
            out[:, top : top + f, left : left + f] = block
    return out[:, pad : H - pad, pad : V - pad]


# %% transposed_conv: the filters are turned by 180 degrees
def transposed_conv(X, W, stride, pad):
    m, n_H, n_W, n_C_prev = X.shape
    f, n_C = W.shape[0], W.shape[2]
    W = W[::-1, ::-1]
    height, width = stride * (n_H - 1) + f, stride * (n_W - 1) + f
    out = np.zeros((m, height, width, n_C))
    for u in range(f):
        for v in range(f):
            rows = slice(u, u + stride * (n_H - 1) + 1, stride)
            columns = slice(v, v + stride * (n_W - 1) + 1, stride)
            out[:, rows, columns] += X @ W[u, v].T
    return out[:, pad : height - pad, pad : width - pad, :]


# %% conv_block: the skip is taken after the pooling
def conv_block(X, n_filters=32, max_pooling=True, *, net):
    for _ in range(2):
        X = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    if max_pooling:
        X = nn.max_pool2d(X, 2, 2)
    return X, X


# %% upsampling_block: the skip stands before the enlarged maps
def upsampling_block(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    merged = nn.concatenate([contractive_input, up])
    X, _ = conv_block(merged, n_filters, max_pooling=False, net=net)
    return X


# %% upsampling_block: only one convolution follows the concatenation
def upsampling_block(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    X = nn.concatenate([up, contractive_input])
    return nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))


# %% unet_model: the bottom is not doubled once more
def unet_model(X, n_filters=32, n_classes=23, depth=4, *, net):
    skips = []
    for level in range(depth):
        X, skip = conv_block(X, n_filters * 2**level, net=net)
        skips.append(skip)
    X, _ = conv_block(X, n_filters * 2 ** (depth - 1), max_pooling=False, net=net)
    for level in reversed(range(depth)):
        X = upsampling_block(X, skips[level], n_filters * 2**level, net=net)
    return net.conv(X, n_classes, f=1, bias=True)


# %% mean_iou: a class in neither mask counts as 0
def mean_iou(y_true, y_pred, C):
    total = 0.0
    for c in range(C):
        union = np.sum((y_true == c) | (y_pred == c))
        if union > 0:
            total += np.sum((y_true == c) & (y_pred == c)) / union
    return float(total / C)


# %% mean_iou: only classes that occur in the truth are averaged
def mean_iou(y_true, y_pred, C):
    values = []
    for c in range(C):
        truth, guess = y_true == c, y_pred == c
        if truth.any():
            values.append((truth & guess).sum() / (truth | guess).sum())
    return float(np.mean(values)) if values else 0.0


# %% dice: the 2 is forgotten
def dice(y_true, y_pred):
    a, b = np.asarray(y_true).astype(bool), np.asarray(y_pred).astype(bool)
    total = a.sum() + b.sum()
    if total == 0:
        return 1.0
    return float((a & b).sum() / total)


# %% dice: intersection over union instead
def dice(y_true, y_pred):
    y_true, y_pred = np.asarray(y_true, bool), np.asarray(y_pred, bool)
    union = np.logical_or(y_true, y_pred).sum()
    if union == 0:
        return 1.0
    return float(np.logical_and(y_true, y_pred).sum() / union)


# %% localization_loss: the mask is the predicted p_c, not the true one
def localization_loss(y_true, y_pred):
    error = (y_true - y_pred) ** 2
    object_part = error[:, 1:].sum(axis=1) * (y_pred[:, 0] > 0.5)
    return float(np.mean(error[:, 0] + object_part))


# %% localization_loss: the mean is over the images with an object
def localization_loss(y_true, y_pred):
    e = (y_true - y_pred) ** 2
    here = y_true[:, 0]
    total = np.sum(e[:, 0]) + np.sum(e[:, 1:] * here[:, None])
    return float(total / max(here.sum(), 1))


# %% iou: the union is the box that encloses both
def iou(box1, box2):
    h = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    w = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    H = max(box1[2], box2[2]) - min(box1[0], box2[0])
    W = max(box1[3], box2[3]) - min(box1[1], box2[1])
    return float(h * w / (H * W)) if H * W > 0 else 0.0


# %% encode_yolo: a taken slot is overwritten by the later object
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    Y = np.zeros((grid, grid, len(anchors), 5 + n_classes))
    for (x, y, w, h), c in zip(boxes, classes, strict=True):
        col, row = min(int(x * grid), grid - 1), min(int(y * grid), grid - 1)
        overlaps = [iou((0, 0, h, w), (0, 0, ah, aw)) for aw, ah in anchors]
        a = int(np.argmax(overlaps))
        slot = np.zeros(5 + n_classes)
        aw, ah = anchors[a]
        slot[:5] = 1, x * grid - col, y * grid - row, np.log(w / aw), np.log(h / ah)
        slot[5 + c] = 1
        Y[row, col, a] = slot
    return Y


# %% decode_yolo: sizes are divided by the grid as well
def decode_yolo(Y, anchors):
    grid = Y.shape[0]
    col = np.arange(grid)[None, :, None]
    row = np.arange(grid)[:, None, None]
    x = (Y[..., 1] + col) / grid
    y = (Y[..., 2] + row) / grid
    wh = anchors * np.exp(Y[..., 3:5]) / grid
    return np.stack([x, y], axis=-1), wh, Y[..., :1], Y[..., 5:]


# %% yolo_filter_boxes: the score is the sum over the classes
def yolo_filter_boxes(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores = box_confidence * box_class_probs
    classes = scores.argmax(axis=-1)
    total = scores.sum(axis=-1)
    mask = total >= threshold
    return total[mask], boxes[mask], classes[mask]


# %% yolo_non_max_suppression: at most max_boxes are kept per class
def yolo_non_max_suppression(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        mine = [j for j in kept if classes[j] == classes[i]]
        if len(mine) >= max_boxes:
            continue
        if all(iou(boxes[i], boxes[j]) <= iou_threshold for j in mine):
            kept.append(i)
    kept = np.array(kept, dtype=int)
    return scores[kept], boxes[kept], classes[kept]


# %% match_detections: if the best true box is taken, the next best may be hit
def match_detections(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    taken, hits = set(), []
    for i in np.argsort(-scores, kind="stable"):
        free = [
            j
            for j in range(len(true_boxes))
            if true_pictures[j] == pictures[i] and j not in taken
        ]
        best = max(free, key=lambda j: iou(boxes[i], true_boxes[j]), default=None)
        hit = best is not None and iou(boxes[i], true_boxes[best]) >= iou_threshold
        if hit:
            taken.add(best)
        hits.append(hit)
    return np.array(hits, dtype=bool)


# %% average_precision: precision is not raised to the best of later positions
def average_precision(hits, n_truths):
    if len(hits) == 0:
        return 0.0
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(np.sum(precision[hits]) / n_truths)


# %% transposed_conv: blocks overwrite each other where they overlap
def transposed_conv(X, W, stride, pad):
    m, h, w, _ = X.shape
    f, _, n_C, _ = W.shape
    out = np.zeros((m, stride * (h - 1) + f, stride * (w - 1) + f, n_C))
    for i in range(h):
        for j in range(w):
            block = np.einsum("mc,abnc->mabn", X[:, i, j], W)
            y, x = i * stride, j * stride
            out[:, y : y + f, x : x + f] = block
    return out[:, pad : out.shape[1] - pad, pad : out.shape[2] - pad]


# %% localization_loss: without an object the loss is 0, even for p_c
def localization_loss(y_true, y_pred):
    squares = (y_true - y_pred) ** 2
    return float(np.mean(np.sum(squares * y_true[:, 0:1], axis=1)))


# %% dense_as_convolution: splits the axis with the channels slowest
def dense_as_convolution(W, f):
    n_C = W.shape[0] // (f * f)
    return W.reshape(n_C, f, f, -1).transpose(1, 2, 0, 3)


# %% iou: the intersection is divided by the area of the smaller box
def iou(box1, box2):
    y1, x1 = max(box1[0], box2[0]), max(box1[1], box2[1])
    y2, x2 = min(box1[2], box2[2]), min(box1[3], box2[3])
    inter = max(0, y2 - y1) * max(0, x2 - x1)
    area1 = (box1[2] - box1[0]) * (box1[3] - box1[1])
    area2 = (box2[2] - box2[0]) * (box2[3] - box2[1])
    smaller = min(area1, area2)
    return float(inter / smaller) if smaller > 0 else 0.0


# %% kmeans_anchors: assigns by Euclidean distance instead of 1 - IoU
def kmeans_anchors(wh, k, rng):
    anchors = wh[rng.choice(len(wh), k, replace=False)].astype(float)
    old = None
    for _ in range(100):
        distance = ((wh[:, np.newaxis] - anchors) ** 2).sum(axis=2)
        nearest = distance.argmin(axis=1)
        if old is not None and np.array_equal(old, nearest):
            break
        old = nearest
        for j in range(k):
            if np.any(nearest == j):
                anchors[j] = wh[nearest == j].mean(axis=0)
    return anchors[np.argsort(anchors.prod(axis=1))]


# %% kmeans_anchors: sorts by width instead of area
def kmeans_anchors(wh, k, rng):
    anchors = wh[rng.choice(len(wh), k, replace=False)].astype(float)
    assigned = np.full(len(wh), -1)
    for _ in range(100):
        w = np.minimum(wh[:, None, 0], anchors[None, :, 0])
        h = np.minimum(wh[:, None, 1], anchors[None, :, 1])
        inter = w * h
        union = wh.prod(axis=1)[:, None] + anchors.prod(axis=1)[None] - inter
        new = np.argmax(inter / union, axis=1)
        if (new == assigned).all():
            break
        assigned = new
        for j in range(k):
            members = wh[assigned == j]
            if len(members):
                anchors[j] = members.mean(axis=0)
    return anchors[np.argsort(anchors[:, 0])]


# %% encode_yolo: the best anchor is overwritten when it is already taken in its cell
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    Y = np.zeros((grid, grid, len(anchors), 5 + n_classes))
    for (x, y, w, h), c in zip(boxes, classes):
        column = min(int(x * grid), grid - 1)
        row = min(int(y * grid), grid - 1)
        inter = np.minimum(w, anchors[:, 0]) * np.minimum(h, anchors[:, 1])
        overlap = inter / (w * h + anchors[:, 0] * anchors[:, 1] - inter)
        a = int(np.argmax(overlap))
        Y[row, column, a] = 0
        Y[row, column, a, 0] = 1
        Y[row, column, a, 1:3] = x * grid - column, y * grid - row
        Y[row, column, a, 3] = np.log(w / anchors[a, 0])
        Y[row, column, a, 4] = np.log(h / anchors[a, 1])
        Y[row, column, a, 5 + c] = 1
    return Y


# %% encode_yolo: sizes are relative to a cell of the grid instead of the anchor
def encode_yolo(boxes, classes, grid, anchors, n_classes):
    A = len(anchors)
    Y = np.zeros((grid, grid, A, 5 + n_classes))
    for box, label in zip(boxes, classes):
        x, y, w, h = box
        col, row = (min(int(np.floor(v * grid)), grid - 1) for v in (x, y))
        inter = np.minimum(anchors[:, 0], w) * np.minimum(anchors[:, 1], h)
        ious = inter / (anchors.prod(axis=1) + w * h - inter)
        for a in np.argsort(-ious, kind="stable"):
            if Y[row, col, a, 0] == 0:
                Y[row, col, a, :3] = 1, x * grid - col, y * grid - row
                Y[row, col, a, 3:5] = np.log(w * grid), np.log(h * grid)
                Y[row, col, a, 5 + label] = 1
                break
    return Y


# %% decode_yolo: the sizes are not multiplied by the anchors
def decode_yolo(Y, anchors):
    grid = Y.shape[0]
    columns = np.arange(grid)[np.newaxis, :, np.newaxis]
    rows = np.arange(grid)[:, np.newaxis, np.newaxis]
    x = (columns + Y[..., 1]) / grid
    y = (rows + Y[..., 2]) / grid
    box_xy = np.stack([x, y], axis=-1)
    box_wh = np.exp(Y[..., 3:5])
    return box_xy, box_wh, Y[..., 0:1], Y[..., 5:]


# %% yolo_filter_boxes: the threshold holds for p_c alone
def yolo_filter_boxes(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores = box_confidence * box_class_probs
    classes = np.argmax(scores, axis=-1)
    best = np.max(scores, axis=-1)
    mask = box_confidence[..., 0] >= threshold
    return best[mask], boxes[mask], classes[mask]


# %% yolo_filter_boxes: returns a box once for each class whose score is high enough
def yolo_filter_boxes(boxes, box_confidence, box_class_probs, threshold=0.6):
    scores = (box_confidence * box_class_probs).reshape(-1, box_class_probs.shape[-1])
    which, classes = np.where(scores >= threshold)
    return scores[which, classes], boxes.reshape(-1, 4)[which], classes


# %% yolo_non_max_suppression: max_boxes is the limit for each class
def yolo_non_max_suppression(scores, boxes, classes, max_boxes=10, iou_threshold=0.5):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if len(same) >= max_boxes:
            continue
        if all(iou(boxes[i], boxes[j]) <= iou_threshold for j in same):
            kept.append(i)
    kept = np.array(kept, dtype=int)
    return scores[kept], boxes[kept], classes[kept]


# %% yolo_eval: the width and the height of the image are exchanged
def yolo_eval(
    yolo_outputs, image_shape, max_boxes=10, score_threshold=0.6, iou_threshold=0.5
):
    box_xy, box_wh, confidence, probs = yolo_outputs
    corners = yolo_boxes_to_corners(box_xy, box_wh)
    scores, boxes, classes = yolo_filter_boxes(
        corners, confidence, probs, score_threshold
    )
    scores, boxes, classes = yolo_non_max_suppression(
        scores, boxes, classes, max_boxes, iou_threshold
    )
    width, height = image_shape
    return scores, scale_boxes(boxes, (height, width)), classes


# %% match_detections: a true box that was hit before is replaced by the next best one
def match_detections(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    used = set()
    hits = []
    for i in np.argsort(-scores, kind="stable"):
        best, best_iou = None, 0
        for j in range(len(true_boxes)):
            if true_pictures[j] != pictures[i] or j in used:
                continue
            overlap = iou(boxes[i], true_boxes[j])
            if overlap > best_iou:
                best, best_iou = j, overlap
        hit = best is not None and best_iou >= iou_threshold
        if hit:
            used.add(best)
        hits.append(hit)
    return np.array(hits, dtype=bool)


# %% match_detections: the answers are in the given order, not by descending score
def match_detections(
    scores, boxes, pictures, true_boxes, true_pictures, iou_threshold=0.5
):
    hits = np.zeros(len(scores), dtype=bool)
    taken = np.zeros(len(true_boxes), dtype=bool)
    for i in np.argsort(-scores, kind="stable"):
        candidates = np.flatnonzero(true_pictures == pictures[i])
        if len(candidates) == 0:
            continue
        overlaps = [iou(boxes[i], true_boxes[j]) for j in candidates]
        k = int(np.argmax(overlaps))
        j = candidates[k]
        if overlaps[k] >= iou_threshold and not taken[j]:
            hits[i] = True
            taken[j] = True
    return hits


# %% average_precision: uses each hit's own precision, not the best from there on
def average_precision(hits, n_truths):
    hits = np.asarray(hits, dtype=bool)
    found = np.cumsum(hits)
    precision = found / np.arange(1, len(hits) + 1)
    return float(np.sum(precision[hits]) / n_truths)


# %% transposed_conv: the blocks are one pixel apart whatever the stride
def transposed_conv(X, W, stride, pad):
    m, n_H, n_W, _ = X.shape
    f, _, n_C, _ = W.shape
    out = np.zeros((m, stride * (n_H - 1) + f, stride * (n_W - 1) + f, n_C))
    for i in range(n_H):
        for j in range(n_W):
            block = np.tensordot(X[:, i, j], W, axes=(1, 3))
            out[:, i : i + f, j : j + f] += block
    H, W_out = out.shape[1] - pad, out.shape[2] - pad
    return out[:, pad:H, pad:W_out]


# %% conv_block: the skip connection is the map between the two convolutions
def conv_block(X, n_filters=32, max_pooling=True, *, net):
    first = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    A = nn.relu(net.batch_norm(net.conv(first, n_filters, f=3)))
    if max_pooling:
        return nn.max_pool2d(A, 2, 2), first
    return A, first


# %% upsampling_block: the skip is added to the enlarged map instead of joined
def upsampling_block(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    merged = up + contractive_input
    return conv_block(merged, n_filters, max_pooling=False, net=net)[0]


# %% unet_model: the bottom has no more filters than the last level
def unet_model(X, n_filters=32, n_classes=23, depth=4, *, net):
    skips = []
    A = X
    for level in range(depth):
        A, skip = conv_block(A, n_filters * 2**level, net=net)
        skips.append(skip)
    A, _ = conv_block(A, n_filters * 2 ** (depth - 1), max_pooling=False, net=net)
    for level in reversed(range(depth)):
        A = upsampling_block(A, skips[level], n_filters * 2**level, net=net)
    return net.conv(A, n_classes, f=1, bias=True)


# %% mean_iou: the union counts the common pixels twice
def mean_iou(y_true, y_pred, C):
    values = []
    for c in range(C):
        t, p = y_true == c, y_pred == c
        total = t.sum() + p.sum()
        if total > 0:
            values.append((t & p).sum() / total)
    return float(np.mean(values))


# %% mean_iou: leaves out classes that are missing in the ground truth only
def mean_iou(y_true, y_pred, C):
    ious = []
    for c in range(C):
        truth = y_true == c
        if not truth.any():
            continue
        guess = y_pred == c
        ious.append(np.logical_and(truth, guess).sum() / (truth | guess).sum())
    return float(sum(ious) / len(ious))


# %% dice: returns the share of equal pixels
def dice(y_true, y_pred):
    t = np.asarray(y_true, dtype=bool)
    p = np.asarray(y_pred, dtype=bool)
    if t.sum() + p.sum() == 0:
        return 1.0
    return float(np.mean(t == p))
