package design

import (
	"slices"

	"mlpipeline/internal/table"
)

// Gap says how many rows with a target lack a feature, and how many of these lack
// nothing else.
type Gap struct {
	Rows  int64 `json:"rows"`
	Alone int64 `json:"alone"`
}

// gaps counts the gaps of a block, by the features that are numbers and then those
// that are words.
func (s *Scan[R]) gaps(b *table.Block) []Gap {
	lacks := func(j, i int) bool {
		if k := j - len(s.numbers); k >= 0 {
			return b.Cats[k].Codes[i] == 0
		}
		return b.Cols[j][i] != b.Cols[j][i]
	}
	gaps := make([]Gap, len(s.Features))
	lacking := make([]int, b.Rows) // features, of each row with a target
	for _, count := range []bool{true, false} {
		for j := range gaps {
			for i, y := range target(b) {
				switch {
				case y != y || !lacks(j, i):
				case count:
					lacking[i]++
				default:
					gaps[j].Rows++
					if lacking[i] == 1 {
						gaps[j].Alone++
					}
				}
			}
		}
	}
	return gaps
}

// mergeGaps adds up the gaps of two runs of rows.
func mergeGaps(a, b []Gap) []Gap {
	if a == nil {
		return slices.Clone(b)
	}
	for j, g := range b {
		a[j].Rows += g.Rows
		a[j].Alone += g.Alone
	}
	return a
}

// Lacking returns the features in the order of Tally.Gaps.
func (d *Design) Lacking() []string {
	l := newLayout(d)
	return append(l.numbers, l.words...)
}
