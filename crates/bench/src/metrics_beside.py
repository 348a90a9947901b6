# What people would use otherwise, on series of standard input (one a line): a name and values a CPU second for each tool.
import sys
import time

import numpy
import ruptures
from river import anomaly, drift, preprocessing

series = [[float(value) for value in line.split()] for line in sys.stdin if line.strip()]
count = sum(len(values) for values in series)


def timed(name, listen):
    start = time.process_time()
    for values in series:
        listen(values)
    print(f"{name}\t{count / (time.process_time() - start)}")


def trees(values):
    model = preprocessing.MinMaxScaler() | anomaly.HalfSpaceTrees(seed=1)
    for value in values:
        model.score_one({"x": value})
        model.learn_one({"x": value})


def adwin(values):
    detector = drift.ADWIN()
    for value in values:
        detector.update(value)


def pelt(values):
    hourly = numpy.median(numpy.array(values[: len(values) // 12 * 12]).reshape(-1, 12), axis=1)
    ruptures.Pelt(model="rbf").fit(hourly).predict(pen=10)


timed("`river` HalfSpaceTrees", trees)
timed("`river` ADWIN", adwin)
timed("`ruptures` PELT, hourly medians, once at the end", pelt)
