# When what people would use otherwise alarms, as if live: series as JSON lines of standard input; out come tool, threshold, series and rows.
import json
import math
import statistics
import sys

import numpy
import ruptures
from river import anomaly, drift, preprocessing

WEEK = 7 * 86400
DAY = 86400
TREES = [1 - 0.5 * 0.7**k for k in range(20)]
ADWIN = [10.0**-k for k in (0.5, 1, 1.5, 2, 2.7, 3, 4, 6, 8, 12, 20, 40, 80, 160)]
PELT = [3, 6, 15, 40, 100, 250, 600, 1500]
# A change that is found later than this is not told as news.
NEWS_HOURS = 72
JUDGED_FROM_DAYS = 7


def rested(rows, times):
    """The rows of alarms, a week of rest after each, as hark does."""
    said = []
    for row in rows:
        if not said or times[row] - times[said[-1]] >= WEEK:
            said.append(row)
    return said


def trees(times, values):
    model = preprocessing.MinMaxScaler() | anomaly.HalfSpaceTrees(seed=1)
    scores = []
    for value in values:
        scores.append(model.score_one({"x": value}))
        model.learn_one({"x": value})
    for threshold in TREES:
        yield [row for row, score in enumerate(scores) if score >= threshold]


def adwin(times, values):
    for delta in ADWIN:
        detector = drift.ADWIN(delta=delta)
        rows = []
        for row, value in enumerate(values):
            detector.update(value)
            if detector.drift_detected:
                rows.append(row)
        yield rows


def pelt(times, values):
    """Once a day, on the hourly medians of all days so far."""
    hours, rows = {}, {}
    for row, (time, value) in enumerate(zip(times, values)):
        hours.setdefault(time // 3600, []).append(value)
        rows[time // 3600] = row
    places = sorted(hours)
    medians = numpy.array([statistics.median(hours[place]) for place in places])
    found = [[] for _ in PELT]
    for at in range(1, len(places)):
        if places[at] % 24 != 23 or places[at] - places[0] < JUDGED_FROM_DAYS * 24:
            continue
        known = medians[: at + 1]
        middle = numpy.median(known)
        spread = 1.4826 * numpy.median(numpy.abs(known - middle)) or numpy.std(known) or 1.0
        algorithm = ruptures.KernelCPD(kernel="linear", min_size=12).fit((known - middle) / spread)
        for threshold, penalty in enumerate(PELT):
            changes = algorithm.predict(pen=penalty)[:-1]
            if changes and at + 1 - changes[-1] <= NEWS_HOURS:
                found[threshold].append(rows[places[at]])
    yield from found


TOOLS = {"`river` HalfSpaceTrees": trees, "`river` ADWIN": adwin, "`ruptures` PELT, daily": pelt}

for number, line in enumerate(sys.stdin):
    series = json.loads(line)
    times, values = series["times"], series["values"]
    for name, tool in TOOLS.items():
        if series["drifts"] and tool is trees:
            continue
        for threshold, rows in enumerate(tool(times, values)):
            rows = [row for row in rows if math.isfinite(values[row])]
            print(name, threshold, number, ",".join(map(str, rested(rows, times))), sep="\t")
