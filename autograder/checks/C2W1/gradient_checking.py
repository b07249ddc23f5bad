"""Hidden tests of C2W1: gradient checking."""

import numpy as np

from autograder.checks.C2W1.common import backward_pass, lab, network_case, ref
from autograder.checks.check import case


def two_numbers(rng):
    """Whole numbers, and floats of either sign; the two are never equal."""
    for sign in (1, -1, 1):
        x, theta = rng.permutation(np.arange(3, 20))[:2]
        yield case(sign * int(x), int(theta))
    for sign in (1, -1):
        x, theta = rng.uniform([0.3, 2], [0.9, 4])
        yield case(float(x), sign * float(theta))


@lab.check("forward_propagation", points=1)
def forward_1(rng):
    """Whole numbers and floats of either sign."""
    yield from two_numbers(rng)


@forward_1.mistake("J is the product of the two, not their sum.")
def adds(x, theta):
    return x + theta


@forward_1.mistake("J is θ·x. Nothing is squared.")
def squares_theta(x, theta):
    return theta**2 * x


@forward_1.right
def forward_by_dot(x, theta):
    return np.dot(theta, x)


@forward_1.right
def forward_as_scalar(x, theta):
    return np.float64(x) * theta


@lab.check("backward_propagation", points=1)
def backward_1(rng):
    """Whole numbers and floats of either sign."""
    yield from two_numbers(rng)


@backward_1.mistake("This is the derivative with respect to x. Take it in θ.")
def derivative_in_x(x, theta):
    return theta


@backward_1.mistake("This is J itself, not its derivative.")
def value_for_derivative(x, theta):
    return theta * x


@backward_1.right
def backward_by_difference(x, theta):
    return x * (theta + 1) - x * theta


@backward_1.right
def backward_as_scalar(x, theta):
    return np.float32(x)


# The driver replaces these two functions during a call.
forward_propagation = backward_propagation = None


@lab.check("gradient_check", points=4, driver="check_gradients", floor=2e-7)
def gradient_check(rng):
    """Right gradients and wrong ones, linear and curved costs, several epsilons."""
    x, theta = (float(value) for value in rng.uniform(1, 3, 2))
    yield case(x, theta, epsilon=None, power=1, factor=1.0)
    yield case(-x, theta, epsilon=1e-2, power=3, factor=1.0)
    yield case(x, theta, epsilon=1e-4, power=2, factor=-0.5)
    yield case(x, -theta, epsilon=0.5, power=3, factor=1.0)
    yield case(x, theta, epsilon=0.3, power=3, factor=1.3)


def _gradients(x, theta, epsilon):
    up = forward_propagation(x, theta + epsilon)
    down = forward_propagation(x, theta - epsilon)
    return backward_propagation(x, theta), (up - down) / (2 * epsilon)


def _relative(grad, approximate):
    return abs(grad - approximate) / (abs(grad) + abs(approximate))


@gradient_check.mistake(
    "The numerical gradient is twice as large as it should be. How far apart are the "
    "two perturbed values?"
)
def divides_by_one_epsilon(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return _relative(grad, 2 * approximate)


@gradient_check.mistake(
    "It perturbs in one direction only. Up *and* down is far more accurate."
)
def perturbs_one_way(x, theta, epsilon=1e-7, print_msg=False):
    here, up = forward_propagation(x, theta), forward_propagation(x, theta + epsilon)
    return _relative(backward_propagation(x, theta), (up - here) / epsilon)


@gradient_check.mistake(
    "It perturbs in one direction only, but divides by the distance for two, 2ε. "
    "Perturb up *and* down."
)
def half_of_one_way(x, theta, epsilon=1e-7, print_msg=False):
    here, up = forward_propagation(x, theta), forward_propagation(x, theta + epsilon)
    return _relative(backward_propagation(x, theta), (up - here) / (2 * epsilon))


@gradient_check.mistake(
    "The difference is absolute. Divide it by the sum of the two sizes."
)
def absolute_difference(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return abs(grad - approximate)


@gradient_check.mistake(
    "The denominator is the absolute value of a sum, where gradients of different sign "
    "cancel. Take the absolute values first."
)
def size_of_the_sum(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return abs(grad - approximate) / abs(grad + approximate)


@gradient_check.mistake("The argument `epsilon` is not used.")
def fixed_epsilon(x, theta, epsilon=1e-7, print_msg=False):
    return _relative(*_gradients(x, theta, 1e-6))


@gradient_check.mistake(
    "The denominator is the size of the numerical gradient alone. It should be the sum "
    "of both sizes."
)
def divides_by_the_approximation(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return abs(grad - approximate) / abs(approximate)


@gradient_check.mistake(
    "This is the numerical gradient itself. Return the relative difference of the two."
)
def returns_the_approximation(x, theta, epsilon=1e-7, print_msg=False):
    return _gradients(x, theta, epsilon)[1]


@gradient_check.mistake(
    "It returns a verdict, True or False. Return the difference itself, a number."
)
def returns_a_verdict(x, theta, epsilon=1e-7, print_msg=False):
    return bool(_relative(*_gradients(x, theta, epsilon)) < 2e-7)


@gradient_check.mistake(
    "Only the second cost is divided by 2ε. Put the difference of the costs in "
    "brackets."
)
def divides_the_second_only(x, theta, epsilon=1e-7, print_msg=False):
    up = forward_propagation(x, theta + epsilon)
    down = forward_propagation(x, theta - epsilon)
    return _relative(backward_propagation(x, theta), up - down / (2 * epsilon))


@gradient_check.mistake(
    "The difference can be negative: its absolute value is missing in the numerator."
)
def signed_difference(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return (grad - approximate) / (abs(grad) + abs(approximate))


@gradient_check.mistake(
    "It multiplies by ε: Python reads `/ 2 * epsilon` from left to right. Put 2ε in "
    "brackets."
)
def multiplies_by_epsilon(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = _gradients(x, theta, epsilon)
    return _relative(grad, approximate * epsilon**2)


@gradient_check.mistake("It perturbs x. The derivative is with respect to theta.")
def perturbs_x(x, theta, epsilon=1e-7, print_msg=False):
    up = forward_propagation(x + epsilon, theta)
    down = forward_propagation(x - epsilon, theta)
    return _relative(backward_propagation(x, theta), (up - down) / (2 * epsilon))


@gradient_check.mistake(
    "It computes θ·x by itself. Call `forward_propagation` and `backward_propagation`: "
    "they are what is being checked."
)
def formula_of_its_own(x, theta, epsilon=1e-7, print_msg=False):
    approximate = ((theta + epsilon) * x - (theta - epsilon) * x) / (2 * epsilon)
    return _relative(x, approximate)


@gradient_check.right
def check_with_norms(x, theta, epsilon=1e-7, print_msg=False):
    thetaplus, thetaminus = theta + epsilon, theta - epsilon
    J_plus = forward_propagation(x, thetaplus)
    J_minus = forward_propagation(x, thetaminus)
    gradapprox = (J_plus - J_minus) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    numerator = np.linalg.norm(grad - gradapprox)
    return numerator / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))


@gradient_check.right
def check_aloud(x, theta, epsilon=1e-7, print_msg=False):
    grad, approximate = np.array(_gradients(x, theta, epsilon))
    difference = np.abs(approximate - grad) / (np.abs(approximate) + np.abs(grad))
    print("difference", difference)
    return np.array(difference)


@lab.check("gradient_check_n", points=6, seconds=20, floor=2e-7)
def gradient_check_n(rng):
    """Right gradients, one wrong layer or sign, and several epsilons."""
    for m, epsilon, wrong in [(3, 1e-4, {}), (5, 0.2, {}), (4, 1e-4, {"dW2": 1.5})]:
        yield case(*_to_check(rng, m, wrong), epsilon=epsilon)
    yield case(*_to_check(rng, 6, {"db3": -2.0, "dW1": 0.5}))
    yield case(*_to_check(rng, 3, {"db1": 0.0}))


def _to_check(rng, m, wrong):
    X, Y, parameters = network_case(rng, (4, 5, 3, 1), m)
    grads = backward_pass(X, Y, ref.network(X, parameters)[1])
    right = {f"d{key}": grads[f"d{key}"] for key in parameters}
    # Not only scaled but shifted, so that a gradient of 0 becomes wrong as well.
    changed = {key: right[key] * share + 0.1 for key, share in wrong.items()}
    return parameters, right | changed, X, Y


def _vectors(parameters, gradients, X, Y, epsilon, spread=2.0, both=True):
    """Two vectors: the given gradients, and the numerical ones."""
    theta = ref.dictionary_to_vector(parameters)[0]
    grad = ref.gradients_to_vector(gradients)
    approximate = np.zeros_like(theta)
    for i in range(theta.size):
        up, down = theta.copy(), theta.copy()
        up[i] += epsilon
        if both:
            down[i] -= epsilon
        costs = [
            ref.forward_propagation_n(X, Y, ref.vector_to_dictionary(t))[0]
            for t in (up, down)
        ]
        approximate[i] = (costs[0] - costs[1]) / (spread * epsilon)
    return grad, approximate


def _norms(grad, approximate):
    below = np.linalg.norm(grad) + np.linalg.norm(approximate)
    return np.linalg.norm(grad - approximate) / below


@gradient_check_n.mistake(
    "The numerical gradient is twice as large as it should be. How far apart are the "
    "two perturbed values?"
)
def divides_by_one_epsilon_n(
    parameters, gradients, X, Y, epsilon=1e-7, print_msg=False
):
    return _norms(*_vectors(parameters, gradients, X, Y, epsilon, spread=1.0))


@gradient_check_n.mistake(
    "It perturbs in one direction only. Up *and* down is far more accurate."
)
def perturbs_one_way_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return _norms(*_vectors(parameters, gradients, X, Y, epsilon, 1.0, both=False))


@gradient_check_n.mistake(
    "The perturbations add up: each number is perturbed while those before it still "
    "are. Start from a fresh copy each time."
)
def perturbations_add_up(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    theta = ref.dictionary_to_vector(parameters)[0]
    up, down = theta.copy(), theta.copy()
    approximate = np.zeros_like(theta)
    for i in range(theta.size):
        up[i] += epsilon
        down[i] -= epsilon
        costs = [
            ref.forward_propagation_n(X, Y, ref.vector_to_dictionary(t))[0]
            for t in (up, down)
        ]
        approximate[i] = (costs[0] - costs[1]) / (2 * epsilon)
    return _norms(ref.gradients_to_vector(gradients), approximate)


@gradient_check_n.mistake(
    "The difference is absolute. Divide it by the sum of the two norms."
)
def absolute_difference_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return np.linalg.norm(grad - approximate)


@gradient_check_n.mistake(
    "The denominator is the norm of the sum. It should be the sum of the two norms."
)
def norm_of_the_sum(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return np.linalg.norm(grad - approximate) / np.linalg.norm(grad + approximate)


@gradient_check_n.mistake(
    "The norms lack their square root: a norm is the *root* of the sum of squares."
)
def squared_norms(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return np.sum((grad - approximate) ** 2) / (
        np.sum(grad**2) + np.sum(approximate**2)
    )


@gradient_check_n.mistake(
    "It multiplies by ε: Python reads `/ 2 * epsilon` from left to right. Put 2ε in "
    "brackets."
)
def multiplies_by_epsilon_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return _norms(grad, approximate * epsilon**2)


@gradient_check_n.mistake(
    "One vector has shape (47, 1), the other (47,): their difference is a matrix of "
    "47 × 47."
)
def subtracts_a_row_from_a_column(
    parameters, gradients, X, Y, epsilon=1e-7, print_msg=False
):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    return _norms(grad, approximate.ravel())


@gradient_check_n.mistake(
    "Absolute values are added up. A norm is the root of the sum of squares."
)
def sums_absolute_values(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    below = np.sum(np.abs(grad)) + np.sum(np.abs(approximate))
    return np.sum(np.abs(grad - approximate)) / below


@gradient_check_n.mistake("The argument `epsilon` is not used.")
def fixed_epsilon_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return _norms(*_vectors(parameters, gradients, X, Y, 1e-6))


@gradient_check_n.mistake(
    "That is the largest relative difference of a single number. Return one for the "
    "whole vectors, from their lengths."
)
def largest_of_all_numbers(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = _vectors(parameters, gradients, X, Y, epsilon)
    below = np.abs(grad) + np.abs(approximate) + 1e-12
    return np.max(np.abs(grad - approximate) / below)


@gradient_check_n.right
def check_n_by_dictionaries(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad, approximate = [], []
    for key, values in parameters.items():
        for index in np.ndindex(values.shape):
            costs = []
            for sign in (1, -1):
                perturbed = {name: value.copy() for name, value in parameters.items()}
                perturbed[key][index] += sign * epsilon
                costs.append(ref.forward_propagation_n(X, Y, perturbed)[0])
            approximate.append((costs[0] - costs[1]) / 2 / epsilon)
            grad.append(gradients["d" + key][index])
    return _norms(np.array(grad), np.array(approximate))


@gradient_check_n.right
def check_n_step_by_step(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    parameters_values, _ = ref.dictionary_to_vector(parameters)
    grad = ref.gradients_to_vector(gradients)
    num_parameters = parameters_values.shape[0]
    J_plus, J_minus = np.zeros((num_parameters, 1)), np.zeros((num_parameters, 1))
    gradapprox = np.zeros((num_parameters, 1))
    for i in range(num_parameters):
        theta_plus = np.copy(parameters_values)
        theta_plus[i] = theta_plus[i] + epsilon
        J_plus[i], _ = ref.forward_propagation_n(
            X, Y, ref.vector_to_dictionary(theta_plus)
        )
        theta_minus = np.copy(parameters_values)
        theta_minus[i] = theta_minus[i] - epsilon
        J_minus[i], _ = ref.forward_propagation_n(
            X, Y, ref.vector_to_dictionary(theta_minus)
        )
        gradapprox[i] = (J_plus[i] - J_minus[i]) / (2 * epsilon)
    numerator = np.linalg.norm(grad - gradapprox)
    return numerator / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))


lab.concept(
    "where_are_the_bugs",
    points=2,
    answer="D",
    why="dW3 is right, so dZ3 is too; layer 2 is right, so dA2 and dZ2 are. dW1 and "
    "db1 both come from dZ1.",
    because={
        "A": "Two separate bugs in dW1 and db1 are possible, but with db3 that makes "
        "three wrong lines. There are two.",
        "B": "A wrong dZ3 would make dW3 wrong, and everything before it.",
        "C": "A wrong dA2 would make dZ2 wrong, and with it layer 2.",
    },
)
