"""Hidden tests of C4W4: faces at the door."""

import numpy as np

from autograder.checks.C4W4.common import lab, ref
from autograder.checks.check import case

NAMES = ("bertrand", "younes", "kian", "danielle", "tian")


def _database(rng, n, d):
    """People who are far apart."""
    return {
        name: 4.0 * i + rng.uniform(-0.5, 0.5, d) for i, name in enumerate(NAMES[:n])
    }


def _at(point, rng, distance):
    """A point at a given distance."""
    step = rng.normal(size=point.shape)
    return point + distance * step / np.linalg.norm(step)


@lab.check("verify", points=5)
def verify(rng):
    """Near, far, exactly at the threshold, nobody of that name, other thresholds."""
    known = _database(rng, 4, 5)
    near, far = rng.uniform([0.55, 0.75], [0.65, 0.8])
    yield case(_at(known["kian"], rng, near), "kian", known)
    yield case(_at(known["younes"], rng, far), "younes", known)
    yield case(_at(known["danielle"], rng, 2 * near), "danielle", known, threshold=1.9)
    yield case(_at(known["kian"], rng, 0.25 * far), "kian", known, threshold=0.15)
    yield case(_at(known["kian"], rng, near), "younes", known)  # says another's name
    yield case(_at(known["kian"], rng, 0.1), "tian", known)  # whom nobody knows
    # Exactly at the threshold, in whole numbers.
    point, k = rng.integers(-4, 5, 3).astype(float), int(rng.integers(1, 4))
    people = {"ada": point, "bo": point + 40 + rng.normal(size=3)}
    at = point + np.array([0.0, 3.0, 4.0]) * k
    yield case(at, "ada", people, threshold=5.0 * k)


@verify.mistake(
    "The distance is squared. Return the distance itself and compare it with the "
    "threshold."
)
def verify_squared(encoding, identity, database, threshold=0.7):
    distance, _ = ref.verify(encoding, identity, database, threshold)
    return distance**2, distance**2 < threshold


@verify.mistake("The door opens at exactly the threshold. It opens only below it.")
def verify_at_the_threshold(encoding, identity, database, threshold=0.7):
    distance, _ = ref.verify(encoding, identity, database, threshold)
    return distance, distance <= threshold


@verify.mistake(
    "The decision is the wrong way round. A small distance means the same person."
)
def verify_inverted(encoding, identity, database, threshold=0.7):
    distance, _ = ref.verify(encoding, identity, database, threshold)
    return distance, distance >= threshold


@verify.mistake(
    "The distance to the nearest person was taken, whoever it is. Compare with the "
    "person whose name was given."
)
def verify_recognizes(encoding, identity, database, threshold=0.7):
    distances = [np.linalg.norm(encoding - e) for e in database.values()]
    return min(distances), min(distances) < threshold


@verify.mistake(
    "The distance to the nearest person was taken, whoever it is. Compare with the "
    "person whose name was given."
)
def verify_finds_the_nearest(encoding, identity, database, threshold=0.7):
    if identity not in database:
        return np.inf, False
    return verify_recognizes(encoding, identity, database, threshold)


@verify.mistake("The threshold is 0.7, whatever the argument says.")
def verify_fixed(encoding, identity, database, threshold=0.7):
    return ref.verify(encoding, identity, database)


@verify.mistake(
    "The two results are swapped. First comes the distance, then the decision."
)
def verify_turned(encoding, identity, database, threshold=0.7):
    return ref.verify(encoding, identity, database, threshold)[::-1]


@verify.mistake(
    "A name that is not in the database ends in an error. Return an infinite distance "
    "and refuse."
)
def verify_trusts_names(encoding, identity, database, threshold=0.7):
    distance = np.linalg.norm(encoding - database[identity])
    return distance, distance < threshold


@verify.mistake(
    "For a name that is not in the database the distance is 0. It should be infinite."
)
def verify_nobody_is_near(encoding, identity, database, threshold=0.7):
    distance, door_open = ref.verify(encoding, identity, database, threshold)
    return (distance if identity in database else 0.0), door_open


@verify.mistake(
    "The mean over the components was taken. The distance is the square root of the "
    "sum of squares."
)
def verify_by_mean(encoding, identity, database, threshold=0.7):
    if identity not in database:
        return np.inf, False
    distance = np.sqrt(np.mean((encoding - database[identity]) ** 2))
    return distance, distance < threshold


@verify.mistake("Absolute differences were added up. Use the Euclidean distance.")
def verify_by_streets(encoding, identity, database, threshold=0.7):
    if identity not in database:
        return np.inf, False
    distance = np.sum(np.abs(encoding - database[identity]))
    return distance, distance < threshold


@verify.right
def verify_by_hand(encoding, identity, database, threshold=0.7):
    known = database.get(identity)
    if known is None:
        return float("inf"), False
    distance = sum((u - v) ** 2 for u, v in zip(encoding, known, strict=True)) ** 0.5
    return distance, bool(distance < threshold)


@verify.right
def verify_with_an_error(encoding, identity, database, threshold=0.7):
    try:
        distance = np.sqrt(np.dot(*[encoding - database[identity]] * 2))
    except KeyError:
        distance = np.inf
    return np.float64(distance), distance < threshold


@verify.right
def verify_with_if(encoding, identity, database, threshold=0.7):
    door_open, distance = False, np.inf
    if identity in database:
        distance = np.linalg.norm(np.subtract(database[identity], encoding))
        if distance < threshold:
            door_open = True
    return distance, door_open


@lab.check("who_is_it", points=6)
def who_is_it(rng):
    """Residents, strangers, the first, middle and last of all, ties, nobody at all."""
    known = _database(rng, 5, 4)
    near, nearer = rng.uniform([0.4, 0.2], [0.6, 0.3])
    yield case(_at(known["bertrand"], rng, near), known)
    yield case(_at(known["tian"], rng, near), known)
    yield case(_at(known["kian"], rng, near), known, threshold=0.35)
    yield case(known["tian"] + 20 + rng.normal(size=4), known)  # a stranger
    # Two are near enough; the second of them is the nearer one.
    twins = dict(known)
    twins["danielle"] = twins["younes"] + np.array([near + nearer, 0, 0, 0])
    at = twins["danielle"] - np.array([nearer, 0, 0, 0])
    yield case(at, twins)
    yield case(at + 0.02 * rng.normal(size=4), twins, threshold=1.5)
    yield case(twins["younes"] + np.array([nearer, 0, 0, 0]), twins)  # now the first
    # Equally near, and exactly at the threshold, in whole numbers.
    point, k = rng.integers(-4, 5, 2).astype(float), int(rng.integers(1, 4))
    pair = {"ada": point + np.array([k, 0.0]), "bo": point - np.array([k, 0.0])}
    yield case(point + np.array([0.0, k / 4]), pair, threshold=4.5)
    yield case(point + np.array([k, 4.0]), {"bo": point - 30.0, **pair}, threshold=4.0)
    yield case(rng.normal(size=3), {})


def _nearest(encoding, database, *, last=False):
    nearest, identity = np.inf, None
    for name, known in database.items():
        distance = np.linalg.norm(encoding - known)
        if distance < nearest or (last and distance == nearest):
            nearest, identity = distance, name
    return nearest, identity


@who_is_it.mistake(
    "Strangers get the name of the nearest person. Return `None` if the distance is "
    "not below the threshold."
)
def welcomes_strangers(encoding, database, threshold=0.7):
    return _nearest(encoding, database)


@who_is_it.mistake("The farthest person was taken. Take the nearest.")
def takes_the_farthest(encoding, database, threshold=0.7):
    distance, name = 0.0 if database else np.inf, None
    for one, known in database.items():
        if np.linalg.norm(encoding - known) > distance:
            distance, name = np.linalg.norm(encoding - known), one
    return distance, name if distance < threshold else None


@who_is_it.mistake(
    "The first person below the threshold was taken. Compare with all of them and "
    "take the nearest."
)
def first_near_enough(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    for one, known in database.items():
        if np.linalg.norm(encoding - known) < threshold:
            return np.linalg.norm(encoding - known), one
    return distance, name if distance < threshold else None


@who_is_it.mistake(
    "The last person below the threshold was taken. Compare with all of them and take "
    "the nearest."
)
def last_near_enough(encoding, database, threshold=0.7):
    found = _nearest(encoding, database)[0], None
    for name, known in database.items():
        if np.linalg.norm(encoding - known) < threshold:
            found = np.linalg.norm(encoding - known), name
    return found


@who_is_it.mistake(
    "For strangers the distance is infinite. Return the distance to the nearest "
    "person; only the name is `None`."
)
def strangers_infinitely_far(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    return (distance, name) if distance < threshold else (np.inf, None)


@who_is_it.mistake("The threshold is 0.7, whatever the argument says.")
def who_with_a_fixed_threshold(encoding, database, threshold=0.7):
    return ref.who_is_it(encoding, database)


@who_is_it.mistake(
    "Somebody is recognized at exactly the threshold. The distance must be below it."
)
def recognizes_at_the_threshold(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    return distance, name if distance <= threshold else None


@who_is_it.mistake(
    "Of two equally near people the last was taken. Take the first in the database."
)
def last_of_equals(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database, last=True)
    return distance, name if distance < threshold else None


@who_is_it.mistake(
    "The distances are squared. Compare the distances themselves with the threshold."
)
def recognizes_by_squares(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    return distance**2, name if distance**2 < threshold else None


@who_is_it.mistake(
    "The search starts from a fixed distance, and people farther away are not "
    "considered. Start from infinity."
)
def starts_from_a_number(encoding, database, threshold=0.7):
    distance, name = _nearest(encoding, database)
    distance = min(distance, 5.0)
    return distance, name if distance < threshold else None


@who_is_it.mistake(
    "The two results are swapped. First comes the distance, then the name."
)
def who_turned(encoding, database, threshold=0.7):
    return ref.who_is_it(encoding, database, threshold)[::-1]


@who_is_it.mistake("For strangers a text was returned. Return `None`.")
def answers_in_words(encoding, database, threshold=0.7):
    distance, name = ref.who_is_it(encoding, database, threshold)
    return distance, name or "not in the database"


@who_is_it.right
def who_by_verifying_everybody(encoding, database, threshold=0.7):
    nearest, who = np.inf, None
    for name in database:
        distance, _ = ref.verify(encoding, name, database, threshold)
        if distance < nearest:
            nearest, who = distance, name
    return nearest, who if nearest < threshold else None


@who_is_it.right
def who_by_sorting(encoding, database, threshold=0.7):
    distances = [
        (np.linalg.norm(encoding - e), i) for i, e in enumerate(database.values())
    ]
    if not distances:
        return np.inf, None
    distance, i = min(distances)
    return distance, list(database)[i] if distance < threshold else None


@who_is_it.right
def who_by_argmin(encoding, database, threshold=0.7):
    if not database:
        return float("inf"), None
    table = np.stack(list(database.values()))
    distances = np.sqrt(((table - encoding) ** 2).sum(axis=1))
    i = distances.argmin()
    return distances[i], (list(database)[i] if distances[i] < threshold else None)


@who_is_it.right
def who_by_min(encoding, database, threshold=0.7):
    distances = {
        name: float(np.linalg.norm(e - encoding)) for name, e in database.items()
    }
    name = min(distances, key=distances.get, default=None)
    distance = distances.get(name, np.inf)
    return distance, None if distance >= threshold else name


lab.concept(
    "new_colleague",
    points=1,
    answer="D",
    why="The network only compares; the people are entries in a table.",
    because={
        "A": "With encodings, no new output is needed when the staff changes.",
        "B": "The network already compares people it never saw in training.",
        "C": "The network has learned from others; one image of her is enough.",
    },
)

lab.concept(
    "printed_photo",
    points=1,
    answer="C",
    why="The print shows your face, so its encoding is rightly close to yours.",
    because={
        "A": "The print may be closer to the database than you are on a bad day.",
        "B": "Then there are more images that the print can be close to.",
        "D": "Harder triplets separate people; the print shows the right person.",
    },
)
