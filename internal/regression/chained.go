package regression

import (
	"cmp"
	"math"
	"slices"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/ordered"
)

// trial is a fit to some rows that is tested on others.
type trial struct{ train, test normal }

// splits are those of cross-validation: every fold, by all others.
func (c *chooser) splits() []trial {
	splits := make([]trial, len(c.held))
	total := newNormal(c.held[0].w)
	for _, held := range c.held {
		total.merge(&held, 1)
	}
	for k, held := range c.held {
		splits[k] = trial{newNormal(total.w), held}
		splits[k].train.merge(&total, 1)
		splits[k].train.merge(&held, -1)
	}
	return splits
}

// chainedSplits are those of a series: its folds in the order of their first time, cut into
// ten groups, each of the later half tested by what is fitted to those before it. The first
// time of a fold is taken as if the rows of a dataset were equally far from each other.
func chainedSplits(datasets []Dataset) (splits []trial) {
	type block struct {
		first dataset.Time
		*Factor
	}
	var blocks []block
	rows, w := int64(0), 0
	for i := range datasets {
		d := &datasets[i]
		for k := range d.Folds {
			if d.Folds[k].N > 0 {
				step := (d.Last - d.First) / dataset.Time(len(d.Folds))
				blocks = append(blocks, block{d.First + dataset.Time(k)*step, &d.Folds[k]})
				rows, w = rows+d.Folds[k].N, d.Folds[k].Width
			}
		}
	}
	slices.SortStableFunc(blocks, func(a, b block) int { return cmp.Compare(a.first, b.first) })
	const groups = 10
	before, group, seen := newNormal(w), newNormal(w), int64(0)
	for i, b := range blocks {
		group.add(b.Factor)
		seen += b.N
		part := seen * groups / rows // groups that are complete
		if i+1 < len(blocks) && (seen-b.N)*groups/rows == part {
			continue
		}
		group.mirror()
		if part > groups/2 && before.rows > 0 {
			train := newNormal(w)
			train.merge(&before, 1)
			splits = append(splits, trial{train, group})
		}
		before.merge(&group, 1)
		group = newNormal(w)
	}
	return splits
}

// ridge returns the columns and coefficients of ridge regression on some columns, the
// first of which, the intercept, is not penalised.
func (g *normal) ridge(columns []int, alpha float64) ([]int, []float64) {
	n := len(columns)
	sub := newNormal(n + 1)
	all := append(slices.Clone(columns), g.w-1)
	for i, k := range all {
		for j, l := range all {
			sub.a[i*sub.w+j] = g.a[k*g.w+l]
		}
		if i > 0 && i < n {
			sub.a[i*sub.w+i] += alpha
		}
	}
	s := newSweep(sub)
	for i := range n {
		s.include([]int{i})
	}
	at, b := s.fit()
	for i := range at {
		at[i] = columns[at[i]]
	}
	return at, b
}

// columnsOf returns the columns of a factor of the intercept and of the terms that are kept.
func (c *chooser) columnsOf(kept []bool) []int {
	columns := []int{0}
	for t := range c.terms {
		if kept[t] {
			columns = append(columns, c.terms[t].columns()...)
		}
	}
	return columns
}

// bestPenalty returns the penalty with which the fit to the terms that are kept errs least, and the
// mean squared error with each. No penalty, which must be the first, is not tried where the
// rows are too few for it.
func (c *chooser) bestPenalty(kept []bool, alphas []float64, splits []trial) (best float64, path []Point) {
	columns := c.columnsOf(kept)
	path = make([]Point, len(alphas))
	ordered.Each(len(alphas), func(i int) {
		sum, rows := 0.0, int64(0)
		for k := range splits {
			s := &splits[k]
			at, b := s.train.ridge(columns, alphas[i])
			sum += s.test.squaredError(at, b)
			rows += s.test.rows
		}
		path[i] = Point{alphas[i], sum / float64(rows)}
	})
	least := math.Inf(1)
	for _, p := range path {
		if p.MSE < least {
			best, least = p.Alpha, p.MSE
		}
	}
	return best, path
}
