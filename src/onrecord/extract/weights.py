"""What a line's features give to the odds that it is text. Written by benchmarks/extraction/train.py."""

# fmt: off
BIAS = -4.684
#: (number of the feature in `features.NAMES`, limits, what it gives up to each of them and beyond the last)
TABLES: tuple[tuple[int, tuple[float, ...], tuple[float, ...]], ...] = (
    # chosen by rule
    (0,
     (0,),
     (-0.422, 0.422)),
    # worth by rule
    (1,
     (213, 236.96),
     (-0.15, -0.06, 0.21)),
    # ends as a sentence
    (4,
     (0,),
     (-0.078, 0.078)),
    # capitals
    (6,
     (0.043597, 0.059765),
     (0.115, 0.001, -0.115)),
    # digits
    (7,
     (0.040134, 0.048465),
     (0.149, -0.034, -0.115)),
    # share in bold
    (8,
     (0.98863, 0.98913),
     (0.344, -0.104, -0.24)),
    # points to another story
    (9,
     (0,),
     (0.077, -0.077)),
    # holds an address
    (11,
     (0,),
     (0.467, -0.467)),
    # words shared with the text
    (12,
     (0, 0.16824, 0.27346, 0.28759, 0.42988, 0.50287),
     (-0.614, -0.365, -0.033, 0.132, 0.197, 0.309, 0.374)),
    # stands on the page again
    (14,
     (1.5,),
     (0.178, -0.178)),
    # list item
    (15,
     (0,),
     (-0.379, 0.379)),
    # plain box
    (16,
     (0,),
     (0.088, -0.088)),
    # heading
    (18,
     (0,),
     (-0.075, 0.075)),
    # called hidden
    (20,
     (0,),
     (0.658, -0.658)),
    # called an embed
    (21,
     (0,),
     (0.416, -0.416)),
    # called a byline
    (23,
     (0,),
     (0.181, -0.181)),
    # called the text
    (24,
     (0,),
     (-0.091, 0.091)),
    # in an aside
    (25,
     (0,),
     (0.379, -0.379)),
    # in <main>
    (26,
     (0,),
     (-0.034, 0.034)),
    # worth of the line before
    (28,
     (-20.7,),
     (-0.022, 0.022)),
    # worth of the line after
    (29,
     (-29.3,),
     (-0.067, 0.067)),
    # length of the line after
    (31,
     (12.5,),
     (-0.014, 0.014)),
    # list item: the line after
    (33,
     (0,),
     (-0.158, 0.158)),
    # text in the same box
    (34,
     (0.23543,),
     (-0.064, 0.064)),
    # text in the box around
    (35,
     (0.23165, 0.2489, 0.32531, 0.86338),
     (-0.153, -0.069, -0.022, 0.031, 0.212)),
    # text in boxes of its make
    (36,
     (0.25965, 0.35245, 0.39064, 0.81497, 0.82617),
     (-0.825, -0.121, -0.095, 0.067, 0.44, 0.535)),
    # depth against the text
    (37,
     (2.5, 3.5, 4.5, 6.5),
     (0.886, 0.694, 0.06, 0.019, -1.659)),
    # levels out of the text's box
    (38,
     (0, 7.5),
     (0.329, 0.268, -0.597)),
    # lines of its branch
    (39,
     (1.5, 18.5),
     (0.242, -0.211, -0.031)),
    # links of its branch
    (40,
     (0, 0.1071, 0.11105, 0.16219, 0.24406, 0.25732, 0.68703),
     (0.388, 0.306, 0.153, 0.113, 0.007, -0.084, -0.394, -0.489)),
    # pictures of its branch
    (41,
     (0.057983, 0.34809, 0.84524, 0.86607),
     (0.768, 0.406, 0.005, -0.123, -1.056)),
    # length of its branch
    (42,
     (237.5, 378.5, 2204.5, 2994),
     (0.141, 0.221, 0.294, 0.098, -0.754)),
    # lines of its box
    (43,
     (1.5, 4.5),
     (0.02, -0.072, 0.052)),
    # text done
    (45,
     (0.50709, 0.6548, 0.69106, 0.69385, 0.70933, 0.72054, 0.7925, 0.81837, 0.83523, 0.88726,
     0.93351),
     (0.532, 0.412, 0.301, 0.25, 0.215, 0.153, -0.013, -0.118, -0.244, -0.32,
     -0.498, -0.67)),
    # lines from the last paragraph
    (47,
     (-18.5,),
     (0.041, -0.041)),
    # lines from the headline
    (48,
     (0,),
     (-0.947, 0.947)),
    # lines from a heading
    (49,
     (19.5,),
     (0.187, -0.187)),
    # after a heading of other stories
    (50,
     (0.070001, 0.4165, 0.595),
     (0.218, 0.031, -0.092, -0.157)),
    # lines to the text after
    (51,
     (6.5,),
     (0.027, -0.027)),
)
