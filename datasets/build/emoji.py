"""Authored sentences with one of five emoji: about three hundred, balanced."""

from __future__ import annotations

import numpy as np
from common import write
from printout import printout

CLASSES = ["heart", "baseball", "smile", "disappointed", "fork_and_knife"]
EMOJI = ["❤️", "⚾", "😄", "😞", "🍴"]

# No punctuation and no contractions: ``sentence.split()`` gives words that the word
# vectors know.
HEART = """
i love you so much
my heart belongs to you
she is the love of my life
thank you for loving me
i adore my little sister
we are so in love
he gave her a ring and a kiss
will you marry me
happy anniversary my darling
i miss you every single day
sending hugs and kisses to grandma
you mean the world to me
they got engaged last night
my wife is my best friend
i cherish every moment with you
he wrote a poem for his girlfriend
be my valentine
our baby said her first word and my heart melted
nobody cares for me the way you do
my dad is always there for me
i cannot stop thinking about her
we held hands under the stars
mom i love you more than words can say
a wedding full of love
she still loves him after fifty years
my dog greets me with so much love
i will never stop loving you
roses for my sweetheart
you will always be in my heart
his grandmother raised him with endless affection
i cannot live without you
to my dear husband with all my love
she whispered that she loves me too
the twins hug each other every morning
he proposed to her on the beach
our love grows stronger each year
i fell for her the moment we met
kiss the baby goodnight for me
there is no one i would rather hold
my parents have been devoted to each other since school
forever yours
i treasure the letters you sent me
you are never far from my thoughts my love
she loves her children more than anything
it was love at first sight
let me hold you close
he is the one for me
a tender hug from my mother
i have never loved anyone like this
with affection from your daughter
two hearts beating as one
her smile makes my heart skip
i am crazy about you
thinking of you with love
we renewed our vows this summer
my sweet boy i love you
not a day goes by without me loving you
dear grandpa you are loved
i would do anything for you my love
give your wife a kiss from all of us
"""

BASEBALL = """
let us play baseball after school
he hit a home run in the ninth inning
throw the ball to me
the pitcher struck out ten batters
want to play catch in the park
our team won the championship game
the match starts at noon
she is the fastest runner on the team
grab your glove and your bat
he stole second base
i am practicing my swing today
the coach wants us on the field early
what a great catch by the shortstop
the game went into extra innings
who is pitching tonight
my son joined the little league
we need one more player for the game
they scored three runs in the first inning
the umpire called him out
are you watching the game tonight
the ball flew over the fence
tickets for the stadium go on sale monday
training begins in spring
kick the ball into the net
he dropped the ball at third base
the batter is not ready for a fast pitch
she plays tennis on weekends
bring your cleats to practice
the bases are loaded with two outs
our rivals have a strong defense this season
he throws a mean curve ball
the league opens its season in april
tom is up to bat next
i play basketball with my cousins
the crowd cheered when she scored
he runs to first base
we lost by one run but the pitching was solid
the referee blew the whistle
she broke the record for most goals
join us for a round of golf
no one could hit that pitch
the outfielder never drops a ball
warm up before the match
our goalkeeper saved two penalty kicks
i signed up for the swim team
put on your helmet and step up to the plate
he was traded to another club
the bullpen is getting ready
she teaches kids how to bat
the playoffs start next week
let us shoot some hoops
no game today because the field is wet
the captain picked me for his side
he slides into home plate
he has the best batting average in the league
not every pitcher can throw that hard
the volleyball match is at the gym
we toss a ball around at lunch
her team practices every tuesday
they drafted a young catcher
"""

SMILE = """
what a wonderful day
i got the job
this made me laugh so hard
congratulations on your promotion
we had so much fun at the party
she passed her driving test
i am so proud of you
that joke was hilarious
finally the weekend is here
the kids are giggling in the pool
my exam went better than i expected
what great news
everything worked out in the end
i feel amazing today
you did an excellent job
the sun is out and i feel great
i could not be happier
we are going on vacation tomorrow
the surprise made her whole week
you always cheer me up
i am glad you came
nothing can ruin this day
he told the funniest story
our project won first prize
she is grinning from ear to ear
my visa was approved at last
the concert was fantastic
i have good news to share
no more homework until september
we finished ahead of schedule
not bad at all for a first try
good luck and have fun
the doctor said i am healthy again
this comedy never gets old
the new apartment is beautiful
never been better thanks for asking
i found my lost keys
it is my birthday today
the puppy made everyone smile
best trip ever
i am excited to see you on friday
there is nothing wrong and all is well
they cheered when the lights came back
you made my day
the teacher praised my essay
what a pleasant surprise
i won a small prize in the lottery
we danced until midnight and laughed all the way home
"""

DISAPPOINTED = """
i failed the exam
she did not come to my party
this is the worst day ever
my flight was cancelled again
i lost my wallet on the train
nobody called me on my birthday
he never answers my messages
the movie was a waste of time
i did not get the job
my phone broke this morning
why are you so mean to me
we argued all night
i feel so alone here
they forgot to invite us
my application was rejected
the weather ruined our plans
you let me down again
she is not happy with her grades
i am tired and everything hurts
this is not what i paid for
he lied to me about the money
our trip was a disaster
work was awful today
i regret what i said
no one laughed at my jokes
the service was slow and rude
i do not feel well
he was late again and did not say sorry
it is a shame that you cannot stay
my best friend is moving away
the show was not funny at all
i am so upset with you
nothing went right this week
she does not love him anymore
they cut my hours at work
it hurts to hear you say that
the doctor had bad news
my laptop crashed and i lost everything
there is no hope left for our plan
i wasted the whole weekend
he did not keep his promise
i expected more from you
stop ignoring me
my team never listens to my ideas
what a terrible mistake
you never have time for me
i am not proud of what i did
the gift did not make her smile
"""

FORK_AND_KNIFE = """
dinner is ready
let us order pizza tonight
i am starving
the soup needs more salt
she baked a chocolate cake
what is for lunch
grandma cooks the best pasta
i want some fried rice
the new restaurant serves great sushi
pass the bread please
he grilled burgers for everyone
i could eat a whole chicken
we had pancakes and eggs for breakfast
do you want cheese on your sandwich
this curry is too spicy for me
table for two please
i have not eaten since morning
can you make a salad for tonight
the steak was cooked perfectly
try the apple pie
i never skip breakfast
the waiter brought us the menu
my mouth is watering
there is no milk in the fridge
she ordered noodles with vegetables
a bowl of fresh fruit and yogurt
would you like fries with that
he does not eat meat
let us cook something together
the fish tastes delicious
mix the flour with butter and sugar
not hungry but i will have dessert
i ate too much at the buffet
who wants ice cream
come over for a barbecue on sunday
the potatoes are still in the oven
she packed a lunch for the picnic
i am craving tacos
this recipe has no nuts
the kitchen smells like garlic
leave some cookies for your brother
we are meeting at the diner at eight
the chef recommends the lamb
coffee and toast will do
he peeled the oranges for the kids
my stomach is growling
the bakery sells warm bread at dawn
get some tomatoes and onions for the sauce
never eat soup with a fork
they served seafood at the banquet
boil the corn for ten minutes
i will have the roast beef
feed the guests before they leave
is there any dessert left
the beans are not cooked yet
a snack before bed
she likes her eggs with bacon
nothing beats a hot bowl of stew
let us have brunch tomorrow
add pepper and taste it again
"""

# The same words in another order, another meaning: (smile, disappointed). A mean of
# word vectors cannot tell the two apart.
TWINS = """
i am happy not sad | i am sad not happy
the movie was good not bad | the movie was bad not good
this is fun not boring | this is boring not fun
it was not awful it was great | it was not great it was awful
i am not upset i am glad | i am not glad i am upset
the food was not terrible the trip was lovely | the food was not lovely the trip was terrible
she did not fail and she is proud | she is not proud and she did fail
no it is right nothing is wrong | no it is wrong nothing is right
we won and they did not | they won and we did not
the news is not bad it is good | the news is not good it is bad
he is not angry he is pleased | he is not pleased he is angry
my day started badly but ended well | my day started well but ended badly
"""  # noqa: E501


def sentences(text: str) -> list[str]:
    """Split one of the texts above into its sentences."""
    return [line.strip() for line in text.strip().splitlines()]


def words() -> list[str]:
    """Return every word of the sentences, sorted; `glove` keeps a vector for each."""
    text = " ".join([HEART, BASEBALL, SMILE, DISAPPOINTED, FORK_AND_KNIFE, TWINS])
    return sorted(set(text.replace("|", " ").split()))


NEGATIONS = {"no", "not", "never", "nobody", "nothing", "cannot", "without"}


def groups() -> list[list[tuple[str, int]]]:
    """Return (sentence, class) pairs; twins stand in one group, to stay together."""
    singles = [HEART, BASEBALL, SMILE, DISAPPOINTED, FORK_AND_KNIFE]
    found = [
        [(sentence, label)]
        for label, text in enumerate(singles)
        for sentence in sentences(text)
    ]
    smile, disappointed = CLASSES.index("smile"), CLASSES.index("disappointed")
    for line in sentences(TWINS):
        happy, sad = line.split(" | ")
        found.append([(happy, smile), (sad, disappointed)])
    return found


def split() -> dict[str, list[tuple[str, int, int]]]:
    """Hold out a fifth of each class; rows are (sentence, class, is a twin)."""
    rng = np.random.default_rng(5)
    parts = {"train": [], "test": []}
    kinds: dict[tuple, list] = {}
    for group in groups():
        kinds.setdefault(tuple(label for _, label in group), []).append(group)
    # 12 of 60 a class: the classes with twins hold out 9 of 48 sentences and 3 twins
    held_out = {60: 12, 48: 9, 12: 3}
    for _, members in sorted(kinds.items()):
        order = rng.permutation(len(members))
        for place, index in enumerate(order):
            part = "test" if place < held_out[len(members)] else "train"
            group = members[index]
            parts[part] += [(text, label, len(group) > 1) for text, label in group]
    return {
        part: [rows[i] for i in rng.permutation(len(rows))]
        for part, rows in parts.items()
    }


def main() -> None:
    """Write ``datasets/emoji.h5``."""
    arrays: dict[str, object] = {"emoji": EMOJI}
    for part, rows in split().items():
        texts, labels, twins = zip(*rows, strict=True)
        arrays[f"{part}_sentences"] = list(texts)
        arrays[f"{part}_y"] = np.array(labels, np.uint8)
        negated = [bool(NEGATIONS & set(text.split())) for text in texts]
        arrays[f"{part}_negated"] = np.array(negated)
        arrays[f"{part}_twin"] = np.array(twins, bool)
    write(
        "emoji",
        arrays,
        title="short sentences with one of five emoji",
        description="""Authored for this course: 300 short English sentences, sixty
        for each of five emoji (love, sport, joy, disappointment, food), 240 to train
        on and 60 held out. Lower case, no punctuation and no contractions, so that
        `sentence.split()` gives the words; every word has a vector in the `glove`
        data set. Many sentences hold a negation; twelve pairs of "twins" have exactly
        the same words in another order and the opposite mood, so no mean of word
        vectors can tell them apart (twins share a split). Chance is 20 %; see
        benchmarks/baselines_text.py for what simple models reach.""",
        origin="authored for this course",
        version="1",
        licence="MIT",
        licence_files=["course-MIT.txt"],
        changes="split by sentence, each class balanced in both parts",
        labs=["C5W2"],
        classes=CLASSES,
        meanings={
            "emoji": "the character of each class",
            "train_y": "class of each sentence",
            "train_negated": "whether the sentence holds a negation",
            "train_twin": "whether another sentence has the same words",
        },
    )
    printout("emoji", "train_sentences", "train_y", count=25)


if __name__ == "__main__":
    main()
