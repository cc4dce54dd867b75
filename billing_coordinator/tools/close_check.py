"""Automatic checks (temporary)."""

from dataclasses import dataclass, field


@dataclass
class CheckInfo:
    code: str
    name: str
    unit: str


def close_check(code, name, *, unit="count"):
    def mark(method):
        method._close_check = CheckInfo(code, name, unit)
        return method

    return mark


@dataclass
class Period:
    company: object
    date_from: object
    date_to: object
    reviewed_at: object = None


@dataclass
class Finding:
    figure: float
    model: str = None
    domain: list = None
    figures: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    note: str = ""

    def to_json(self):
        return {
            "figure": self.figure,
            "model": self.model,
            "domain": self.domain,
            "figures": {k: list(v) for k, v in self.figures.items()},
            "rows": self.rows,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, data):
        return cls(**data)

    def has_moved(self, then, threshold):
        if abs(self.figure) - abs(then.figure) > threshold:
            return True
        return any(
            abs(v[1] - then.figures.get(k, (0, 0))[1]) > threshold
            for k, v in self.figures.items()
        )
