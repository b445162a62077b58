package design

import (
	"math"
	"slices"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
)

// OneStep reports whether a distance in time is one step of a series, a seventh more or less:
// months are as long as each other. Irregular counts by it.
func OneStep(distance, step dataset.Time) bool {
	if distance <= 0 || step <= 0 {
		return false
	}
	return near(octave(distance), octave(step))
}

// octave is a distance above 0 as Steps counts it: by the sixteenth of an octave.
func octave(step dataset.Time) int { return int(16 * math.Log2(float64(step))) }

func near(a, b int) bool { return max(a-b, b-a) <= 3 }

func unknown(y float64) bool { return y != y }

// waits reports whether rows of a block may have lags that are predicted, so that the block after
// it has to wait for its predictions.
func (s *Scan[R]) waits(b *table.Block, before carry) bool {
	return s.Ahead && len(s.Lags) > 0 &&
		(slices.ContainsFunc(before.targets, unknown) || slices.ContainsFunc(target(b), unknown))
}

// ahead returns what Rows.Ahead of a block is.
func (s *Scan[R]) ahead(b *table.Block, before carry) func(int, func(int64) float64) (*Rows, []int) {
	one := &Rows{N: 1, kept: []int{0}}
	return func(i int, guess func(row int64) float64) (*Rows, []int) {
		var guessed []int
		for _, lag := range s.Lags {
			if !unknown(earlier(before.targets, target(b), i, lag)) {
				continue
			}
			if unknown(guess(before.rows + int64(i-lag))) {
				return nil, nil
			}
			guessed = append(guessed, lag)
		}
		one.kept[0], one.guess = i, guess
		s.makeXY(one, b, before)
		return one, guessed
	}
}
