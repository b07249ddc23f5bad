"""Rows of C5W3: BLEU's scale and smoothing, CTC's mean, frames of a spectrogram."""

import tempfile
import warnings
from pathlib import Path

import numpy as np
from libraries import Table

table = Table()
SHORT = ["the", "cat", "sat"]
LONG = [["the", "cat", "sat", "on", "the", "mat"]]
OTHER = ["the", "dog", "sat", "on", "a", "mat"]
TIE = ["a", "b", "c", "d", "e"]
PROBABILITIES = np.array(
    [[0.6, 0.3, 0.1], [0.5, 0.2, 0.3], [0.4, 0.3, 0.3], [0.7, 0.2, 0.1]]
)
TONE = np.sin(np.arange(1600))


@table.row(
    "bleu",
    "“the cat sat” against “the cat sat on the mat”, up to pairs",
    "sacrebleu",
    "BLEU(max_ngram_order=2)",
    "the same number in percent",
)
def in_percent(lab):
    from sacrebleu.metrics import BLEU

    metric = BLEU(max_ngram_order=2, effective_order=True, tokenize="none")
    theirs = metric.sentence_score(" ".join(SHORT), [" ".join(LONG[0])]).score
    return lab.bleu(SHORT, LONG, 2), theirs


@table.row(
    "bleu",
    "“the dog sat on a mat” against the same sentence",
    "sacrebleu",
    "BLEU()",
    "it smooths: a precision of 0 out of 3 counts as ½ out of 3",
)
def smoothed(lab):
    from sacrebleu.metrics import BLEU

    metric = BLEU(tokenize="none", effective_order=True)
    theirs = metric.sentence_score(" ".join(OTHER), [" ".join(LONG[0])]).score
    return lab.bleu(OTHER, LONG), theirs


@table.row(
    "bleu",
    "the same two sentences",
    "nltk",
    "sentence_bleu",
    "it puts the smallest float in the place of a precision of 0, and warns",
)
def unsmoothed(lab):
    from nltk.translate.bleu_score import sentence_bleu

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lab.bleu(OTHER, LONG), sentence_bleu(LONG, OTHER)


@table.row(
    "bleu",
    "five words against references of four and six of them",
    "torchmetrics",
    "functional.text.bleu_score",
    "of two references equally near in length it takes the first, yours the shorter",
)
def nearest(lab):
    from torchmetrics.functional.text import bleu_score

    references = [[*TIE, "f"], TIE[:4]]
    theirs = bleu_score([" ".join(TIE)], [[" ".join(r) for r in references]])
    return lab.bleu(TIE, references), theirs


@table.row(
    "ctc_forward",
    "−ln P of the label [1, 2] over four steps",
    "torch",
    "nn.functional.ctc_loss",
    "it divides by the length of the label; `reduction='sum'` does not",
)
def averaged(lab):
    import torch

    theirs = torch.nn.functional.ctc_loss(
        torch.tensor(np.log(PROBABILITIES))[:, None],
        torch.tensor([[1, 2]]),
        torch.tensor([4]),
        torch.tensor([2]),
    )
    return -np.log(lab.ctc_forward(PROBABILITIES, [1, 2], 0)), theirs


def _frames(lab):
    return len(lab.spectrogram(TONE))


@table.row(
    "spectrogram",
    "frames of 1,600 samples, size 200, hop 80",
    "torch",
    "stft(n_fft=200, hop_length=80)",
    "it centres frames on samples and pads both ends; `center=False` gives yours",
)
def frames_in_torch(lab):
    import torch

    theirs = torch.stft(
        torch.tensor(TONE),
        200,
        80,
        window=torch.hann_window(200, dtype=torch.float64),
        return_complex=True,
    )
    return _frames(lab), theirs.shape[1]


@table.row(
    "spectrogram",
    "frames of the same samples",
    "librosa",
    "stft(n_fft=200, hop_length=80)",
    "centred and padded as well",
)
def frames_in_librosa(lab):
    import librosa

    return _frames(lab), librosa.stft(TONE, n_fft=200, hop_length=80).shape[1]


@table.row(
    "spectrogram",
    "third sample of a Hann window of 8",
    "scipy",
    "signal.get_window('hann', 8)",
    "its window is periodic, `np.hanning` is symmetric",
)
def window(lab):
    from scipy.signal import get_window

    return np.hanning(8)[2], get_window("hann", 8)[2]


@table.row(
    "write_wav",
    "largest error of a sine wave, written and read back, in units of 1/32768",
    "soundfile",
    "read",
    "both read what was written: whole numbers of 16 bits",
)
def sound(lab):
    import soundfile

    from helpers import audio

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tone.wav"
        audio.write_wav(path, 0.5 * TONE, 8000)
        ours, theirs = audio.read_wav(path)[0], soundfile.read(path)[0]
    theirs = 32768 * theirs
    errors = (np.max(np.abs(x - 32768 * 0.5 * TONE)) for x in (ours, theirs))
    return tuple(f"{error:.1f}" for error in errors)
