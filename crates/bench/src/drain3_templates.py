# Drain3 from scratch on the lines of standard input: the seconds of CPU that it took, then cluster and final template of each line.
# With the argument `masked` it first masks what its manual says that one should mask: identifiers, addresses, hexadecimal and other numbers.
import sys
import time

from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig

START, END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
MASKS = {
    "UUID": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "IP": r"\d{1,3}(?:\.\d{1,3}){3}",
    "HEX": r"0x[0-9a-fA-F]+",
    "NUM": r"[-+]?\d+(?:\.\d+)?",
}

lines = sys.stdin.buffer.read().decode("utf-8", "replace").split("\n")[:-1]
config = TemplateMinerConfig()
if "masked" in sys.argv:
    config.masking_instructions = [MaskingInstruction(START + mask + END, name) for name, mask in MASKS.items()]
miner = TemplateMiner(config=config)
start = time.process_time()
clusters = [miner.add_log_message(line)["cluster_id"] for line in lines]
seconds = time.process_time() - start
templates = {cluster.cluster_id: cluster.get_template() for cluster in miner.drain.clusters}
print(seconds)
for cluster in clusters:
    print(f"{cluster}\t{templates[cluster]}")
