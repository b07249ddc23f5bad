"""Boxes that a person drew on the photographs of ``nanodet.h5``.

Each is class, left, top, right, bottom in hundredths of the picture's side, of the
visible part of the object. A class that is not among COCO's 80 counts as -1.
"""

BOXES = {
    "astronaut": [("person", 4, 3, 71, 100)],
    "coffee": [
        ("cup", 18, 4, 77, 77),
        ("spoon", 57, 17, 81, 82),
        ("dining table", 0, 0, 100, 100),
    ],
    "cat": [("cat", 8, 14, 100, 73)],
    "dog": [("dog", 0, 4, 100, 95)],
    "cow": [
        ("cow", 14, 38, 100, 89),
        ("cow", 18, 23, 39, 36),
        ("cow", 88, 24, 100, 36),
    ],
    "horse": [
        ("horse", 0, 32, 30, 83),
        ("horse", 22, 34, 59, 83),
        ("horse", 51, 46, 73, 83),
        ("horse", 61, 35, 100, 84),
        ("horse", 12, 64, 45, 87),
    ],
    "sheep": [("sheep", 13, 11, 79, 90)],
    "giraffe_2": [("giraffe", 42, 27, 80, 92), ("giraffe", 67, 18, 100, 92)],
    "polar_bear": [("bear", 15, 33, 95, 75)],
    "kingfisher": [("bird", 11, 10, 73, 88)],
    "chicken": [
        ("bird", 0, 25, 7, 71),
        ("bird", 30, 11, 58, 74),
        ("bird", 51, 18, 80, 80),
        ("bird", 78, 20, 100, 79),
    ],
    "pig": [("pig", 4, 23, 66, 82)],
}
