"""A task of lm-eval small enough to check by hand, with its data beside it."""

import json
from pathlib import Path

ANIMALS = ("cat", "dog", "door", "mat")
ITEMS = [
    {"query": f"the {ANIMALS[n % 4]} sat on", "choices": ["the mat", "a door and a", "12 cats"], "gold": n % 3}
    for n in range(24)
]
YAML = """\
task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{query}}}}"
doc_to_choice: choices
doc_to_target: gold
metric_list:
  - metric: acc
  - metric: acc_norm
metadata:
  version: 1.5
"""


def write_task(folder: Path, name: str = "sat_on", more: str = "", **changed: str) -> Path:
    """A folder with a task of multiple choice, and its data."""
    folder.mkdir(exist_ok=True)
    data = folder / "items.jsonl"
    data.write_text("".join(json.dumps(item) + "\n" for item in ITEMS))
    text = YAML.format(name=name, data=data)
    for key, value in changed.items():
        text = "\n".join(f"{key}: {value}" if line.startswith(f"{key}:") else line for line in text.splitlines())
    (folder / f"{name}.yaml").write_text(text + more)
    return folder
