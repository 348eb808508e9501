"""What the models of engagements, definitions and the lifecycle (sections 5 to 7 of the semantics) take in a night."""

import re
import threading
import time
from collections import defaultdict
from typing import Any

import psutil

# Fifty milliseconds, as for memory: what takes less adds up to little.
SAMPLE_SECONDS = 0.05

STAGED_EVENTS = re.compile(
    r"^stg_\w+__(\w*activities|email_event\w*|events|tasks|campaign_members|\w*page_views|\w*submissions|"
    r"engagement\w*|visitors|web_visits|intent_signals|\w*history)$"
)
FOLDERS = re.compile(r"^intermediate/(engagements|definitions|lifecycle|changes)/")
MARTS = re.compile(
    r"^(fct_engagements|fct_\w+_scores|fct_\w+_transitions|fct_status_conflicts|rpt_definition_what_if\w*)$"
)


def belongs(name: str, path: str) -> bool:
    """Whether a model is one of sections 5 to 7."""
    return bool(STAGED_EVENTS.match(name) or FOLDERS.match(path) or MARTS.match(name))


class ModelClock:
    """Seconds and CPU seconds of every model of a build in this process.

    Two of dbt's nodes run at a time in one process, so time and what the process uses while both run is shared equally
    between them: right in the sum, a guess for one model. A test that runs beside a model takes its share, uncounted.
    """

    def __init__(self) -> None:
        self.running: dict[str, str] = {}
        self.paths: dict[str, str] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.cpu_seconds: defaultdict[str, float] = defaultdict(float)
        self.ended = threading.Event()
        threading.Thread(target=self._sample, daemon=True).start()

    def on_event(self, event: Any) -> None:
        """A dbt callback: a model starts, a model ends."""
        if event.info.name not in ("NodeStart", "NodeFinished"):
            return
        node = event.data.node_info
        if event.info.name == "NodeStart":
            if node.resource_type == "model":
                self.paths[node.node_name] = node.node_path
            self.running[node.unique_id] = node.node_name
        else:
            self.running.pop(node.unique_id, None)

    def _sample(self) -> None:
        process = psutil.Process()
        used, at = sum(process.cpu_times()[:2]), time.monotonic()
        while not self.ended.wait(SAMPLE_SECONDS):
            used_now, now = sum(process.cpu_times()[:2]), time.monotonic()
            names = list(self.running.values())
            for name in names:
                if name not in self.paths:
                    continue
                self.cpu_seconds[name] += (used_now - used) / len(names)
                self.seconds[name] += (now - at) / len(names)
            used, at = used_now, now

    def dearest(self, count: int = 40) -> dict[str, float]:
        """CPU seconds of the models that took most, the dearest first."""
        ranked = sorted(self.cpu_seconds.items(), key=lambda entry: -entry[1])
        return {name: round(seconds, 2) for name, seconds in ranked[:count]}

    def sections(self) -> dict[str, float]:
        """Seconds and CPU seconds of the models of sections 5 to 7, and of all models."""
        names = [name for name, path in self.paths.items() if belongs(name, path)]
        return {
            "seconds": round(sum(self.seconds[name] for name in names), 3),
            "cpu_seconds": round(sum(self.cpu_seconds[name] for name in names), 3),
            "all_seconds": round(sum(self.seconds.values()), 3),
            "all_cpu_seconds": round(sum(self.cpu_seconds.values()), 3),
        }
