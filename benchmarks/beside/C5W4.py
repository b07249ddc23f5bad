"""Rows of C5W4: masks that close everything, entities, answers, merges of pairs."""

import numpy as np
from libraries import Table

table = Table()


@table.row(
    "scaled_dot_product_attention",
    "a query whose mask is 0 everywhere, values [[1], [3]]",
    "torch",
    "nn.functional.scaled_dot_product_attention",
    "−10⁹ for every score leaves a plain mean; with −∞ nothing is left, and it "
    "returns 0",
)
def nothing_to_listen_to(lab):
    import torch

    q, k, v = np.ones((1, 1)), np.ones((2, 1)), np.array([[1.0], [3.0]])
    mask = np.zeros((1, 2))
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *(torch.tensor(x)[None, None] for x in (q, k, v)),
        attn_mask=torch.tensor(mask == 1)[None, None],
    )
    return lab.scaled_dot_product_attention(q, k, v, mask)[0][0, 0], theirs.ravel()[0]


@table.row(
    "entity_f1",
    "F1 where the true labels are PER PER O and the predicted ones PER O O",
    "seqeval",
    "metrics.f1_score on I-PER I-PER O, I-PER O O",
    "equal: an entity counts if both of its ends are right",
)
def entities(lab):
    from seqeval.metrics import f1_score

    true, predicted = [["PER", "PER", "O"]], [["PER", "O", "O"]]
    prefixed = ([["I-PER", "I-PER", "O"]], [["I-PER", "O", "O"]])
    return lab.entity_f1(true, predicted)[2], f1_score(*prefixed, zero_division=0)


@table.row(
    "entity_f1",
    "two people side by side, found as one",
    "seqeval",
    "metrics.f1_score on B-PER B-PER, B-PER I-PER",
    "B marks where an entity begins; without it, two neighbours of one type are one",
)
def neighbours(lab):
    from seqeval.metrics import f1_score

    true = [["PER", "PER"]]
    theirs = f1_score([["B-PER", "B-PER"]], [["B-PER", "I-PER"]], zero_division=0)
    return lab.entity_f1(true, true)[2], theirs


def _squad(prediction, truth):
    from torchmetrics.functional.text import squad

    answers = {"answer_start": [0], "text": [truth]}
    return squad(
        [{"prediction_text": prediction, "id": "1"}], [{"answers": answers, "id": "1"}]
    )


@table.row(
    "token_f1",
    "“the red hat” against “hat”",
    "torchmetrics",
    "functional.text.squad",
    "the same F1, in percent",
)
def overlap(lab):
    return lab.token_f1("the red hat", "hat"), _squad("the red hat", "hat")["f1"]


@table.row(
    "bpe_train",
    "first merge learned from “ab ab b b b ”, where “b” and a space are the most "
    "frequent pair",
    "tokenizers",
    "trainers.BpeTrainer",
    "words are cut apart first, so no merge crosses a space",
)
def merges(lab):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    text = "ab ab b b b "
    yours = lab.bpe_train(text, 1)[0]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(vocab_size=3, show_progress=False)
    tokenizer.train_from_iterator([text], trainer)
    longest = max(tokenizer.get_vocab(), key=len)
    return repr("".join(map(chr, yours))), repr(longest)
