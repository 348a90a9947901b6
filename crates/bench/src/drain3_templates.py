# Drain3 from scratch on the lines of standard input: the seconds of CPU that it took, then cluster and final template of each line.
import sys
import time

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

lines = sys.stdin.buffer.read().decode("utf-8", "replace").split("\n")[:-1]
miner = TemplateMiner(config=TemplateMinerConfig())
start = time.process_time()
clusters = [miner.add_log_message(line)["cluster_id"] for line in lines]
seconds = time.process_time() - start
templates = {cluster.cluster_id: cluster.get_template() for cluster in miner.drain.clusters}
print(seconds)
for cluster in clusters:
    print(f"{cluster}\t{templates[cluster]}")
