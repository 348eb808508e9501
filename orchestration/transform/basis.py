"""What stored rows were worked out from besides the data, and so whether a build may go on from them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.runs import Paths, replace_text
from orchestration.settings import PROJECT_ROOT

# Everything that says what a row means: the models, their macros, and the packages behind the reference tables.
MEANING = ("dbt_project.yml", "uv.lock", "models", "macros", "seeds/reference")

# Definition files that change what is true of single leads and accounts. The models see who is concerned, so these do
# not ask for a build from scratch; every other definition file may change any row.
LIVING = frozenset(
    {
        "campaign_adjustments.csv",
        "calendar_closings.csv",
        "conversation_angles.csv",
        "lead_account_overrides.csv",
        "quality_thresholds.csv",
        "rep_calendars.csv",
        "rep_capacity.csv",
        "target_accounts.csv",
        "territories.csv",
    }
)


@dataclass(frozen=True)
class Basis:
    """The meaning of a build's rows (a hash of models and definitions) and the instant that it describes."""

    meaning: str
    as_of: str

    @classmethod
    def of(cls, paths: Paths, as_of: str) -> "Basis":
        """The basis of a build that starts now."""
        digest = hashlib.sha256()
        files = [
            path
            for name in MEANING
            for path in [PROJECT_ROOT / name, *(PROJECT_ROOT / name).rglob("*")]
            if path.is_file()
        ]
        definitions = [path for path in paths.definitions.glob("*.csv") if path.name not in LIVING]
        for path in [*sorted(files), *sorted(definitions)]:
            digest.update(f"{path.name}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return cls(digest.hexdigest(), as_of)

    @classmethod
    def stored(cls, paths: Paths) -> "Basis | None":
        """The basis of the rows in the build database; None if a build from scratch never came to its end."""
        try:
            return cls(**json.loads(_file(paths).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, paths: Paths) -> None:
        """Keep the basis."""
        replace_text(_file(paths), json.dumps(asdict(self)))

    def goes_on_from(self, before: "Basis | None") -> bool:
        """Whether stored rows still mean what this build means, and time has not gone back."""
        return before is not None and before.meaning == self.meaning and before.as_of <= self.as_of


def forget(paths: Paths) -> None:
    """Let the next build start from scratch."""
    _file(paths).unlink(missing_ok=True)


def _file(paths: Paths) -> Path:
    return paths.state.with_name("basis.json")
