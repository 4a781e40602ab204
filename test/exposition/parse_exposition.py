"""Reads an exposition from standard input with Prometheus' Python library and prints it as JSON.

    python3 parse_exposition.py prometheus|openmetrics < metrics.txt
"""

import json
import sys

from prometheus_client import openmetrics, parser
import prometheus_client.openmetrics.parser

PARSERS = {
    "prometheus": parser.text_string_to_metric_families,
    "openmetrics": openmetrics.parser.text_string_to_metric_families,
}


def number(value):
    """As JavaScript spells it: JSON has no word for infinity."""
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(value), repr(value))


def exemplar(found):
    if found is None:
        return None
    return {
        "labels": found.labels,
        "value": found.value,
        "timestamp": None if found.timestamp is None else float(found.timestamp),
    }


# Bytes, because reading text would turn a carriage return into the end of a line.
text = sys.stdin.buffer.read().decode("utf-8")
families = [
    {
        "name": family.name,
        "type": family.type,
        "unit": family.unit,
        "help": family.documentation,
        "samples": [
            {
                "name": sample.name,
                "labels": sample.labels,
                "value": number(sample.value),
                "exemplar": exemplar(sample.exemplar),
            }
            for sample in family.samples
        ],
    }
    for family in PARSERS[sys.argv[1]](text)
]
json.dump(families, sys.stdout)
