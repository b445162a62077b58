package regression

import (
	"cmp"
	"math"
	"slices"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/ordered"
)

// split is rows to fit, and others that the fit is tested on.
type split struct{ train, test normal }

// chainedSplits are those of a series: its folds in the order of their first time, cut into
// ten groups, each of the later half tested by what is fitted to those before it. The first
// time of a fold is taken as if the rows of a dataset were equally far from each other.
func chainedSplits(datasets []Dataset) (splits []split) {
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
		complete := seen * groups / rows // groups
		if i+1 < len(blocks) && (seen-b.N)*groups/rows == complete {
			continue
		}
		if complete > groups/2 && before.rows > 0 {
			splits = append(splits, split{before, group})
		}
		before, group = before.plus(group, 1), newNormal(w)
	}
	return splits
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
func (c *chooser) bestPenalty(kept []bool, alphas []float64, splits []split) (best float64, path []Point) {
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
