"""Prints the scalars of a folder of event files, as the tensorboard package reads them.

One JSON object: for each tag a list of [step, value, wall time], in the order of the file. The reader is
the one of the server (`tensorboard --logdir`).
"""

import json
import sys

from tensorboard.backend.event_processing import plugin_event_accumulator, tag_types
from tensorboard.util import tensor_util

# 0 keeps every event; by default the reader keeps a sample.
reader = plugin_event_accumulator.EventAccumulator(sys.argv[1], size_guidance={tag_types.TENSORS: 0})
reader.Reload()
scalars = {}
for tag in reader.Tags()[tag_types.TENSORS]:
    plugin = reader.SummaryMetadata(tag).plugin_data.plugin_name
    assert plugin == "scalars", f"{tag} is shown by {plugin}"
    scalars[tag] = [
        [event.step, float(tensor_util.make_ndarray(event.tensor_proto)), event.wall_time]
        for event in reader.Tensors(tag)
    ]
json.dump(scalars, sys.stdout)
