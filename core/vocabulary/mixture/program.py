"""The linear program behind a mixture: shares under which each merge was the most frequent pair of its time.

With counts c of pairs per category at time t, shares α, and slack v per merge and u per pair:

    minimise Σ a_t v_t + Σ b_p u_p   such that   Σ_i α_i (c_i,merge − c_i,p) + v_t + u_p ≥ 0   for every t and p

where what slack costs, a and b, is given by a weighing, and so is the weighted sum of shares that is held at 1. There
are as many rows as merges times pairs, so rows are added where the last answer breaks them, until none is.
"""

import highspy
import numpy as np

from core.vocabulary.mixture.forces import Row
from core.vocabulary.mixture.history import CountHistory
from core.vocabulary.mixture.pair_counts import Floats, Ints
from core.vocabulary.mixture.weighing import Weighing, by_count

ROWS_PER_MERGE = 5  # added at a time
IDLE_PER_MERGE = 10  # rows that may be there before those are forgotten that hold nothing
RISEN = 1e-7  # of an answer's value, by which it has come on since rows were forgotten: none twice for nothing
SCALE = 1e6  # of counts, which are shares: late merges have 1e-6, and the solver's tolerance is 1e-7
SHARE_COST = 1e4  # of a share where its ends are looked for: slack is that large, and what it costs is told to 1e-7
BROKEN = 1e-6  # by how much a row may be broken, in scaled counts
DUAL, PRIMAL = 1, 4  # the solver's numbers for how it goes on


class Program:
    """The program while rows are added; keeps the solver's last basis, so that each answer starts from the one before.

    Args:
        counts: of C categories, shares of their pairs.
    """

    def __init__(self, counts: CountHistory) -> None:
        self._counts = counts
        self._solver = highspy.Highs()
        self._solver.silent()
        self._solver.setOptionValue("threads", 1)
        self._n = counts.first.shape[1]
        self._slack_of_merge = dict[int, int]()
        self._slack_of_pair = dict[int, int]()
        self._rows = dict[Row, Floats]()  # what each asks of the shares, (C,), in the solver's order
        self._costs_nothing = False
        self._start = highspy.HighsBasis()  # the best answer's
        self._bound = np.empty(0, np.int32)  # the row that bounds all slack, once there is one
        for _ in range(self._n):
            self._solver.addCol(0.0, 0.0, highspy.kHighsInf, 0, [], [])
        self._solver.addRow(1.0, 1.0, self._n, np.arange(self._n, dtype=np.int32), np.ones(self._n))  # the total
        self.weigh(by_count(counts))

    def weigh(self, weighing: Weighing) -> None:
        """From now on slack costs so much, and this total is 1."""
        self._weighing, self._unit = weighing, float(np.median(weighing.merges))
        for key, column in self._slack_of_merge.items():
            self._solver.changeColCost(column, weighing.merges[key] / self._unit)
        for key, column in self._slack_of_pair.items():
            self._solver.changeColCost(column, weighing.pairs[key] / self._unit)
        self._hold(weighing.amounts)

    def _hold(self, amounts: Floats) -> None:
        for i, amount in enumerate(amounts.tolist()):
            self._solver.changeCoeff(0, i, amount)

    def solve(self) -> tuple[Floats, float]:
        """(shares of pairs (C,), what their slack costs) of the best answer that breaks no row."""
        reached = -np.inf
        while True:
            self._solver.run()
            values = np.array(self._solver.getSolution().col_value)
            broken = self._broken(values)
            value = self._solver.getObjectiveValue()
            if broken and self._has_many_rows and value > reached + RISEN * max(1.0, abs(value)):
                self._drop_idle_rows()
                reached = value
            if not self._add(broken):
                return values[: self._n], max(0.0, float(values @ self._costs())) * self._unit / SCALE

    def _costs(self) -> Floats:
        """Of all columns, in units that leave costs near 1: the solver's tolerance is absolute."""
        found = np.zeros(self._solver.getNumCol())
        for known, costs in (
            (self._slack_of_merge, self._weighing.merges),
            (self._slack_of_pair, self._weighing.pairs),
        ):
            found[[*known.values()]] = costs[[*known]] / self._unit
        return found

    def holding_rows(self) -> dict[Row, tuple[float, Floats]]:
        """Rows that hold the last answer where it is, with their dual values and what they ask of the shares, (C,)."""
        duals = self._solver.getSolution().row_dual[1:]  # the first is the total's
        return {
            row: (dual * self._unit, asked / SCALE)
            for (row, asked), dual in zip(self._rows.items(), duals, strict=True)
            if dual > 0
        }

    def ask_for_extremes(self, most_slack: float, weights: Floats) -> None:
        """From now on answer with extreme shares, among answers whose slack costs at most so much a unit of the total.

        Args:
            weights: of a unit of each category's pairs in the total that is held at 1, (C,).
        """
        self._drop_idle_rows()
        costs = self._costs()
        self._costs_nothing = True
        for column in range(self._solver.getNumCol()):
            self._solver.changeColCost(column, 0.0)
        self._hold(weights)
        self._bound_slack(costs, most_slack * SCALE / self._unit)
        self._solver.setOptionValue("simplex_strategy", PRIMAL)
        self._solver.run()
        self._start = self._solver.getBasis()

    def _bound_slack(self, costs: Floats, most: float) -> None:
        index = np.arange(self._solver.getNumCol(), dtype=np.int32)
        values = np.concatenate([-most * self._weighing.amounts, costs[self._n :]])
        self._bound = np.array([self._solver.getNumRow()], np.int32)
        self._solver.addRow(-highspy.kHighsInf, 0.0, len(index), index, values)

    @property
    def _has_many_rows(self) -> bool:
        n_rows = int(self._solver.getNumRow()) - self._first_to_go
        return n_rows > IDLE_PER_MERGE * len(self._counts.ends)

    def _drop_idle_rows(self) -> None:
        """Forget rows that the last answer does not rest on: almost all of them, and a few come back."""
        states = self._solver.getBasis().row_status
        first, not_ours = self._first_to_go, len(states) - len(self._rows)
        idle = [n for n in range(first, len(states)) if states[n] == highspy.HighsBasisStatus.kBasic]
        rows, gone = [*self._rows], {n - not_ours for n in idle}
        self._rows = {row: self._rows[row] for n, row in enumerate(rows) if n not in gone}
        self._solver.deleteRows(len(idle), np.array(idle, np.int32))

    @property
    def _first_to_go(self) -> int:
        """Of the solver's rows: behind the total, and behind all that the start of the extremes knows."""
        return max(1, len(self._start.row_status))

    def extreme(self, category: int, sign: int) -> Floats:
        """The shares of pairs (C,) with the least (sign 1) or the greatest (-1) share of a category.

        Each begins at the best answer, which breaks no row: from one end to the other is farther, and takes three times
        as long altogether.
        """
        for i in range(self._n):
            self._solver.changeColCost(i, sign * SHARE_COST if i == category else 0.0)
        self._go_to_start()
        self._solver.setOptionValue("simplex_strategy", PRIMAL)  # the start is allowed, and not best
        self._solver.run()
        self._solver.setOptionValue("simplex_strategy", DUAL)
        return self.solve()[0]

    def _go_to_start(self) -> None:
        """Columns that were added since are at 0 there, and rows that were added hold nothing."""
        basis, known = highspy.HighsBasis(), self._start
        n_columns = self._solver.getNumCol() - len(known.col_status)
        n_rows = self._solver.getNumRow() - len(known.row_status)
        basis.col_status = [*known.col_status, *[highspy.HighsBasisStatus.kLower] * n_columns]
        basis.row_status = [*known.row_status, *[highspy.HighsBasisStatus.kBasic] * n_rows]
        basis.valid = True
        self._solver.setBasis(basis)

    def _broken(self, values: Floats) -> dict[Row, Floats]:
        """The worst rows of each merge that an answer breaks, with what they ask of the shares, (C,)."""
        merges, pairs = self._too_frequent(values)
        asked = (self._counts.merged[merges] - self._counts.before(merges, pairs)) * SCALE
        return dict(zip(zip(merges.tolist(), pairs.tolist(), strict=True), asked, strict=True))

    def _too_frequent(self, values: Floats) -> tuple[Ints, Ints]:
        """Merges, and pairs that an answer has more often than these may be met then, int64 (n,) both.

        Pairs stand by the most that they ever have: behind the first that cannot be too frequent none is looked at.
        """
        counts, shares = self._counts, values[: self._n] * SCALE
        forgiven = np.zeros(len(counts.first))
        forgiven[[*self._slack_of_pair]] = values[[*self._slack_of_pair.values()]]
        allowed = counts.merged @ shares
        allowed[[*self._slack_of_merge]] += values[[*self._slack_of_merge.values()]]
        most = counts.greatest @ shares - forgiven
        order = np.argsort(-most)
        allowed[~counts.there] = np.inf
        reach = np.searchsorted(-most[order], -allowed)
        now, after = (counts.first @ shares - forgiven)[order], counts.after @ shares - forgiven[counts.pairs]
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        found = _over_time(now, place[counts.pairs], after, counts.ends, allowed + BROKEN, reach)
        merges = np.repeat(np.arange(len(found)), [len(each) for each in found])
        pairs = order[np.concatenate([np.empty(0, np.int64), *found])]
        as_ever = np.lexsort((pairs, merges))  # of equal rows, whatever their order was
        return merges[as_ever], pairs[as_ever]

    def _add(self, rows: dict[Row, Floats]) -> bool:
        """Add the rows that are not there yet; whether any was."""
        new = {row: asked for row, asked in rows.items() if row not in self._rows}
        width = self._n + 2
        index, values = np.empty((len(new), width), np.int32), np.ones((len(new), width))
        index[:, : self._n] = np.arange(self._n)
        for n, ((t, pair), asked) in enumerate(new.items()):
            index[n, self._n] = self._column(self._slack_of_merge, t, self._weighing.merges)
            index[n, self._n + 1] = self._column(self._slack_of_pair, pair, self._weighing.pairs)
            values[n, : self._n] = asked
        starts = np.arange(len(new), dtype=np.int32) * width
        least, most = np.zeros(len(new)), np.full(len(new), highspy.kHighsInf)
        self._solver.addRows(len(new), least, most, index.size, starts, index.ravel(), values.ravel())
        self._rows |= new
        return bool(new)

    def _column(self, known: dict[int, int], key: int, costs: Floats) -> int:
        """The slack of a merge or a pair, new where it had none."""
        if key not in known:
            known[key] = self._solver.getNumCol()
            cost = float(costs[key]) / self._unit
            here = np.full(len(self._bound), cost)
            now = 0.0 if self._costs_nothing else cost
            self._solver.addCol(now, 0.0, highspy.kHighsInf, len(self._bound), self._bound, here)
        return known[key]


def _over_time(now: Floats, places: Ints, after: Floats, ends: Ints, allowed: Floats, reach: Ints) -> list[Ints]:
    """For each step the places of the greatest values over what is allowed, at most so many as rows are added.

    Args:
        now: values before the first step; is changed.
        places, after: what changes, in order, and its value from then on.
        ends: where the changes of each step end.
        allowed: at each step.
        reach: how many places are looked at in each step.
    """
    found, begun = list[Ints](), 0
    for end, most, limit in zip(ends.tolist(), reach.tolist(), allowed.tolist(), strict=True):
        above = np.flatnonzero(now[:most] > limit)
        if len(above) > ROWS_PER_MERGE:
            above = above[np.argpartition(now[above], -ROWS_PER_MERGE)[-ROWS_PER_MERGE:]]
        found.append(above)
        now[places[begun:end]] = after[begun:end]
        begun = end
    return found
