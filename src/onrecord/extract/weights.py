"""What a line's features give to the odds that it is text. Written by benchmarks/extraction/train.py."""

# fmt: off
BIAS = -4.26
#: (number of the feature in `features.NAMES`, limits, what it gives up to each of them and beyond the last)
TABLES: tuple[tuple[int, tuple[float, ...], tuple[float, ...]], ...] = (
    # chosen by rule
    (0,
     (0,),
     (-0.422, 0.422)),
    # worth by rule
    (1,
     (213, 236.96),
     (-0.147, -0.056, 0.203)),
    # ends as a sentence
    (4,
     (0,),
     (-0.078, 0.078)),
    # capitals
    (6,
     (0.043597, 0.059765),
     (0.13, -0.01, -0.12)),
    # digits
    (7,
     (0.040134, 0.048465),
     (0.156, -0.036, -0.12)),
    # share in bold
    (8,
     (0.98863, 0.98913),
     (0.34, -0.103, -0.236)),
    # points to another story
    (9,
     (0,),
     (0.08, -0.08)),
    # holds an address
    (11,
     (0,),
     (0.461, -0.461)),
    # words shared with the text
    (12,
     (0, 0.16824, 0.27346, 0.28759, 0.42988, 0.50287),
     (-0.567, -0.368, -0.036, 0.129, 0.192, 0.279, 0.371)),
    # stands on the page again
    (14,
     (1.5,),
     (0.147, -0.147)),
    # list item
    (15,
     (0,),
     (-0.364, 0.364)),
    # plain box
    (16,
     (0,),
     (0.089, -0.089)),
    # heading
    (18,
     (0,),
     (-0.077, 0.077)),
    # called hidden
    (20,
     (0,),
     (0.657, -0.657)),
    # called an embed
    (21,
     (0,),
     (0.426, -0.426)),
    # called a byline
    (23,
     (0,),
     (0.127, -0.127)),
    # called the text
    (24,
     (0,),
     (-0.096, 0.096)),
    # in an aside
    (25,
     (0,),
     (0.376, -0.376)),
    # in <main>
    (26,
     (0,),
     (-0.038, 0.038)),
    # worth of the line before
    (28,
     (-20.7,),
     (-0.05, 0.05)),
    # worth of the line after
    (29,
     (-29.3,),
     (-0.068, 0.068)),
    # length of the line after
    (31,
     (12.5,),
     (-0.016, 0.016)),
    # list item: the line after
    (33,
     (0,),
     (-0.125, 0.125)),
    # text in the same box
    (34,
     (0.23543,),
     (-0.064, 0.064)),
    # text in the box around
    (35,
     (0.2489, 0.86338),
     (-0.133, -0.017, 0.15)),
    # text in boxes of its make
    (36,
     (0.25965, 0.32693, 0.35245, 0.39064, 0.81497, 0.82617),
     (-0.839, -0.105, -0.076, -0.051, 0.072, 0.452, 0.548)),
    # depth against the text
    (37,
     (2.5, 3.5, 6.5),
     (0.885, 0.693, 0.025, -1.602)),
    # levels out of the text's box
    (38,
     (0, 7.5),
     (0.294, 0.271, -0.565)),
    # lines of its branch
    (39,
     (1.5, 13.5),
     (0.207, -0.247, 0.04)),
    # links of its branch
    (40,
     (0, 0.052823, 0.10745, 0.18016, 0.24756, 0.25628),
     (0.296, 0.22, 0.136, 0.056, -0.063, -0.239, -0.408)),
    # pictures of its branch
    (41,
     (0.052731, 0.069961, 0.34809, 0.46606, 0.4951, 0.69048, 0.86607, 1.1),
     (0.768, 0.551, 0.291, 0.168, -0.194, -0.322, -0.557, -0.609, -0.097)),
    # length of its branch
    (42,
     (236.5, 378.5, 2290.5, 2994),
     (0.164, 0.28, 0.326, 0.013, -0.784)),
    # lines of its box
    (43,
     (1.5, 4.5),
     (0.001, -0.091, 0.09)),
    # text done
    (45,
     (0.50706, 0.6547, 0.69381, 0.72044, 0.79248, 0.81813, 0.83508, 0.88719, 0.92666, 0.9335),
     (0.637, 0.492, 0.388, 0.29, 0.061, -0.043, -0.169, -0.245, -0.362, -0.438,
     -0.611)),
    # lines from the last paragraph
    (47,
     (-18.5,),
     (0.03, -0.03)),
    # lines from the headline
    (48,
     (0, 65),
     (-1.274, 0.661, 0.613)),
    # lines from a heading
    (49,
     (18.5,),
     (0.134, -0.134)),
    # after a heading of other stories
    (50,
     (0.011765, 0.016807, 0.070001, 0.4165, 0.595),
     (0.164, 0.119, 0.079, -0.013, -0.092, -0.257)),
    # lines to the text after
    (51,
     (6.5,),
     (0.027, -0.027)),
)
