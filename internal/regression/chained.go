package regression

import (
	"cmp"
	"slices"

	"mlpipeline/internal/dataset"
)

// chainedSplits are those of a series: its folds in the order of their first time, cut into
// ten groups, each of the later half tested by what is fitted to those before it. The first
// time of a fold is taken as if the rows of a dataset were equally far from each other.
func chainedSplits(datasets []Dataset) (splits []split) {
	type block struct {
		first dataset.Time
		*Factor
	}
	var blocks []block
	rows := int64(0)
	for i := range datasets {
		d := &datasets[i]
		for k := range d.Folds {
			if d.Folds[k].N > 0 {
				step := (d.Last - d.First) / dataset.Time(len(d.Folds))
				blocks = append(blocks, block{d.First + dataset.Time(k)*step, &d.Folds[k].Factor})
				rows += d.Folds[k].N
			}
		}
	}
	slices.SortStableFunc(blocks, func(a, b block) int { return cmp.Compare(a.first, b.first) })
	const groups = 10
	before, group, seen := new(Factor), new(Factor), int64(0)
	for i, b := range blocks {
		group.Merge(b.Factor)
		seen += b.N
		complete := seen * groups / rows // groups
		if i+1 < len(blocks) && (seen-b.N)*groups/rows == complete {
			continue
		}
		if complete > groups/2 && before.N > 0 {
			splits = append(splits, split{before, group})
		}
		both := join(before, group)
		before, group = &both, new(Factor)
	}
	return splits
}
