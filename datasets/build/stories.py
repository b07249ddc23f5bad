"""Small stories with questions whose answer is a word of the story."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from common import write
from printout import printout

COUNTS = {"train": 1_000, "dev": 150, "test": 150}  # of each kind of question
LONGEST = 96  # words

PEOPLE = ("anna", "ben", "carla", "david", "emma", "felix", "grace", "hugo")
PLACES = (
    *("kitchen", "garden", "garage", "library", "office", "bedroom", "school"),
    *("park", "cellar", "balcony"),
)
THINGS = ("ball", "book", "lamp", "apple", "key", "cup", "coat", "map", "guitar")
MOVES = ("went to", "walked to", "moved to", "ran to", "came to")
TAKES = ("took", "picked up", "grabbed")
DROPS = ("dropped", "put down", "left")
GIVES = ("gave", "handed", "passed")
DIRECTIONS = {"north": "south", "south": "north", "east": "west", "west": "east"}


@dataclass
class Story:
    """Words so far, and where the last statement about each thing stands."""

    words: list[str] = field(default_factory=list)

    def tell(self, sentence: str) -> int:
        """Add a sentence and return where it begins."""
        start = len(self.words)
        self.words += [*sentence.split(), "."]
        return start

    def find(self, word: str, start: int) -> int:
        """Return where a word stands, from `start` on."""
        return self.words.index(word, start)


@dataclass
class World:
    """Who is where and holds what; every event is told in the story."""

    rng: np.random.Generator
    story: Story = field(default_factory=Story)
    place: dict[str, str] = field(default_factory=dict)
    place_told: dict[str, int] = field(default_factory=dict)
    places_of_thing: dict[str, list[int]] = field(default_factory=dict)
    holder: dict[str, str] = field(default_factory=dict)
    gifts: list[tuple[str, str, str, int]] = field(default_factory=list)

    def pick(self, options) -> str:
        """Choose one of the options by lot."""
        return options[self.rng.integers(len(options))]

    def go(self, person: str) -> None:
        """Somebody goes to another place, with what they hold."""
        others = [place for place in PLACES if place != self.place.get(person)]
        place = self.pick(others)
        start = self.story.tell(f"{person} {self.pick(MOVES)} the {place}")
        self.place[person] = place
        self.place_told[person] = self.story.find(place, start)
        for thing, holder in self.holder.items():
            if holder == person:
                self.places_of_thing[thing].append(self.place_told[person])

    def take(self, person: str, thing: str) -> None:
        """Somebody whose place is known takes a thing that nobody holds."""
        self.story.tell(f"{person} {self.pick(TAKES)} the {thing}")
        self.holder[thing] = person
        if not self.places_of_thing.get(thing):
            self.places_of_thing[thing] = [self.place_told[person]]

    def drop(self, thing: str) -> None:
        """A thing is put down where its holder is."""
        self.story.tell(f"{self.holder.pop(thing)} {self.pick(DROPS)} the {thing}")

    def give(self, thing: str, receiver: str) -> None:
        """A thing changes hands between two people in one place."""
        giver = self.holder[thing]
        start = self.story.tell(f"{giver} {self.pick(GIVES)} the {thing} to {receiver}")
        self.holder[thing] = receiver
        self.gifts.append((giver, thing, receiver, start))

    def live(self, events: int, n_people: int) -> None:
        """Let things happen among some people and two things."""
        people = [PEOPLE[i] for i in self.rng.permutation(len(PEOPLE))[:n_people]]
        things = [THINGS[i] for i in self.rng.permutation(len(THINGS))[:2]]
        where: dict[str, str] = {}  # of things that lie somewhere
        for person in people:
            self.go(person)
        for _ in range(events):
            person, thing = self.pick(people), self.pick(things)
            together = [
                other
                for other in people
                if other != self.holder.get(thing)
                and self.place[other] == self.place.get(self.holder.get(thing))
            ]
            lot = self.rng.random()
            if thing not in self.holder and lot < 0.6:
                if where.get(thing, self.place[person]) == self.place[person]:
                    self.take(person, thing)
                    continue
            elif thing in self.holder and together and lot < 0.6:
                self.give(thing, self.pick(together))
                continue
            elif thing in self.holder and lot < 0.2:
                where[thing] = self.place[self.holder[thing]]
                self.drop(thing)
                continue
            self.go(person)


def ask_person(world: World) -> tuple[str, int] | None:
    """One fact: the last place somebody went to."""
    person = world.pick(list(world.place))
    return f"where is {person} ?", world.place_told[person]


def ask_thing(world: World) -> tuple[str, int] | None:
    """Two facts: who holds or held a thing, and where that person went."""
    things = list(world.places_of_thing)
    if not things:
        return None
    thing = world.pick(things)
    return f"where is the {thing} ?", world.places_of_thing[thing][-1]


def ask_before(world: World) -> tuple[str, int] | None:
    """Three facts: the place where a thing was before the last one."""
    told = world.places_of_thing
    things = [thing for thing in told if len(told[thing]) > 1]
    if not things:
        return None
    thing = world.pick(things)
    visited = [world.story.words[at] for at in told[thing]]
    last = visited[-1]
    if visited.count(last) > 1:
        return None  # before which of the visits?
    question = f"where was the {thing} before the {last} ?"
    return question, told[thing][-2]


def ask_giver(world: World) -> tuple[str, int] | None:
    """Who gave: the first person of a gift, if nobody else made the same gift."""
    if not world.gifts:
        return None
    _, thing, receiver, start = world.pick(world.gifts)
    if sum(gift[1:3] == (thing, receiver) for gift in world.gifts) > 1:
        return None
    return f"who gave the {thing} to {receiver} ?", start


def ask_receiver(world: World) -> tuple[str, int] | None:
    """Who got it: the second person of a gift, if nobody else got the same."""
    if not world.gifts:
        return None
    giver, thing, receiver, start = world.pick(world.gifts)
    if sum(gift[:2] == (giver, thing) for gift in world.gifts) > 1:
        return None
    question = f"who did {giver} give the {thing} to ?"
    return question, world.story.find(receiver, start + 1)


def directions(rng: np.random.Generator) -> tuple[Story, str, int]:
    """Tell how places lie and ask for the place on one side of another."""
    story = Story()
    places = [PLACES[i] for i in rng.permutation(len(PLACES))[:6]]
    facts, last = [], None
    for first, second in pairwise(places):
        # never straight back: a place has one neighbour on each side
        sides = [side for side in DIRECTIONS if DIRECTIONS[side] != last]
        last = sides[rng.integers(len(sides))]
        facts.append((first, last, second))
    facts = [facts[i] for i in rng.permutation(len(facts))]
    starts = [
        story.tell(f"the {first} is {side} of the {second}")
        for first, side, second in facts
    ]
    chosen = rng.integers(len(facts))
    first, side, second = facts[chosen]
    start = starts[chosen]
    if rng.random() < 0.5:
        return story, f"what is {side} of the {second} ?", story.find(first, start)
    question = f"what is {DIRECTIONS[side]} of the {first} ?"
    return story, question, story.find(second, start)


KINDS = {
    "where is a person": ask_person,
    "where is a thing": ask_thing,
    "where was a thing before": ask_before,
    "who gave": ask_giver,
    "who received": ask_receiver,
    "what lies in a direction": None,
}


def example(kind: str, rng: np.random.Generator) -> tuple[str, str, int]:
    """Return a story, a question of one kind, and where the answer stands."""
    while True:
        if KINDS[kind] is None:
            story, question, answer = directions(rng)
        else:
            world = World(rng)
            # a question about people needs more of them, or guessing is easy
            n_people = 5 if kind.startswith("who") else 3
            world.live(int(rng.integers(4, 11)), n_people)
            story, asked = world.story, KINDS[kind](world)
            if asked is None or len(story.words) > LONGEST:
                continue
            question, answer = asked
        return " ".join(story.words), question, answer


def main() -> None:
    """Write ``datasets/stories.h5``."""
    rng = np.random.default_rng(8)
    kinds = list(KINDS)
    seen: set[str] = set()
    arrays: dict[str, object] = {}
    for part, count in COUNTS.items():
        rows = []
        for label, kind in enumerate(kinds):
            wanted = len(rows) + count
            while len(rows) < wanted:
                story, question, answer = example(kind, rng)
                if story not in seen:  # a story is told once, so none is in two splits
                    seen.add(story)
                    rows.append((story, question, answer, label))
        rows = [rows[i] for i in rng.permutation(len(rows))]
        stories, questions, answers, labels = zip(*rows, strict=True)
        arrays |= {
            f"{part}_stories": list(stories),
            f"{part}_questions": list(questions),
            f"{part}_answers": [
                story.split()[at] for story, at in zip(stories, answers, strict=True)
            ],
            f"{part}_positions": np.array(answers, np.uint8),
            f"{part}_kind": np.array(labels, np.uint8),
        }
    total = sum(COUNTS.values()) * len(kinds)
    write(
        "stories",
        arrays,
        title="small stories with questions",
        description=f"""Generated for this course, after the idea of the bAbI tasks
        (Weston et al., 2015): {total:,} stories of people who walk about, take, put
        down and hand over things, each with one question of {len(kinds)} kinds,
        equally many of each. Lower case, full stops are words of their own:
        `story.split()` gives the words. The answer is one word of the story, at
        positions[i]; it may stand elsewhere too, where it is not the reason. No story
        is in two splits.""",
        origin="generated for this course",
        version="1",
        licence="MIT",
        licence_files=["course-MIT.txt"],
        changes="generated, repetitions left out",
        labs=["C5W4"],
        classes=kinds,
        meanings={
            "train_answers": "one word",
            "train_positions": "which word of the story is the answer, from 0",
            "train_kind": "class: the kind of question",
        },
    )
    printout(
        "stories", "train_stories", "train_questions", "train_answers", "train_kind"
    )


if __name__ == "__main__":
    main()
