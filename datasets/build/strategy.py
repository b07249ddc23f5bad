"""Weights of the classifiers that the strategy labs compare; about two minutes."""

import fashion
import numpy as np
from common import short_float16, write

from helpers import nn
from helpers.strategy import fashion as fashion_split
from helpers.strategy import networks, prepare

SEED = 1
COAT, CARE = 4, 5.0  # the careful network counts a coat as five images
PLANS = {  # epochs, learning rate; the last third at a fifth of the rate
    "softmax": (9, 1e-3),
    "dense net": (12, 1e-3),
    "small CNN": (9, 2e-3),
    "large CNN": (12, 2e-3),
    "careful CNN": (9, 2e-3),
}


def train(name: str, net: nn.Sequential, rng: np.random.Generator) -> float:
    """Train one network in place and return its dev error."""
    shop = fashion_split()
    X, Y = prepare(net, shop.train_x), shop.train_y
    careful = name == "careful CNN"
    weights = np.where(Y == COAT, CARE if careful else 1.0, 1.0).astype(np.float32)
    epochs, rate = PLANS[name]
    for share, slower in ((2, 1), (1, 5)):
        net.fit(
            X,
            (Y, weights),
            loss=nn.cross_entropy,
            epochs=share * epochs // 3,
            optimizer=nn.Adam(net.parameters(), rate / slower),
            batch_size=64,
            rng=rng,
            progress=False,
        )
    net.load_state_dict({k: _short(v) for k, v in net.state_dict().items()})
    guesses = net.predict(prepare(net, shop.dev_x)).argmax(axis=1)
    return float(np.mean(guesses != shop.dev_y))


def _short(weights: np.ndarray) -> np.ndarray:
    return short_float16(weights).astype(np.float32)


def main() -> None:
    """Train them all and write ``strategy.h5``."""
    rng = np.random.default_rng(SEED)
    arrays = {}
    for name, net in networks(rng).items():
        print(f"{name}: dev error {train(name, net, rng):.1%}", flush=True)
        for key, values in net.state_dict().items():
            arrays[f"{name}.{key}".replace(" ", "_")] = short_float16(values)
    write(
        "strategy",
        arrays,
        title="Five trained classifiers of clothes",
        description="""Weights of five networks trained on Fashion-MNIST, 8,000 of the
        training images of `fashion`; the last 200 of each class are kept as a dev
        set. Names are network.layer.parameter; helpers.strategy builds the networks
        and reads the weights. The careful network was trained with coats counted five
        times.""",
        origin=f"trained here on {fashion.PACKAGE.name}",
        version=fashion.PACKAGE.version,
        licence="MIT",
        licence_files=["fashion-mnist-MIT.txt"],
        changes="Weights as float16 with a mantissa of 7 bits.",
        labs=["C3W1", "C3W2"],
        classes=fashion.CLASSES,
    )


if __name__ == "__main__":
    main()
