"""The article's program: 784-64-64-10 learns MNIST, from a graph of scalars.

Ten epochs of gradient descent with learning rate 0.01, 32 images at a time, as in the
listing that this library grew from. The network is written in scalars, recorded for one
image and lifted to arrays; afterwards every scalar is there to be looked at. The
target: 95.5 % of the 10,000 test images (90 % after the quick run of two epochs).
"""

import sys
from pathlib import Path

from microbp import categorical_crossentropy, datasets, draw
from microbp.errors import DataNotFoundError, DownloadError
from microbp.keras import SGD, Dense, Sequential


def main(out: Path, quick: bool = False) -> list[Path]:
    try:
        (X_train, y_train), (X_test, y_test) = datasets.mnist()
    except (DataNotFoundError, DownloadError) as lacking:
        print(f"  MNIST is not here, so nothing is learned. {lacking}")
        return []
    model = Sequential(
        [
            Dense(64, activation="relu", input_shape=(784,)),
            Dense(64, activation="relu"),
            Dense(10, activation="softmax"),
        ],
        rng=0,
    )
    model.compile(
        optimizer=SGD(learning_rate=0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    epochs, enough = (2, 0.90) if quick else (10, 0.955)
    model.fit(X_train, y_train, epochs=epochs, batch_size=32, seed=0)
    loss, accuracy = model.evaluate(X_test, y_test)
    print(f"  test loss {loss:.4f}, test accuracy {accuracy:.2%}")
    assert accuracy >= enough, accuracy

    # The trained network on one test image, scalar by scalar.
    target = [float(digit == y_test[0]) for digit in range(10)]
    error = categorical_crossentropy(target, model(X_test[0]))
    model.zero_grad()
    error.backward()
    folded, opened = out / "article_folded.svg", out / "article_one_neuron.svg"
    draw(error, fold="layer").render(outfile=folded, cleanup=True)
    answer = f"dense 3/neuron {y_test[0] + 1}"
    draw(error, fold="layer", open=answer).render(outfile=opened, cleanup=True)
    return [folded, opened]


if __name__ == "__main__":
    target_folder = Path("out")
    target_folder.mkdir(exist_ok=True)
    print("open", *main(target_folder, quick="--quick" in sys.argv))
