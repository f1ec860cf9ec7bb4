"""Cells → groups by their labels: the largest, and one of all others, so that nothing is missing from a table. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from posthog.llm_analytics.queries.figures import Figures, tell_figures
from posthog.llm_analytics.usage_cells import KEPT, UsageCell


@dataclass(frozen=True, slots=True)
class Group:
    """
    Cells with the same labels.

    Attributes:
        labels: Value of each dimension, None where nobody named it; empty for the group of all others.
        members: How many groups it stands for: 1, or the number of the others.
    """

    labels: Mapping[str, str | None]
    cells: tuple[UsageCell, ...]
    figures: Figures
    members: int = 1
    is_others: bool = False


def choose_groups(cells: Iterable[UsageCell], dimensions: Sequence[str], *, order_by: str, limit: int) -> list[Group]:
    """
    Group cells, the largest figure first, unknown ones last; beyond `limit` they are one group, at the end.

    Without dimensions there is one group, of everything.
    """
    by_labels: dict[tuple[str, ...], list[UsageCell]] = {} if dimensions else {(): []}
    for cell in cells:
        by_labels.setdefault(tuple(cell.labels[name] for name in dimensions), []).append(cell)
    groups = [
        Group(dict(zip(dimensions, (value or None for value in values), strict=True)), tuple(own), tell_figures(own))
        for values, own in by_labels.items()
    ]
    groups.sort(key=lambda group: _rank(group, order_by))
    return groups[:limit] + _join_others(groups[limit:])


def join_kept(cells: Iterable[UsageCell], dimension: str, *, order_by: str, others: int) -> list[Group]:
    """
    Group cells of a question that kept only some values apart.

    Args:
        others: How many values are in the cells that were not kept apart.
    """
    apart: dict[str, list[UsageCell]] = {}
    rest: list[UsageCell] = []
    for cell in cells:
        (apart.setdefault(cell.labels[dimension], []) if cell.labels[KEPT] == "1" else rest).append(cell)
    groups = [Group({dimension: value or None}, tuple(own), tell_figures(own)) for value, own in apart.items()]
    groups.sort(key=lambda group: _rank(group, order_by))
    if others:
        groups.append(Group({}, tuple(rest), tell_figures(rest), members=others, is_others=True))
    return groups


def _rank(group: Group, order_by: str) -> tuple[bool, Any, list[str]]:
    figure = group.figures[order_by]
    return figure is None, -(figure or 0), [value or "" for value in group.labels.values()]


def _join_others(groups: Sequence[Group]) -> list[Group]:
    if not groups:
        return []
    cells = tuple(cell for group in groups for cell in group.cells)
    return [Group({}, cells, tell_figures(cells), members=len(groups), is_others=True)]
