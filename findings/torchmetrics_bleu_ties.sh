#!/usr/bin/env bash
# BLEU with two references equally near in length: the brevity penalty takes the shorter
# one (Papineni's "closest"; sacreBLEU and NLTK do). torchmetrics takes the one that is
# listed first, so its score depends on the order of the references.
#   findings/torchmetrics_bleu_ties.sh [PYTHON]                  exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --only-binary :all: torch==2.13.0 torchmetrics==1.9.0 sacrebleu==2.6.0 nltk==3.10.4
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import nltk
import sacrebleu
import torchmetrics
from nltk.translate.bleu_score import sentence_bleu
from torchmetrics.functional.text import bleu_score

candidate, shorter, longer = "a b c d e", "a b c d", "a b c d e f"
scores = {}
for order in ([shorter, longer], [longer, shorter]):
    scores[len(order[0].split())] = (
        float(bleu_score([candidate], [order])),
        sacrebleu.sentence_bleu(candidate, order, tokenize="none").score / 100,
        sentence_bleu([one.split() for one in order], candidate.split()),
    )
print(f"torchmetrics {torchmetrics.__version__}, sacrebleu {sacrebleu.__version__}, "
      f"nltk {nltk.__version__}: five words against references of four and six")
for first, values in scores.items():
    print(f"  first reference of {first} words:", *(f"{value:.4f}" for value in values))
as_seen = scores[4] == (1, 1, 1) or all(abs(v - 1) < 1e-6 for v in scores[4])
as_seen = as_seen and abs(scores[6][0] - 0.8187) < 1e-4
as_seen = as_seen and all(abs(value - 1) < 1e-6 for value in scores[6][1:])
sys.exit(not as_seen)
PYTHON
